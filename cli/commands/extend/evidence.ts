import { systemClock } from '@antin/adapters/clock/clock';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { answerCache } from '@antin/adapters/sources/answer-cache';
import { evidenceFetcher } from '@antin/adapters/sources/evidence';
import { evidenceFrom } from '@antin/adapters/sources/evidence-for';
import type { Evidence, EvidenceSource } from '@antin/signature/making/evidence';
import { readCertificateFiles, readEvidence } from '../validate-inputs.ts';
import type { ExtendArguments } from './arguments.ts';

/** What the caller brings as files. @throws {UsageFault} */
export function evidenceFiles(args: Pick<ExtendArguments, 'certificate' | 'crl' | 'ocsp'>): Evidence {
  return {
    certificates: readCertificateFiles(args.certificate).map((one) => one.raw),
    crls: args.crl.map(readEvidence),
    ocsps: args.ocsp.map(readEvidence),
  };
}

/** The world as a source of evidence; `brought` collects what came, so that the result can be judged with it. */
export function evidenceSource(args: Pick<ExtendArguments, 'allow' | 'offline'>, brought: Evidence[]): EvidenceSource {
  const ask = evidenceFrom(
    evidenceFetcher({
      reach: { configured: args.allow, publicInternet: true },
      door: nodeCrypto,
      clock: systemClock,
      cache: answerCache({ clock: systemClock, maxBytes: 64 << 20 }),
      timeoutMs: 15_000,
    }),
    nodeCrypto,
  );
  return async (certificate, issuer) => {
    if (args.offline) return { certificates: [], crls: [], ocsps: [] };
    const found = await ask(certificate, issuer);
    brought.push(found);
    return found;
  };
}

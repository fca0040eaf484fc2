import { systemClock } from '@antin/adapters/clock/clock';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { answerCache } from '@antin/adapters/sources/answer-cache';
import { evidenceFetcher } from '@antin/adapters/sources/evidence';
import { evidenceFrom } from '@antin/adapters/sources/evidence-for';
import type { Evidence } from '@antin/signature/making/evidence';
import type { ExtendOptions } from '@antin/signature/making/extend-options';
import { locationsOf } from '@antin/signature/validation/known-anchors';
import type { ValidationContext } from '@antin/signature/validation/types';
import { readAnchors, readCertificateFiles, readEvidence } from '../validate-inputs.ts';
import type { RaisingArguments } from './raising-arguments.ts';

/** Trust and evidence of a run: what was named, and the world behind it. */
export interface RaisingSources {
  readonly options: Pick<ExtendOptions, 'anchors' | 'tsaAnchors' | 'evidenceFor' | 'evidence'>;
  /** The same, and what was brought meanwhile, for the judge. */
  known(): Pick<ValidationContext, 'trust' | 'tsaTrust' | 'evidence'>;
}

/** @throws {UsageFault} for files that cannot be read */
export function raisingSources(args: RaisingArguments): RaisingSources {
  const separate = args.tsaTrust.length > 0;
  const anchors = readAnchors(args.trust, separate ? ['signer'] : ['signer', 'time-stamp']);
  const tsaAnchors = separate ? readAnchors(args.tsaTrust, ['time-stamp']) : undefined;
  const evidence: Evidence = {
    certificates: readCertificateFiles(args.certificate).map((one) => one.raw),
    crls: args.crl.flatMap(readEvidence),
    ocsps: args.ocsp.flatMap(readEvidence),
  };
  const all: Evidence[] = [evidence];
  const ask = evidenceFrom(
    evidenceFetcher({
      reach: { configured: args.allow, pinned: locationsOf([...anchors, ...(tsaAnchors ?? [])]), publicInternet: true },
      door: nodeCrypto,
      clock: systemClock,
      cache: answerCache({ clock: systemClock, maxBytes: 64 << 20 }),
      timeoutMs: 15_000,
    }),
    nodeCrypto,
  );
  return {
    options: {
      anchors,
      ...(tsaAnchors === undefined ? {} : { tsaAnchors }),
      evidence,
      async evidenceFor(certificate, issuer) {
        if (args.offline) return { certificates: [], crls: [], ocsps: [] };
        const found = await ask(certificate, issuer);
        all.push(found);
        return found;
      },
    },
    known: () => ({
      trust: anchors,
      ...(tsaAnchors === undefined ? {} : { tsaTrust: tsaAnchors }),
      evidence: {
        certificates: all.flatMap((one) => one.certificates),
        crls: all.flatMap((one) => one.crls),
        ocsps: all.flatMap((one) => one.ocsps),
      },
    }),
  };
}

import { systemClock } from '@antin/adapters/clock/clock';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import type { ByteSource } from '@antin/formats/bytes/source';
import { toHex } from '@antin/formats/bytes/text-encodings';
import type { Certificate } from '@antin/pki/x509/certificate';
import type { TimeStampSource } from '@antin/signature/making/time-stamp-source';
import type { SignatureReport } from '@antin/signature/validation/types';
import type { Io } from '../../io.ts';
import type { RaisingSources } from '../extend/evidence.ts';
import { raisingSources } from '../extend/evidence.ts';
import { raise } from '../extend/raise.ts';
import { timeStampsFrom } from '../extend/time-stamps.ts';
import { readCertificateFiles } from '../validate-inputs.ts';
import type { SignArguments } from './arguments.ts';
import { decryptionFrom } from './decryption.ts';
import type { OpenKey } from './key.ts';
import { requireFit } from './key.ts';
import type { Document, Making, Prepared } from './making.ts';
import { placed } from './pdf-arguments.ts';
import { requireIntact } from './self-check.ts';

/** What does not need the key and is read before anybody is asked for a secret. */
export interface Sources {
  readonly issuers: readonly Certificate[];
  readonly pdf: Making['pdf'];
  readonly timeStamp: TimeStampSource | undefined;
  /** Above B-T. */
  readonly raising: (RaisingSources & { readonly level: 'B-LT' | 'B-LTA' }) | undefined;
}

/** @throws {UsageFault} for files that cannot be read */
export async function readSources(args: SignArguments, io: Io): Promise<Sources> {
  const { level, tsa } = args;
  const { field: fieldName, reason, location, appearance, certify, lock } = args.pdf;
  const decryption = await decryptionFrom(args.openPassFile, io);
  return {
    issuers: readCertificateFiles(args.chain),
    pdf: {
      ...(fieldName === undefined ? {} : { fieldName }),
      ...(reason === undefined ? {} : { reason }),
      ...(location === undefined ? {} : { location }),
      ...(appearance === undefined ? {} : { appearance: placed(appearance) }),
      ...(certify === undefined ? {} : { certify }),
      ...(lock === undefined ? {} : { lock }),
      decryption,
    },
    timeStamp: tsa === undefined ? undefined : timeStampsFrom(tsa),
    raising: level === 'B-LT' || level === 'B-LTA' ? { level, ...raisingSources(args.raising) } : undefined,
  };
}

/** @throws {SignFault} `certificate.*` */
export function makingWith(key: OpenKey, args: SignArguments, { issuers, pdf, timeStamp }: Sources): Making {
  const signingTime = systemClock().getTime();
  requireFit(key.certificate, signingTime);
  return {
    certificate: key.certificate,
    chain: distinct([...key.chain, ...issuers].map((one) => one.raw)),
    algorithm: key.algorithm,
    digest: args.digest,
    signingTime,
    stamped: timeStamp !== undefined,
    pdf,
  };
}

export interface Finished {
  readonly source: ByteSource;
  /** Of the whole file. */
  readonly sha256: string;
  /** As the judge finds it, never as it was asked for. */
  readonly level: string;
}

/** Time-stamped, embedded, raised, and looked at by our own judge. @throws {SignFault} `sign.not-verifiable`, `sign.breaks-earlier` */
export async function finish(
  document: Document,
  prepared: Prepared,
  value: Uint8Array,
  making: Making,
  { timeStamp, raising }: Sources,
): Promise<Finished> {
  const signed = await prepared.finish(document, value, timeStamp);
  const detached = detachedOf(document);
  const after =
    raising === undefined || timeStamp === undefined
      ? signed
      : await raise(signed, {
          door: nodeCrypto,
          level: raising.level,
          ...raising.options,
          at: systemClock().getTime(),
          timeStamp,
          detached,
          decryption: making.pdf.decryption,
          ...(prepared.field === undefined ? {} : { fields: [prepared.field] }),
        });
  const { certificate, signingTime } = making;
  const { report, own } = requireIntact({
    before: document.files.length === 1 ? document.files[0]?.source : undefined,
    after,
    certificate,
    signingTime,
    at: systemClock().getTime(),
    detached,
    decryption: making.pdf.decryption,
    joinsDetached: document.choice.joins && detached.length > 0,
    ...(prepared.field === undefined ? {} : { field: prepared.field }),
    ...(raising === undefined ? {} : { raised: raising.known() }),
  });
  return { source: after, sha256: report.sha256, level: levelOf(document, making, own) };
}

function levelOf({ choice }: Document, { stamped }: Making, own: SignatureReport): string {
  // No baseline signature, and never meant to be one.
  if (choice.form === 'OOXML') return stamped ? 'XAdES-T' : 'XAdES-EPES';
  return own.level ?? 'no baseline level';
}

/** What a detached signature is over. */
function detachedOf({ files, detached, choice }: Document): Document['files'] {
  if (choice.joins) return detached;
  return choice.packaging === 'detached' ? files : [];
}

/** A PKCS#12 file and --chain often bring the same issuer. */
function distinct(certificates: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(certificates.map((raw) => [toHex(raw), raw])).values()];
}

import type { ByteSource } from '@antin/formats/bytes/source';
import type { PdfDecryption } from '@antin/formats/pdf/encryption';
import type { Certificate } from '@antin/pki/x509/certificate';
import type { TrustAnchor } from '@antin/pki/path/validate';
import type { Evidence } from '@antin/signature/making/evidence';
import type { SignatureReport, ValidationReport } from '@antin/signature/validation/types';
import { SignFault } from './fault.ts';
import { judge } from './judging.ts';

export interface Made {
  /** The file as it was when it may have carried signatures; undefined for a new container or signature file. */
  readonly before: ByteSource | undefined;
  readonly after: ByteSource;
  readonly certificate: Certificate;
  /** The claimed signing time, ms since 1970. */
  readonly signingTime: number;
  /** The present, ms since 1970. */
  readonly at: number;
  /** Full name of the field just signed, in a PDF. */
  readonly field?: string;
  /** It joins detached signatures: then the data brought must be theirs, or it would be over something else. */
  readonly joinsDetached?: boolean;
  /** The data of detached signatures, by name. */
  readonly detached?: readonly { readonly name: string; readonly source: ByteSource }[];
  /** For a PDF that is encrypted. */
  readonly decryption?: PdfDecryption | undefined;
  /** With what it was raised above B-T; without it trust and revocation are not asked: they are the reader's affair. */
  readonly raised?: {
    readonly trust: readonly TrustAnchor[];
    readonly tsaTrust?: readonly TrustAnchor[];
    readonly evidence: Evidence;
  };
}

/**
 * What our own judge would call broken is not written: the new signature must be intact and about the whole file, and no
 * earlier one may fail that did not fail before.
 *
 * @returns the judge's report, with the digest of the file it is about
 * @throws {SignFault} `sign.not-verifiable`, `sign.breaks-earlier`, `sign.other-data`
 */
export function requireIntact(made: Made): { readonly report: ValidationReport; readonly own: SignatureReport } {
  const report = judged(made.after, made);
  const { signatures } = report;
  const own = ownOf(signatures, made);
  if (own === undefined || !own.intact || !own.cryptoValid || own.indication === 'TOTAL_FAILED') {
    const why =
      own?.errors.find((error) => !error.code.startsWith('trust.'))?.code ?? report.errors[0]?.code ?? 'it is not found';
    throw new SignFault('sign.not-verifiable', `the signature made would not verify (${why}); nothing is written`);
  }
  const failing = signatures.filter((one) => one !== own && one.indication === 'TOTAL_FAILED');
  if (failing.length > 0) {
    const known = made.before === undefined || made.joinsDetached === true ? [] : judged(made.before, made).signatures;
    const failedBefore = (one: SignatureReport) =>
      known.some((old) => nameOf(old) === nameOf(one) && old.indication === 'TOTAL_FAILED');
    const broken = failing.find((one) => !failedBefore(one));
    if (broken !== undefined && made.joinsDetached === true) {
      throw new SignFault('sign.other-data', `the signature “${nameOf(broken)}” is not over the data given with --detached`);
    }
    if (broken !== undefined) {
      throw new SignFault('sign.breaks-earlier', `the signature “${nameOf(broken)}” would no longer verify; nothing is written`);
    }
  }
  return { report, own };
}

/** In a PDF by its field, and up to the end of the file unless something was appended to raise it; else by signer and time. */
function ownOf(signatures: readonly SignatureReport[], made: Made): SignatureReport | undefined {
  const { field, raised, certificate, signingTime } = made;
  if (field !== undefined) {
    return signatures.find((one) => one.field === field && (raised !== undefined || one.coverage === 'file'));
  }
  const second = Math.floor(signingTime / 1000);
  return signatures.findLast(
    ({ signer, claimedSigningTime: claimed }) =>
      signer?.serialNumber === certificate.serialHex && claimed !== null && Math.floor(Date.parse(claimed) / 1000) === second,
  );
}

function nameOf(one: SignatureReport): string {
  return one.field ?? one.id;
}

function judged(source: ByteSource, { at, raised, decryption, detached = [] }: Made): ValidationReport {
  const nothing = { trust: [], evidence: { certificates: [], crls: [], ocsps: [] } };
  return judge(source, { ...(raised ?? nothing), at, detached, decryption });
}

import type { ByteSource, Inflate } from '@antin/formats/bytes/source';
import type { PdfDecryption } from '@antin/formats/pdf/encryption';
import type { CryptoDoor } from '@antin/pki/crypto';
import type { TrustAnchor } from '@antin/pki/path/validate';
import { SignatureFault } from '../fault.ts';
import { validate } from '../validation/validate.ts';

/** What a time-stamp can never mend. Questions of trust and time are answered by the evidence that extending brings. */
const BROKEN: ReadonlySet<string> = new Set(['FORMAT_FAILURE', 'HASH_FAILURE', 'SIG_CRYPTO_FAILURE']);

/**
 * Nobody is asked to time-stamp a broken signature: it would look preserved and still be worth nothing.
 *
 * @throws {SignatureFault} `extend.signature-broken`
 */
export function requireIntact(
  source: ByteSource,
  context: {
    readonly door: CryptoDoor;
    readonly inflate: Inflate;
    readonly anchors: readonly TrustAnchor[];
    readonly at: number;
    /** For an encrypted PDF. */
    readonly decryption?: PdfDecryption | undefined;
    /** Only the signatures in these fields. */
    readonly fields?: readonly string[];
  },
): void {
  const { door, inflate, anchors, at, fields, decryption } = context;
  const evidence = { certificates: [], crls: [], ocsps: [] };
  const { report } = validate(source, { door, inflate, trust: anchors, evidence, at, decryption });
  const asked = report.signatures.filter((one) => fields === undefined || fields.includes(one.field ?? ''));
  const broken = asked.find((one) => one.subIndication !== null && BROKEN.has(one.subIndication));
  const error = broken?.errors[0] ?? report.errors[0];
  if (error === undefined) return;
  throw new SignatureFault('extend.signature-broken', `a signature of the file is broken: ${error.message} [${error.code}]`);
}

import type { CryptoDoor } from '@antin/pki/crypto';
import type { XmlSignatureFinding } from '../xmldsig/verify.ts';
import { checkXmlSignature } from '../xmldsig/verify.ts';
import type { ManifestFinding } from './check-manifest.ts';
import { checkManifestReference } from './check-manifest.ts';
import type { Coverage } from './coverage.ts';
import { coverageOf } from './coverage.ts';
import type { OoxmlPackage } from './package.ts';
import type { OoxmlSignature } from './read-signed.ts';

export interface OoxmlFinding {
  /** SignedInfo, and the objects it names. */
  readonly signature: XmlSignatureFinding;
  readonly manifest: readonly ManifestFinding[];
  readonly coverage: Coverage;
  /** Value and all digests are right. Says nothing about what is not covered. */
  readonly intact: boolean;
  /** Intact, and nothing that shows is left out. */
  readonly holds: boolean;
}

/**
 * Mathematics and completeness of one package signature. Whose key it is, and whether at that time, is judged elsewhere.
 *
 * @param spki of the certificate that the signed properties name
 */
export function checkOoxmlSignature(
  file: OoxmlPackage,
  one: OoxmlSignature,
  { spki, door }: { readonly spki: Uint8Array; readonly door: CryptoDoor },
): OoxmlFinding {
  const signature = checkXmlSignature(one.signature, spki, { door, detached: () => undefined });
  const manifest = one.manifest.map((reference) => checkManifestReference(file, reference, door));
  const coverage = coverageOf(file, manifest);
  const intact = signature.holds && manifest.every((finding) => finding.status === 'intact');
  return { signature, manifest, coverage, intact, holds: intact && coverage.missing.length === 0 };
}

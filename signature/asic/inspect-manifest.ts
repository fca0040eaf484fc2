import { equalBytes } from '@antin/formats/bytes/bytes';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { refusalOfAttributes, type AttributesRefusal } from '../making/inspect-attributes.ts';
import { cmsManifest, type ManifestPart } from './cms-manifest.ts';
import { META_INF, PART_TYPE } from './names.ts';

export type ManifestCheck =
  | { readonly status: 'matches' }
  | { readonly status: 'refused'; readonly code: `asic.${AttributesRefusal | 'manifest-other'}`; readonly message: string };

const TYPES = [OID.idContentType, OID.idMessageDigest, OID.idSigningTime, OID.idAaSigningCertificateV2];
/** Where the first signature of a container and one beside it stand, as `prepareAsicCades` names them. */
const SIGNATURES = ['001', '002'].map((number) => `${META_INF}signature${number}.p7s`);

/**
 * What an agent checks before its key signs an ASiC-E, first or behind one other signature: the manifest is the very one that these files make, names, types and
 * digests, and nothing beside them; and the attributes are about that manifest and this certificate.
 *
 * @param parts the files as the agent has them, in the order of the manifest
 */
export function checkManifest(
  manifest: Uint8Array,
  parts: readonly ManifestPart[],
  signedAttributes: Uint8Array,
  certificate: Uint8Array,
  digest: DigestAlgorithm,
  door: CryptoDoor,
): ManifestCheck {
  const made = SIGNATURES.map((name) => cmsManifest({ name, mimeType: PART_TYPE.cms }, parts, digest, door));
  const own = made.find((one) => equalBytes(one, manifest));
  if (own === undefined) {
    return { status: 'refused', code: 'asic.manifest-other', message: 'the manifest is not the one that these files make' };
  }
  const contentDigest = digestOf(door, digest, own);
  const refusal = refusalOfAttributes(signedAttributes, { types: TYPES, contentDigest, certificate }, door);
  return refusal === undefined
    ? { status: 'matches' }
    : { status: 'refused', code: `asic.${refusal.reason}`, message: refusal.message };
}

import { utf8 } from '@antin/formats/bytes/bytes';
import { SignatureFault } from '../fault.ts';
import type { JadesContent } from './content.ts';
import { writeOctets } from './content.ts';
import type { EtsiUItem } from './etsi-u.ts';
import type { Jws, JwsSignature } from './jws.ts';
import { signedFilesOf, signedPayload } from './verify.ts';

/**
 * Feeds what an `arcTst` is over (TS 119 182-1 clause 5.3.6.3.1): the signed data, protected header, signature value, dots between
 * them, and the elements of `etsiU` before it, all as they were received.
 *
 * @param before elements of `etsiU` in front of the time-stamp; all of them for a new one
 * @throws {SignatureFault} `jades.content-needed` when signed data is not there, `jades.clear-etsi-u`
 */
export function writeArchiveImprint(
  jws: Jws,
  signature: JwsSignature,
  before: readonly EtsiUItem[],
  content: JadesContent,
  update: (piece: Uint8Array) => void,
): void {
  const { header, protectedText, signatureText } = signature;
  for (const { uri } of signedFilesOf(header)?.files ?? []) {
    const file = content.file?.(uri);
    if (file === undefined) throw new SignatureFault('jades.content-needed', `"${uri}" is needed for an archive time-stamp`);
    writeOctets(file, header.encodedPayload, update);
  }
  update(signedPayload(jws, signature, content));
  update(utf8(`.${protectedText}.${signatureText}.`));
  for (const { octets } of before) {
    // No canonical form of JSON is agreed upon: judges differ about the bytes.
    if (octets === undefined)
      throw new SignatureFault('jades.clear-etsi-u', 'archive time-stamps need base64url elements in "etsiU"');
    update(octets);
  }
}

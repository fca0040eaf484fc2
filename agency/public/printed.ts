import { HttpRefusal } from '@antin/adapters/http/fault';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeDeflate, nodeInflate } from '@antin/adapters/inflate/node';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import type { SigningKey } from '@antin/signature/making/signer';
import { signPades } from '@antin/signature/pades/sign';

/**
 * The printed report, sealed by who runs this installation where there is a key for it: whoever is shown the paper later can check that
 * this installation said so.
 *
 * @param at claimed time of the seal, ms since 1970
 * @throws {HttpRefusal} `verify.seal-unavailable`
 */
export async function sealedReport(
  pdf: Uint8Array,
  at: number,
  seal: (() => Promise<SigningKey>) | undefined,
): Promise<Uint8Array> {
  if (seal === undefined) return pdf;
  try {
    const appended = await signPades(memorySource(pdf), await seal(), {
      door: nodeCrypto,
      inflate: nodeInflate,
      deflate: nodeDeflate,
      signingTime: at,
      level: 'B-B',
    });
    return concatBytes(pdf, appended);
  } catch (cause) {
    // Never without, where it says that it has one.
    throw new HttpRefusal('verify.seal-unavailable', { cause });
  }
}

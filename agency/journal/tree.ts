import { toHex } from '@antin/formats/bytes/text-encodings';
import { utf8 } from '@antin/formats/bytes/bytes';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { leafHash as leafOf } from '@antin/pki/log/hash';

/** Leaf hash of RFC 9162 §2.1.1 over an entry's canonical text, lower-case hex. */
export function leafHash(canonical: string): string {
  return toHex(leafOf(nodeCrypto, utf8(canonical)));
}

import { utf8 } from '@antin/formats/bytes/bytes';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { leafHash } from '@antin/pki/log/hash';
import { canonicalJson } from '@antin/protocol/canonical-json';

export interface Happening {
  /** Random, so that a leaf hash that is published tells nothing about what it stands for. */
  readonly id: string;
  readonly at: Date;
  /** `area.past-tense`: `certificate.issued`, `request.approved`. */
  readonly kind: string;
  readonly serialHex: string | null;
  /** Small facts: names and digests, never a key, a PIN or a citizen number. */
  readonly detail: object;
}

/** The one text of what happened, and the leaf that stands for it in the tree. */
export function entryOf({ id, at, kind, serialHex, detail }: Happening): { canonical: string; leafHash: Uint8Array } {
  const canonical = canonicalJson({ id, at: at.toISOString(), kind, serial: serialHex ?? undefined, detail });
  return { canonical, leafHash: leafHash(nodeCrypto, utf8(canonical)) };
}

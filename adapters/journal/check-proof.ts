import { utf8 } from '@antin/formats/bytes/bytes';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { parseCheckpoint } from '@antin/pki/log/checkpoint';
import { leafHash } from '@antin/pki/log/hash';
import { verifyConsistency, verifyInclusion } from '@antin/pki/log/verify';
import type { JournalProof, SignedCheckpoint } from '@antin/protocol/journal/proof';
import { nodeCrypto } from '../crypto/node.ts';

/**
 * Whether a proof's hashes lead from what it is about to its heads. The signatures under the heads are judged apart.
 *
 * @throws {PkiFault} `log.checkpoint-damaged` @throws {FormatFault} `base64.damaged`
 */
export function proofHolds(proof: JournalProof): boolean {
  const hashes = proof.proof.map(fromBase64);
  if (proof.type === 'antin.journal-entry-proof') {
    const { size, root } = parseCheckpoint(proof.head.checkpoint);
    const leaf = leafHash(nodeCrypto, utf8(proof.entry));
    const claim = { leafIndex: BigInt(proof.leafIndex), treeSize: BigInt(size), root, leafHash: leaf, proof: hashes };
    return verifyInclusion(nodeCrypto, claim);
  }
  const [older, newer] = [parseCheckpoint(proof.older.checkpoint), parseCheckpoint(proof.newer.checkpoint)];
  const claim = { size1: BigInt(older.size), size2: BigInt(newer.size), root1: older.root, root2: newer.root, proof: hashes };
  // Two logs may grow alike for a while: a head of another one proves nothing about this.
  return older.origin === newer.origin && verifyConsistency(nodeCrypto, claim);
}

/** The heads whose signatures must hold for a proof to mean anything. */
export function headsOf(proof: JournalProof): readonly SignedCheckpoint[] {
  return proof.type === 'antin.journal-entry-proof' ? [proof.head] : [proof.older, proof.newer];
}

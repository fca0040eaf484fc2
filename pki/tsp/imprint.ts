import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readOctetString } from '@antin/formats/der/values';
import { octetString, sequence } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import type { DigestAlgorithm } from '../crypto.ts';
import { PkiFault } from '../fault.ts';
import { DIGEST_LENGTH, digestAlgorithmIdentifier, digestAlgorithmOf, parseAlgorithmIdentifier } from '../x509/algorithm.ts';

/** `MessageImprint ::= SEQUENCE { hashAlgorithm AlgorithmIdentifier, hashedMessage OCTET STRING }` (RFC 3161 §2.4.1) */
export interface MessageImprint {
  /** Undefined when the digest is one we do not know; `digestOid` still says which. */
  readonly digest: DigestAlgorithm | undefined;
  readonly digestOid: string;
  readonly hash: Uint8Array;
  readonly raw: Uint8Array;
}

/** @throws {FormatFault} `tsp.message-imprint` also when the hash has not the length of its algorithm, `der.*` */
export function parseMessageImprint(node: DerNode): MessageImprint {
  const [algorithm, hashed, ...more] = node.expect(TAG.SEQUENCE, 'MessageImprint').children();
  if (algorithm === undefined || hashed === undefined || more.length > 0) {
    throw new FormatFault('tsp.message-imprint', 'MessageImprint has two members', node.start);
  }
  const digestOid = parseAlgorithmIdentifier(algorithm).oid;
  const digest = digestAlgorithmOf(digestOid);
  const hash = readOctetString(hashed);
  if (digest !== undefined && hash.length !== DIGEST_LENGTH[digest]) {
    throw new FormatFault('tsp.message-imprint', `a ${digest} value has ${DIGEST_LENGTH[digest]} octets`, hashed.start);
  }
  return { digest, digestOid, hash, raw: node.raw };
}

/** @throws {PkiFault} `tsp.message-imprint` when the hash has not the length of its algorithm */
export function buildMessageImprint(digest: DigestAlgorithm, hash: Uint8Array): Uint8Array {
  if (hash.length !== DIGEST_LENGTH[digest]) {
    throw new PkiFault('tsp.message-imprint', `a ${digest} value has ${DIGEST_LENGTH[digest]} octets, not ${hash.length}`);
  }
  return sequence(digestAlgorithmIdentifier(digest), octetString(hash));
}

import { createHash } from 'node:crypto';
import { oidHex, only, readTlvs } from './tlv.ts';
import type { Tlv } from './tlv.ts';

/** 0.4.0.1733.2.4, 0.4.0.19122.1.5 and the digests, as content octets. */
const ARCHIVE_TIME_STAMP_V3 = '04008d450204';
const HASH_INDEX_V3 = '04008195320105';
const DIGESTS: Readonly<Record<string, string>> = {
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
  '608648016503040208': 'sha3-256',
  '608648016503040209': 'sha3-384',
  '60864801650304020a': 'sha3-512',
};

export interface ArchiveImprint {
  /** As openssl and Node name it. */
  readonly digest: string;
  /** What the token must be over, computed from the CMS, hexadecimal. */
  readonly computed: string;
  /** What the token says it is over. */
  readonly stated: string;
  /** Entries of the index for which nothing is in the CMS, and things of the CMS without an entry. */
  readonly unmatched: readonly string[];
  readonly unprotected: readonly string[];
  /** The token, DER. */
  readonly token: Uint8Array;
}

/**
 * Message imprints of all archive-time-stamp-v3 attributes of one signer, computed from the text of EN 319 122-1 clauses 5.5.2
 * and 5.5.3 alone.
 */
export function archiveImprints(cms: Uint8Array, content: Uint8Array | undefined, signer = 0): ArchiveImprint[] {
  const contentInfo = readTlvs(only(Buffer.from(cms)).value);
  const signedData = readTlvs(only(contentInfo[1]!.value).value);
  const encapsulated = readTlvs(signedData[2]!.value);
  const eContent = encapsulated[1] === undefined ? undefined : only(encapsulated[1].value).value;
  const data = eContent ?? content;
  if (data === undefined) throw new Error('the signed data is needed');
  const certificates = readTlvs(signedData.find((one) => one.tag === 0xa0)?.value ?? Buffer.alloc(0));
  const revocation = readTlvs(signedData.find((one) => one.tag === 0xa1)?.value ?? Buffer.alloc(0));
  const info = readTlvs(readTlvs(signedData.at(-1)!.value)[signer]!.value);
  const unsigned = readTlvs(info.find((one) => one.tag === 0xa1)?.value ?? Buffer.alloc(0));
  const attributeValues = unsigned.flatMap((attribute) => {
    const [type, values] = readTlvs(attribute.value);
    return readTlvs(values!.value).map((value) => ({ type: type!, value }));
  });

  return attributeValues
    .filter((one) => oidHex(one.type) === ARCHIVE_TIME_STAMP_V3)
    .map(({ value }) => {
      const index = hashIndexOf(value);
      const [algorithm, certs, crls, attrs] = readTlvs(index.value);
      const digest = DIGESTS[oidHex(readTlvs(algorithm!.value)[0])];
      if (digest === undefined) throw new Error('an unknown digest');
      const hash = (...parts: Uint8Array[]) => parts.reduce((h, part) => h.update(part), createHash(digest)).digest();
      const unmatched: string[] = [];
      const unprotected: string[] = [];
      const compare = (what: string, list: Tlv | undefined, present: Buffer[]) => {
        const named = readTlvs(list!.value).map((one) => one.value.toString('hex'));
        const hashes = present.map((one) => one.toString('hex'));
        unmatched.push(...named.filter((one) => !hashes.includes(one)).map((one) => `${what} ${one}`));
        unprotected.push(...hashes.filter((one) => !named.includes(one)).map((one) => `${what} ${one}`));
      };
      compare(
        'certificate',
        certs,
        certificates.map((one) => hash(one.whole)),
      );
      compare(
        'revocation',
        crls,
        revocation.map((one) => hash(one.whole)),
      );
      compare(
        'attribute',
        attrs,
        attributeValues.map((one) => hash(one.type.whole, one.value.whole)),
      );
      const fields = info.filter((one) => one.tag !== 0xa1).map((one) => one.whole);
      const computed = hash(encapsulated[0]!.whole, hash(data), ...fields, index.whole);
      return {
        digest,
        computed: computed.toString('hex'),
        stated: statedImprint(value),
        unmatched,
        unprotected,
        token: value.whole,
      };
    });
}

function tokenParts(token: Tlv): Tlv[] {
  return readTlvs(only(readTlvs(token.value)[1]!.value).value);
}

/** ats-hash-index-v3: one unsigned attribute, one value, in the signer of the token. */
function hashIndexOf(token: Tlv): Tlv {
  const info = readTlvs(only(tokenParts(token).at(-1)!.value).value);
  const unsigned = readTlvs(info.find((one) => one.tag === 0xa1)?.value ?? Buffer.alloc(0)).map((one) => readTlvs(one.value));
  const indexes = unsigned.filter(([type]) => oidHex(type) === HASH_INDEX_V3);
  if (indexes.length !== 1) throw new Error(`one ats-hash-index-v3 expected, found ${indexes.length}`);
  return only(indexes[0]![1]!.value);
}

/** TSTInfo.messageImprint.hashedMessage. */
function statedImprint(token: Tlv): string {
  const tstInfo = only(only(readTlvs(tokenParts(token)[2]!.value)[1]!.value).value);
  return readTlvs(readTlvs(tstInfo.value)[2]!.value)[1]!.value.toString('hex');
}

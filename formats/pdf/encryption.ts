import { concatBytes, latin1 } from '../bytes/bytes.ts';
import { FormatFault } from '../fault.ts';
import type { PdfDict, PdfObject } from './objects.ts';
import { isName, isStream } from './objects.ts';
import { rc4 } from './rc4.ts';
import type { PdfCipher, PdfCiphers, UnlockedFile } from './security-handler.ts';

/** A password and the arithmetic to use it with. */
export interface PdfDecryption {
  /** Of the user or of the owner. */
  readonly password: string;
  readonly ciphers: PdfCiphers;
}

/** Strings and streams of an encrypted file, in both directions (ISO 32000-2 §7.6.2, §7.6.3). */
export interface PdfEncryption {
  readonly unlocked: UnlockedFile;
  /** The object with its strings and its stream readable; streams when they are asked for. */
  decrypt(object: PdfObject, num: number, gen: number): PdfObject;
  /** The object as it stands in the file. @throws {FormatFault} `pdf.encryption-weak`: nothing is written with RC4 */
  encrypt(object: PdfObject, num: number, gen: number): PdfObject;
}

/** @param dictionary object number of the encryption dictionary, whose own strings are never encrypted; 0 when it is direct */
export function pdfEncryption(unlocked: UnlockedFile, ciphers: PdfCiphers, dictionary: number): PdfEncryption {
  const change = (object: PdfObject, num: number, gen: number, way: Way): PdfObject => {
    if (num === dictionary) return object;
    const strings = cipherFor(unlocked.strings, unlocked.key, num, gen, ciphers, way);
    if (!isStream(object)) return withStrings(object, strings);
    const dict = withStrings(object.dict, strings) as PdfDict;
    if (!isEncrypted(object.dict, unlocked)) return { ...object, dict };
    const data = cipherFor(unlocked.streams, unlocked.key, num, gen, ciphers, way);
    return { kind: 'stream', dict, raw: () => data(object.raw()) };
  };
  return {
    unlocked,
    decrypt: (object, num, gen) => change(object, num, gen, 'decrypt'),
    encrypt(object, num, gen) {
      // What RC4 hides is hidden from nobody; whoever opens the file may take the protection off instead.
      if (unlocked.strings === 'rc4' || unlocked.streams === 'rc4') {
        throw new FormatFault('pdf.encryption-weak', 'the file is encrypted with RC4, which is not written any more');
      }
      return change(object, num, gen, 'encrypt');
    },
  };
}

type Way = 'encrypt' | 'decrypt';
type Change = (bytes: Uint8Array) => Uint8Array;

/** Metadata only where the file says so; `/Crypt` says `Identity` (§7.4.10). */
function isEncrypted({ entries }: PdfDict, { encryptMetadata }: UnlockedFile): boolean {
  const type = entries.get('Type');
  if (isName(type, 'Metadata') && !encryptMetadata) return false;
  const filter = entries.get('Filter');
  const first = typeof filter === 'object' && filter?.kind === 'array' ? filter.items[0] : filter;
  return !isName(first, 'Crypt');
}

/** Every string but the one that holds a signature (§7.6.2): its bytes must stand outside what is signed, readable by all. */
function withStrings(object: PdfObject, change: Change): PdfObject {
  if (typeof object !== 'object' || object === null) return object;
  switch (object.kind) {
    case 'string':
      return { ...object, bytes: change(object.bytes) };
    case 'array':
      return { kind: 'array', items: object.items.map((item) => withStrings(item, change)) };
    case 'dict': {
      const signature = object.entries.has('ByteRange') && object.entries.has('Contents');
      const entries = new Map<string, PdfObject>();
      for (const [key, value] of object.entries) {
        entries.set(key, signature && key === 'Contents' ? value : withStrings(value, change));
      }
      return { kind: 'dict', entries };
    }
    default:
      return object;
  }
}

function cipherFor(cipher: PdfCipher, key: Uint8Array, num: number, gen: number, ciphers: PdfCiphers, way: Way): Change {
  switch (cipher) {
    case 'none':
      return (bytes) => bytes;
    case 'rc4': {
      const own = objectKey(key, num, gen, ciphers, '');
      return (bytes) => rc4(own, bytes);
    }
    case 'aes-128':
      return aes(objectKey(key, num, gen, ciphers, 'sAlT'), ciphers, way, [num, gen]);
    case 'aes-256':
      return aes(key, ciphers, way, [num, gen]);
  }
}

/** Algorithm 1. */
function objectKey(key: Uint8Array, num: number, gen: number, ciphers: PdfCiphers, salt: string): Uint8Array {
  const place = Uint8Array.of(num & 255, (num >> 8) & 255, (num >> 16) & 255, gen & 255, (gen >> 8) & 255);
  return ciphers.md5(concatBytes(key, place, latin1(salt))).subarray(0, Math.min(16, key.length + 5));
}

/** Initialisation vector, then blocks, the last one padded as in PKCS#7 (Algorithm 1.A). */
function aes(key: Uint8Array, ciphers: PdfCiphers, way: Way, place: readonly [number, number]): Change {
  if (way === 'decrypt') return (bytes) => (bytes.length === 0 ? bytes : decrypted(key, ciphers, bytes));
  let n = 0;
  return (bytes) => {
    const count = 16 - (bytes.length % 16);
    const padded = new Uint8Array(bytes.length + count).fill(count);
    padded.set(bytes);
    // No randomness at hand: a vector nobody can guess without the key, another one for every string and every content.
    const label = latin1(`Antin IV ${place.join(' ')} ${n++} `);
    const iv = ciphers.sha2(256, concatBytes(key, label, ciphers.sha2(256, bytes))).subarray(0, 16);
    return concatBytes(iv, ciphers.aesCbc('encrypt', key, iv, padded));
  };
}

function decrypted(key: Uint8Array, ciphers: PdfCiphers, bytes: Uint8Array): Uint8Array {
  const damaged = (): FormatFault => new FormatFault('pdf.encryption-damaged', 'encrypted data is no whole number of blocks');
  if (bytes.length < 16 || bytes.length % 16 !== 0) throw damaged();
  // A vector and nothing behind it: the way some programs write nothing.
  if (bytes.length === 16) return new Uint8Array(0);
  const plain = ciphers.aesCbc('decrypt', key, bytes.subarray(0, 16), bytes.subarray(16));
  const count = plain[plain.length - 1] as number;
  if (count < 1 || count > 16) throw damaged();
  return plain.subarray(0, plain.length - count);
}

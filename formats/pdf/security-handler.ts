import { concatBytes, equalBytes, latin1, utf8 } from '../bytes/bytes.ts';
import { FormatFault } from '../fault.ts';
import type { PdfDict, PdfObject } from './objects.ts';
import { isDict, isInteger, isName, isString } from './objects.ts';
import { rc4 } from './rc4.ts';

/** The arithmetic of the standard security handler; `adapters/crypto/pdf-ciphers.ts` does it with `node:crypto`. */
export interface PdfCiphers {
  md5(data: Uint8Array): Uint8Array;
  sha2(bits: 256 | 384 | 512, data: Uint8Array): Uint8Array;
  /** CBC without padding; `data` is a multiple of 16 bytes, the key has 16 or 32. */
  aesCbc(direction: 'encrypt' | 'decrypt', key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array;
}

/** How a class of data is kept: RC4, AES-128 with a key for each object, AES-256 with the file's key, or as it is. */
export type PdfCipher = 'rc4' | 'aes-128' | 'aes-256' | 'none';

export interface UnlockedFile {
  readonly key: Uint8Array;
  readonly strings: PdfCipher;
  readonly streams: PdfCipher;
  readonly encryptMetadata: boolean;
  /** `/P` as 32 bits; everything is allowed to the owner. */
  readonly permissions: number;
  readonly owner: boolean;
}

type Resolve = (object: PdfObject | undefined) => PdfObject;

/**
 * Opens the standard security handler (ISO 32000-2 §7.6.4) with a user's or an owner's password.
 *
 * @param id first part of the trailer's `/ID`
 * @throws {FormatFault} `pdf.password-wrong`, `pdf.encryption-unsupported`, `pdf.encryption-damaged`
 */
export function unlock(dict: PdfDict, id: Uint8Array, password: string, ciphers: PdfCiphers, resolve: Resolve): UnlockedFile {
  const read = (key: string): PdfObject => resolve(dict.entries.get(key));
  const unsupported = (what: string): FormatFault => new FormatFault('pdf.encryption-unsupported', `encrypted by ${what}`);
  const filter = read('Filter');
  if (!isName(filter, 'Standard')) throw unsupported(isName(filter) ? `the handler ${filter.value}` : 'an unnamed handler');
  const v = read('V');
  const r = read('R');
  const p = read('P');
  if (!isInteger(v) || !isInteger(r) || !isInteger(p)) throw damaged('/V, /R or /P is no whole number');
  const fits = (v === 1 && r === 2) || (v === 2 && r === 3) || (v === 4 && r === 4) || (v === 5 && (r === 5 || r === 6));
  if (!fits) throw unsupported(`version ${v}, revision ${r}`);
  const cipher = (name: string): PdfCipher => (v < 4 ? 'rc4' : cipherOf(read(name), read('CF'), v, resolve));
  const bits = read('Length');
  const keyed: Keyed = {
    revision: r,
    keyBytes: v === 1 ? 5 : v === 2 ? (isInteger(bits) ? bits : 40) / 8 : 16,
    o: bytesOf(read('O'), v === 5 ? 48 : 32),
    u: bytesOf(read('U'), v === 5 ? 48 : 32),
    permissions: p | 0,
    id,
    encryptMetadata: read('EncryptMetadata') !== false,
    ciphers,
  };
  if (!Number.isInteger(keyed.keyBytes) || keyed.keyBytes < 5 || keyed.keyBytes > 16) throw damaged('/Length is no key length');
  const opened =
    v === 5
      ? unlockAes256(keyed, password, bytesOf(read('OE'), 32), bytesOf(read('UE'), 32), bytesOf(read('Perms'), 16))
      : unlockOlder(keyed, password);
  if (opened === undefined) throw new FormatFault('pdf.password-wrong', 'the password is neither the user’s nor the owner’s');
  const { encryptMetadata, permissions } = keyed;
  return { ...opened, strings: cipher('StrF'), streams: cipher('StmF'), encryptMetadata, permissions };
}

interface Keyed {
  readonly revision: number;
  readonly keyBytes: number;
  readonly o: Uint8Array;
  readonly u: Uint8Array;
  readonly permissions: number;
  readonly id: Uint8Array;
  readonly encryptMetadata: boolean;
  readonly ciphers: PdfCiphers;
}

type Opened = { readonly key: Uint8Array; readonly owner: boolean } | undefined;

function damaged(message: string): FormatFault {
  return new FormatFault('pdf.encryption-damaged', message);
}

function bytesOf(value: PdfObject, length: number): Uint8Array {
  if (!isString(value) || value.bytes.length < length) throw damaged('a string of the encryption dictionary is too short');
  return value.bytes.subarray(0, length);
}

/** Crypt filters of Table 25: the methods of their version and no others. */
function cipherOf(name: PdfObject, filters: PdfObject, v: number, resolve: Resolve): PdfCipher {
  if (name === null || isName(name, 'Identity')) return 'none';
  const filter = isName(name) && isDict(filters) ? resolve(filters.entries.get(name.value)) : null;
  const method = isDict(filter) ? resolve(filter.entries.get('CFM')) : null;
  if (v === 4 && isName(method, 'V2')) return 'rc4';
  if (v === 4 && isName(method, 'AESV2')) return 'aes-128';
  if (v === 5 && isName(method, 'AESV3')) return 'aes-256';
  throw new FormatFault('pdf.encryption-unsupported', 'encrypted by a crypt filter this engine does not know');
}

const PAD = Uint8Array.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a'.match(/../g) as string[], (pair) =>
  Number.parseInt(pair, 16),
);

/** Algorithms 2, 4 to 7 (§7.6.4.3, §7.6.4.4): MD5 and RC4, whatever encrypts the data. */
function unlockOlder(keyed: Keyed, password: string): Opened {
  const plain = [...password].every((c) => c.charCodeAt(0) < 256) ? latin1(password) : utf8(password);
  const padded = concatBytes(plain, PAD).subarray(0, 32);
  const asUser = userKey(keyed, padded);
  if (asUser) return { key: asUser, owner: ownerPadded(keyed, padded) !== undefined };
  const user = ownerPadded(keyed, padded);
  const key = user && userKey(keyed, user);
  return key && { key, owner: true };
}

/** The file's key when this is the (padded) user's password. */
function userKey({ revision, keyBytes, o, u, permissions, id, encryptMetadata, ciphers }: Keyed, padded: Uint8Array) {
  const p = Uint8Array.of(permissions & 255, (permissions >> 8) & 255, (permissions >> 16) & 255, (permissions >> 24) & 255);
  const open = revision >= 4 && !encryptMetadata ? [Uint8Array.of(255, 255, 255, 255)] : [];
  let key = ciphers.md5(concatBytes(padded, o, p, id, ...open)).subarray(0, keyBytes);
  if (revision >= 3) for (let i = 0; i < 50; i++) key = ciphers.md5(key).subarray(0, keyBytes);
  if (revision === 2) return equalBytes(rc4(key, PAD), u) ? key : undefined;
  let check = ciphers.md5(concatBytes(PAD, id));
  for (let i = 0; i < 20; i++)
    check = rc4(
      key.map((b) => b ^ i),
      check,
    );
  return equalBytes(check, u.subarray(0, 16)) ? key : undefined;
}

/** The (padded) user's password that the owner's password opens, when it is one. */
function ownerPadded(keyed: Keyed, padded: Uint8Array): Uint8Array | undefined {
  const { revision, keyBytes, ciphers } = keyed;
  let key = ciphers.md5(padded);
  if (revision >= 3) for (let i = 0; i < 50; i++) key = ciphers.md5(key);
  key = key.subarray(0, keyBytes);
  let user = keyed.o;
  for (let i = revision >= 3 ? 19 : 0; i >= 0; i--)
    user = rc4(
      key.map((b) => b ^ i),
      user,
    );
  return userKey(keyed, user) ? user : undefined;
}

const NO_IV = new Uint8Array(16);

/** Algorithms 2.A and 2.B (§7.6.4.3.3): the owner first, as a password may be both. */
function unlockAes256(keyed: Keyed, password: string, oe: Uint8Array, ue: Uint8Array, perms: Uint8Array): Opened {
  const { o, u, ciphers, revision } = keyed;
  // SASLprep in what it does to passwords people type: compatibility forms composed.
  const secret = utf8(password.normalize('NFKC')).subarray(0, 127);
  const hash = (salt: Uint8Array, more: Uint8Array): Uint8Array =>
    revision === 5 ? ciphers.sha2(256, concatBytes(secret, salt, more)) : hardened(secret, salt, more, ciphers);
  const none = new Uint8Array(0);
  const owner = equalBytes(hash(o.subarray(32, 40), u), o.subarray(0, 32));
  if (!owner && !equalBytes(hash(u.subarray(32, 40), none), u.subarray(0, 32))) return undefined;
  const between = owner ? hash(o.subarray(40, 48), u) : hash(u.subarray(40, 48), none);
  const key = ciphers.aesCbc('decrypt', between, NO_IV, owner ? oe : ue);
  requirePerms(ciphers.aesCbc('decrypt', key, NO_IV, perms), keyed);
  return { key, owner };
}

/** Algorithm 13: permissions that were changed behind the key's back are no permissions. */
function requirePerms(plain: Uint8Array, { permissions, encryptMetadata }: Keyed): void {
  const [a, b, c, d] = plain as unknown as [number, number, number, number];
  const said = a | (b << 8) | (c << 16) | (d << 24);
  const marked = plain[9] === 0x61 && plain[10] === 0x64 && plain[11] === 0x62;
  if (!marked || said !== permissions || (plain[8] === 0x54) !== encryptMetadata) {
    throw damaged('/Perms does not confirm the permissions of the file');
  }
}

/** Algorithm 2.B: rounds of AES whose result chooses the next digest. */
function hardened(secret: Uint8Array, salt: Uint8Array, more: Uint8Array, ciphers: PdfCiphers): Uint8Array {
  let k = ciphers.sha2(256, concatBytes(secret, salt, more));
  for (let round = 0; ; round++) {
    const once = concatBytes(secret, k, more);
    const many = new Uint8Array(64 * once.length);
    for (let i = 0; i < 64; i++) many.set(once, i * once.length);
    const e = ciphers.aesCbc('encrypt', k.subarray(0, 16), k.subarray(16, 32), many);
    const sum = e.subarray(0, 16).reduce((total, byte) => total + byte, 0);
    k = ciphers.sha2(([256, 384, 512] as const)[(sum % 3) as 0 | 1 | 2], e);
    if (round >= 63 && (e[e.length - 1] as number) <= round - 31) return k.subarray(0, 32);
  }
}

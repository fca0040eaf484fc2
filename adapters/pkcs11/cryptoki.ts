import type koffiModule from 'koffi';
import type { LibraryHandle } from 'koffi';
import { CKF_OS_LOCKING_OK, CKF_RW_SESSION, CKF_SERIAL_SESSION, CKR, MAX_ATTRIBUTE } from './constants.ts';

type Koffi = typeof koffiModule;
type NativeFunction = ((...args: unknown[]) => number | bigint) & {
  async(...args: [...unknown[], (error: unknown, result: number | bigint) => void]): void;
};

/** A PKCS#11 call that did not return CKR_OK. */
export class CryptokiError extends Error {
  override readonly name = 'CryptokiError';
  readonly value: number;
  readonly call: string;

  constructor(call: string, value: number) {
    super(`${call}: ${CKR[value] ?? `0x${value.toString(16)}`}`);
    this.value = value;
    this.call = call;
  }
}

/** Places in CK_FUNCTION_LIST (pkcs11f.h), counted from C_Initialize. */
const FUNCTIONS = {
  C_Initialize: [0, ['void *']],
  C_Finalize: [1, ['void *']],
  C_GetSlotList: [4, ['uint8_t', 'void *', 'void *']],
  C_GetTokenInfo: [6, ['ulong', 'void *']],
  C_GetMechanismInfo: [8, ['ulong', 'ulong', 'void *']],
  C_OpenSession: [12, ['ulong', 'ulong', 'void *', 'void *', 'void *']],
  C_CloseSession: [13, ['ulong']],
  C_Login: [18, ['ulong', 'ulong', 'void *', 'ulong']],
  C_Logout: [19, ['ulong']],
  C_CreateObject: [20, ['ulong', 'void *', 'ulong', 'void *']],
  C_GetAttributeValue: [24, ['ulong', 'ulong', 'void *', 'ulong']],
  C_FindObjectsInit: [26, ['ulong', 'void *', 'ulong']],
  C_FindObjects: [27, ['ulong', 'void *', 'ulong', 'void *']],
  C_FindObjectsFinal: [28, ['ulong']],
  C_SignInit: [42, ['ulong', 'void *', 'ulong']],
  C_Sign: [43, ['ulong', 'void *', 'ulong', 'void *', 'void *']],
  C_GenerateKeyPair: [59, ['ulong', 'void *', 'void *', 'ulong', 'void *', 'ulong', 'void *', 'void *']],
} as const;
type FunctionName = keyof typeof FUNCTIONS;

export interface TokenInfo {
  readonly label: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly flags: number;
}

export interface Mechanism {
  readonly type: number;
  readonly parameter?: Buffer;
}

/**
 * A PKCS#11 module through koffi: C structures are laid out by hand in buffers, because their layout is the one thing that
 * differs between systems — on Windows CK_ULONG has four octets and structures are packed without gaps, elsewhere CK_ULONG
 * is as wide as a pointer and aligned.
 *
 * Loads foreign native code: only ever used inside a process of its own (`child.ts`, the authority's signer process).
 */
export class Cryptoki {
  readonly #koffi: Koffi;
  readonly #functions: Record<FunctionName, NativeFunction>;
  readonly #ulongSize: number;
  readonly #pointerSize: number;
  readonly #packed: boolean;
  /** koffi unloads the module when this object is collected, under the feet of the functions decoded below. */
  readonly #library: LibraryHandle;

  constructor(koffi: Koffi, path: string) {
    this.#koffi = koffi;
    this.#ulongSize = koffi.sizeof('ulong');
    this.#pointerSize = koffi.sizeof('void *');
    this.#packed = process.platform === 'win32';
    this.#library = koffi.load(path);
    const out = Buffer.alloc(8);
    const getFunctionList = this.#library.func('C_GetFunctionList', 'ulong', ['void *']) as unknown as NativeFunction;
    check('C_GetFunctionList', getFunctionList(out));
    const list = this.#readPointer(out, 0);
    // CK_FUNCTION_LIST begins with CK_VERSION (two octets), then pointers: aligned, or right behind it when packed.
    const first = this.#packed ? 2 : this.#pointerSize;
    this.#functions = Object.fromEntries(
      Object.entries(FUNCTIONS).map(([name, [place, parameters]]) => {
        const entry = new Uint8Array(koffi.view(list + BigInt(first + place * this.#pointerSize), this.#pointerSize));
        const address = this.#readPointer(Buffer.from(entry), 0);
        return [name, koffi.decode(address, koffi.proto('ulong', [...parameters])) as NativeFunction];
      }),
    ) as Record<FunctionName, NativeFunction>;
  }

  initialize(): void {
    // CK_C_INITIALIZE_ARGS: four mutex functions (none), flags, reserved.
    const args = Buffer.alloc(this.#pointerSize * 5 + this.#ulongSize + 8);
    this.#writeUlong(args, this.#pointerSize * 4, CKF_OS_LOCKING_OK);
    this.#call('C_Initialize', [0x191], args);
  }

  finalize(): void {
    this.#call('C_Finalize', [0x190], null);
  }

  /** Slots with a token in them. */
  slots(): number[] {
    const count = Buffer.alloc(8);
    this.#call('C_GetSlotList', [], 1, null, count);
    // A token may be plugged in between the two calls: leave room for it.
    const room = this.#readUlong(count, 0) + 8;
    const list = Buffer.alloc(room * this.#ulongSize);
    this.#writeUlong(count, 0, room);
    this.#call('C_GetSlotList', [], 1, list, count);
    return Array.from({ length: this.#readUlong(count, 0) }, (_, n) => this.#readUlong(list, n * this.#ulongSize));
  }

  tokenInfo(slot: number): TokenInfo {
    // label 32, manufacturerID 32, model 16, serialNumber 16, flags; nothing after them is read.
    const info = Buffer.alloc(320);
    this.#call('C_GetTokenInfo', [], slot, info);
    const text = (start: number, length: number) => info.toString('utf8', start, start + length).replace(/[\0 ]+$/, '');
    return {
      label: text(0, 32),
      manufacturer: text(32, 32),
      model: text(64, 16),
      serialNumber: text(80, 16),
      flags: this.#readUlong(info, 96),
    };
  }

  /** Flags of a mechanism, undefined when the token does not have it. */
  mechanismFlags(slot: number, mechanism: number): number | undefined {
    const info = Buffer.alloc(this.#ulongSize * 3);
    const value = this.#call('C_GetMechanismInfo', [0x70, 0x54], slot, mechanism, info);
    return value === 0 ? this.#readUlong(info, this.#ulongSize * 2) : undefined;
  }

  openSession(slot: number, options: { readonly write?: boolean } = {}): number {
    const handle = Buffer.alloc(8);
    const flags = options.write === true ? CKF_SERIAL_SESSION | CKF_RW_SESSION : CKF_SERIAL_SESSION;
    this.#call('C_OpenSession', [], slot, flags, null, null, handle);
    return this.#readUlong(handle, 0);
  }

  closeSession(session: number): void {
    this.#call('C_CloseSession', [], session);
  }

  /** `pin` null: the reader asks for it itself (CKF_PROTECTED_AUTHENTICATION_PATH). */
  login(session: number, user: number, pin: Buffer | null): void {
    this.#call('C_Login', [0x100], session, user, pin, pin === null ? 0 : pin.length);
  }

  logout(session: number): void {
    this.#call('C_Logout', [0x101], session);
  }

  /** Handles of the objects with all these attributes. */
  find(session: number, template: readonly (readonly [type: number, value: number | Buffer])[], limit = 1000): number[] {
    const values = template.map(([type, value]) => [type, typeof value === 'number' ? this.#ulong(value) : value] as const);
    this.#call('C_FindObjectsInit', [], session, this.#attributes(values), values.length);
    const found: number[] = [];
    try {
      const batch = 32;
      const handles = Buffer.alloc(batch * this.#ulongSize);
      const count = Buffer.alloc(8);
      while (found.length < limit) {
        this.#call('C_FindObjects', [], session, handles, batch, count);
        const got = this.#readUlong(count, 0);
        for (let n = 0; n < got && n < batch; n += 1) found.push(this.#readUlong(handles, n * this.#ulongSize));
        if (got === 0) break;
      }
    } finally {
      this.#call('C_FindObjectsFinal', [0x91], session);
    }
    return found;
  }

  /** Puts an object on the token (a certificate that has just been issued). Needs a session for writing. */
  createObject(session: number, template: readonly (readonly [type: number, value: number | boolean | Buffer])[]): void {
    const values = template.map(([type, value]) => [type, this.#attributeValue(value)] as const);
    this.#call('C_CreateObject', [], session, this.#attributes(values), values.length, Buffer.alloc(8));
  }

  #attributeValue(value: number | boolean | Buffer): Buffer {
    if (typeof value === 'boolean') return Buffer.of(value ? 1 : 0);
    return typeof value === 'number' ? this.#ulong(value) : value;
  }

  /** Undefined when the object has no such attribute or will not tell. */
  attribute(session: number, object: number, type: number): Buffer | undefined {
    const asked = this.#attributes([[type, null]]);
    const first = this.#call('C_GetAttributeValue', [0x11, 0x12], session, object, asked, 1);
    const length = this.#readUlong(asked, this.#attributeLengthOffset());
    if (first !== 0 || length < 0 || length > MAX_ATTRIBUTE) return undefined;
    const value = Buffer.alloc(length);
    if (length === 0) return value;
    const template = this.#attributes([[type, value]]);
    this.#call('C_GetAttributeValue', [], session, object, template, 1);
    return value.subarray(0, Math.min(length, this.#readUlong(template, this.#attributeLengthOffset())));
  }

  ulongAttribute(session: number, object: number, type: number): number | undefined {
    const value = this.attribute(session, object, type);
    return value === undefined || value.length < this.#ulongSize ? undefined : this.#readUlong(value, 0);
  }

  signInit(session: number, mechanism: Mechanism, key: number): void {
    const parameter = mechanism.parameter ?? null;
    // CK_MECHANISM and CK_ATTRIBUTE have the same shape: ulong, pointer, ulong.
    this.#call('C_SignInit', [], session, this.#attributes([[mechanism.type, parameter]]), key);
  }

  sign(session: number, data: Buffer): Buffer {
    const value = Buffer.alloc(4096);
    const length = this.#ulong(value.length);
    this.#call('C_Sign', [], session, data, data.length, value, length);
    return value.subarray(0, this.#readUlong(length, 0));
  }

  /**
   * C_Sign on a thread of the pool. Two at once on one session, or C_Finalize while one runs, end the process (SIGSEGV, always):
   * the caller gives each session one operation at a time and waits for all before it finalises.
   */
  signAsync(session: number, data: Buffer): Promise<Buffer> {
    const value = Buffer.alloc(4096);
    const length = this.#ulong(value.length);
    return new Promise((resolve, reject) => {
      this.#functions.C_Sign.async(session, data, data.length, value, length, (error, result) => {
        // The buffers are C's until here; the closure keeps them from the collector.
        if (error !== null && error !== undefined) reject(error as Error);
        else if (Number(result) !== 0) reject(new CryptokiError('C_Sign', Number(result)));
        else resolve(value.subarray(0, Math.min(value.length, this.#readUlong(length, 0))));
      });
    });
  }

  /** Makes a key pair on the token. Needs a session for writing and a login. */
  generateKeyPair(
    session: number,
    mechanism: Mechanism,
    publicTemplate: readonly (readonly [type: number, value: number | boolean | Buffer])[],
    privateTemplate: readonly (readonly [type: number, value: number | boolean | Buffer])[],
  ): { readonly publicKey: number; readonly privateKey: number } {
    const encode = (template: typeof publicTemplate) =>
      this.#attributes(template.map(([type, value]) => [type, this.#attributeValue(value)] as const));
    const handles = [Buffer.alloc(8), Buffer.alloc(8)] as const;
    this.#call(
      'C_GenerateKeyPair',
      [],
      session,
      this.#attributes([[mechanism.type, mechanism.parameter ?? null]]),
      encode(publicTemplate),
      publicTemplate.length,
      encode(privateTemplate),
      privateTemplate.length,
      handles[0],
      handles[1],
    );
    return { publicKey: this.#readUlong(handles[0], 0), privateKey: this.#readUlong(handles[1], 0) };
  }

  ulongs(...values: readonly number[]): Buffer {
    return Buffer.concat(values.map((value) => this.#ulong(value)));
  }

  #call(name: FunctionName, alsoFine: readonly number[], ...args: unknown[]): number {
    const value = Number(this.#functions[name](...args));
    if (value !== 0 && !alsoFine.includes(value)) throw new CryptokiError(name, value);
    return value;
  }

  /** CK_ATTRIBUTE[]; the values stay reachable through `keep` as long as the array does. */
  #attributes(list: readonly (readonly [type: number, value: Buffer | null])[]): Buffer {
    const size = this.#ulongSize * 2 + this.#pointerSize;
    const bytes = Buffer.alloc(size * list.length);
    list.forEach(([type, value], n) => {
      this.#writeUlong(bytes, n * size, type);
      if (value === null) return;
      this.#writePointer(bytes, n * size + this.#ulongSize, this.#koffi.address(value));
      this.#writeUlong(bytes, n * size + this.#attributeLengthOffset(), value.length);
    });
    keep.set(
      bytes,
      list.map(([, value]) => value),
    );
    return bytes;
  }

  #attributeLengthOffset(): number {
    return this.#ulongSize + this.#pointerSize;
  }

  #ulong(value: number): Buffer {
    const bytes = Buffer.alloc(this.#ulongSize);
    this.#writeUlong(bytes, 0, value);
    return bytes;
  }

  #readUlong(bytes: Buffer, offset: number): number {
    return this.#ulongSize === 4 ? bytes.readUInt32LE(offset) : Number(bytes.readBigUInt64LE(offset));
  }

  #writeUlong(bytes: Buffer, offset: number, value: number): void {
    if (this.#ulongSize === 4) bytes.writeUInt32LE(value, offset);
    else bytes.writeBigUInt64LE(BigInt(value), offset);
  }

  #readPointer(bytes: Buffer, offset: number): bigint {
    return this.#pointerSize === 4 ? BigInt(bytes.readUInt32LE(offset)) : bytes.readBigUInt64LE(offset);
  }

  #writePointer(bytes: Buffer, offset: number, value: bigint): void {
    if (this.#pointerSize === 4) bytes.writeUInt32LE(Number(value), offset);
    else bytes.writeBigUInt64LE(value, offset);
  }
}

/** A buffer known to C only by address would otherwise be free for the collector. */
const keep = new WeakMap<Buffer, readonly (Buffer | null)[]>();

function check(name: string, result: number | bigint): void {
  if (Number(result) !== 0) throw new CryptokiError(name, Number(result));
}

import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { CKU_USER, TOKEN_FLAG } from '@antin/adapters/pkcs11/constants';
import { Cryptoki, CryptokiError } from '@antin/adapters/pkcs11/cryptoki';
import { findPrivateKeyOf } from '@antin/adapters/pkcs11/key-search';
import { chooseMechanism, ecdsaDer } from '@antin/adapters/pkcs11/mechanism';
import type { SigningMechanism } from '@antin/adapters/pkcs11/mechanism';
import { AuthorityFault } from '../../fault.ts';

export interface TokenKey {
  readonly id: string;
  readonly spki: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
}

export interface TokenOptions {
  readonly module: string;
  readonly label: string;
  readonly serialNumber?: string;
  readonly sessions: number;
  /** Asked at the start and after the token was away; zeroed here. `null`: the reader has a keypad. Undefined: not to be had again. */
  readonly pin: () => Buffer | null | undefined;
}

interface OpenKey {
  readonly handle: number;
  readonly chosen: SigningMechanism;
}

/** What says that sessions, objects or the device are gone; everything is opened anew and the operation tried once more. */
const REOPEN: ReadonlySet<number> = new Set([0x5, 0x6, 0x30, 0x31, 0x32, 0x60, 0x82, 0xb0, 0xb3, 0xe0, 0xe1, 0x101, 0x190]);

/**
 * One token: a login, and a pool of sessions with exactly one operation each (two at once on one end the process). Opened
 * anew when the token says that sessions are gone; finalised only when no operation runs.
 */
export class Token {
  readonly #options: TokenOptions;
  readonly #keys: readonly TokenKey[];
  #cryptoki: Cryptoki | undefined;
  #idle: number[] = [];
  #all: number[] = [];
  #waiting: ((session: number | undefined) => void)[] = [];
  #running = 0;
  #open = new Map<string, OpenKey>();
  #reopening: Promise<void> | undefined;
  #closed = false;
  /** A PIN that was wrong is never tried again by itself: requests would lock the token. */
  #pinFault: AuthorityFault | undefined;
  #slot = -1;

  constructor(options: TokenOptions, keys: readonly TokenKey[]) {
    this.#options = options;
    this.#keys = keys;
  }

  /**
   * Loads the module, logs in, finds every key and tries it against its public half.
   *
   * @throws {AuthorityFault} `keys.module-not-loaded`, `keys.token-gone`, `keys.pin-wrong`, `keys.pin-locked`,
   *   `keys.pin-needed`, `keys.key-missing`, `keys.device-error`
   */
  async open(): Promise<void> {
    if (this.#cryptoki === undefined) {
      try {
        const { default: koffi } = await import('koffi');
        this.#cryptoki = new Cryptoki(koffi, this.#options.module);
      } catch (cause) {
        throw new AuthorityFault('keys.module-not-loaded', cause instanceof Error ? cause.message : String(cause));
      }
    }
    const module = this.#cryptoki;
    try {
      module.initialize();
      this.#slot = this.#findSlot(module);
      const first = module.openSession(this.#slot, { write: true });
      this.#all = [first];
      this.#login(module, first);
      while (this.#all.length < this.#options.sessions) this.#all.push(module.openSession(this.#slot));
      this.#open = new Map(this.#keys.map((key) => [key.id, this.#openKey(module, first, key)]));
      this.#idle = [...this.#all];
    } catch (error) {
      this.#closeSessions();
      throw tokenFault(error);
    }
  }

  #findSlot(module: Cryptoki): number {
    const { label, serialNumber } = this.#options;
    const found = module.slots().filter((slot) => {
      try {
        const info = module.tokenInfo(slot);
        return info.label === label && (serialNumber === undefined || info.serialNumber === serialNumber);
      } catch {
        // One that is being unplugged must not hide ours.
        return false;
      }
    });
    if (found[0] === undefined || found.length > 1) {
      throw new AuthorityFault('keys.token-gone', `${found.length === 0 ? 'no' : 'more than one'} token “${label}” is there`);
    }
    return found[0];
  }

  /** One attempt, never repeated by itself: the third wrong one locks many tokens. */
  #login(module: Cryptoki, session: number): void {
    const { flags } = module.tokenInfo(this.#slot);
    if ((flags & TOKEN_FLAG.loginRequired) === 0) return;
    if ((flags & TOKEN_FLAG.userPinLocked) !== 0) throw new AuthorityFault('keys.pin-locked', 'the PIN is locked');
    if ((flags & TOKEN_FLAG.userPinFinalTry) !== 0) {
      throw new AuthorityFault('keys.pin-locked', 'one more wrong PIN would lock the token; it was not tried');
    }
    if (this.#pinFault !== undefined) throw this.#pinFault;
    const pin = this.#options.pin();
    if (pin === undefined) throw new AuthorityFault('keys.pin-needed', 'the token was away; the PIN must be entered again');
    try {
      module.login(session, CKU_USER, pin);
    } catch (error) {
      const fault = tokenFault(error);
      if (fault instanceof AuthorityFault && fault.code.startsWith('keys.pin-')) this.#pinFault = fault;
      throw fault;
    } finally {
      pin?.fill(0);
    }
  }

  #openKey(module: Cryptoki, session: number, key: TokenKey): OpenKey {
    const handle = findPrivateKeyOf(module, session, key.spki);
    if (handle === undefined) throw new AuthorityFault('keys.key-missing', `the token has no key ${key.id}`);
    const chosen = chooseMechanism(
      key.algorithm,
      (mechanism) => module.mechanismFlags(this.#slot, mechanism),
      (...values) => module.ulongs(...values),
    );
    const probe = Buffer.from('does this handle belong to this public key?');
    module.signInit(session, chosen.mechanism, handle);
    const value = finished(key, module.sign(session, chosen.input(probe)));
    const { spki, algorithm } = key;
    if (nodeCrypto.verify({ spki, algorithm, data: probe, signature: value }) !== 'valid') {
      throw new AuthorityFault('keys.key-missing', `the token’s key ${key.id} is another one`);
    }
    return { handle, chosen };
  }

  /** The signature in the shape of `VerifyInput.signature`; at once where one session signs in place. @throws {AuthorityFault} `keys.*` */
  sign(key: TokenKey, data: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const session = this.#options.sessions === 1 && this.#reopening === undefined && !this.#closed ? this.#idle.pop() : undefined;
    if (session === undefined) return this.#signPatiently(key, data);
    try {
      return this.#inPlace(session, key, data);
    } catch (error) {
      if (error instanceof CryptokiError && REOPEN.has(error.value)) return this.#signAgain(key, data);
      throw tokenFault(error);
    }
  }

  /** With one session nothing can run beside it, and a thread's way there and back costs as much as a P-256 signature. */
  #inPlace(session: number, key: TokenKey, data: Uint8Array): Uint8Array {
    const module = this.#cryptoki as Cryptoki;
    const open = this.#open.get(key.id) as OpenKey;
    try {
      module.signInit(session, open.chosen.mechanism, open.handle);
      return finished(key, module.sign(session, open.chosen.input(data)));
    } finally {
      this.#give(session);
    }
  }

  async #signPatiently(key: TokenKey, data: Uint8Array): Promise<Uint8Array> {
    try {
      return await this.#signOnce(key, data);
    } catch (error) {
      if (error instanceof CryptokiError && REOPEN.has(error.value)) return this.#signAgain(key, data);
      throw tokenFault(error);
    }
  }

  async #signAgain(key: TokenKey, data: Uint8Array): Promise<Uint8Array> {
    try {
      await this.#reopen();
      return await this.#signOnce(key, data);
    } catch (error) {
      throw tokenFault(error);
    }
  }

  async #signOnce(key: TokenKey, data: Uint8Array): Promise<Uint8Array> {
    if (this.#closed) throw new AuthorityFault('keys.draining', 'the signer is ending');
    if (this.#reopening !== undefined) await this.#reopening;
    if (this.#all.length === 0) await this.#reopen();
    const session = this.#idle.pop() ?? (await new Promise<number | undefined>((resolve) => this.#waiting.push(resolve)));
    if (session === undefined) throw new CryptokiError('C_SignInit', 0xb3);
    if (this.#options.sessions === 1) return this.#inPlace(session, key, data);
    const module = this.#cryptoki as Cryptoki;
    const open = this.#open.get(key.id) as OpenKey;
    this.#running++;
    try {
      module.signInit(session, open.chosen.mechanism, open.handle);
      return finished(key, await module.signAsync(session, open.chosen.input(data)));
    } finally {
      this.#running--;
      this.#give(session);
    }
  }

  #give(session: number): void {
    // A session of before the reopening belongs to nobody.
    if (!this.#all.includes(session)) return;
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(session);
    else next(session);
  }

  #reopen(): Promise<void> {
    this.#reopening ??= (async () => {
      this.#idle = [];
      // The waiting ones try again on the new sessions.
      for (const one of this.#waiting.splice(0)) one(undefined);
      await this.#drained();
      this.#closeSessions();
      try {
        await this.open();
      } catch (error) {
        // Some modules see a token that came back only after they were initialised again.
        if (!(error instanceof AuthorityFault) || error.code !== 'keys.token-gone') throw error;
        this.#finalize();
        await this.open();
      }
    })().finally(() => (this.#reopening = undefined));
    return this.#reopening;
  }

  async #drained(): Promise<void> {
    while (this.#running > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  #closeSessions(): void {
    for (const session of this.#all) quietly(() => this.#cryptoki?.closeSession(session));
    this.#all = [];
    this.#idle = [];
  }

  #finalize(): void {
    quietly(() => this.#cryptoki?.finalize());
  }

  /** What the token says of itself: software that plays a token is told from hardware by it. */
  get madeBy(): string {
    const { manufacturer, model } = (this.#cryptoki as Cryptoki).tokenInfo(this.#slot);
    return `${manufacturer} ${model}`;
  }

  /** Work on a session of its own kind (making keys), while nothing else runs on it. */
  async withSession<T>(work: (module: Cryptoki, session: number, slot: number) => T): Promise<T> {
    const session = this.#idle.pop() ?? (await new Promise<number | undefined>((resolve) => this.#waiting.push(resolve)));
    if (session === undefined) throw new AuthorityFault('keys.device-error', 'the token was away');
    try {
      return work(this.#cryptoki as Cryptoki, session, this.#slot);
    } catch (error) {
      throw tokenFault(error);
    } finally {
      this.#give(session);
    }
  }

  /** Takes in a key that has just been made. */
  async addKey(key: TokenKey): Promise<void> {
    if (this.#open.has(key.id)) return;
    await this.withSession((module, session) => this.#open.set(key.id, this.#openKey(module, session, key)));
  }

  /** Ends when nothing runs any more: C_Finalize beside a running C_Sign ends the process in the middle of it. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#drained();
    const [first] = this.#all;
    if (first !== undefined) quietly(() => this.#cryptoki?.logout(first));
    this.#closeSessions();
    this.#finalize();
  }
}

function finished(key: TokenKey, value: Buffer): Uint8Array {
  return key.algorithm.scheme === 'ecdsa' ? ecdsaDer(value) : new Uint8Array(value);
}

function quietly(work: () => unknown): void {
  try {
    work();
  } catch {
    // the session went with the token
  }
}

const CODES: Readonly<Record<number, string>> = {
  0xa0: 'keys.pin-wrong',
  0xa1: 'keys.pin-wrong',
  0xa2: 'keys.pin-wrong',
  0xa4: 'keys.pin-locked',
  0x32: 'keys.token-gone',
  0x3: 'keys.token-gone',
  0xe0: 'keys.token-gone',
  0xe1: 'keys.token-gone',
};

function tokenFault(error: unknown): unknown {
  if (error instanceof CryptokiError) {
    return new AuthorityFault(CODES[error.value] ?? 'keys.device-error', error.message, { cause: error });
  }
  return error;
}

import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { Pkcs11Fault } from './fault.ts';
import type { ChildReply, ChildRequest, PinState, TokenView } from './messages.ts';

export interface SignRequest {
  readonly slot: number;
  readonly serialNumber: string;
  /** DER of the certificate whose key signs. */
  readonly certificate: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly data: readonly Uint8Array[];
  /** Zeroed here as soon as it is on its way; empty for a reader with its own keypad. */
  readonly pin: Buffer;
  readonly allowFinalTry?: boolean;
}

export interface ModuleProcessOptions {
  /** Path of the vendor's PKCS#11 module. */
  readonly module: string;
  /** Milliseconds; listing answers quickly or hangs, signing may wait for a finger on a keypad. */
  readonly listTimeoutMs?: number;
  readonly signTimeoutMs?: number;
  /** Arguments for Node that start the child; tests put a fake token there. */
  readonly childArguments?: readonly string[];
}

/** A wrong PIN's fault says what the token thinks now. */
export class PinFault extends Pkcs11Fault {
  readonly pin: PinState | undefined;

  constructor(code: string, message: string, pin: PinState | undefined) {
    super(code, message);
    this.pin = pin;
  }
}

interface Pending {
  readonly resolve: (reply: Extract<ChildReply, { tokens: unknown } | { values: unknown }>) => void;
  readonly reject: (fault: Pkcs11Fault) => void;
  keyUsed: boolean;
}

/**
 * A vendor module at arm's length: one child process, one request at a time. A child that hangs is killed, one that died is
 * started again for the next request; neither takes this process with it.
 */
export class ModuleProcess {
  readonly #options: ModuleProcessOptions;
  #child: ChildProcess | undefined;
  #pending: Pending | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #nextId = 1;

  constructor(options: ModuleProcessOptions) {
    this.#options = options;
  }

  /**
   * Tokens now plugged in, with their certificates. Asks no PIN.
   *
   * @throws {Pkcs11Fault} `pkcs11.module-not-loaded`, `pkcs11.timeout`, `pkcs11.crashed`, `pkcs11.device-error`
   */
  async tokens(): Promise<readonly TokenView[]> {
    const reply = await this.#ask((id) => ({ id, op: 'tokens' }), Buffer.alloc(0), this.#options.listTimeoutMs ?? 20_000);
    return 'tokens' in reply ? reply.tokens : [];
  }

  /**
   * One value for each piece of data, under one login that ends before this returns. Never repeated by itself: one prompt, one try.
   *
   * @throws {Pkcs11Fault} every code; look at `keyUsed`
   */
  async sign(request: SignRequest): Promise<Uint8Array[]> {
    const { pin, data, certificate, allowFinalTry, ...rest } = request;
    try {
      const reply = await this.#ask(
        (id) => ({
          id,
          op: 'sign',
          ...rest,
          certificate: Buffer.from(certificate).toString('base64'),
          data: data.map((piece) => Buffer.from(piece).toString('base64')),
          allowFinalTry: allowFinalTry ?? false,
          secretBytes: pin.length,
        }),
        pin,
        this.#options.signTimeoutMs ?? 120_000,
      );
      const values = 'values' in reply ? reply.values : [];
      return values.map((value) => new Uint8Array(Buffer.from(value, 'base64')));
    } finally {
      pin.fill(0);
    }
  }

  /** Ends the child; the module is finalised. */
  async close(): Promise<void> {
    await this.#queue.catch(() => {});
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.stdin?.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
    await gone;
    clearTimeout(timer);
  }

  #ask(request: (id: number) => ChildRequest, secret: Buffer, timeoutMs: number) {
    const run = this.#queue.then(() => this.#askNow(request, secret, timeoutMs));
    this.#queue = run.catch(() => {});
    return run;
  }

  #askNow(request: (id: number) => ChildRequest, secret: Buffer, timeoutMs: number) {
    return new Promise<Extract<ChildReply, { tokens: unknown } | { values: unknown }>>((resolve, reject) => {
      const child = this.#running();
      const timer = setTimeout(() => {
        const keyUsed = this.#pending?.keyUsed ?? false;
        this.#pending?.reject(new Pkcs11Fault('pkcs11.timeout', `the module did not answer in ${timeoutMs} ms`, { keyUsed }));
        this.#child = undefined;
        child.kill('SIGKILL');
      }, timeoutMs);
      const settle = () => {
        clearTimeout(timer);
        this.#pending = undefined;
      };
      this.#pending = {
        keyUsed: false,
        resolve: (reply) => (settle(), resolve(reply)),
        reject: (fault) => (settle(), reject(fault)),
      };
      const id = this.#nextId++;
      const line = Buffer.from(`${JSON.stringify(request(id))}\n`);
      const stdin = child.stdin as Writable;
      stdin.write(line);
      if (secret.length > 0) {
        // Written from a copy that is zeroed once the system has taken it.
        const copy = Buffer.from(secret);
        stdin.write(copy, () => copy.fill(0));
      }
    });
  }

  #running(): ChildProcess {
    if (this.#child !== undefined) return this.#child;
    const start = this.#options.childArguments ?? [fileURLToPath(new URL('child.ts', import.meta.url))];
    const child = spawn(process.execPath, [...start, this.#options.module], {
      // stdout and stderr are the module's playground: nothing it prints is believed or kept.
      stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
      windowsHide: true,
    });
    this.#child = child;
    const died = () => {
      if (this.#child === child) this.#child = undefined;
      const keyUsed = this.#pending?.keyUsed ?? false;
      this.#pending?.reject(
        new Pkcs11Fault('pkcs11.crashed', 'the module’s process ended in the middle of a request', { keyUsed }),
      );
    };
    child.on('error', died);
    // `close`, not `exit`: a stage line still in the pipe decides what may be said about the key.
    child.on('close', () => this.#child === child && died());
    child.stdin?.on('error', () => {});
    let text = '';
    (child.stdio[3] as Readable).setEncoding('utf8').on('data', (piece: string) => {
      if (this.#child !== child) return;
      const lines = (text + piece).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) this.#take(JSON.parse(line) as ChildReply);
    });
    return child;
  }

  #take(reply: ChildReply): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    if ('stage' in reply) pending.keyUsed = true;
    else if ('error' in reply) {
      const { code, message, pin } = reply.error;
      const aboutPin = code.startsWith('pkcs11.pin-') && !pending.keyUsed;
      pending.reject(aboutPin ? new PinFault(code, message, pin) : new Pkcs11Fault(code, message, { keyUsed: pending.keyUsed }));
    } else pending.resolve(reply);
  }
}

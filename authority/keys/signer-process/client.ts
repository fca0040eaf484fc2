import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { AuthorityFault } from '../../fault.ts';
import type { CaKey, SigningKind } from '../signing-key.ts';
import { FrameReader, KINDS, OP, encodeFrame } from './frame.ts';
import type { Frame } from './frame.ts';
import type { LedgerEntry } from './ledger.ts';
import type { SignerView } from './signer.ts';

export interface SignerStatus {
  readonly pid: number;
  readonly counts: Readonly<Record<string, Partial<Record<SigningKind, number>>>>;
  readonly refusals: number;
  readonly ledgerEnd: number;
}

export interface SignerClientOptions {
  readonly socketPath: string;
  /** How long a use of the key waits for a signer that is being started again. */
  readonly patienceMs?: number;
  /** How long one answer may take. */
  readonly timeoutMs?: number;
}

interface Pending {
  readonly frame: Buffer;
  readonly deadline: number;
  readonly resolve: (payload: Buffer) => void;
  readonly reject: (fault: AuthorityFault) => void;
  tries: number;
}

/**
 * The issuing side's end of the socket. Many requests may be under way; each is asked once more, on a new connection, when
 * the signer died in the middle: the same bytes signed twice are the same certificate.
 */
export class SignerClient {
  readonly #options: Required<SignerClientOptions>;
  readonly #pending = new Map<number, Pending>();
  #socket: Socket | undefined;
  #connecting = false;
  #nextId = 1;
  #out: Buffer[] = [];
  #closed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SignerClientOptions) {
    this.#options = { patienceMs: 8000, timeoutMs: 30_000, ...options };
  }

  /** What the signer says of itself. @throws {AuthorityFault} `keys.signer-down` */
  async view(): Promise<SignerView> {
    return JSON.parse((await this.#ask(OP.keys)).toString('utf8')) as SignerView;
  }

  /** Every key of the signer, as the authority sees keys. @throws {AuthorityFault} `keys.signer-down` */
  async keys(): Promise<readonly (CaKey & { readonly name: string })[]> {
    const view = await this.view();
    return view.keys.map(({ id, name, spki, algorithm }) => {
      const idBytes = Buffer.from(id, 'hex');
      return {
        id,
        name,
        spki: new Uint8Array(Buffer.from(spki, 'base64')),
        algorithm,
        sign: async (kind, tbs) => new Uint8Array(await this.#ask(OP.sign, Buffer.of(KINDS.indexOf(kind)), idBytes, tbs)),
      };
    });
  }

  async status(): Promise<SignerStatus> {
    return JSON.parse((await this.#ask(OP.status)).toString('utf8')) as SignerStatus;
  }

  /** What was signed from an offset of the signer's ledger on. */
  async ledger(offset: number): Promise<{ readonly entries: readonly LedgerEntry[]; readonly next: number }> {
    const answer = await this.#ask(OP.ledger, Buffer.from(JSON.stringify({ offset })));
    const { lines, next } = JSON.parse(answer.toString('utf8')) as { lines: string[]; next: number };
    return { entries: lines.map((line) => JSON.parse(line) as LedgerEntry), next };
  }

  /** Any other operation: ceremonies. */
  ask(op: number, payload: Uint8Array): Promise<Buffer> {
    return this.#ask(op, payload);
  }

  close(): void {
    this.#closed = true;
    this.#socket?.destroy();
    clearTimeout(this.#timer);
    this.#failAll('the connection was closed');
  }

  #ask(op: number, ...payload: readonly Uint8Array[]): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new AuthorityFault('keys.signer-down', 'the connection was closed'));
      const id = this.#nextId;
      this.#nextId = id === 0xffff_ffff ? 1 : id + 1;
      const frame = encodeFrame(id, op, ...payload);
      this.#pending.set(id, { frame, deadline: performance.now() + this.#options.timeoutMs, resolve, reject, tries: 0 });
      this.#watch();
      if (this.#socket === undefined) this.#connect();
      else this.#send(frame);
    });
  }

  /** Requests of one turn of the loop leave together: a system call costs a third of a P-256 signature. */
  #send(frame: Buffer): void {
    this.#out.push(frame);
    if (this.#out.length > 1) return;
    queueMicrotask(() => {
      const out = this.#out;
      this.#out = [];
      if (out.length > 0) this.#socket?.write(out.length === 1 ? (out[0] as Buffer) : Buffer.concat(out));
    });
  }

  #connect(since = performance.now()): void {
    if (this.#connecting || this.#closed) return;
    this.#connecting = true;
    const socket = connect(this.#options.socketPath);
    const reader = new FrameReader();
    let up = false;
    socket.on('connect', () => {
      up = true;
      this.#connecting = false;
      this.#socket = socket;
      this.#out = [];
      for (const pending of this.#pending.values()) {
        pending.tries++;
        this.#send(pending.frame);
      }
    });
    socket.on('data', (piece) => {
      try {
        for (const frame of reader.take(piece)) this.#take(frame);
      } catch {
        socket.destroy();
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
      this.#connecting = false;
      if (this.#closed) return;
      for (const [id, pending] of this.#pending) if (pending.tries >= 2) this.#fail(id, pending, 'the signer died twice over it');
      if (this.#pending.size === 0) return;
      if (!up && performance.now() - since > this.#options.patienceMs) return this.#failAll('the signer is not there');
      setTimeout(() => this.#connect(up ? performance.now() : since), 50).unref();
    });
  }

  #take({ id, code, payload }: Frame): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    if (code === 0) return pending.resolve(payload);
    const said = JSON.parse(payload.toString('utf8')) as { code: string; message: string };
    pending.reject(new AuthorityFault(said.code, said.message));
  }

  /** One timer for all: a signer that hangs must not hold the issuing side. */
  #watch(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const now = performance.now();
      for (const [id, pending] of this.#pending) if (pending.deadline < now) this.#fail(id, pending, 'no answer in time');
      if (this.#pending.size > 0) this.#watch();
    }, 1000).unref();
  }

  #fail(id: number, pending: Pending, why: string): void {
    this.#pending.delete(id);
    pending.reject(new AuthorityFault('keys.signer-down', why));
  }

  #failAll(why: string): void {
    for (const [id, pending] of this.#pending) this.#fail(id, pending, why);
  }
}

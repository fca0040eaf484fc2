import { chmodSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { AuthorityFault } from '../../fault.ts';
import { FrameReader, encodeFrame, encodeJson } from './frame.ts';
import type { Frame } from './frame.ts';

/** Requests one client may have open; beyond, its socket is not read. */
const MAX_IN_FLIGHT = 256;
/** Requests that are judged and noted together, answered together, and after which the loop may read again. */
const TOGETHER = 32;

/** At once where nothing is waited for: promises cost as much as reading a certificate. */
export type Work = () => Uint8Array | object | Promise<Uint8Array | object>;

export interface Vocabulary {
  /** Judges a request and notes it; what comes back does it. @throws {AuthorityFault} */
  begin(frame: Frame): Work;
  /** Everything noted is in the system's hands when this returns; called before anything begun is done. */
  noted(): void;
}

export interface FrameServer {
  /** Takes no new request, answers what runs, then resolves. */
  drain(): Promise<void>;
}

/**
 * Answers frames on a unix socket that only its owner may use (or its group, by `mode`). There is no other way in: no TCP, no name.
 *
 * @param vocabulary gives octets or a JSON value; its faults become replies with their code, anything else `keys.internal`
 */
export async function serveFrames(path: string, vocabulary: Vocabulary, mode = 0o600): Promise<FrameServer> {
  rmSync(path, { force: true });
  const sockets = new Set<Socket>();
  let running = 0;
  let idle: (() => void) | undefined;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const reader = new FrameReader();
    const replies: Buffer[] = [];
    let open = 0;
    const flush = () => {
      if (replies.length > 0 && !socket.destroyed)
        socket.write(replies.length === 1 ? (replies[0] as Buffer) : Buffer.concat(replies));
      replies.length = 0;
    };
    let flushing = false;
    const replied = (reply: Buffer) => {
      replies.push(reply);
      open--;
      running--;
      if (open < MAX_IN_FLIGHT && socket.isPaused()) socket.resume();
      if (running === 0) idle?.();
      if (flushing) return;
      flushing = true;
      setImmediate(() => {
        flushing = false;
        flush();
      });
    };
    const queue: Frame[] = [];
    let pumping = false;
    const pump = async () => {
      pumping = true;
      while (queue.length > 0) {
        const begun = queue.splice(0, TOGETHER).map((frame) => ({ id: frame.id, work: begin(frame, vocabulary) }));
        vocabulary.noted();
        for (const { id, work } of begun) {
          // A token that signs in place is done when this returns; others go on side by side.
          const reply = replyOf(id, work);
          if (reply instanceof Promise) void reply.then(replied);
          else replied(reply);
        }
        await new Promise((resolve) => setImmediate(resolve));
        flush();
      }
      pumping = false;
    };
    socket.on('data', (piece: Buffer) => {
      try {
        for (const frame of reader.take(piece)) {
          queue.push(frame);
          open++;
          running++;
        }
        if (open >= MAX_IN_FLIGHT) socket.pause();
        if (!pumping) void pump();
      } catch {
        // Lengths that cannot be: what follows has no meaning any more.
        socket.destroy();
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });
  chmodSync(path, mode);
  return {
    async drain() {
      server.close();
      for (const socket of sockets) socket.pause();
      if (running > 0) await new Promise<void>((resolve) => (idle = resolve));
      await new Promise((resolve) => setImmediate(resolve));
      for (const socket of sockets) socket.end();
    },
  };
}

/** A refusal is an answer like any other. */
function begin(frame: Frame, vocabulary: Vocabulary): Work {
  try {
    return vocabulary.begin(frame);
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function replyOf(id: number, work: Work): Buffer | Promise<Buffer> {
  try {
    const value = work();
    return value instanceof Promise ? laterReplyOf(id, value) : encoded(id, value);
  } catch (error) {
    return faultOf(id, error);
  }
}

async function laterReplyOf(id: number, value: Promise<Uint8Array | object>): Promise<Buffer> {
  try {
    return encoded(id, await value);
  } catch (error) {
    return faultOf(id, error);
  }
}

function encoded(id: number, value: Uint8Array | object): Buffer {
  return value instanceof Uint8Array ? encodeFrame(id, 0, value) : encodeJson(id, 0, value);
}

function faultOf(id: number, error: unknown): Buffer {
  const known = error instanceof AuthorityFault;
  return encodeJson(id, 1, {
    code: known ? error.code : 'keys.internal',
    message: error instanceof Error ? error.message : String(error),
  });
}

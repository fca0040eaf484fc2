import { chmodSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { AuthorityFault } from '../../fault.ts';
import { FrameReader, encodeFrame, encodeJson } from './frame.ts';
import type { Frame } from './frame.ts';

/** Requests one client may have open; beyond, its socket is not read. */
const MAX_IN_FLIGHT = 256;
/** Replies are sent together, but not so many that the client waits for work. */
const FLUSH_AT = 16;

export interface FrameServer {
  /** Takes no new request, answers what runs, then resolves. */
  drain(): Promise<void>;
}

/**
 * Answers frames on a unix socket that only its owner may use. There is no other way in: no TCP, no name.
 *
 * @param answer octets or a JSON value; its faults become replies with their code, anything else `keys.internal`
 */
export async function serveFrames(path: string, answer: (frame: Frame) => Promise<Uint8Array | object>): Promise<FrameServer> {
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
    let flushing = false;
    const flush = () => {
      flushing = false;
      if (replies.length > 0 && !socket.destroyed)
        socket.write(replies.length === 1 ? (replies[0] as Buffer) : Buffer.concat(replies));
      replies.length = 0;
    };
    const handle = async (frame: Frame) => {
      open++;
      running++;
      if (open >= MAX_IN_FLIGHT) socket.pause();
      replies.push(await replyTo(frame, answer));
      open--;
      running--;
      if (open < MAX_IN_FLIGHT) socket.resume();
      if (replies.length >= FLUSH_AT) flush();
      else if (!flushing) {
        flushing = true;
        setImmediate(flush);
      }
      if (running === 0) idle?.();
    };
    const queue: Frame[] = [];
    let pumping = false;
    const pump = async () => {
      pumping = true;
      for (let frame = queue.shift(); frame !== undefined; frame = queue.shift()) {
        void handle(frame);
        // A token that signs in place is done now: its reply leaves before the next one is begun.
        await new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)));
      }
      pumping = false;
    };
    socket.on('data', (piece: Buffer) => {
      try {
        queue.push(...reader.take(piece));
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
  chmodSync(path, 0o600);
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

async function replyTo(frame: Frame, answer: (frame: Frame) => Promise<Uint8Array | object>): Promise<Buffer> {
  try {
    const value = await answer(frame);
    return value instanceof Uint8Array ? encodeFrame(frame.id, 0, value) : encodeJson(frame.id, 0, value);
  } catch (error) {
    const known = error instanceof AuthorityFault;
    return encodeJson(frame.id, 1, {
      code: known ? error.code : 'keys.internal',
      message: error instanceof Error ? error.message : String(error),
    });
  }
}

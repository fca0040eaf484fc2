import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Nonces nobody has to remember until they are used: time, random bits, and a MAC over both. */
export interface Nonces {
  draw(now: number): string;
  /** Until when it would be good; undefined for what was never drawn here or is too old. */
  goodUntil(nonce: string, now: number): number | undefined;
}

const LIFE_MS = 3_600_000;
const MAC_LENGTH = 16;

/** @param key random, of this process: a nonce of before a restart is answered with `badNonce`, and the client tries again */
export function nonces(key: Uint8Array = randomBytes(32)): Nonces {
  const macOf = (body: Uint8Array) => createHmac('sha256', key).update(body).digest().subarray(0, MAC_LENGTH);
  return {
    draw(now) {
      const body = Buffer.alloc(8 + 16);
      body.writeBigUInt64BE(BigInt(now));
      randomBytes(16).copy(body, 8);
      return Buffer.concat([body, macOf(body)]).toString('base64url');
    },
    goodUntil(nonce, now) {
      const bytes = Buffer.from(nonce, 'base64url');
      if (bytes.length !== 24 + MAC_LENGTH || bytes.toString('base64url') !== nonce) return undefined;
      const body = bytes.subarray(0, 24);
      if (!timingSafeEqual(bytes.subarray(24), macOf(body))) return undefined;
      const until = Number(body.readBigUInt64BE()) + LIFE_MS;
      return until > now ? until : undefined;
    },
  };
}

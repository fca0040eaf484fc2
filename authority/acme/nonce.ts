import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Nonces nobody has to remember until they are used: time, random bits, and a MAC over both. */
export interface Nonces {
  draw(now: number): string;
  /** Until when it would be good; undefined for what was never drawn here or is too old. */
  goodUntil(nonce: string, now: number): number | undefined;
}

export const NONCE_LIFE_MS = 3_600_000;
/** Clocks of processes that share an address may differ by so much. */
const AHEAD_MS = 60_000;
const MAC_LENGTH = 16;

/** @param key of the installation: every process behind one address takes what another one gave out, also after a restart */
export function nonces(key: Uint8Array): Nonces {
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
      const drawn = Number(body.readBigUInt64BE());
      const until = drawn + NONCE_LIFE_MS;
      return until > now && drawn <= now + AHEAD_MS ? until : undefined;
    },
  };
}

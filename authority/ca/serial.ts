import type { SecretDoor } from '@antin/pki/crypto';

/** Marks this authority's numbers; another instance on the same CA gets another one. */
const INSTANCE_PREFIX = 0x41;

/** Drawn ahead: asking for 16 octets costs the operating mode of the generator each time, for thousands once. */
const AHEAD = 256 * 16;
const drawn = new WeakMap<SecretDoor, { octets: Uint8Array; at: number }>();

/** 16 octets that were given to nobody before; what was given is wiped. */
function sixteen(secrets: SecretDoor): Uint8Array {
  let pool = drawn.get(secrets);
  if (pool === undefined || pool.at === pool.octets.length) {
    drawn.set(secrets, (pool = { octets: secrets.random(AHEAD), at: 0 }));
  }
  const place = pool.octets.subarray(pool.at, (pool.at += 16));
  const out = place.slice();
  place.fill(0);
  return out;
}

/**
 * A serial number: one fixed octet and 128 bits from the CSPRNG, positive, 17 of at most 20 octets. Never from time or a
 * counter: a predictable serial lets a collision be prepared (the MD5 attack of 2008).
 *
 * @param prefix 01 to 7F
 */
export function drawSerial(secrets: SecretDoor, prefix: number = INSTANCE_PREFIX): Uint8Array {
  if (!Number.isInteger(prefix) || prefix < 0x01 || prefix > 0x7f) throw new RangeError(`no prefix of serials: ${prefix}`);
  const serial = new Uint8Array(17);
  serial[0] = prefix;
  serial.set(sixteen(secrets), 1);
  return serial;
}

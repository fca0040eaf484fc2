import type { SecretDoor } from '@antin/pki/crypto';

/** Marks this authority's numbers; another instance on the same CA gets another one. */
const INSTANCE_PREFIX = 0x41;

/**
 * A serial number: one fixed octet and 128 bits from the CSPRNG, positive, 17 of at most 20 octets. Never from time or a
 * counter: a predictable serial lets a collision be prepared (the MD5 attack of 2008).
 */
export function drawSerial(secrets: SecretDoor): Uint8Array {
  const serial = new Uint8Array(17);
  serial[0] = INSTANCE_PREFIX;
  serial.set(secrets.random(16), 1);
  return serial;
}

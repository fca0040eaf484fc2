import { expect, test } from 'vitest';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import type { SecretDoor } from '@antin/pki/crypto';
import { drawSerial } from './serial.ts';

test('serials drawn ahead are given to nobody twice, and keep their prefix', () => {
  const seen = new Set<string>();
  for (let i = 0; i < 500; i++) {
    const serial = drawSerial(nodeSecrets, 0x42);
    expect(serial.length).toBe(17);
    expect(serial[0]).toBe(0x42);
    seen.add(Buffer.from(serial).toString('hex'));
  }
  expect(seen.size).toBe(500);
});

test('every octet a generator gives is used once, in its order, and wiped where it lay', () => {
  const given: Uint8Array[] = [];
  const copies: Uint8Array[] = [];
  const counting: SecretDoor = {
    ...nodeSecrets,
    random(length) {
      given.push(nodeSecrets.random(length));
      copies.push((given[given.length - 1] as Uint8Array).slice());
      return given[given.length - 1] as Uint8Array;
    },
  };
  const drawn = Array.from({ length: 600 }, () => Buffer.from(drawSerial(counting).subarray(1)));
  expect(Buffer.concat(copies).subarray(0, 600 * 16)).toEqual(Buffer.concat(drawn));
  expect(given[0]?.every((octet) => octet === 0)).toBe(true);
});

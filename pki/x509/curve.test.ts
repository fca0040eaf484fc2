import { expect, test } from 'vitest';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { isOnCurve } from './curve.ts';
import { parsePublicKey } from './public-key.ts';

test.each(['p-256', 'p-384', 'p-521'] as const)('keys of %s lie on it, and a touched one does not', (kind) => {
  for (let i = 0; i < 5; i++) {
    const key = parsePublicKey(nodeSecrets.generateKeyPair(kind).spki);
    if (key?.kind !== 'ec') throw new Error('no EC key');
    expect(isOnCurve(key.curve, key.point)).toBe(true);
    const touched = key.point.slice();
    touched[touched.length - 1] = (touched[touched.length - 1] as number) ^ 1;
    expect(isOnCurve(key.curve, touched)).toBe(false);
  }
});

test('coordinates beyond the field, other forms and other curves are not vouched for', () => {
  const beyond = new Uint8Array(65).fill(0xff);
  beyond[0] = 4;
  expect(isOnCurve('P-256', beyond)).toBe(false);
  expect(isOnCurve('P-256', new Uint8Array(33).fill(2))).toBeUndefined();
  expect(isOnCurve('brainpoolP256r1', beyond)).toBeUndefined();
});

import { unsigned } from '@antin/formats/bytes/bytes';

/** y² = x³ − 3x + b over p: the curves of FIPS 186-4 (SEC 2). */
interface Curve {
  readonly p: bigint;
  readonly b: bigint;
  readonly size: number;
}

const CURVES = new Map<string, Curve>([
  [
    'P-256',
    {
      p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
      b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
      size: 32,
    },
  ],
  [
    'P-384',
    {
      p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
      b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
      size: 48,
    },
  ],
  [
    'P-521',
    {
      p: 2n ** 521n - 1n,
      b: 0x051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
      size: 66,
    },
  ],
]);

/**
 * Whether an uncompressed point lies on its curve; undefined for curves and forms not known here. Their cofactor is 1, so a
 * point on the curve is in the group: what is not on it belongs to a weaker curve (invalid-curve attacks).
 */
export function isOnCurve(name: string, point: Uint8Array): boolean | undefined {
  const curve = CURVES.get(name);
  if (curve === undefined || point[0] !== 4 || point.length !== 1 + 2 * curve.size) return undefined;
  const x = unsigned(point.subarray(1, 1 + curve.size));
  const y = unsigned(point.subarray(1 + curve.size));
  if (x >= curve.p || y >= curve.p) return false;
  return (y * y - (x * x - 3n) * x - curve.b) % curve.p === 0n;
}

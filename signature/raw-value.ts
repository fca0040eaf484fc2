import type { CryptoDoor, SignatureAlgorithm } from '@antin/pki/crypto';
import { ecdsaDerFromRaw, ecdsaRawFromDer } from '@antin/pki/ecdsa-value';
import { PkiFault } from '@antin/pki/fault';
import { parsePublicKey } from '@antin/pki/x509/public-key';
import { SignatureFault } from './fault.ts';

/** Octets of a coordinate on each curve. */
const FIELD_BYTES: Readonly<Record<string, number>> = {
  'P-256': 32,
  'P-384': 48,
  'P-521': 66,
  brainpoolP224r1: 28,
  brainpoolP256r1: 32,
  brainpoolP320r1: 40,
  brainpoolP384r1: 48,
  brainpoolP512r1: 64,
};

/**
 * The octets that XML and JSON signatures write: r‖s for ECDSA (XMLDSIG §6.4.3, RFC 7518 §3.4), else the value itself.
 *
 * @throws {SignatureFault} `signature.value-mismatch` when the value is no ECDSA value of this key's curve
 */
export function rawValue(value: Uint8Array, algorithm: SignatureAlgorithm, spki: Uint8Array): Uint8Array {
  if (algorithm.scheme !== 'ecdsa') return value;
  const key = parsePublicKey(spki);
  try {
    return ecdsaRawFromDer(value, key?.kind === 'ec' ? (FIELD_BYTES[key.curve] as number) : 0);
  } catch (cause) {
    if (!(cause instanceof PkiFault)) throw cause;
    throw new SignatureFault('signature.value-mismatch', 'not an ECDSA value of this key', { cause });
  }
}

/** Whether such octets fit; r‖s of another length than the curve's is `invalid`. */
export function verifyRawValue(
  door: CryptoDoor,
  input: {
    readonly spki: Uint8Array;
    readonly algorithm: SignatureAlgorithm;
    readonly data: Uint8Array;
    readonly value: Uint8Array;
  },
): ReturnType<CryptoDoor['verify']> {
  const { spki, algorithm, data, value } = input;
  if (algorithm.scheme !== 'ecdsa') return door.verify({ spki, algorithm, data, signature: value });
  const key = parsePublicKey(spki);
  if (key?.kind !== 'ec') return key === undefined ? 'unsupported' : 'invalid';
  if (value.length !== 2 * (FIELD_BYTES[key.curve] as number)) return 'invalid';
  return door.verify({ spki, algorithm, data, signature: ecdsaDerFromRaw(value) });
}

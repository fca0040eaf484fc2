import { equalBytes } from '@antin/formats/bytes/bytes';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import { textOf, textsOf } from '@antin/formats/json/value';
import type { JsonValue } from '@antin/formats/json/value';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import type { Certificate } from '@antin/pki/x509/certificate';
import { digestOfName } from '../../jades/algorithms.ts';
import { fromBase64Url } from '../../jades/base64url.ts';
import type { JwsSignature } from '../../jades/jws.ts';
import type { CertificatePool } from '../certificates.ts';
import type { BindingFacts } from '../facts.ts';
import type { Finding } from '../types.ts';

/** Members that bind the signing certificate by its digest; JAdES wants exactly one of the last three. */
const BINDINGS = ['x5t', 'x5t#S256', 'x5t#o', 'sigX5ts'] as const;

export interface BoundCertificate {
  readonly certificate: Certificate | undefined;
  readonly binding: BindingFacts;
  /** Does the signature carry it in `x5c`? */
  readonly included: boolean;
  readonly warnings: readonly Finding[];
}

interface Named {
  readonly member: string;
  readonly digest: DigestAlgorithm | undefined;
  readonly value: Uint8Array | undefined;
}

/**
 * The certificate that the signed header binds: by digest, or because it stands there itself. Same key, other certificate (role,
 * issuer, validity) is the attack; an unsigned `x5c` only brings candidates. `jku`, `x5u` and `jwk` are never followed or used.
 *
 * @see ETSI TS 119 182-1 clauses 5.1.7, 5.1.8, 5.2.2; RFC 7515 §4.1.6
 */
export function boundCertificate(
  { header, unprotected }: JwsSignature,
  pool: CertificatePool,
  door: CryptoDoor,
): BoundCertificate {
  const { members } = header;
  const signed = header.certificates.flatMap((raw) => pool.add(raw) ?? []);
  const others = unsignedCertificates(unprotected?.members.get('x5c')).flatMap((raw) => pool.add(raw) ?? []);
  const carried = [...signed, ...others];
  const names = BINDINGS.filter((name) => members.has(name));
  const counts = { v1: names.includes('x5t') ? 1 : 0, v2: names.filter((name) => name !== 'x5t').length };
  const warnings = remote(members);
  const [first] = carried;
  const result = (
    certificate: Certificate | undefined,
    rest: Pick<BindingFacts, 'matches' | 'digest' | 'why'>,
  ): BoundCertificate => ({
    certificate,
    binding: { ...counts, ...rest },
    included: certificate !== undefined && carried.includes(certificate),
    warnings,
  });
  if (names.length === 0) {
    // In the protected header the certificate itself is signed; that binds it as well as a digest of it would.
    return result(first, { matches: first !== undefined && first === signed[0] ? true : null, digest: null, why: null });
  }
  const named = names.map((member) => readBinding(member, members.get(member)));
  const unreadable = named.find((one) => one.digest === undefined || one.value === undefined);
  if (unreadable !== undefined) {
    return result(first, { matches: false, digest: null, why: `"${unreadable.member}" cannot be read` });
  }
  const digest = named[0]?.digest ?? null;
  const fits = (one: Certificate): boolean =>
    named.every(({ digest: of, value }) => equalBytes(digestOf(door, of as DigestAlgorithm, one.raw), value as Uint8Array));
  const found = carried.find(fits) ?? pool.all().find(fits);
  if (found !== undefined) return result(found, { matches: true, digest, why: null });
  const why = 'its digest is not that of the certificate';
  return result(first, { matches: first === undefined ? null : false, digest, why: first === undefined ? null : why });
}

function readBinding(member: string, value: JsonValue | undefined): Named {
  if (member === 'x5t') return { member, digest: 'SHA-1', value: octets(textOf(value)) };
  if (member === 'x5t#S256') return { member, digest: 'SHA-256', value: octets(textOf(value)) };
  // Of several certificates, the first is the signer's (clause 5.2.2.3).
  const object = member === 'sigX5ts' ? (value?.kind === 'array' ? value.items[0] : undefined) : value;
  const members = object?.kind === 'object' ? object.members : undefined;
  return { member, digest: digestOfName(textOf(members?.get('digAlg'))), value: octets(textOf(members?.get('digVal'))) };
}

function octets(text: string | undefined): Uint8Array | undefined {
  try {
    return text === undefined ? undefined : fromBase64Url(text);
  } catch (error) {
    if (error instanceof FormatFault) return undefined;
    throw error;
  }
}

function unsignedCertificates(x5c: JsonValue | undefined): Uint8Array[] {
  try {
    return (textsOf(x5c) ?? []).map(fromBase64);
  } catch (error) {
    if (error instanceof FormatFault) return [];
    throw error;
  }
}

function remote(members: ReadonlyMap<string, JsonValue>): Finding[] {
  return ['jku', 'x5u', 'jwk']
    .filter((name) => members.has(name))
    .map((name) => ({
      code: 'jws.key-not-followed',
      clause: 'RFC 7515 4.1',
      message: `"${name}" is neither fetched nor used; only a certificate counts`,
    }));
}

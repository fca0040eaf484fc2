import { equalBytes } from '@antin/formats/bytes/bytes';
import { digestOf } from '../../crypto.ts';
import type { CryptoDoor } from '../../crypto.ts';
import { OID } from '../../oids.ts';
import { checkSignature } from '../../path/signature-check.ts';
import type { KeyUsageBit } from '../../x509/extensions.ts';
import type { CertificateFacts } from '../facts.ts';
import { KEY_FAMILIES } from '../key-facts.ts';
import type { KeyFamily } from '../key-facts.ts';
import type { Rule, Severity } from '../rule.ts';

const familyOf = ({ keyAlgorithm }: CertificateFacts): KeyFamily | undefined => KEY_FAMILIES.get(keyAlgorithm?.oid ?? '');
const usageOf = (facts: CertificateFacts) => facts.value(OID.keyUsage);

const SIGNING: readonly KeyUsageBit[] = ['digitalSignature', 'nonRepudiation', 'keyCertSign', 'cRLSign'];
const ALL: readonly KeyUsageBit[] = [
  ...SIGNING,
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'encipherOnly',
  'decipherOnly',
];

function usageFor(id: string, family: KeyFamily, clause: string, allowed: readonly KeyUsageBit[]): Rule<CertificateFacts> {
  return {
    id,
    severity: 'error',
    clause,
    applies: (facts) => familyOf(facts) === family && usageOf(facts) !== undefined,
    check(facts) {
      const wrong = [...(usageOf(facts) ?? [])].filter((bit) => !allowed.includes(bit));
      return wrong.length === 0 || wrong.join(', ');
    },
  };
}

/** How subjectKeyIdentifier was computed (RFC 5280 §4.2.1.2, RFC 7093 §2), or undefined when nobody knows. */
function identifierMethod(facts: CertificateFacts, door: CryptoDoor): string | undefined {
  const identifier = facts.value(OID.subjectKeyIdentifier) as Uint8Array;
  const key = facts.publicKey;
  if (key === undefined) return undefined;
  const sha1 = digestOf(door, 'SHA-1', key);
  if (equalBytes(identifier, sha1)) return 'method 1';
  const short = sha1.slice(12);
  short[0] = 0x40 | ((short[0] as number) & 0x0f);
  if (equalBytes(identifier, short)) return 'method 2';
  if (identifier.length !== 20) return undefined;
  const later = [
    ['SHA-256', 'RFC 7093 method 1'],
    ['SHA-384', 'RFC 7093 method 2'],
    ['SHA-512', 'RFC 7093 method 3'],
  ] as const;
  return later.find(([digest]) => equalBytes(identifier, digestOf(door, digest, key).subarray(0, 20)))?.[1];
}

function identifierRule(id: string, severity: Severity, method: string | undefined): Rule<CertificateFacts> {
  return {
    id,
    severity,
    clause: method?.startsWith('RFC') === true ? 'RFC 7093 §2' : 'RFC 5280 §4.2.1.2',
    applies: (facts) => facts.value(OID.subjectKeyIdentifier) !== undefined,
    check: (facts, { door }) => methodOf(facts, door) !== method,
  };
}

function methodOf(facts: CertificateFacts, door: CryptoDoor): string | undefined {
  return facts.once('key identifier method', () => identifierMethod(facts, door));
}

/** A CA that signed itself with its own key needs no pointer at it; `unknown` when the algorithm is none of ours. */
function selfSigned({ tbs, outerAlgorithm, signature, spki }: CertificateFacts, door: CryptoDoor): 'yes' | 'no' | 'unknown' {
  if (outerAlgorithm === undefined || signature === undefined || spki === undefined) return 'unknown';
  const finding = checkSignature({ tbs, signatureAlgorithm: outerAlgorithm, signature }, spki, door, true);
  return finding === 'valid' ? 'yes' : finding === 'unsupported' ? 'unknown' : 'no';
}

const withoutAki = (facts: CertificateFacts) => facts.extension(OID.authorityKeyIdentifier) === undefined;

export const KEY_RULES: readonly Rule<CertificateFacts>[] = [
  {
    id: 'rfc5280.authority-key-identifier-missing',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.1',
    applies: withoutAki,
    check: (facts, { door }) => facts.ca && facts.selfIssued && selfSigned(facts, door) !== 'no',
  },
  {
    id: 'rfc5280.authority-key-identifier-perhaps-missing',
    severity: 'notice',
    clause: 'RFC 5280 §4.2.1.1',
    applies: (facts) => withoutAki(facts) && facts.ca && facts.selfIssued,
    check: (facts, { door }) => selfSigned(facts, door) !== 'unknown' || (facts.keyAlgorithm?.oid ?? false),
  },
  {
    id: 'rfc5280.authority-key-identifier-without-key',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.1',
    applies: (facts) => facts.value(OID.authorityKeyIdentifier) !== undefined,
    check: (facts) => facts.value(OID.authorityKeyIdentifier)?.keyIdentifier !== undefined,
  },
  {
    id: 'rfc5280.authority-key-identifier-half',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.1, appendix A.2',
    check(facts) {
      const found = facts.value(OID.authorityKeyIdentifier);
      return (found?.issuer === undefined) === (found?.serialNumber === undefined);
    },
  },
  identifierRule('rfc5280.key-identifier-unknown-method', 'notice', undefined),
  identifierRule('rfc5280.key-identifier-method-1', 'info', 'method 1'),
  identifierRule('rfc5280.key-identifier-method-2', 'info', 'method 2'),
  identifierRule('rfc7093.key-identifier-method-1', 'info', 'RFC 7093 method 1'),
  identifierRule('rfc7093.key-identifier-method-2', 'info', 'RFC 7093 method 2'),
  identifierRule('rfc7093.key-identifier-method-3', 'info', 'RFC 7093 method 3'),
  {
    id: 'rfc5280.key-usage-empty',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.3',
    check: (facts) => usageOf(facts)?.size !== 0,
  },
  {
    id: 'rfc5280.ca-without-cert-sign',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.3, §4.2.1.9',
    applies: (facts) => facts.ca && (usageOf(facts)?.size ?? 0) > 0,
    check: (facts) => usageOf(facts)?.has('keyCertSign') === true,
  },
  {
    id: 'rfc5280.cert-sign-without-ca',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.3, §4.2.1.9',
    applies: (facts) => !facts.ca,
    check: (facts) => usageOf(facts)?.has('keyCertSign') !== true,
  },
  {
    id: 'rfc5280.encipher-only-and-decipher-only',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.3',
    check: (facts) => !(usageOf(facts)?.has('encipherOnly') === true && usageOf(facts)?.has('decipherOnly') === true),
  },
  usageFor(
    'rfc4055.key-usage-rsa',
    'rsa',
    'RFC 4055 §1.2',
    ALL.filter((bit) => bit !== 'keyAgreement'),
  ),
  usageFor(
    'rfc8813.key-usage-ec',
    'ec',
    'RFC 8813 §3',
    ALL.filter((bit) => !/^(key|data)Encipherment$/.test(bit)),
  ),
  usageFor('rfc9295.key-usage-edwards', 'edwards', 'RFC 9295 §3', SIGNING),
  usageFor('rfc9295.key-usage-montgomery', 'montgomery', 'RFC 9295 §3', ['keyAgreement', 'encipherOnly', 'decipherOnly']),
  usageFor('rfc9881.key-usage-ml-dsa', 'ml-dsa', 'RFC 9881 §3', SIGNING),
  usageFor('rfc9881.key-usage-hash-ml-dsa', 'hash-ml-dsa', 'draft-ietf-lamps-dilithium-certificates', SIGNING.slice(0, 2)),
  usageFor('rfc9909.key-usage-slh-dsa', 'slh-dsa', 'RFC 9909', SIGNING),
  usageFor('rfc9909.key-usage-hash-slh-dsa', 'hash-slh-dsa', 'RFC 9909', SIGNING.slice(0, 2)),
  usageFor('rfc9935.key-usage-ml-kem', 'ml-kem', 'draft-ietf-lamps-kyber-certificates §3', ['keyEncipherment']),
  {
    id: 'rfc9881.hash-ml-dsa-in-ca',
    severity: 'error',
    clause: 'draft-ietf-lamps-dilithium-certificates',
    applies: ({ ca }) => ca,
    check: (facts) => familyOf(facts) !== 'hash-ml-dsa',
  },
  {
    id: 'rfc9909.hash-slh-dsa-in-ca',
    severity: 'error',
    clause: 'RFC 9909',
    applies: ({ ca }) => ca,
    check: (facts) => familyOf(facts) !== 'hash-slh-dsa',
  },
  {
    id: 'pkix.key-algorithm-unknown',
    severity: 'notice',
    clause: 'RFC 5280 §4.1.2.7',
    applies: (facts) => usageOf(facts) !== undefined,
    check: (facts) => familyOf(facts) !== undefined || (facts.keyAlgorithm?.oid ?? true),
  },
  {
    id: 'nist.round-3-key',
    severity: 'error',
    clause: 'FIPS 203, 204, 205 replaced the candidates of round 3',
    check: ({ keyAlgorithm }) => !ROUND_3.test(keyAlgorithm?.oid ?? ''),
  },
  {
    id: 'nist.initial-draft-key',
    severity: 'error',
    clause: 'FIPS 203, 204, 205 replaced their initial public drafts',
    check: ({ keyAlgorithm }) => !INITIAL_DRAFT.test(keyAlgorithm?.oid ?? ''),
  },
];

/** Dilithium and Kyber under IBM's arc, Falcon and SPHINCS+ under that of Open Quantum Safe, Kyber with AES under Entrust's. */
const ROUND_3 =
  /^1\.3\.6\.1\.4\.1\.2\.267\.(7|11)\.|^1\.3\.9999\.3\.[14]$|^1\.3\.9999\.6\.[456]\.[1-9]$|^1\.3\.6\.1\.4\.1\.22554\.5\.6\.[456]$/;
const INITIAL_DRAFT = /^1\.3\.6\.1\.4\.1\.2\.267\.12\.|^1\.3\.9999\.6\.[4-9]\.1[0236]$|^1\.3\.6\.1\.4\.1\.22554\.5\.6\.[123]$/;

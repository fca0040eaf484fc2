import { OID } from '../../oids.ts';
import { signatureAlgorithmOf } from '../../x509/algorithm.ts';
import { PROCESSED_EXTENSIONS } from '../../x509/certificate.ts';
import { publicKeyFrom } from '../../x509/public-key.ts';
import type { CertificateFacts } from '../facts.ts';
import { bitLength } from '../key-facts.ts';
import { textsOf } from '../name-facts.ts';
import type { Rule } from '../rule.ts';

/** Control and direction-changing characters: one name must not look like another. */
const HIDDEN =
  // oxlint-disable-next-line no-control-regex -- exactly those
  /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/** What we ask of our own certificates beyond the standards; each names the reason. */
export const OWN_RULES: readonly Rule<CertificateFacts>[] = [
  {
    id: 'antin.serial-entropy',
    severity: 'error',
    clause: 'a predictable serial lets a collision be prepared',
    check: ({ serialNumber }) => serialNumber !== undefined && serialNumber.length >= 17 && serialNumber.length <= 20,
  },
  {
    id: 'antin.weak-signature',
    severity: 'error',
    clause: 'Circular 15/2025 Annex I: no SHA-1, no SHA-224',
    check({ innerAlgorithm }) {
      const algorithm = innerAlgorithm === undefined ? undefined : signatureAlgorithmOf(innerAlgorithm);
      if (algorithm === undefined) return innerAlgorithm?.oid ?? false;
      if (algorithm.scheme === 'ed25519') return true;
      const digests = algorithm.scheme === 'rsa-pss' ? [algorithm.digest, algorithm.mgfDigest] : [algorithm.digest];
      return !digests.some((digest) => digest === 'SHA-1' || digest === 'SHA-224');
    },
  },
  {
    id: 'antin.weak-key',
    severity: 'error',
    clause: 'Circular 15/2025 Annex I: RSA ≥ 2048, ECDSA ≥ 256',
    check({ keyAlgorithm, publicKey, rsa }) {
      const key = keyAlgorithm === undefined || publicKey === undefined ? undefined : publicKeyFrom(keyAlgorithm, publicKey);
      if (key === undefined) return 'unknown or damaged';
      if (key.kind === 'ec') return !key.curve.endsWith('224r1') || key.curve;
      if (key.kind !== 'rsa' || rsa === undefined) return true;
      const bits = bitLength(rsa.modulus);
      return (bits >= 2048 && key.exponent >= 65_537n) || `RSA ${bits}, exponent ${key.exponent}`;
    },
  },
  {
    id: 'antin.unknown-critical-extension',
    severity: 'error',
    clause: 'RFC 5280 §4.2: readers refuse what they do not know',
    check({ extensions = [] }) {
      const unknown = extensions.find(({ oid, critical }) => critical && !PROCESSED_EXTENSIONS.has(oid));
      return unknown === undefined || unknown.oid;
    },
  },
  {
    id: 'antin.hidden-characters',
    severity: 'error',
    clause: 'a name with hidden characters passes for another',
    check: ({ subject }) => (subject?.attributes ?? []).every(({ text }) => text === undefined || !HIDDEN.test(text)),
  },
  {
    id: 'antin.names-not-normal',
    severity: 'error',
    clause: 'RFC 5280 §7.1: NFC, no white space around',
    check: ({ subject }) =>
      (subject?.attributes ?? []).every(({ text }) => text === undefined || text === text.normalize('NFC').trim()),
  },
  {
    id: 'antin.subject-without-name',
    severity: 'error',
    clause: 'every reader shows the common name',
    check: ({ subject }) => textsOf(subject, OID.commonName).length === 1,
  },
  {
    id: 'antin.several-values-in-rdn',
    severity: 'error',
    clause: 'readers disagree on their order',
    check: ({ subject }) => (subject?.rdns ?? []).every((rdn) => rdn.length === 1),
  },
  {
    id: 'antin.crl-sign-without-ca',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.3; here only CAs sign lists',
    applies: ({ ca }) => !ca,
    check: (facts) => facts.value(OID.keyUsage)?.has('cRLSign') !== true,
  },
  {
    id: 'antin.key-usage-not-critical',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.3',
    check: (facts) => facts.extension(OID.keyUsage)?.critical === true,
  },
  {
    id: 'antin.time-stamping-not-alone',
    severity: 'error',
    clause: 'RFC 3161 §2.3',
    applies: (facts) => facts.value(OID.extKeyUsage)?.includes(OID.timeStamping) === true,
    check: (facts) => facts.value(OID.extKeyUsage)?.length === 1 && facts.extension(OID.extKeyUsage)?.critical === true,
  },
  {
    id: 'antin.any-extended-key-usage',
    severity: 'error',
    clause: 'a purpose for everything is none',
    check: (facts) => facts.value(OID.extKeyUsage)?.includes(OID.anyExtendedKeyUsage) !== true,
  },
];

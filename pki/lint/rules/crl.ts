import { equalBytes, fromLatin1 } from '@antin/formats/bytes/bytes';
import { OID } from '../../oids.ts';
import { signatureAlgorithmOf } from '../../x509/algorithm.ts';
import { quoted } from '../complaints.ts';
import type { CrlFacts } from '../crl-facts.ts';
import { isUri } from '../names-syntax.ts';
import type { Rule } from '../rule.ts';
import type { TimeFacts } from '../time-facts.ts';
import { mustBeUtc } from './fields.ts';

const times = ({ thisUpdate, nextUpdate }: CrlFacts): TimeFacts[] => [thisUpdate, nextUpdate].filter((one) => one !== undefined);
const addresses = ({ strict }: CrlFacts): string[] => {
  const point = strict?.idp?.distributionPoint;
  return point?.kind === 'full-name' ? point.names.flatMap((name) => (name.kind === 'uri' ? [name.value] : [])) : [];
};

/** Revocation lists (RFC 5280 §5). */
export const CRL_RULES: readonly Rule<CrlFacts>[] = [
  {
    id: 'x690.unreadable',
    severity: 'fatal',
    clause: 'X.690, RFC 5280 appendix A',
    check: ({ complaints }) =>
      complaints.length === 0 || complaints.map(({ place, code, message }) => `${place}: ${code} ${message}`).join('; '),
  },
  {
    id: 'rfc5280.crl-version',
    severity: 'error',
    clause: 'RFC 5280 §5.1.2.1',
    check: ({ version }) => version === 2,
  },
  {
    id: 'rfc5280.crl-algorithms-differ',
    severity: 'error',
    clause: 'RFC 5280 §5.1.1.2',
    check: ({ innerAlgorithm: a, outerAlgorithm: b }) => a === undefined || b === undefined || equalBytes(a.raw, b.raw),
  },
  {
    id: 'rfc5280.crl-issuer-empty',
    severity: 'error',
    clause: 'RFC 5280 §5.1.2.3',
    check: ({ issuer }) => issuer === undefined || issuer.rdns.length > 0,
  },
  {
    id: 'rfc5280.crl-next-update-missing',
    severity: 'error',
    clause: 'RFC 5280 §5.1.2.5',
    check: ({ nextUpdate }) => nextUpdate !== undefined,
  },
  {
    id: 'rfc5280.crl-validity-negative',
    severity: 'error',
    clause: 'RFC 5280 §5.1.2.5',
    check({ thisUpdate: from, nextUpdate: to }) {
      return from?.at === undefined || to?.at === undefined || from.at <= to.at || `${from.text} to ${to.text}`;
    },
  },
  {
    id: 'rfc5280.crl-time-form',
    severity: 'error',
    clause: 'RFC 5280 §5.1.2.4',
    check: (facts) => times(facts).every((time) => time.at !== undefined && !mustBeUtc(time)),
  },
  {
    id: 'rfc5280.crl-list-empty',
    severity: 'error',
    clause: 'RFC 5280 §5.1.2.6',
    check: ({ emptyList }) => !emptyList,
  },
  {
    id: 'rfc5280.crl-extension-twice',
    severity: 'error',
    clause: 'RFC 5280 §4.2',
    check: ({ extensions = [] }) => new Set(extensions.map(({ oid }) => oid)).size === extensions.length,
  },
  {
    id: 'rfc5280.crl-number-missing',
    severity: 'error',
    clause: 'RFC 5280 §5.2.3',
    check: (facts) => facts.extension(OID.cRLNumber) !== undefined,
  },
  {
    id: 'rfc5280.crl-number-critical',
    severity: 'error',
    clause: 'RFC 5280 §5.2.3',
    check: (facts) => facts.extension(OID.cRLNumber)?.critical !== true,
  },
  {
    id: 'rfc5280.crl-number-range',
    severity: 'error',
    clause: 'RFC 5280 §5.2.3',
    check: ({ number }) => number === undefined || (number >= 0n && number < 1n << 159n),
  },
  {
    id: 'rfc5280.crl-authority-key-identifier-missing',
    severity: 'error',
    clause: 'RFC 5280 §5.2.1',
    check: (facts) => facts.extension(OID.authorityKeyIdentifier) !== undefined,
  },
  {
    id: 'rfc5280.crl-authority-key-identifier-without-key',
    severity: 'error',
    clause: 'RFC 5280 §5.2.1',
    check: ({ authorityKeyIdentifier }) =>
      authorityKeyIdentifier === undefined || authorityKeyIdentifier.keyIdentifier !== undefined,
  },
  {
    id: 'rfc5280.crl-distribution-point-not-critical',
    severity: 'error',
    clause: 'RFC 5280 §5.2.5',
    check: (facts) => facts.extension(OID.issuingDistributionPoint)?.critical !== false,
  },
  {
    id: 'rfc5280.crl-delta-not-critical',
    severity: 'error',
    clause: 'RFC 5280 §5.2.4',
    check: (facts) => facts.extension(OID.deltaCRLIndicator)?.critical !== false,
  },
  {
    id: 'rfc5280.crl-uri-syntax',
    severity: 'error',
    clause: 'RFC 5280 §5.2.5, §4.2.1.6',
    check(facts) {
      const bad = addresses(facts).find((uri) => !isUri(uri));
      return bad === undefined || quoted(bad);
    },
  },
  {
    id: 'rfc5280.crl-reason-unspecified',
    severity: 'warning',
    clause: 'RFC 5280 §5.3.1',
    check({ strict }) {
      for (const { reason } of strict?.entries() ?? []) if (reason === 0) return false;
      return true;
    },
  },
  {
    id: 'rfc5280.crl-serial-twice',
    severity: 'error',
    clause: 'RFC 5280 §5.1.2.6',
    applies: ({ strict }) => strict?.hasCertificateIssuer === false,
    check({ strict }) {
      const seen = new Set<string>();
      for (const { serialNumber } of strict?.entries() ?? []) {
        if (seen.size === seen.add(fromLatin1(serialNumber)).size) return 'two entries for one certificate';
      }
      return true;
    },
  },
  {
    id: 'antin.crl-weak-signature',
    severity: 'error',
    clause: 'Circular 15/2025 Annex I: no SHA-1, no SHA-224',
    check({ innerAlgorithm }) {
      const algorithm = innerAlgorithm === undefined ? undefined : signatureAlgorithmOf(innerAlgorithm);
      return algorithm === undefined || algorithm.scheme === 'ed25519' || !['SHA-1', 'SHA-224'].includes(algorithm.digest);
    },
  },
];

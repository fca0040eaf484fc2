import { OID } from '../oids.ts';
import type { SyntaxComplaint } from './complaints.ts';
import { quoted } from './complaints.ts';
import type { CertificateFacts } from './facts.ts';
import { UPPER_BOUNDS } from './name-facts.ts';
import type { AttributeFacts, NameFacts } from './name-facts.ts';
import type { Rule, Scope } from './rule.ts';

const unreadable = (complaints: readonly SyntaxComplaint[]): true | string =>
  complaints.length === 0 || complaints.map(({ place, code, message }) => `${place}: ${code} ${message}`).join('; ');

/** Attributes that EN 319 412-2 NAT-4.2.4-18 and -3 LEG-4.2.1-9 free from the bounds of RFC 5280. */
const FREED: ReadonlySet<string> = new Set([OID.organizationName, OID.organizationalUnitName, OID.pseudonym]);

const LEAST_BOUND = Math.min(...UPPER_BOUNDS.values());

function bound(type: string, { kind }: Scope): number {
  const etsi = kind.person !== undefined && kind.browser === undefined;
  const freed = etsi && (FREED.has(type) || (type === OID.commonName && kind.web !== true));
  return freed ? Number.MAX_SAFE_INTEGER : (UPPER_BOUNDS.get(type) ?? Number.MAX_SAFE_INTEGER);
}

/** Whatever is not as ASN.1, DER and the grammar of its standard want it. */
export const SYNTAX_RULES: readonly Rule<CertificateFacts>[] = [
  {
    id: 'x690.unreadable',
    severity: 'fatal',
    clause: 'X.690, RFC 5280 appendix A',
    check: ({ complaints }) => unreadable(complaints.filter(({ code }) => code !== 'x509.sct-list')),
  },
  {
    id: 'rfc6962.sct-list-unreadable',
    severity: 'fatal',
    clause: 'RFC 6962 §3.3',
    check: ({ complaints }) => unreadable(complaints.filter(({ code }) => code === 'x509.sct-list')),
  },
  {
    id: 'rfc5280.attribute-too-long',
    severity: 'fatal',
    clause: 'RFC 5280 appendix A.1',
    check({ issuer, subject }, scope) {
      const long = tooLong(issuer, scope) ?? tooLong(subject, scope);
      return long === undefined || `${long.type}: ${quoted(long.text as string)}`;
    },
  },
];

function tooLong(name: NameFacts | undefined, scope: Scope): AttributeFacts | undefined {
  return name?.attributes.find(({ type, text }) => {
    if (text === undefined || text.length <= LEAST_BOUND) return false;
    const most = bound(type, scope);
    // There are never more characters than units of UTF-16.
    return text.length > most && [...text].length > most;
  });
}

import { OID } from '../oids.ts';
import type { SyntaxComplaint } from './complaints.ts';
import { quoted } from './complaints.ts';
import type { CertificateFacts } from './facts.ts';
import { UPPER_BOUNDS } from './name-facts.ts';
import type { Rule, Scope } from './rule.ts';

const unreadable = (complaints: readonly SyntaxComplaint[]): true | string =>
  complaints.length === 0 || complaints.map(({ place, code, message }) => `${place}: ${code} ${message}`).join('; ');

/** Attributes that EN 319 412-2 NAT-4.2.4-18 and -3 LEG-4.2.1-9 free from the bounds of RFC 5280. */
const FREED: ReadonlySet<string> = new Set([OID.organizationName, OID.organizationalUnitName, OID.pseudonym]);

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
      for (const { type, text } of [...(issuer?.attributes ?? []), ...(subject?.attributes ?? [])]) {
        if (text !== undefined && [...text].length > bound(type, scope)) return `${type}: ${quoted(text)}`;
      }
      return true;
    },
  },
];

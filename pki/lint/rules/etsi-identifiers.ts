import { OID } from '../../oids.ts';
import { QC_SEMANTICS, QCS } from '../../x509/qc-statements.ts';
import { quoted } from '../complaints.ts';
import type { CertificateFacts } from '../facts.ts';
import { COUNTRIES, TRANSNATIONAL } from '../iso-codes.ts';
import { textsOf } from '../name-facts.ts';
import type { QcValue } from '../qc-values.ts';
import type { Rule, Severity } from '../rule.ts';

type Semantics = Extract<QcValue, { kind: 'semantics' }>;

function semanticsOf(facts: CertificateFacts, identifier: string): Semantics | undefined {
  for (const { id, value } of facts.value(OID.qcStatements) ?? []) {
    if (id === QCS.syntaxV2 && value.kind === 'semantics' && value.identifier === identifier) return value;
  }
  return undefined;
}

interface Identifier {
  /** Three letters, or two and a colon for a national scheme. */
  readonly scheme: string;
  readonly national: boolean;
  readonly country: string;
  readonly rest: string;
}

/** EN 319 412-1 §5.1.3, §5.1.4: `IDCVN-012345678901`, `VATVN-0100109106`, `A:SE-…`. */
function readIdentifier(text: string): Identifier | undefined {
  if (text !== last.text) last = { text, read: readFresh(text) };
  return last.read;
}

/** Seven rules in a row ask of the same text. */
let last: { readonly text: string; readonly read: Identifier | undefined } = { text: '', read: undefined };

function readFresh(text: string): Identifier | undefined {
  const match = /^([A-Z]{2}[A-Z:])([A-Za-z]{2})(.*)$/su.exec(text);
  if (match === null) return undefined;
  const [, scheme, country, rest] = match as unknown as [string, string, string, string];
  return { scheme: scheme.replace(/:$/, ''), national: scheme.endsWith(':'), country, rest };
}

const knownCountry = (code: string) => COUNTRIES.has(code) || TRANSNATIONAL.has(code);
const NATURAL_SCHEMES = ['PAS', 'IDC', 'PNO', 'TAX', 'TIN'];

/** A rule about every serialNumber of a subject whose certificate declares natural-person semantics. */
function natural(id: string, severity: Severity, clause: string, holds: (read: Identifier | undefined) => boolean) {
  return about(id, severity, clause, QC_SEMANTICS.natural, OID.serialNumber, (text) => {
    const read = readIdentifier(text);
    return holds(read !== undefined && /^-./su.test(read.rest) ? read : undefined);
  });
}

function legal(id: string, severity: Severity, clause: string, holds: (read: Identifier | undefined) => boolean) {
  return about(id, severity, clause, QC_SEMANTICS.legal, OID.organizationIdentifier, (text) => {
    const read = readIdentifier(text);
    return holds(read !== undefined && /^(\+[A-Za-z0-9]{1,3})?(-.+)?$/su.test(read.rest) ? read : undefined);
  });
}

function about(
  id: string,
  severity: Severity,
  clause: string,
  semantics: string,
  type: string,
  holds: (text: string) => boolean,
): Rule<CertificateFacts> {
  return {
    id,
    severity,
    clause,
    applies: (facts) => semanticsOf(facts, semantics) !== undefined,
    check(facts) {
      const bad = textsOf(facts.subject, type).find((text) => !holds(text));
      return bad === undefined || quoted(bad);
    },
  };
}

/** A national scheme needs somebody who says what its identifiers mean. */
function registrar(id: string, clause: string, semantics: string, type: string, holds: (found: Semantics) => boolean) {
  return {
    id,
    severity: 'error',
    clause,
    applies: (facts) => textsOf(facts.subject, type).some((text) => readIdentifier(text)?.national === true),
    check(facts) {
      const found = semanticsOf(facts, semantics);
      return found === undefined || holds(found);
    },
  } as const satisfies Rule<CertificateFacts>;
}

const someUri = ({ authorities }: Semantics) => authorities === undefined || authorities.some(({ kind }) => kind === 'uri');
const NO_STATE = /^-./su;
const LEGAL_SCHEMES = ['NTR', 'VAT', 'PSD', 'LEI'];

/** Semantics of identifiers in subjects (EN 319 412-1 §5.1). */
export const ETSI_IDENTIFIER_RULES: readonly Rule<CertificateFacts>[] = [
  natural('en319412-1.natural-form', 'error', 'EN 319 412-1 §5.1.3', (read) => read !== undefined),
  natural(
    'en319412-1.natural-scheme',
    'error',
    'EN 319 412-1 §5.1.3',
    (read) => read === undefined || read.national || NATURAL_SCHEMES.includes(read.scheme),
  ),
  natural('en319412-1.natural-scheme-national', 'notice', 'EN 319 412-1 §5.1.3', (read) => read === undefined || !read.national),
  natural('en319412-1.natural-scheme-old', 'warning', 'EN 319 412-1 §5.1.3', (read) => read?.scheme !== 'TAX'),
  natural(
    'en319412-1.natural-country',
    'error',
    'EN 319 412-1 §5.1.3',
    (read) => read === undefined || knownCountry(read.country),
  ),
  registrar(
    'en319412-1.natural-registrar-missing',
    'EN 319 412-1 NAT-5.1.3-05',
    QC_SEMANTICS.natural,
    OID.serialNumber,
    ({ authorities }) => authorities !== undefined,
  ),
  registrar(
    'en319412-1.natural-registrar-without-uri',
    'EN 319 412-1 NAT-5.1.3-06',
    QC_SEMANTICS.natural,
    OID.serialNumber,
    someUri,
  ),
  legal('en319412-1.legal-form', 'error', 'EN 319 412-1 LEG-5.1.4-02', (read) => {
    if (read === undefined) return false;
    return read.national || !LEGAL_SCHEMES.includes(read.scheme) || NO_STATE.test(read.rest);
  }),
  legal(
    'en319412-1.legal-scheme',
    'error',
    'EN 319 412-1 LEG-5.1.4-03',
    (read) => read === undefined || LEGAL_SCHEMES.includes(read.scheme) || wellFormedNational(read),
  ),
  legal(
    'en319412-1.legal-scheme-national',
    'notice',
    'EN 319 412-1 LEG-5.1.4-03',
    (read) => read === undefined || LEGAL_SCHEMES.includes(read.scheme) || !wellFormedNational(read),
  ),
  legal('en319412-1.legal-country', 'error', 'EN 319 412-1 LEG-5.1.4-03', (read) => {
    if (read === undefined || !LEGAL_SCHEMES.includes(read.scheme)) return true;
    if (read.scheme === 'LEI') return read.country === 'XG';
    return knownCountry(read.country) || (read.scheme === 'VAT' && ['EL', 'XI'].includes(read.country));
  }),
  registrar(
    'en319412-1.legal-registrar-missing',
    'EN 319 412-1 LEG-5.1.4-05',
    QC_SEMANTICS.legal,
    OID.organizationIdentifier,
    ({ authorities }) => authorities !== undefined,
  ),
  registrar(
    'en319412-1.legal-registrar-without-uri',
    'EN 319 412-1 LEG-5.1.4-05',
    QC_SEMANTICS.legal,
    OID.organizationIdentifier,
    someUri,
  ),
  about(
    'en319412-1.eidas-natural-too-short',
    'error',
    'EN 319 412-1 NAT-5.1.5-03',
    QC_SEMANTICS.eidasNatural,
    OID.serialNumber,
    (text) => text.length >= 7,
  ),
  about(
    'en319412-1.eidas-natural-separators',
    'error',
    'EN 319 412-1 NAT-5.1.5-03',
    QC_SEMANTICS.eidasNatural,
    OID.serialNumber,
    (text) => text.length < 7 || (text[2] === '/' && text[5] === '/'),
  ),
  about(
    'en319412-1.eidas-natural-countries',
    'error',
    'EN 319 412-1 NAT-5.1.5-03',
    QC_SEMANTICS.eidasNatural,
    OID.serialNumber,
    (text) => text.length < 7 || (knownCountry(text.slice(0, 2)) && knownCountry(text.slice(3, 5))),
  ),
  about(
    'en319412-1.eidas-legal-white-space',
    'error',
    'EN 319 412-1 LEG-5.1.6-03',
    QC_SEMANTICS.eidasLegal,
    OID.organizationIdentifier,
    (text) => !/\s/u.test(text),
  ),
  about(
    'en319412-1.eidas-legal-too-long',
    'error',
    'EN 319 412-1 LEG-5.1.6-03',
    QC_SEMANTICS.eidasLegal,
    OID.organizationIdentifier,
    (text) => /\s/u.test(text) || [...text].length <= 256,
  ),
];

function wellFormedNational({ national, country, rest }: Identifier): boolean {
  return national && knownCountry(country) && NO_STATE.test(rest);
}

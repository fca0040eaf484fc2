import { OID } from '../../oids.ts';
import type { CertificateFacts } from '../facts.ts';
import { COUNTRIES } from '../iso-codes.ts';
import { countOf, textsOf } from '../name-facts.ts';
import type { NameFacts } from '../name-facts.ts';
import type { Kind, Rule } from '../rule.ts';

/** Subject names of natural persons, where the rules of browsers do not stand for ETSI's. */
const natural = (_: CertificateFacts, { kind }: { kind: Kind }) => kind.person === 'natural' && kind.browser === undefined;
const legal = (_: CertificateFacts, { kind }: { kind: Kind }) => kind.person === 'legal' && kind.browser === undefined;

const own = (_: CertificateFacts, { kind }: { kind: Kind }) => kind.browser === undefined;

const NAME_OR_PSEUDONYM = [OID.givenName, OID.surname, OID.pseudonym];
const once = (name: NameFacts | undefined, types: readonly string[]) => types.every((type) => countOf(name, type) <= 1);
const complete = ({ subject }: CertificateFacts) =>
  countOf(subject, OID.countryName) > 0 &&
  countOf(subject, OID.commonName) > 0 &&
  NAME_OR_PSEUDONYM.some((type) => countOf(subject, type) > 0);
const mixed = ({ subject }: CertificateFacts) => NAME_OR_PSEUDONYM.every((type) => countOf(subject, type) > 0);

function needs(
  id: string,
  clause: string,
  side: 'issuer' | 'subject',
  type: string,
  applies?: Rule<CertificateFacts>['applies'],
) {
  return {
    id,
    severity: 'error',
    clause,
    ...(applies === undefined ? {} : { applies }),
    check: (facts: CertificateFacts) => facts[side] === undefined || countOf(facts[side], type) > 0,
  } as const satisfies Rule<CertificateFacts>;
}

function sameTexts(name: NameFacts | undefined): boolean {
  const [organisation] = textsOf(name, OID.organizationName);
  const [identifier] = textsOf(name, OID.organizationIdentifier);
  return organisation !== undefined && organisation.toLowerCase() === identifier?.toLowerCase();
}

/** Names of issuers and subjects: EN 319 412-2 §4.2.3, §4.2.4; EN 319 412-3 §4.2.1. */
export const ETSI_NAME_RULES: readonly Rule<CertificateFacts>[] = [
  needs('en319412-2.issuer-country', 'EN 319 412-2 GEN-4.2.3.1-2', 'issuer', OID.countryName, own),
  needs('en319412-2.issuer-organisation', 'EN 319 412-2 GEN-4.2.3.1-2', 'issuer', OID.organizationName, own),
  needs('en319412-2.issuer-common-name', 'EN 319 412-2 GEN-4.2.3.1-2', 'issuer', OID.commonName, own),
  {
    id: 'en319412-2.issuer-organisation-is-identifier',
    severity: 'error',
    clause: 'EN 319 412-2 GEN-4.2.3.1-3',
    applies: own,
    check: ({ issuer }) => !sameTexts(issuer),
  },
  {
    id: 'en319412-2.issuer-attribute-twice',
    severity: 'error',
    clause: 'EN 319 412-2 GEN-4.2.3.1-5',
    applies: own,
    check: ({ issuer }) => once(issuer, [OID.countryName, OID.organizationName, OID.commonName]),
  },
  {
    id: 'en319412-2.issuer-country-unknown',
    severity: 'notice',
    clause: 'EN 319 412-2 GEN-4.2.3.1-6',
    applies: own,
    check: ({ issuer }) => textsOf(issuer, OID.countryName).every((code) => COUNTRIES.has(code)),
  },
  {
    id: 'en319412-2.subject-incomplete',
    severity: 'error',
    clause: 'EN 319 412-2 NAT-4.2.4-1',
    applies: natural,
    check: complete,
  },
  {
    id: 'en319412-2.subject-name-and-pseudonym',
    severity: 'error',
    clause: 'EN 319 412-2 NAT-4.2.4-4',
    applies: (facts, scope) => natural(facts, scope) && complete(facts),
    check: (facts) => !mixed(facts),
  },
  {
    id: 'en319412-2.subject-attribute-twice',
    severity: 'error',
    clause: 'EN 319 412-2 NAT-4.2.4-3',
    applies: (facts, scope) => natural(facts, scope) && complete(facts) && !mixed(facts),
    check: ({ subject }) => once(subject, [OID.countryName, OID.commonName]),
  },
  needs('en319412-3.subject-country', 'EN 319 412-3 LEG-4.2.1-2', 'subject', OID.countryName, legal),
  needs('en319412-3.subject-organisation', 'EN 319 412-3 LEG-4.2.1-2', 'subject', OID.organizationName, legal),
  needs('en319412-3.subject-identifier', 'EN 319 412-3 LEG-4.2.1-2', 'subject', OID.organizationIdentifier, legal),
  needs('en319412-3.subject-common-name', 'EN 319 412-3 LEG-4.2.1-2', 'subject', OID.commonName, legal),
  {
    id: 'en319412-3.subject-attribute-twice',
    severity: 'error',
    clause: 'EN 319 412-3 LEG-4.2.1-3',
    applies: legal,
    check: ({ subject }) => once(subject, [OID.countryName, OID.organizationName, OID.organizationIdentifier, OID.commonName]),
  },
  {
    id: 'en319412-3.subject-country-unknown',
    severity: 'notice',
    clause: 'EN 319 412-3 LEG-4.2.1-4',
    applies: legal,
    check: ({ subject }) => textsOf(subject, OID.countryName).every((code) => COUNTRIES.has(code)),
  },
  {
    id: 'en319412-3.subject-organisation-is-identifier',
    severity: 'error',
    clause: 'EN 319 412-3 LEG-4.2.1-6',
    check: ({ subject }) => !sameTexts(subject),
  },
];

import { OID } from '../../oids.ts';
import { decodeDer } from '@antin/formats/der/reader';
import { readText } from '@antin/formats/der/values';
import { FormatFault } from '@antin/formats/fault';
import type { GeneralName } from '../../x509/general-name.ts';
import { quoted } from '../complaints.ts';
import type { CertificateFacts, ValueReader } from '../facts.ts';
import { textsOf } from '../name-facts.ts';
import { MAX_DOMAIN, hostOf, isDomainName, isInternalName, isMailbox, isUri } from '../names-syntax.ts';
import type { Answer, Rule } from '../rule.ts';

const SMTP_UTF8_MAILBOX = '1.3.6.1.5.5.7.8.9';

interface PlacedName {
  readonly name: GeneralName;
  /** Inside nameConstraints a name is a pattern. */
  readonly pattern: boolean;
}

/** Extensions with names beside subjectAltName, which differs from holder to holder. */
const ELSEWHERE = [
  OID.issuerAltName,
  OID.authorityKeyIdentifier,
  OID.authorityInfoAccess,
  OID.subjectInfoAccess,
  OID.cRLDistributionPoints,
  OID.freshestCRL,
  OID.nameConstraints,
] as const;

/** Every GeneralName of the extensions but those of subjectAltName. */
function namesElsewhere(value: ValueReader): PlacedName[] {
  const constraints = value(OID.nameConstraints);
  const points = [...(value(OID.cRLDistributionPoints) ?? []), ...(value(OID.freshestCRL) ?? [])];
  const plain = [
    ...(value(OID.issuerAltName) ?? []),
    ...(value(OID.authorityKeyIdentifier)?.issuer ?? []),
    ...[...(value(OID.authorityInfoAccess) ?? []), ...(value(OID.subjectInfoAccess) ?? [])].map(({ location }) => location),
    ...points.flatMap(({ name, cRLIssuer = [] }) => [...(name?.kind === 'full-name' ? name.names : []), ...cRLIssuer]),
  ];
  const patterns = [...(constraints?.permitted ?? []), ...(constraints?.excluded ?? [])].map(({ base }) => base);
  return [...plain.map((name) => ({ name, pattern: false })), ...patterns.map((name) => ({ name, pattern: true }))];
}

type Kind = GeneralName['kind'];
type NameOf<K extends Kind> = Extract<GeneralName, { kind: K }>;

/**
 * Holds for every name of some kinds; the first for which it does not is quoted.
 *
 * @param id of the rule: names an issuer writes into all its certificates are asked once
 * @param kinds names of others are not looked at: of which kinds the holder's are is of the template
 */
function everyName<K extends Kind>(
  facts: CertificateFacts,
  id: string,
  kinds: readonly K[],
  holds: (name: NameOf<K>, pattern: boolean) => boolean,
): Answer {
  const among = (name: GeneralName): name is NameOf<K> => (kinds as readonly Kind[]).includes(name.kind);
  const own = facts.altNameKinds.some((kind) => (kinds as readonly Kind[]).includes(kind));
  const bad =
    (own ? facts.value(OID.subjectAltName)?.find((name) => among(name) && !holds(name, false)) : undefined) ??
    facts.onceOver(
      ELSEWHERE,
      id,
      (value) => namesElsewhere(value).find(({ name, pattern }) => among(name) && !holds(name, pattern))?.name,
    );
  if (bad === undefined) return true;
  return 'value' in bad && typeof bad.value === 'string' ? quoted(bad.value) : bad.kind;
}

/** A pattern is a domain, with or without a leading dot; a dot alone matches everything. */
const isPattern = (text: string): boolean =>
  text === '.' || isDomainName(text.replace(/^\./, '')) || /^\.?[a-z0-9-]+$/i.test(text);

/** Text of an SmtpUTF8Mailbox; undefined for every other name. */
function utf8Mailbox(name: NameOf<'other'>): string | undefined {
  if (name.type !== SMTP_UTF8_MAILBOX) return undefined;
  try {
    return readText(decodeDer(name.value));
  } catch (error) {
    if (error instanceof FormatFault) return '';
    throw error;
  }
}

const domainOf = (mailbox: string): string => (mailbox.includes('@') ? mailbox.slice(mailbox.indexOf('@') + 1) : '');

const POLICIES = [OID.certificatePolicies] as const;

/** The first address of a practice statement that a rule finds wrong. */
function badCps(facts: CertificateFacts, id: string, bad: (uri: string) => boolean): string | undefined {
  return facts.onceOver(POLICIES, `${id} of policies`, (value) =>
    (value(OID.certificatePolicies) ?? [])
      .flatMap(({ qualifiers = [] }) => qualifiers.flatMap(({ cpsUri }) => cpsUri ?? []))
      .find(bad),
  );
}

function tooLong<K extends Kind>(id: string, kind: K, domain: (name: NameOf<K>) => string): Rule<CertificateFacts> {
  return {
    id,
    severity: 'error',
    clause: 'RFC 1035 §2.3.4',
    check: (facts) => everyName(facts, id, [kind], (name) => domain(name).length <= MAX_DOMAIN),
  };
}

/** GeneralNames wherever they stand (RFC 5280 §4.2.1.6). */
export const GENERAL_NAME_RULES: readonly Rule<CertificateFacts>[] = [
  {
    id: 'rfc5280.uri-syntax',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.6',
    check(facts) {
      const bad = badCps(facts, 'rfc5280.uri-syntax', (uri) => !isUri(uri));
      if (bad !== undefined) return quoted(bad);
      return everyName(facts, 'rfc5280.uri-syntax', ['uri'], (name, pattern) =>
        pattern ? isPattern(name.value) : isUri(name.value),
      );
    },
  },
  {
    id: 'rfc4516.ldap-uri-not-checked',
    severity: 'notice',
    clause: 'RFC 4516',
    check: (facts) => everyName(facts, 'rfc4516.ldap-uri-not-checked', ['uri'], (name) => !/^ldap:\/\//i.test(name.value)),
  },
  {
    id: 'rfc5280.mailbox-syntax',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.6, RFC 5321 §4.1.2',
    check(facts) {
      const mails = [...textsOf(facts.subject, OID.emailAddress), ...textsOf(facts.issuer, OID.emailAddress)];
      const bad = mails.find((mail) => !isMailbox(mail));
      if (bad !== undefined) return quoted(bad);
      return everyName(facts, 'rfc5280.mailbox-syntax', ['rfc822'], (name, pattern) => {
        return isMailbox(name.value) || (pattern && !name.value.includes('@') && isPattern(name.value));
      });
    },
  },
  {
    id: 'rfc9598.mailbox-without-at',
    severity: 'error',
    clause: 'RFC 9598 §3',
    check: (facts) =>
      everyName(facts, 'rfc9598.mailbox-without-at', ['other'], (name) => utf8Mailbox(name)?.includes('@') !== false),
  },
  {
    id: 'rfc9598.mailbox-ascii',
    severity: 'error',
    clause: 'RFC 9598 §3',
    check: (facts) =>
      // oxlint-disable-next-line no-control-regex -- the ASCII range
      everyName(facts, 'rfc9598.mailbox-ascii', ['other'], (name) => !/^[\x00-\x7f]+@/.test(utf8Mailbox(name) ?? '')),
  },
  {
    id: 'rfc9598.mailbox-domain',
    severity: 'error',
    clause: 'RFC 9598 §3',
    check: (facts) =>
      everyName(facts, 'rfc9598.mailbox-domain', ['other'], (name) => {
        const domain = domainOf(utf8Mailbox(name) ?? '');
        return domain === '' || domain.length > MAX_DOMAIN || isDomainName(domain);
      }),
  },
  tooLong('rfc9598.mailbox-domain-too-long', 'other', (name) => domainOf(utf8Mailbox(name) ?? '')),
  tooLong('rfc5280.dns-name-too-long', 'dns', (name) => name.value),
  tooLong('rfc5280.mailbox-domain-too-long', 'rfc822', (name) => domainOf(name.value)),
  tooLong('rfc5280.uri-host-too-long', 'uri', (name) => hostOf(name.value)),
  {
    id: 'rfc5280.ip-address-length',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.6, §4.2.1.10',
    check: (facts) =>
      everyName(facts, 'rfc5280.ip-address-length', ['ip'], (name, pattern) =>
        (pattern ? [8, 32] : [4, 16]).includes(name.value.length),
      ),
  },
  {
    id: 'rfc5280.ip-constraint-no-network',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.10, RFC 4632',
    check: (facts) =>
      everyName(
        facts,
        'rfc5280.ip-constraint-no-network',
        ['ip'],
        (name, pattern) => !pattern || ![8, 32].includes(name.value.length) || isNetwork(name.value),
      ),
  },
  {
    id: 'rfc5280.mail-not-in-alt-name',
    severity: 'error',
    clause: 'RFC 5280 §4.1.2.6',
    applies: ({ subject }) => textsOf(subject, OID.emailAddress).length > 0,
    check(facts) {
      const names = facts.value(OID.subjectAltName) ?? [];
      const missing = textsOf(facts.subject, OID.emailAddress).find(
        (mail) => !names.some((name) => name.kind === 'rfc822' && name.value === mail),
      );
      return missing === undefined || quoted(missing);
    },
  },
];

/** Names that mean nothing outside one network; asked of certificates for the public. */
export const INTERNAL_NAME_RULE: Rule<CertificateFacts> = {
  id: 'etsi.internal-name',
  severity: 'error',
  clause: 'EN 319 412-4 WEB-4.1.3-4',
  check(facts) {
    if (badCps(facts, 'etsi.internal-name', (uri) => isInternalName(hostOf(uri))) !== undefined) return 'CPS address';
    return everyName(facts, 'etsi.internal-name', ['dns', 'uri', 'rfc822'], (name, pattern) => {
      if (pattern) return true;
      if (name.kind === 'dns') return !isInternalName(name.value);
      return !isInternalName(name.kind === 'uri' ? hostOf(name.value) : domainOf(name.value));
    });
  },
};

/** Ones, then zeros; and no bit of the address outside them. */
function isNetwork(octets: Uint8Array): boolean {
  const half = octets.length / 2;
  let ended = false;
  for (let i = 0; i < half * 8; i++) {
    const bit = 0x80 >> (i & 7);
    const masked = ((octets[half + (i >> 3)] as number) & bit) !== 0;
    if (masked && ended) return false;
    if (!masked) {
      ended = true;
      if (((octets[i >> 3] as number) & bit) !== 0) return false;
    }
  }
  return true;
}

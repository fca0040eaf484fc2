import { describe, expect, test } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { octetString, oid, sequence, tlv, utf8String } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import { OID } from '../oids.ts';
import { signatureAlgorithmIdentifier } from '../x509/algorithm.ts';
import * as build from '../x509/build.ts';
import type { buildGeneralName } from '../x509/general-name.ts';
import { buildName } from '../x509/name.ts';
import { qcStatements } from '../x509/qc-statements.ts';
import { compiledLint } from './compiled.ts';
import type { LintTable } from './compiled.ts';
import { READERS } from './extension-values.ts';
import type { ReaderOid } from './extension-values.ts';
import { readCertificate } from './facts.ts';
import type { CertificateFacts } from './facts.ts';
import { LINT_KINDS, LINT_OWN, LINT_OWN_QUALIFIED } from './profiles.ts';
import type { LintProfile } from './profiles.ts';
import { runRules } from './rule.ts';
import type { Finding, Rule } from './rule.ts';

/** A small generator of the same numbers in every run: a test that fails today fails tomorrow. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const DAY = 86_400_000;
const NOW = Date.parse('2026-03-02T00:00:00Z');
const identifier = signatureAlgorithmIdentifier({ scheme: 'ecdsa', digest: 'SHA-256' });
const ec = Array.from({ length: 4 }, () => nodeSecrets.generateKeyPair('p-256').spki);
const others = [nodeSecrets.generateKeyPair('rsa-2048').spki, nodeSecrets.generateKeyPair('p-384').spki];
const issuer = buildName([
  ['C', 'VN'],
  ['O', 'Ấn Tín'],
  ['CN', 'CA thử'],
]);
const NAMES = ['Nguyễn Văn An', 'Trần Thị Bình', 'A', 'Lê\u200b', 'e\u0301', ' Phạm', 'x'.repeat(70), 'Đỗ😀', 'a+b,"c"'];
const MAILS = ['an@noivu.gov.vn', 'x', '@', 'a@b', `${'a'.repeat(65)}@noivu.gov.vn`, 'An.B@so.vn'];

type AltNames = Parameters<typeof buildGeneralName>[0][];
type Pick = (below: number) => number;
const among = <T>(pick: Pick, list: readonly T[]): T => list[pick(list.length)] as T;

/** One mail as a rule, at times names of other kinds or more than one. */
function altNames(pick: Pick): AltNames {
  const mail = { kind: 'rfc822', value: among(pick, MAILS) } as const;
  switch (pick(60)) {
    case 0:
      return [{ kind: 'dns', value: among(pick, ['so.vn', 'localhost', 'x'.repeat(260), '-a.vn']) }];
    case 1:
      return [mail, { kind: 'uri', value: among(pick, ['http://so.vn/', 'so', 'ldap://so.vn/x', 'http://localhost/']) }];
    case 2:
      return [{ kind: 'ip', value: new Uint8Array(among(pick, [4, 5, 8, 16])).fill(1) }];
    case 3: {
      const value = utf8String(among(pick, ['ấn@noivu.gov.vn', 'an@noivu.gov.vn', 'x', `ấ@${'a'.repeat(260)}`]));
      return [{ kind: 'other', type: '1.3.6.1.5.5.7.8.9', value }];
    }
    case 4:
      return [mail, mail];
    default:
      return [mail];
  }
}

/** Whatever an order can vary, good and bad, under one issuer and profile. */
function certificate(pick: Pick): Uint8Array {
  const spki = among(pick, pick(20) === 0 ? others : ec);
  const octets = (decodeDer(spki).children()[1] as DerNode).content.subarray(1);
  const keyIdentifier =
    pick(10) === 0 ? nodeSecrets.digest('SHA-256', octets).subarray(0, 20) : nodeSecrets.digest('SHA-1', octets);
  const serialNumber = nodeSecrets.digest('SHA-256', Uint8Array.of(pick(256), pick(256))).slice(0, pick(12) === 0 ? 8 : 17);
  serialNumber[0] = 0x41;
  // Often the same as the one before: a batch of one second.
  const notBefore = NOW + (pick(2) === 0 ? 1 : pick(1000)) * DAY * (pick(9) === 0 ? 100 : 1);
  const parts: [string, string][] = [
    ['C', pick(20) === 0 ? 'XX' : 'VN'],
    ['L', among(pick, ['Hà Nội', 'Huế'])],
  ];
  if (pick(9) > 0) parts.push(['O', among(pick, ['SỞ NỘI VỤ', 'UBND'])]);
  if (pick(3) === 0) parts.push(['serialNumber', among(pick, ['IDCVN-001099012345', 'TAXVN-1', 'A:SE-1', '???', 'IDCZZ-1'])]);
  if (pick(3) === 0) parts.push(['SN', 'Nguyễn'], ['GN', 'An']);
  if (pick(15) === 0) parts.push(['emailAddress', among(pick, ['an@noivu.gov.vn', 'x'])]);
  if (pick(20) === 0) parts.push(['DC', 'vn'], ['DC', 'b_d']);
  parts.push(['CN', among(pick, NAMES)]);
  if (pick(20) === 0) parts.push(['CN', 'hai']);
  const tbs = build.buildTbsCertificate({
    serialNumber,
    signatureAlgorithm: identifier,
    issuer: pick(40) === 0 ? buildName([['CN', 'CA khác']]) : issuer,
    notBefore,
    notAfter: notBefore + 365 * DAY,
    subject: pick(25) === 0 ? sequence() : buildName(parts),
    spki,
    extensions: [
      build.aki(Uint8Array.of(1, 2, 3)),
      build.ski(keyIdentifier),
      build.keyUsage('digitalSignature', ...(pick(40) === 0 ? (['keyEncipherment'] as const) : (['nonRepudiation'] as const))),
      build.certificatePolicies(['2.999.1']),
      ...(pick(3) === 0 ? [] : [build.subjectAltName(...altNames(pick))]),
      build.crlDistributionPoints([pick(40) === 0 ? 'http://ca/x' : 'http://ca.example.vn/crl/issuing.crl']),
      build.authorityInfoAccess({ ocsp: ['http://ca.example.vn/ocsp'], caIssuers: ['http://ca.example.vn/ca.crt'] }),
      qcStatements({ compliance: true, legislation: ['VN'], type: 'esign', semantics: 'natural' }),
    ],
  });
  return build.certificateFrom(tbs, identifier, nodeSecrets.digest('SHA-512', serialNumber));
}

/** One node somewhere in the tree replaced, dropped, doubled or moved, with every length put right again: still DER. */
function damaged(der: Uint8Array, pick: Pick): Uint8Array {
  const rebuilt = (node: DerNode, depth: number): Uint8Array => {
    if (!node.constructed || depth === 0) return damagedLeaf(node, pick);
    const children = node.children();
    if (children.length === 0) return node.raw;
    const at = pick(children.length);
    const parts = children.map(({ raw }) => raw);
    switch (pick(9)) {
      case 0:
        parts.splice(at, 1);
        break;
      case 1:
        parts.splice(at, 0, parts[at] as Uint8Array);
        break;
      case 2:
        parts.push(...parts.splice(at, 1));
        break;
      default:
        parts[at] = rebuilt(children[at] as DerNode, depth - 1);
    }
    return tlv(pick(40) === 0 ? pick(256) : node.tag, ...parts);
  };
  return rebuilt(decodeDer(der), 8);
}

function damagedLeaf(node: DerNode, pick: Pick): Uint8Array {
  const content = node.content.slice();
  const at = pick(content.length);
  switch (pick(5)) {
    case 0:
      return tlv(node.tag, content.subarray(0, at));
    case 1:
      return tlv(among(pick, [TAG.INTEGER, TAG.UTF8_STRING, TAG.PRINTABLE_STRING, TAG.NULL, 0x82, 0x86]), content);
    case 2:
      return tlv(node.tag, content, Uint8Array.of(pick(256)));
    default:
      content[at] = pick(256);
      return tlv(node.tag, content);
  }
}

/** Anything at all: a single octet somewhere, lengths and tags among them. */
function flipped(der: Uint8Array, pick: Pick): Uint8Array {
  const out = der.slice();
  const at = pick(out.length);
  out[at] = (out[at] as number) ^ (1 << pick(8));
  return out;
}

const table = ({ kind, rules }: LintProfile): LintTable[] => rules.map((one) => ({ kind, rules: one }));

/** A rule for each fact: it always finds what the fact is, so that equal findings are equal facts. */
const show = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) => {
    if (one instanceof Uint8Array) return toHex(one);
    if (one instanceof Set) return [...one];
    return typeof one === 'bigint' ? `${one}n` : one;
  }) ?? 'undefined';
const mirror = (name: string, look: (facts: CertificateFacts) => unknown): Rule<CertificateFacts> => ({
  id: `mirror.${name}`,
  severity: 'info',
  clause: name,
  check: (facts) => show(look(facts)),
});
const FIELDS = [
  ...(['der', 'tbs', 'version', 'serialNumber', 'innerAlgorithm', 'outerAlgorithm', 'signature', 'issuer', 'subject'] as const),
  ...(['notBefore', 'notAfter', 'spki', 'keyAlgorithm', 'publicKey', 'rsa', 'hasIssuerUniqueId', 'ca'] as const),
  ...(['hasSubjectUniqueId', 'extensions', 'complaints', 'selfIssued'] as const),
];
const EVERY_OID = [...Object.keys(READERS), '1.2.3'] as ReaderOid[];
const MIRRORS: LintTable = {
  kind: {},
  rules: [
    ...FIELDS.map((name) => mirror(name, (facts) => facts[name])),
    ...EVERY_OID.map((id) => mirror(`extension ${id}`, (facts) => facts.extension(id))),
    ...EVERY_OID.map((id) => mirror(`critical ${id}`, (facts) => facts.extension(id)?.critical)),
    ...EVERY_OID.map((id) => mirror(`value ${id}`, (facts) => facts.value(id))),
    ...EVERY_OID.map((id) => mirror(`over ${id}`, (facts) => facts.onceOver([id], `test ${id}`, (value) => value(id)))),
    mirror('once', (facts) => facts.once('test', () => facts.subject)),
    mirror('listing', (facts) => facts.extensions?.map((one) => ({ ...one }))),
    { id: 'mirror.moment', severity: 'info', clause: '', check: (_, { moment }) => `${moment?.now} ${moment?.renewsUntil}` },
  ],
};

type Outcome = readonly Finding[] | string;
const outcome = (work: () => readonly Finding[]): Outcome => {
  try {
    return work();
  } catch (fault) {
    if (!(fault instanceof FormatFault)) throw fault;
    return `${fault.code} ${fault.message}`;
  }
};

/** Both linters on one certificate. */
function both(tables: readonly LintTable[]) {
  let slow = 0;
  const counter: Rule<CertificateFacts> = { id: 'test.slow', severity: 'info', clause: '', check: () => ++slow > 0 };
  const compiled = compiledLint([...tables, { kind: {}, rules: [counter] }], nodeCrypto);
  const answers = (der: Uint8Array, moment = { now: NOW }) => {
    const whole = outcome(() => {
      const facts = readCertificate(der);
      return tables.flatMap(({ kind, rules }) => runRules(rules, facts, { kind, door: nodeCrypto, moment }));
    });
    const name = Buffer.from(der).includes(Buffer.from(oid(OID.subjectAltName))) ? 'with names' : 'without';
    return { whole, compiled: outcome(() => compiled(der, name, moment).findings) };
  };
  /** How often the whole linter was needed, or a template was compiled. */
  return { answers, slow: () => slow };
}

describe('a compiled linter says what the whole one says', () => {
  const kinds: readonly (readonly [string, LintTable[]])[] = [
    ['our own', table(LINT_OWN)],
    ['our own for citizens', table(LINT_OWN_QUALIFIED)],
    ['qualified under the law of the EU', table(LINT_KINDS['qcp-n-qscd'])],
    ['web sites', table(LINT_KINDS['qncp-w-gen-legal'])],
    ['every fact', [MIRRORS]],
  ];

  test.each(kinds)('%s: certificates of a template, good and bad', (_, tables) => {
    const pick = numbers(1);
    const { answers, slow } = both(tables);
    let found = 0;
    for (let i = 0; i < 250; i++) {
      const { whole, compiled } = answers(certificate(pick), { now: NOW + pick(5) });
      expect(compiled).toEqual(whole);
      found += whole.length;
    }
    expect(found).toBeGreaterThan(100);
    expect(slow()).toBeLessThan(200);
  });

  test.each(kinds)('%s: certificates damaged in any place, right after good ones', (_, tables) => {
    const pick = numbers(2);
    const { answers, slow } = both(tables);
    const plain = certificate((below) => below - 1);
    const times = 250;
    for (let i = 0; i < times; i++) {
      // Twice the plain one: it is the sample again, whatever the damaged one before it was.
      answers(plain);
      answers(plain);
      const broken = i % 3 === 0 ? flipped(plain, pick) : damaged(plain, pick);
      const { whole, compiled } = answers(broken);
      expect(compiled).toEqual(whole);
    }
    // Damage in a hole takes the short way too, and is found there.
    expect(slow()).toBeLessThan(3 * times);
  });
});

describe('what is remembered', () => {
  const good = () => certificate((below) => below - 1);
  const counted = (look: (facts: CertificateFacts) => unknown) => {
    let runs = 0;
    const rule: Rule<CertificateFacts> = {
      id: 'test.counted',
      severity: 'error',
      clause: 'test',
      check(facts) {
        runs++;
        look(facts);
        return true;
      },
    };
    const lint = compiledLint([{ kind: {}, rules: [rule] }], nodeCrypto);
    lint(good(), 't', { now: NOW });
    const before = runs;
    for (let i = 0; i < 10; i++) lint(good(), 't', { now: NOW });
    return runs - before;
  };

  test('a rule that asks only for what the template fixes runs no more', () => {
    expect(counted((facts) => facts.value(OID.keyUsage))).toBe(0);
    expect(counted((facts) => facts.extension(OID.subjectKeyIdentifier)?.critical)).toBe(0);
    expect(counted((facts) => facts.extensions?.map(({ oid: id }) => id))).toBe(0);
  });

  test.each([
    ['the subject', (facts: CertificateFacts) => facts.subject],
    ['the whole', (facts: CertificateFacts) => facts.der],
    ['a value that differs', (facts: CertificateFacts) => facts.value(OID.subjectKeyIdentifier)],
    ['its octets in the list', (facts: CertificateFacts) => facts.extensions?.map(({ value }) => value)],
    ['the names of all members', (facts: CertificateFacts) => Object.keys(facts)],
    ['something computed by another rule', (facts: CertificateFacts) => facts.once('x', () => facts.publicKey)],
    [
      'something computed over what differs',
      (facts: CertificateFacts) => facts.onceOver([OID.subjectAltName], 'x', (v) => v(OID.subjectAltName)),
    ],
  ])('a rule that asks for %s runs every time', (_, look) => {
    expect(counted(look)).toBe(10);
  });

  test('a rule that other times lead to other facts is asked of each certificate of those times', () => {
    const short = (facts: CertificateFacts) => (facts.notBefore?.at ?? 0) < NOW;
    const byTime: Rule<CertificateFacts> = {
      ...{ id: 'test.later-with-a-name', severity: 'error', clause: 'a demand from a day on' },
      check: (facts) => short(facts) || facts.subject?.attributes.length === 1 || `${facts.subject?.attributes.length}`,
    };
    const lint = compiledLint([{ kind: {}, rules: [byTime] }], nodeCrypto);
    const certificate = (notBefore: number, ...parts: readonly (readonly [string, string])[]) =>
      build.certificateFrom(
        build.buildTbsCertificate({
          ...{ serialNumber: Uint8Array.of(1), signatureAlgorithm: identifier, issuer, notBefore, notAfter: notBefore + DAY },
          ...{ subject: buildName(parts), spki: ec[0]!, extensions: [build.ski(new Uint8Array(20))] },
        }),
        identifier,
        new Uint8Array(64),
      );
    const [one, two] = [
      [['CN', 'An']],
      [
        ['CN', 'An'],
        ['O', 'Sở'],
      ],
    ] as const;
    const found = (notBefore: number, parts: typeof one | typeof two) =>
      lint(certificate(notBefore, ...parts), 'name', { now: NOW }).findings.length;
    expect([found(NOW - DAY, two), found(NOW - DAY, two), found(NOW - DAY, one)]).toEqual([0, 0, 0]);
    expect([found(NOW, one), found(NOW, two), found(NOW, one), found(NOW, two)]).toEqual([0, 1, 0, 1]);
    expect([found(NOW - DAY, two), found(NOW, two)]).toEqual([0, 1]);
  });

  test('a sample that is written over afterwards answers for nothing', () => {
    const tables = table(LINT_OWN);
    const lint = compiledLint(tables, nodeCrypto);
    const der = good();
    lint(der, 't', { now: NOW });
    der.fill(0);
    const facts = readCertificate(good());
    const whole = tables.flatMap(({ kind, rules }) => runRules(rules, facts, { kind, door: nodeCrypto }));
    expect(lint(good(), 't', { now: NOW }).findings).toEqual(whole);
  });

  test('one octet of the issuer is enough for the whole linter', () => {
    let runs = 0;
    const rule: Rule<CertificateFacts> = {
      id: 'test.issuer',
      severity: 'error',
      clause: '',
      check: ({ issuer: name }) => (runs++, show(name?.attributes[2])),
    };
    const lint = compiledLint([{ kind: {}, rules: [rule] }], nodeCrypto);
    const der = good();
    const first = lint(der, 't', { now: NOW }).findings;
    const before = runs;
    expect(lint(der, 't', { now: NOW }).findings).toEqual(first);
    expect(runs).toBe(before);
    const other = der.slice();
    const at = Buffer.from(der).indexOf('CA thử');
    other[at] = 0x44;
    expect(lint(other, 't', { now: NOW }).findings[0]?.detail).toContain('DA thử');
    expect(runs).toBe(before + 1);
  });

  test('an extension more, in a certificate that is otherwise the same, is found', () => {
    const lint = compiledLint(table(LINT_OWN), nodeCrypto);
    const der = good();
    lint(der, 't', { now: NOW });
    const [tbs, algorithm, signature] = decodeDer(der).children() as [DerNode, DerNode, DerNode];
    const parts = tbs.children();
    const list = (parts.pop() as DerNode).inner();
    const odd = sequence(oid('1.2.3.4'), Uint8Array.of(1, 1, 0xff), octetString(Uint8Array.of(5, 0)));
    const longer = tlv(0xa3, sequence(concatBytes(list.content, odd)));
    const changed = sequence(sequence(...parts.map(({ raw }) => raw), longer), algorithm.raw, signature.raw);
    expect(lint(changed, 't', { now: NOW }).findings.map(({ rule }) => rule)).toContain('antin.unknown-critical-extension');
    expect(lint(der, 't', { now: NOW }).findings.map(({ rule }) => rule)).not.toContain('antin.unknown-critical-extension');
  });

  test('computing over one extension and asking for another is a mistake that shows', () => {
    const facts = readCertificate(good());
    expect(() => facts.onceOver([OID.keyUsage], 'x', (value) => value(OID.subjectAltName))).toThrow('asks for');
  });
});

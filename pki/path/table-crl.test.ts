import { describe, expect, test } from 'vitest';
import { boolean, context, contextValue, integer, namedBits, octetString, oid, retag, sequence } from '@antin/formats/der/writer';
import { nodeCrypto as door } from '../../adapters/crypto/node.ts';
import { DAY, NOW, commonName, mint, mintCa, mintList, scopeOf } from '../../testkit/pki/mint.ts';
import type { ListOrder, Minted } from '../../testkit/pki/mint.ts';
import { parseCrl } from '../crl/parse.ts';
import { FormatFault } from '@antin/formats/fault';
import { PkiFault } from '../fault.ts';
import { aki, extension, ski } from '../x509/build.ts';
import { parseCertificate } from '../x509/certificate.ts';
import { buildGeneralName } from '../x509/general-name.ts';
import { checkRevocation } from './revocation.ts';
import type { RevocationFinding, RevocationOptions } from './revocation-finding.ts';

/** Lists as authorities, bad days and attackers make them: what each is believed for, and why not. */
const SERIAL = Uint8Array.of(0x51);
const [COMPROMISE, HOLD, REMOVE] = [1, 6, 8];
const root = mintCa({ subject: 'Root' });
const ca = mintCa({ subject: 'CA', issuer: root });
const leaf = mint({ subject: 'Leaf', issuer: ca, serial: SERIAL });
const me = (reason?: number, at?: number) => ({
  serial: SERIAL,
  ...(reason === undefined ? {} : { reason }),
  ...(at === undefined ? {} : { at }),
});
const list = (order: Partial<ListOrder> = {}): Uint8Array => mintList({ issuer: ca, ...order });
const url = 'http://pki.test/1.crl';
const point = (value: string): Uint8Array => context(0, context(0, buildGeneralName({ kind: 'uri', value })));
const truth = (number: number): Uint8Array => contextValue(number, Uint8Array.of(0xff));
const reasons = (...bits: number[]): Uint8Array => retag(namedBits(...bits), 0x83);
const points = (...all: Uint8Array[]): Uint8Array => extension('2.5.29.31', false, sequence(...all));
const directory = (name: Uint8Array): Uint8Array => buildGeneralName({ kind: 'directory', name });

interface Case {
  readonly lists: readonly Uint8Array[];
  /** status, and for what is not believed the codes that must be among the reasons. */
  readonly says: RevocationFinding['status'] | readonly string[];
  readonly target?: Minted;
  readonly issuer?: Minted;
  readonly anchor?: Minted;
  readonly candidates?: readonly Minted[];
  readonly options?: Partial<RevocationOptions>;
  readonly finding?: Partial<RevocationFinding>;
}

function judge({ lists, target = leaf, issuer = ca, anchor = root, candidates = [ca], options }: Case): RevocationFinding {
  return checkRevocation(parseCertificate(target.raw), parseCertificate(issuer.raw), {
    crls: lists.map((one) => parseCrl(one)),
    ocsps: [],
    at: NOW,
    door,
    candidates: candidates.map((one) => parseCertificate(one.raw)),
    anchors: [{ certificate: parseCertificate(anchor.raw), purposes: ['signer'] }],
    ...options,
  });
}

function table(title: string, cases: Readonly<Record<string, () => Case>>): void {
  describe(title, () => {
    test.each(Object.entries(cases))('%s', (_, make) => {
      const one = make();
      const found = judge(one);
      if (typeof one.says === 'string') expect(found).toMatchObject({ status: one.says, ...one.finding });
      else expect(found).toEqual({ status: 'unknown', why: expect.arrayContaining([...one.says]) as unknown });
    });
  });
}

table('full lists', {
  'say good of who is not on them': () => ({ lists: [list()], says: 'good' }),
  'say revoked of who is': () => ({
    lists: [list({ entries: [me(COMPROMISE)] })],
    says: 'revoked',
    finding: { reason: COMPROMISE, revokedAt: NOW - 30 * DAY },
  }),
  'say nothing about the same number of another issuer': () => ({
    lists: [mintList({ issuer: root, entries: [me(COMPROMISE)] })],
    says: ['revocation.no-evidence'],
  }),
  'from tomorrow are not believed yet': () => ({ lists: [list({ thisUpdate: NOW + DAY })], says: ['crl.not-yet-valid'] }),
  'from a clock that is four minutes fast are': () => ({ lists: [list({ thisUpdate: NOW + 240_000 })], says: 'good' }),
  'that ended yesterday do not say good': () => ({
    lists: [list({ thisUpdate: NOW - 8 * DAY, nextUpdate: NOW - DAY })],
    says: ['crl.stale'],
  }),
  'that ended yesterday still say revoked': () => ({
    lists: [list({ thisUpdate: NOW - 8 * DAY, nextUpdate: NOW - DAY, entries: [me(COMPROMISE)] })],
    says: 'revoked',
  }),
  'that never end do not say good': () => ({ lists: [list({ nextUpdate: null })], says: ['crl.no-next-update'] }),
  'that never end say revoked': () => ({ lists: [list({ nextUpdate: null, entries: [me(COMPROMISE)] })], says: 'revoked' }),
  'that end before they begin say nothing': () => ({
    lists: [list({ nextUpdate: NOW - 2 * DAY, entries: [me(COMPROMISE)] })],
    says: ['crl.period-reversed'],
  }),
  'with an unknown critical extension say nothing': () => ({
    lists: [list({ extensions: [extension('2.999.1', true, integer(1))] })],
    says: ['crl.unknown-critical-extension'],
  }),
  'with an unknown extension that is not critical do': () => ({
    lists: [list({ extensions: [extension('2.999.1', false, integer(1))] })],
    says: 'good',
  }),
  'with an unknown critical extension in the entry of somebody else say nothing either': () => ({
    lists: [list({ entries: [{ serial: Uint8Array.of(9), extensions: [extension('2.999.1', true, integer(1))] }] })],
    says: ['crl.unknown-critical-extension'],
  }),
  'signed by somebody else say nothing': () => ({
    lists: [mintList({ issuer: { ...ca, key: 'thief' }, entries: [me(COMPROMISE)] })],
    says: ['crl.signature-invalid'],
  }),
  'that remove from the list, though they are complete, say two things at once': () => ({
    lists: [list({ entries: [me(REMOVE)] })],
    says: ['crl.remove-from-full-list'],
  }),
  'of which one says revoked': () => ({
    lists: [list({ number: 2 }), list({ number: 1, thisUpdate: NOW - 3 * DAY, entries: [me(COMPROMISE)] })],
    says: 'revoked',
  }),
});

table('a hold', {
  'is a revocation while it lasts': () => ({
    lists: [list({ entries: [me(HOLD)] })],
    says: 'revoked',
    finding: { reason: HOLD },
  }),
  'is lifted by a newer list': () => ({
    lists: [list({ number: 1, thisUpdate: NOW - 3 * DAY, entries: [me(HOLD)] }), list({ number: 2 })],
    says: 'good',
  }),
  'is not lifted by an older list': () => ({
    lists: [list({ number: 1, thisUpdate: NOW - 3 * DAY }), list({ number: 2, entries: [me(HOLD)] })],
    says: 'revoked',
  }),
  'is lifted by a newer list that has ended, which settles nothing': () => ({
    lists: [
      list({ number: 1, thisUpdate: NOW - 9 * DAY, nextUpdate: NOW - 5 * DAY, entries: [me(HOLD)] }),
      list({ number: 2, thisUpdate: NOW - 5 * DAY, nextUpdate: NOW - 2 * DAY }),
    ],
    says: ['crl.stale'],
  }),
});

const base = (order: Partial<ListOrder> = {}) => list({ number: 5, thisUpdate: NOW - 3 * DAY, ...order });
const delta = (order: Partial<ListOrder> = {}) => list({ number: 7, base: 5, ...order });

table('deltas', {
  'with their base say good': () => ({ lists: [base(), delta()], says: 'good', finding: { evidence: 1 } }),
  'with their base say revoked': () => ({ lists: [base(), delta({ entries: [me(COMPROMISE)] })], says: 'revoked' }),
  'without a base settle nothing': () => ({ lists: [delta()], says: ['crl.delta-without-base'] }),
  'without a base still list whom they list': () => ({ lists: [delta({ entries: [me(COMPROMISE)] })], says: 'revoked' }),
  'with a base too old for them leave it alone': () => ({
    lists: [base(), delta({ base: 6 })],
    says: 'good',
    finding: { evidence: 0 },
  }),
  'with a base too old for them still list whom they list': () => ({
    lists: [base(), delta({ base: 6, entries: [me(COMPROMISE)] })],
    says: 'revoked',
  }),
  'older than the base are not asked about a hold': () => ({
    lists: [list({ number: 9 }), delta({ number: 7, thisUpdate: NOW - 2 * DAY, entries: [me(HOLD)] })],
    says: 'good',
  }),
  'lift a hold': () => ({ lists: [base({ entries: [me(HOLD)] }), delta({ entries: [me(REMOVE)] })], says: 'good' }),
  'put on hold': () => ({ lists: [base(), delta({ entries: [me(HOLD)] })], says: 'revoked', finding: { reason: HOLD } }),
  'do not lift a revocation': () => ({
    lists: [base({ entries: [me(COMPROMISE)] }), delta({ entries: [me(REMOVE)] })],
    says: 'revoked',
    finding: { reason: COMPROMISE },
  }),
  'do not weaken a revocation to a hold': () => ({
    lists: [base({ entries: [me(COMPROMISE)] }), delta({ entries: [me(HOLD)] })],
    says: 'revoked',
    finding: { reason: COMPROMISE },
  }),
  'make a hold a revocation': () => ({
    lists: [base({ entries: [me(HOLD)] }), delta({ entries: [me(COMPROMISE)] })],
    says: 'revoked',
    finding: { reason: COMPROMISE },
  }),
  'renew a base that has ended': () => ({ lists: [base({ nextUpdate: NOW - DAY }), delta()], says: 'good' }),
  'made before their base do not renew it, whatever their number': () => ({
    lists: [base({ nextUpdate: NOW - DAY }), delta({ thisUpdate: NOW - 9 * DAY })],
    says: ['crl.stale'],
  }),
  'that have ended leave a base that has not': () => ({ lists: [base(), delta({ nextUpdate: NOW - 3600_000 })], says: 'good' }),
  'that have ended do not renew a base that has': () => ({
    lists: [base({ nextUpdate: NOW - DAY }), delta({ nextUpdate: NOW - 3600_000 })],
    says: ['crl.stale'],
  }),
  'of another key are another list': () => ({
    lists: [base(), mintList({ issuer: { ...ca, key: 'thief' }, number: 7, base: 5, entries: [me(COMPROMISE)] })],
    says: 'good',
  }),
});

const pointing = mint({ subject: 'Pointing', issuer: ca, serial: SERIAL, extensions: [points(sequence(point(url)))] });

table('scope', {
  'of the point of the certificate': () => ({
    target: pointing,
    lists: [list({ extensions: [scopeOf(point(url))] })],
    says: 'good',
  }),
  'of another point': () => ({
    target: pointing,
    lists: [list({ extensions: [scopeOf(point('http://pki.test/2.crl'))] })],
    says: ['crl.out-of-scope'],
  }),
  'of a point, for a certificate that names none': () => ({
    lists: [list({ extensions: [scopeOf(point(url))] })],
    says: ['crl.out-of-scope'],
  }),
  'of authorities only': () => ({ lists: [list({ extensions: [scopeOf(truth(2))] })], says: ['crl.out-of-scope'] }),
  'of people only': () => ({ lists: [list({ extensions: [scopeOf(truth(1))] })], says: 'good' }),
  'of people only, for an authority': () => ({
    target: ca,
    issuer: root,
    lists: [mintList({ issuer: root, extensions: [scopeOf(truth(1))] })],
    says: ['crl.out-of-scope'],
  }),
  'of attribute certificates': () => ({ lists: [list({ extensions: [scopeOf(truth(5))] })], says: ['crl.out-of-scope'] }),
  'of some reasons leaves the others open': () => ({
    lists: [list({ extensions: [scopeOf(reasons(1, 2))] })],
    says: ['revocation.reasons-incomplete'],
  }),
  'of some reasons and of all others together is whole': () => ({
    lists: [list({ extensions: [scopeOf(reasons(1, 2))] }), list({ extensions: [scopeOf(reasons(3, 4, 5, 6, 7, 8))] })],
    says: 'good',
  }),
  'of some reasons is enough to be revoked': () => ({
    lists: [list({ entries: [me(COMPROMISE)], extensions: [scopeOf(reasons(1, 2))] })],
    says: 'revoked',
  }),
});

const lister = mintCa({ subject: 'Lister', issuer: root });
const indirectly = mint({
  subject: 'Indirect',
  issuer: ca,
  serial: SERIAL,
  extensions: [points(sequence(context(2, directory(lister.subject))))],
});
const of = (name: Uint8Array): Uint8Array => extension('2.5.29.29', true, sequence(directory(name)));
const indirect = (entries: ListOrder['entries'], extensions = [scopeOf(truth(4))]): Case => ({
  target: indirectly,
  candidates: [ca, lister],
  lists: [mintList({ issuer: lister, entries: entries ?? [], extensions }), mintList({ issuer: root })],
  says: 'good',
});

table('indirect lists', {
  'speak for the issuer that names them': () => indirect([]),
  'list by issuer': () => ({ ...indirect([{ ...me(COMPROMISE), extensions: [of(ca.subject)] }]), says: 'revoked' }),
  'mean their own certificates where they name nobody': () => indirect([me(COMPROMISE)]),
  'go on with the issuer of the entry before': () => ({
    ...indirect([{ serial: Uint8Array.of(3), extensions: [of(ca.subject)] }, { serial: Uint8Array.of(4) }, me(COMPROMISE)]),
    says: 'revoked',
  }),
  'until the next issuer': () =>
    indirect([
      { serial: Uint8Array.of(3), extensions: [of(ca.subject)] },
      { serial: Uint8Array.of(4), extensions: [of(commonName('Third'))] },
      me(COMPROMISE),
    ]),
  'that do not call themselves so are not believed': () => ({ ...indirect([], []), says: ['crl.indirect-not-announced'] }),
  'of a lister nobody trusts are not believed': () => {
    const stranger = mintCa({ subject: 'Lister', key: 'stranger' });
    const lists = [mintList({ issuer: stranger, extensions: [scopeOf(truth(4))] }), mintList({ issuer: root })];
    return { target: indirectly, candidates: [ca, stranger], lists, says: ['crl.issuer-not-authorised'] };
  },
});

table('after a change of keys', {
  'the old key, certified by the new one, still signs lists': () => {
    const renewed = mintCa({ subject: 'CA', issuer: root, key: 'CA new', extensions: [ski(Uint8Array.of(2))] });
    const old = mintCa({ subject: 'CA', issuer: renewed, key: 'CA', extensions: [ski(Uint8Array.of(1))] });
    return {
      issuer: renewed,
      target: mint({ subject: 'Leaf', issuer: renewed, serial: SERIAL }),
      candidates: [renewed, old],
      lists: [
        mintList({ issuer: old, extensions: [aki(Uint8Array.of(1))] }),
        mintList({ issuer: root }),
        mintList({ issuer: renewed, extensions: [scopeOf(truth(2))] }),
      ],
      says: 'good',
    };
  },
  'a key that nobody certified does not': () => {
    const renewed = mintCa({ subject: 'CA', issuer: root, key: 'CA new' });
    const self = mintCa({ subject: 'CA', key: 'CA old' });
    const target = mint({ subject: 'Leaf', issuer: renewed, serial: SERIAL });
    return {
      issuer: renewed,
      target,
      candidates: [renewed, self],
      lists: [mintList({ issuer: self })],
      says: ['crl.issuer-not-authorised'],
    };
  },
  'twenty strangers of the same name and key identifier do not hide the signer': () => {
    const id = ski(Uint8Array.of(1));
    const renewed = mintCa({ subject: 'CA', issuer: root, key: 'CA new' });
    const old = mintCa({ subject: 'CA', issuer: root, key: 'CA', extensions: [id] });
    const strangers = Array.from({ length: 20 }, (_, i) => mintCa({ subject: 'CA', key: `stranger ${i}`, extensions: [id] }));
    return {
      issuer: renewed,
      target: mint({ subject: 'Leaf', issuer: renewed, serial: SERIAL }),
      candidates: [renewed, ...strangers, old],
      lists: [mintList({ issuer: old, extensions: [aki(Uint8Array.of(1))] }), mintList({ issuer: root })],
      says: 'good',
    };
  },
});

const ended = mint({ subject: 'Ended', issuer: ca, serial: SERIAL, notAfter: NOW - 10 * DAY });
const keeps = (from: number): Uint8Array => {
  const text = new Date(from).toISOString().replace(/[-:T]|\.\d+/g, '');
  const value = Uint8Array.from([0x18, text.length, ...text].map((c) => (typeof c === 'string' ? c.charCodeAt(0) : c)));
  return extension('2.5.29.60', false, value);
};

table('certificates that have expired', {
  'are forgotten by lists': () => ({ target: ended, lists: [list()], says: ['revocation.after-expiry'] }),
  'and remembered by a list that says so': () => ({
    target: ended,
    lists: [list({ extensions: [keeps(NOW - 50 * DAY)] })],
    says: 'good',
  }),
  'but not from before it began to': () => ({
    target: ended,
    lists: [list({ extensions: [keeps(NOW - 5 * DAY)] })],
    says: ['revocation.after-expiry'],
  }),
  'that were revoked are so wherever they stand': () => ({
    target: ended,
    lists: [list({ entries: [me(COMPROMISE)] })],
    says: 'revoked',
  }),
  'were in force when an older list was made, which has ended': () => ({
    target: ended,
    lists: [list({ thisUpdate: NOW - 12 * DAY, nextUpdate: NOW - 5 * DAY })],
    says: ['crl.stale'],
  }),
  'and that list settles the moment at which it counted': () => ({
    target: ended,
    lists: [list({ thisUpdate: NOW - 12 * DAY, nextUpdate: NOW - 5 * DAY })],
    options: { at: NOW - 11 * DAY, now: NOW },
    says: 'good',
  }),
});

describe('lists that are no lists', () => {
  const code = (raw: Uint8Array): string => {
    try {
      parseCrl(raw);
      return 'read';
    } catch (error) {
      if (error instanceof FormatFault || error instanceof PkiFault) return error.code;
      throw error;
    }
  };
  test.each([
    ['the same extension twice', { extensions: [extension('2.5.29.20', false, integer(3))] }, 'x509.duplicate-extension'],
    [
      'the same extension twice in an entry',
      { entries: [{ ...me(1), extensions: [extension('2.5.29.21', false, Uint8Array.of(10, 1, 1))] }] },
      'x509.duplicate-extension',
    ],
    [
      'a serial number in a longer form, which no look-up would find',
      { entries: [{ serial: Uint8Array.of(0, 0x51) }] },
      'der.integer-not-minimal',
    ],
    ['members of the scope in the wrong order', { extensions: [scopeOf(truth(4), truth(1))] }, 'crl.idp'],
    [
      'a flag that is neither true nor false',
      { extensions: [sequence(oid('2.5.29.28'), boolean(true), octetString(sequence(contextValue(1, Uint8Array.of(1)))))] },
      'der.boolean',
    ],
    ['the honest twin', { entries: [me(1)] }, 'read'],
  ] as [string, Partial<ListOrder>, string][])('%s', (_, order, expected) => {
    expect(code(list(order))).toBe(expected);
  });
});

import type { DigestAlgorithm } from '@antin/pki/crypto';
import type { Evidence, ValidationReport } from '@antin/signature/validation/types';
import { DEFAULT_PKI } from '../pki/description.ts';
import type { PkiDescription } from '../pki/description.ts';
import { testPki } from '../pki/test-pki.ts';
import type { TestPki } from '../pki/types.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** When the thing happens: somebody is revoked, something expires or begins. */
const EVENT = Date.parse('2026-05-04T00:00:00Z');
const JUDGED_AT = EVENT + 30 * DAY;
const when = new Date(EVENT).toISOString();
const name = (text: string) =>
  [
    ['C', 'VN'],
    ['CN', text],
  ] as const;

const MATRIX_LEVELS = ['none', 'T', 'LT', 'LTA'] as const;
export type MatrixLevel = (typeof MATRIX_LEVELS)[number];

/** One file format, made step by step, whatever its own making side would refuse. Time-stamps are callbacks. */
export interface MatrixMaker {
  sign(pki: TestPki, who: string, at: number, timeStamp: ((imprint: Imprint) => Uint8Array) | undefined): Promise<Uint8Array>;
  addEvidence(file: Uint8Array, evidence: Evidence): Uint8Array;
  archive(file: Uint8Array, at: number, timeStamp: (imprint: Imprint) => Uint8Array): Promise<Uint8Array>;
  judge(file: Uint8Array, pki: TestPki, at: number, evidence: Evidence): ValidationReport;
}

interface Imprint {
  readonly digest: DigestAlgorithm;
  readonly hash: Uint8Array;
}

const person = { profile: 'person', key: 'p-256' } as const;

/** Everybody of the matrix; the time-stamping unit `tsaNew` is good all the time and makes the archive time-stamps. */
const MATRIX_PKI: PkiDescription = {
  ...DEFAULT_PKI,
  now: '2026-05-01T00:00:00Z',
  entities: {
    root: DEFAULT_PKI.entities['root']!,
    issuing: DEFAULT_PKI.entities['issuing']!,
    tsa: DEFAULT_PKI.entities['tsa']!,
    tsaNew: { ...DEFAULT_PKI.entities['tsa']!, subject: name('TSA mới') },
    tsaRevoked: { ...DEFAULT_PKI.entities['tsa']!, subject: name('TSA bị thu hồi'), revoked: { at: when, reason: 1 } },
    tsaExpired: { ...DEFAULT_PKI.entities['tsa']!, subject: name('TSA hết hạn'), notAfter: when },
    revoked: { ...person, issuer: 'issuing', subject: name('Người bị thu hồi'), revoked: { at: when, reason: 1 } },
    expired: { ...person, issuer: 'issuing', subject: name('Người hết hạn'), notAfter: when },
    notYetValid: { ...person, issuer: 'issuing', subject: name('Người chưa đến hạn'), notBefore: when },
    caRevoked: {
      ...DEFAULT_PKI.entities['issuing']!,
      subject: name('CA bị thu hồi'),
      revoked: { at: when, reason: 2 },
    },
    ofCaRevoked: { ...person, issuer: 'caRevoked', subject: name('Người của CA bị thu hồi') },
    /** Expires when time-stamps matter, so that a bad time-stamp shows. */
    brief: { ...person, issuer: 'issuing', subject: name('Người sắp hết hạn'), notAfter: new Date(EVENT + DAY).toISOString() },
  },
};

interface Row {
  readonly what: string;
  readonly who: string;
  readonly tsa: string;
  /** What each level comes to, signed and time-stamped an hour before or after the event, judged a month later. */
  readonly before: readonly [string, string, string, string];
  readonly after: readonly [string, string, string, string];
}

const REVOKED = 'indeterminate REVOKED_NO_POE trust.not-revoked';
const CA_REVOKED = 'indeterminate REVOKED_CA_NO_POE trust.not-revoked';
const EXPIRED = 'indeterminate OUT_OF_BOUNDS_NO_POE trust.not-expired';
const TOO_EARLY = 'invalid NOT_YET_VALID trust.not-yet-valid';
const V = 'valid';

/** The matrix of issue 4. Rows are the event, columns the level. */
const NEGATIVE_MATRIX: readonly Row[] = [
  {
    what: 'the signer is revoked',
    who: 'revoked',
    tsa: 'tsa',
    before: [REVOKED, V, V, V],
    after: [REVOKED, REVOKED, REVOKED, REVOKED],
  },
  {
    what: 'the signer expires',
    who: 'expired',
    tsa: 'tsa',
    before: [EXPIRED, V, V, V],
    after: [EXPIRED, EXPIRED, EXPIRED, EXPIRED],
  },
  // Without a time-stamp nothing proves that the signature is older than the certificate.
  {
    what: 'the signer becomes valid',
    who: 'notYetValid',
    tsa: 'tsa',
    before: [V, TOO_EARLY, TOO_EARLY, TOO_EARLY],
    after: [V, V, V, V],
  },
  {
    what: 'the CA is revoked',
    who: 'ofCaRevoked',
    tsa: 'tsa',
    before: [CA_REVOKED, V, V, V],
    after: [CA_REVOKED, CA_REVOKED, CA_REVOKED, CA_REVOKED],
  },
  // An archive time-stamp of another unit proves the time by itself, whatever the first one was worth.
  {
    what: 'the TSA is revoked',
    who: 'brief',
    tsa: 'tsaRevoked',
    before: [EXPIRED, EXPIRED, EXPIRED, V],
    after: [EXPIRED, EXPIRED, EXPIRED, V],
  },
  {
    what: 'the TSA expires',
    who: 'brief',
    tsa: 'tsaExpired',
    before: [EXPIRED, EXPIRED, EXPIRED, V],
    after: [EXPIRED, EXPIRED, EXPIRED, V],
  },
];

export interface MatrixCell {
  readonly title: string;
  readonly expected: string;
  readonly row: Row;
  readonly side: 'before' | 'after';
  readonly level: MatrixLevel;
}

export const NEGATIVE_CELLS: readonly MatrixCell[] = NEGATIVE_MATRIX.flatMap((row) =>
  (['before', 'after'] as const).flatMap((side) =>
    MATRIX_LEVELS.map((level, i) => ({
      title: `${row.what}, signed ${side}, ${level === 'none' ? 'no time-stamp' : level}`,
      expected: row[side][i] as string,
      row,
      side,
      level,
    })),
  ),
);

let pki: TestPki | undefined;

/** Makes one cell in one format and judges it, with all evidence of that day and of the day of judging at hand. */
export async function judgeCell(maker: MatrixMaker, { row, side, level }: MatrixCell): Promise<ValidationReport> {
  const world = (pki ??= testPki(MATRIX_PKI));
  const signedAt = EVENT + (side === 'before' ? -HOUR : HOUR);
  const stamp = (tsa: string, at: number) => (imprint: Imprint) => world.timeStampToken(imprint, at, { tsa });
  const then = world.evidence(signedAt + 2 * MINUTE);
  let file = await maker.sign(world, row.who, signedAt, level === 'none' ? undefined : stamp(row.tsa, signedAt + MINUTE));
  if (level === 'LT' || level === 'LTA') file = maker.addEvidence(file, then);
  if (level === 'LTA') file = await maker.archive(file, signedAt + 3 * MINUTE, stamp('tsaNew', signedAt + 3 * MINUTE));
  const now = world.evidence(JUDGED_AT);
  const evidence = { certificates: now.certificates, crls: [...then.crls, ...now.crls], ocsps: [] };
  return maker.judge(file, world, JUDGED_AT, evidence);
}

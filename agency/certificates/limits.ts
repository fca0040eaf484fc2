import type { BothLanguages } from '@antin/protocol/basics';

export type LimitKey =
  | 'new-years'
  | 'renewal-years'
  | 'renewals'
  | 'renewal-days-left'
  | 'expiring-days'
  | 'issuer-working-days'
  | 'return-working-days'
  | 'leader-signature'
  | 'withdrawn-days';

/** A number that law or an agency's own regulation may change: value, from which day, and who says so. */
export interface DatedLimit {
  readonly key: LimitKey;
  readonly value: number;
  readonly from: string;
  readonly source: BothLanguages;
}

const decree68 = (article: string): BothLanguages => ({
  vi: `Nghị định 68/2024/NĐ-CP, Điều ${article}`,
  en: `Decree 68/2024/ND-CP, Article ${article}`,
});
/** Decree 68 does not give the number: the one of the decree before it is kept until a text says otherwise (domain.md §1.3). */
const decree130 = (article: string): BothLanguages => ({
  vi: `Nghị định 130/2018/NĐ-CP, Điều ${article} (tạm áp dụng)`,
  en: `Decree 130/2018/ND-CP, Article ${article} (kept for now)`,
});
const own: BothLanguages = { vi: 'Mặc định của hệ thống', en: 'Default of this system' };

/** What ships. Rows of the table `agency.certificate_limit` with the same key and a later day take precedence. */
export const SHIPPED_LIMITS: readonly DatedLimit[] = [
  { key: 'new-years', value: 5, from: '2024-08-15', source: decree68('9') },
  { key: 'renewal-years', value: 3, from: '2024-08-15', source: decree68('9') },
  { key: 'renewals', value: 1, from: '2018-11-15', source: decree130('63') },
  { key: 'renewal-days-left', value: 60, from: '2018-11-15', source: decree130('63') },
  { key: 'issuer-working-days', value: 3, from: '2024-08-15', source: decree68('11') },
  { key: 'return-working-days', value: 5, from: '2018-11-15', source: decree130('71') },
  { key: 'expiring-days', value: 60, from: '2018-11-15', source: own },
  /** Of the head of the agency on its requests, before the organisation's: 0 not taken, 1 optional, 2 required. */
  { key: 'leader-signature', value: 1, from: '2018-11-15', source: own },
  /** A request that was taken apart keeps its papers so long. */
  { key: 'withdrawn-days', value: 30, from: '2018-11-15', source: own },
];

export type Limits = Readonly<Record<LimitKey, number>>;

/**
 * What holds on a day: of each key the row with the latest `from` that has begun. Before the first row of a key its first
 * row holds, so that old certificates can be looked at.
 */
export function limitsOn(rows: readonly DatedLimit[], day: string): Limits {
  return Object.fromEntries(inForce(rows, day).map((row) => [row.key, row.value])) as Record<LimitKey, number>;
}

export function inForce(rows: readonly DatedLimit[], day: string): DatedLimit[] {
  const keys = [...new Set(rows.map((row) => row.key))];
  return keys.map((key) => {
    const own = rows.filter((row) => row.key === key).sort((a, b) => (a.from < b.from ? -1 : 1));
    return own.filter((row) => row.from <= day).at(-1) ?? own[0]!;
  });
}

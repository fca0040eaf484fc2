import { equalBytes } from '@antin/formats/bytes/bytes';
import { isDict, isRef, isStream } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject, PdfRef } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { LimitReached } from '../limits.ts';

/** Pairs of objects compared for one answer: more is a file made to keep the judge busy. */
const MOST_PAIRS = 200_000;

/**
 * Pairs of references already met on the way to one answer: taken as equal until something else is found, so that twins and
 * loops cost nothing twice. Never shared between answers: a pair that differs ends its own answer and no other.
 */
class Pairs {
  readonly #met = new Set<string>();
  readonly #spent: { pairs: number };

  constructor(spent = { pairs: 0 }) {
    this.#spent = spent;
  }

  /** True the first time. */
  meet(p: PdfRef, q: PdfRef): boolean {
    const key = `${p.num} ${p.gen} ${q.num} ${q.gen}`;
    if (this.#met.has(key)) return false;
    if (++this.#spent.pairs > MOST_PAIRS) throw new LimitReached('compared-pairs', MOST_PAIRS);
    this.#met.add(key);
    return true;
  }
}

export interface Work {
  /** Called for every value looked at; throws when the limit is reached. */
  spend(): void;
}

/** The account of each revision under comparison, so that no walk over hostile structures is free. */
const accounts = new WeakMap<PdfRevision, Work>();

export function limitWork(revisions: readonly PdfRevision[], work: Work): void {
  for (const revision of revisions) accounts.set(revision, work);
}

function spendOn(revision: PdfRevision): void {
  accounts.get(revision)?.spend();
}

/**
 * Do two values mean the same in their two revisions? `1` and `1.0` do, key order does not matter.
 *
 * References count as equal when they name the same object: whether that object changed is asked of the object itself.
 * A value written directly equals a reference to an equal value.
 *
 * @throws {LimitReached} `compared-pairs`
 */
export function sameValue(
  a: PdfRevision,
  x: PdfObject | undefined,
  b: PdfRevision,
  y: PdfObject | undefined,
  depth = 0,
  pairs = new Pairs(),
): boolean {
  if (depth > 100) return false;
  spendOn(a);
  let p = x ?? null;
  let q = y ?? null;
  if (isRef(p) && isRef(q)) {
    if (p.num === q.num && p.gen === q.gen) return true;
    if (!pairs.meet(p, q)) return true;
  }
  p = a.resolve(p);
  q = b.resolve(q);
  if (p === null || q === null || typeof p !== 'object' || typeof q !== 'object') return p === q;
  switch (p.kind) {
    case 'name':
      return q.kind === 'name' && p.value === q.value;
    case 'string':
      return q.kind === 'string' && equalBytes(p.bytes, q.bytes);
    case 'array': {
      if (q.kind !== 'array' || p.items.length !== q.items.length) return false;
      const other = q.items;
      return p.items.every((item, i) => sameValue(a, item, b, other[i], depth + 1, pairs));
    }
    case 'dict':
      return q.kind === 'dict' && changedKeys(a, p, b, q, depth + 1, pairs).length === 0;
    case 'stream':
      return (
        q.kind === 'stream' && changedKeys(a, p.dict, b, q.dict, depth + 1, pairs).length === 0 && equalBytes(p.raw(), q.raw())
      );
    default:
      return false;
  }
}

/** Keys whose values differ; a `null` value is an absent key (ISO 32000-2 §7.3.7). */
export function changedKeys(a: PdfRevision, x: PdfDict, b: PdfRevision, y: PdfDict, depth = 0, pairs?: Pairs): string[] {
  const out: string[] = [];
  const spent = { pairs: 0 };
  for (const key of new Set([...x.entries.keys(), ...y.entries.keys()])) {
    if (!sameValue(a, x.entries.get(key), b, y.entries.get(key), depth + 1, pairs ?? new Pairs(spent))) out.push(key);
  }
  return out;
}

export interface Reach {
  /** For each object reachable from the trailer: who refers to it (0 = the trailer). */
  readonly referrers: ReadonlyMap<number, ReadonlySet<number>>;
  /** Numbers that one and the same object refers to more than once, perhaps in two parts. */
  readonly repeated: ReadonlySet<number>;
  /** Numbers referred to that lead nowhere in this revision: whoever defines them later changes what is shown. */
  readonly dangling: ReadonlySet<number>;
}

/** Walks everything that hangs on the trailer. @param spend called once an object, throws when a limit is reached */
export function reachOf(revision: PdfRevision, spend: () => void): Reach {
  const referrers = new Map<number, Set<number>>();
  const dangling = new Set<number>();
  const repeated = new Set<number>();
  const stack: [PdfObject, number][] = [];
  for (const [key, value] of revision.trailer.entries) if (!CHAIN.has(key)) stack.push([value, 0]);
  while (stack.length > 0) {
    const [value, from] = stack.pop() as [PdfObject, number];
    if (value === null || typeof value !== 'object') continue;
    spendOn(revision);
    if (isRef(value)) {
      const known = referrers.get(value.num);
      if (known !== undefined) {
        if (known.has(from)) repeated.add(value.num);
        known.add(from);
        continue;
      }
      spend();
      referrers.set(value.num, new Set([from]));
      const target = revision.object(value.num, value.gen);
      if (target === null) dangling.add(value.num);
      else stack.push([target, value.num]);
    } else if (value.kind === 'array') {
      for (const item of value.items) stack.push([item, from]);
    } else if (value.kind === 'dict' || value.kind === 'stream') {
      const dict = value.kind === 'dict' ? value : value.dict;
      for (const item of dict.entries.values()) stack.push([item, from]);
    }
  }
  return { referrers, repeated, dangling };
}

/** Keys of one object (0 = the trailer) whose values, as far as they are written in it, refer to another. */
export function entriesTo(revision: PdfRevision, from: number, num: number): ReadonlySet<string> {
  const out = new Set<string>();
  const object = from === 0 ? revision.trailer : revision.object(from);
  if (!isDict(object) && !isStream(object)) return out;
  for (const [key, value] of (isDict(object) ? object : object.dict).entries) {
    if (!(from === 0 && CHAIN.has(key)) && mentions(revision, value, num)) out.add(key);
  }
  return out;
}

function mentions(revision: PdfRevision, value: PdfObject, num: number): boolean {
  const stack: PdfObject[] = [value];
  while (stack.length > 0) {
    const one = stack.pop() as PdfObject;
    if (one === null || typeof one !== 'object') continue;
    spendOn(revision);
    if (isRef(one)) {
      if (one.num === num) return true;
    } else if (one.kind === 'array') stack.push(...one.items);
    else if (isDict(one)) stack.push(...one.entries.values());
  }
  return false;
}

/** Entries of the cross-reference chain itself, which belong to one section and mean nothing to the document. */
const CHAIN: ReadonlySet<string> = new Set(['Prev', 'XRefStm', 'Length', 'Filter', 'DecodeParms', 'W', 'Index', 'Size']);

/** All object numbers that hang on a value, itself included; `stop` cuts edges such as /Parent and /P. */
export function below(
  revision: PdfRevision,
  value: PdfObject | undefined,
  stop: ReadonlySet<string> = UPWARD,
  limit = 20_000,
): Set<number> {
  const out = new Set<number>();
  const stack: PdfObject[] = [value ?? null];
  while (stack.length > 0 && out.size < limit) {
    const one = stack.pop() as PdfObject;
    if (one === null || typeof one !== 'object') continue;
    spendOn(revision);
    if (isRef(one)) {
      if (out.has(one.num)) continue;
      out.add(one.num);
      stack.push(revision.object(one.num, one.gen));
    } else if (one.kind === 'array') stack.push(...one.items);
    else if (isDict(one) || isStream(one)) {
      const dict = isDict(one) ? one : one.dict;
      for (const [key, item] of dict.entries) if (!stop.has(key)) stack.push(item);
    }
  }
  return out;
}

const UPWARD: ReadonlySet<string> = new Set(['Parent', 'P']);

import { isDict, isName, isRef, isStream } from '@antin/formats/pdf/objects';
import type { PdfObject } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import type { JudgedChange } from '../facts.ts';
import type { ChangeClass } from '../types.ts';
import { below, entriesTo, reachOf, sameValue } from './semantic.ts';
import type { Reach } from './semantic.ts';

export type ObjectChange = 'added' | 'modified' | 'removed';

export interface NoteOptions {
  readonly object?: string;
  readonly page?: number;
  readonly field?: string;
  readonly code?: string;
  readonly reason?: string;
}

/**
 * One update of the file: revision `a` became `b`. Typed comparisons account for the objects they understand; whatever
 * changed and nobody accounted for is an undefined change.
 */
export class Step {
  readonly a: PdfRevision;
  readonly b: PdfRevision;
  /** The first revision anybody signed: what was there then may be used later. */
  readonly base: PdfRevision;
  readonly changed: ReadonlyMap<number, ObjectChange>;
  readonly reach: Reach;
  readonly notes: JudgedChange[] = [];
  readonly #accounted = new Set<number>();

  constructor(a: PdfRevision, b: PdfRevision, base: PdfRevision, spend: () => void) {
    this.a = a;
    this.b = b;
    this.base = base;
    this.changed = changedObjects(a, b, spend);
    this.reach = reachOf(a, spend);
  }

  note(kind: ChangeClass, what: string, judgement: JudgedChange['judgement'], options: NoteOptions = {}): void {
    const { object = 'trailer', page, field, code, reason } = options;
    this.notes.push({
      class: kind,
      object,
      ...(page === undefined ? {} : { page }),
      allowed: judgement === 'allowed',
      what,
      ...(field === undefined ? {} : { field }),
      revision: this.b.index + 1,
      ...(reason === undefined ? {} : { reason }),
      judgement,
      ...(code === undefined ? {} : { code }),
    });
  }

  forbid(kind: ChangeClass, what: string, options: NoteOptions = {}): void {
    this.note(kind, what, 'forbidden', { code: 'pdf.changed-after-signing', ...options });
  }

  isChanged(num: number): boolean {
    return this.changed.has(num);
  }

  account(num: number): void {
    this.#accounted.add(num);
  }

  /**
   * Accounts for an object whose new content is harmless only in the place it was found in. An object that other parts of
   * the signed revision use too (an appearance that is also a page's content) is not accounted for, nor one that played
   * another part there (scripts that are called something harmless now), nor one that stands in two places of the same
   * dictionary (/Extensions that are also the /OpenAction).
   *
   * @param before what stood in this place in the signed revision
   */
  accountSole(num: number, referrer: number, before: PdfObject | undefined): void {
    if (this.changed.get(num) === 'added') {
      this.#accounted.add(num);
      return;
    }
    const users = this.reach.referrers.get(num);
    const same = isRef(before) && before.num === num;
    const sole = users?.size === 1 && users.has(referrer) && !this.reach.repeated.has(num);
    if (users === undefined || (same && sole)) this.#accounted.add(num);
  }

  /**
   * Accounts for what was newly written under a value. An older object that was rewritten must be reached in the signed
   * revision through the referrer and through nothing else, however long the way.
   */
  accountBelow(value: PdfObject | undefined, referrer: number): void {
    const tree = below(this.b, value);
    for (const num of tree) {
      const change = this.changed.get(num);
      if (change === 'added' || (change === 'modified' && this.#onlyThrough(num, referrer, tree))) this.#accounted.add(num);
    }
  }

  /** The same for chosen objects under a value, leaving the rest of what hangs there to others. */
  accountThrough(nums: readonly number[], value: PdfObject | undefined, referrer: number): void {
    const tree = below(this.b, value);
    for (const num of nums) {
      if (this.changed.get(num) === 'added' || this.#onlyThrough(num, referrer, tree)) this.#accounted.add(num);
    }
  }

  #onlyThrough(num: number, referrer: number, tree: ReadonlySet<number>): boolean {
    // Everything is reached through the catalog and the trailer: they explain nothing.
    if (referrer === 0 || referrer === this.a.rootRef.num) {
      const users = this.reach.referrers.get(num);
      return users === undefined || (users.size === 1 && users.has(referrer) && this.#underOneEntry(num, referrer));
    }
    const seen = new Set<number>();
    const stack = [num];
    while (stack.length > 0) {
      const one = stack.pop() as number;
      if (seen.has(one)) continue;
      seen.add(one);
      for (const user of this.reach.referrers.get(one) ?? []) {
        if (user === referrer) {
          if (!this.#underOneEntry(one, referrer)) return false;
        } else if (!tree.has(user)) return false;
        else stack.push(user);
      }
    }
    return true;
  }

  /** Does the signed revision reach an object through one entry of another only: not as /AP and as /A at once? */
  #underOneEntry(num: number, referrer: number): boolean {
    return !this.reach.repeated.has(num) || entriesTo(this.a, referrer, num).size < 2;
  }

  /** What nobody accounted for. */
  settle(): void {
    const drawn = this.changed.size === 0 ? new Set<number>() : drawnByPages(this.a);
    for (const [num, change] of this.changed) {
      // Whoever explains it otherwise: no update may touch what the pages draw.
      if (change !== 'added' && drawn.has(num)) this.#accounted.delete(num);
      if (change === 'added') {
        // Defining an object that the signed revision already referred to redraws it without touching it (shadow replace).
        if (this.reach.dangling.has(num)) {
          this.forbid('undefined', 'missing-object-supplied', {
            object: `${num} 0 R`,
            reason: 'the signed revision refers to this object, which did not exist then',
          });
        }
        continue;
      }
      const before = this.a.object(num);
      if (isStream(before) && isName(before.dict.entries.get('Type'), 'ObjStm')) {
        // Readers disagree whether old entries then mean the old container or the new one.
        this.forbid('undefined', 'object-stream-replaced', { object: `${num} 0 R` });
        continue;
      }
      if (this.#accounted.has(num) || !this.reach.referrers.has(num)) continue;
      this.forbid(classOfObject(this.b.object(num) ?? this.a.object(num)), `object-${change}`, { object: `${num} 0 R` });
    }
  }
}

/** Object numbers of contents and resources of all pages, with everything below them. */
function drawnByPages(revision: PdfRevision): ReadonlySet<number> {
  const seen = new Set<number>();
  const stack: PdfObject[] = [];
  for (const page of revision.walkPages()) {
    stack.push(page.dict.entries.get('Contents') ?? null, page.dict.entries.get('Resources') ?? null, page.resources);
  }
  while (stack.length > 0) {
    const one = stack.pop() as PdfObject;
    if (one === null || typeof one !== 'object') continue;
    if (one.kind === 'ref') {
      if (seen.has(one.num)) continue;
      seen.add(one.num);
      stack.push(revision.object(one.num, one.gen));
    } else if (one.kind === 'array') for (const item of one.items) stack.push(item);
    else if (one.kind === 'dict' || one.kind === 'stream') {
      const { entries } = one.kind === 'dict' ? one : one.dict;
      for (const [key, item] of entries) if (!BESIDE.has(key)) stack.push(item);
    }
  }
  return seen;
}

/** Entries that lead back to the page or to the form, not on to what is drawn. */
const BESIDE: ReadonlySet<string> = new Set(['Parent', 'P', 'Annots', 'StructParent', 'StructParents']);

function changedObjects(a: PdfRevision, b: PdfRevision, spend: () => void): Map<number, ObjectChange> {
  const out = new Map<number, ObjectChange>();
  for (const num of b.own.keys()) {
    if (num === 0) continue;
    spend();
    const before = a.object(num);
    if (b.xrefStreams.includes(num)) {
      out.set(num, before === null ? 'added' : 'modified');
      continue;
    }
    const after = b.object(num);
    const generation = generationOf(a, num) !== generationOf(b, num);
    if (before === null && after === null) continue;
    if (before === null) out.set(num, 'added');
    else if (after === null) out.set(num, 'removed');
    else if (generation || !sameValue(a, before, b, after)) out.set(num, 'modified');
  }
  return out;
}

function generationOf(revision: PdfRevision, num: number): number {
  const entry = revision.entry(num);
  return entry?.kind === 'offset' ? entry.gen : 0;
}

function classOfObject(object: PdfObject): ChangeClass {
  const dict = isStream(object) ? object.dict : isDict(object) ? object : undefined;
  if (dict === undefined) return 'undefined';
  const type = dict.entries.get('Type');
  if (isName(type, 'Page') || isName(type, 'Pages')) return 'page';
  if (isName(type, 'Font') || isName(type, 'FontDescriptor')) return 'font';
  if (isName(type, 'Annot') || dict.entries.has('Rect')) return 'annotation';
  if (isStream(object) && (type === undefined || isName(type, 'XObject'))) return 'page';
  return 'undefined';
}

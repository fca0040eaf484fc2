import { fromLatin1 } from '@antin/formats/bytes/bytes';
import { isArray, isDict, isName, isRef, isStream } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject, PdfStream } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { below, changedKeys, entriesTo, sameValue } from './semantic.ts';
import type { Step } from './step.ts';

const STRUCTURAL: ReadonlySet<string> = new Set(
  'Size Prev XRefStm Type W Index Filter DecodeParms Length ID Root Info'.split(' '),
);
const INFO_FREE: ReadonlySet<string> = new Set(['ModDate', 'Producer']);
/** What a program may write into a file that had no information dictionary at all. */
const INFO_NEW: ReadonlySet<string> = new Set(['ModDate', 'Producer', 'CreationDate', 'Creator']);

/** Trailer, information dictionary and every catalog entry that is neither form nor pages. */
export function compareTrailer(step: Step): void {
  const { a, b } = step;
  for (const key of changedKeys(a, a.trailer, b, b.trailer)) {
    if (!STRUCTURAL.has(key)) step.forbid('undefined', 'trailer-changed', { reason: `/${key}` });
  }
  compareInfo(step);
  const before = a.trailer.entries.get('Root');
  const after = b.trailer.entries.get('Root');
  const rootNum = isRef(after) ? after.num : 0;
  if (!isRef(before) || before.num !== rootNum) {
    step.forbid('undefined', 'catalog-replaced', { object: `${rootNum} 0 R` });
    return;
  }
  step.account(rootNum);
  const x = a.catalog;
  const y = b.catalog;
  const object = `${rootNum} 0 R`;
  for (const key of changedKeys(a, x, b, y)) {
    if (key === 'AcroForm' || key === 'DSS' || key === 'Metadata') continue; // have comparisons of their own
    if (key === 'Version' && isName(b.resolve(y.entries.get(key)))) {
      step.note('dss', 'version-raised', 'allowed', { object });
    } else if (key === 'Extensions' && isDict(b.resolve(y.entries.get(key)))) {
      step.note('dss', 'extensions-declared', 'allowed', { object });
    } else if (key === 'Perms') {
      step.forbid('undefined', 'permissions-changed', { object, code: 'pdf.permissions-changed', reason: '/Perms' });
    } else step.forbid('undefined', 'catalog-changed', { object, reason: `/${key}` });
  }
  const extensions = y.entries.get('Extensions');
  // Itself and nothing below: whatever it refers to would seem to explain its changes.
  if (isRef(extensions) && isDict(b.resolve(extensions))) step.accountSole(extensions.num, rootNum, x.entries.get('Extensions'));
  compareMetadata(step, x, y, rootNum);
  compareDss(step, x, y, rootNum);
}

function compareInfo(step: Step): void {
  const { a, b } = step;
  const ref = b.trailer.entries.get('Info');
  const x = a.resolve(a.trailer.entries.get('Info'));
  const y = b.resolve(ref);
  const object = isRef(ref) ? `${ref.num} 0 R` : 'trailer';
  if (sameValue(a, x, b, y)) return;
  const keys = changedKeys(a, isDict(x) ? x : EMPTY, b, isDict(y) ? y : EMPTY);
  const free = x === null ? INFO_NEW : INFO_FREE;
  const others = keys.filter((key) => !free.has(key));
  if (!isDict(y) || others.length > 0) {
    step.forbid('metadata', 'information-changed', { object, reason: others.map((key) => `/${key}`).join(' ') });
    return;
  }
  if (isRef(ref)) step.accountSole(ref.num, 0, a.trailer.entries.get('Info'));
  step.note('metadata', 'information-dates', 'allowed', { object });
}

const EMPTY: PdfDict = { kind: 'dict', entries: new Map() };

/** XMP properties that a saving program renews: dates, instance, producer and history. */
const XMP_FREE = ['xmp:ModifyDate', 'xmp:MetadataDate', 'xmpMM:InstanceID', 'pdf:Producer', 'xmpMM:History'];
const XMP_FREE_ATTRIBUTE = /\s(xmp:ModifyDate|xmp:MetadataDate|xmpMM:InstanceID|pdf:Producer|x:xmptk)=(?:"[^"]*"|'[^']*')/g;

/** In one pass: an expression would look for each missing end tag to the end of the packet. */
function withoutElement(xmp: string, name: string): string {
  let out = '';
  let from = 0;
  for (;;) {
    const start = xmp.indexOf(`<${name}`, from);
    const open = start === -1 ? -1 : xmp.indexOf('>', start);
    const close = open === -1 ? -1 : xmp.indexOf(`</${name}>`, open);
    if (close === -1) return out + xmp.slice(from);
    const whole = /[\s>]/.test(xmp.charAt(start + name.length + 1)) && xmp.charAt(open - 1) !== '/';
    const end = whole ? close + name.length + 3 : open + 1;
    out += xmp.slice(from, whole ? start : end);
    from = end;
  }
}

function compareMetadata(step: Step, x: PdfDict, y: PdfDict, rootNum: number): void {
  const { a, b } = step;
  const ref = y.entries.get('Metadata');
  const before = a.resolve(x.entries.get('Metadata'));
  const after = b.resolve(ref);
  if (before === null && after === null) return;
  const num = isRef(ref) ? ref.num : 0;
  const same = isRef(ref) && !step.isChanged(num) && sameValue(a, x.entries.get('Metadata'), b, ref);
  if (same) return;
  const object = `${num} 0 R`;
  const text = isStream(after) ? xmpText(b, after) : undefined;
  const equal = text !== undefined && (isStream(before) ? xmpText(a, before) === text : before === null && saysNothing(text));
  if (!equal) {
    step.forbid('metadata', 'metadata-changed', { object });
    return;
  }
  step.accountSole(num, rootNum, x.entries.get('Metadata'));
  step.note('metadata', 'metadata-dates', 'allowed', { object });
}

function xmpText(revision: PdfRevision, stream: PdfStream): string {
  return XMP_FREE.reduce(withoutElement, fromLatin1(revision.decodeStream(stream, 4 << 20)))
    .replace(XMP_FREE_ATTRIBUTE, '')
    .replace(/\s+/g, ' ')
    .replace(/> </g, '><');
}

/** Nothing is left but the frame once dates and producer are gone: a program that added its own packet. */
function saysNothing(xmp: string): boolean {
  return (
    xmp.replace(
      /<\?xpacket[^>]*\?>|<\/?(x:xmpmeta|rdf:RDF|rdf:Description)(\s+(xmlns:\w+|rdf:about)=("[^"]*"|'[^']*'))*\s*\/?>|\s|[^ -~]/g,
      '',
    ) === ''
  );
}

const DSS_KEYS: ReadonlySet<string> = new Set(['Type', 'Certs', 'CRLs', 'OCSPs', 'VRI']);
const VRI_KEYS: ReadonlySet<string> = new Set(['Type', 'Cert', 'CRL', 'OCSP', 'TU', 'TS']);

/** The document security store may only grow, and may only hold what a DSS holds (EN 319 142-1 §5.4.2). */
function compareDss(step: Step, x: PdfDict, y: PdfDict, rootNum: number): void {
  const { a, b } = step;
  const ref = y.entries.get('DSS');
  const before = a.resolve(x.entries.get('DSS'));
  const after = b.resolve(ref);
  if (before === null && after === null) return;
  const touched = [...below(b, ref)].some((num) => step.isChanged(num));
  if (!touched && sameValue(a, x.entries.get('DSS'), b, ref)) return;
  const num = isRef(ref) ? ref.num : rootNum;
  const object = `${num} 0 R`;
  const store = new Store(b);
  if (after === null) store.fail('the DSS was removed');
  else store.read(ref);
  if (store.wrong !== undefined) {
    step.forbid('undefined', 'dss-changed', { object, reason: store.wrong });
    return;
  }
  const earlier = new Store(a);
  if (before !== null) earlier.read(x.entries.get('DSS'));
  // An object of the store that was rewritten must have been of the store before, and of nothing else.
  for (const one of store.nums) {
    const users = [...(step.reach.referrers.get(one) ?? [])];
    const own = earlier.nums.has(one) && users.every((user) => earlier.nums.has(user) || onlyDss(step, user, one));
    if (step.changed.get(one) === 'added' || users.length === 0 || own) step.account(one);
  }
  step.note('dss', 'evidence-added', 'allowed', { object });
}

/** A DSS written in the catalog: what it holds must not be the catalog's script at the same time. */
function onlyDss(step: Step, user: number, num: number): boolean {
  const entries = user === step.a.rootRef.num ? entriesTo(step.a, user, num) : new Set<string>();
  return entries.size === 1 && entries.has('DSS');
}

const STREAM_KEYS: ReadonlySet<string> = new Set(['Length', 'Filter', 'DecodeParms', 'Type']);

/** Walks a DSS by its grammar and nothing else: whatever hangs on it otherwise is not explained by it. */
class Store {
  readonly nums = new Set<number>();
  wrong: string | undefined;
  readonly #b: PdfRevision;

  constructor(b: PdfRevision) {
    this.#b = b;
  }

  fail(why: string): void {
    this.wrong ??= why;
  }

  #take(value: PdfObject | undefined): PdfObject {
    if (isRef(value)) this.nums.add(value.num);
    return this.#b.resolve(value);
  }

  read(value: PdfObject | undefined): void {
    const dss = this.#take(value);
    if (!isDict(dss)) {
      this.fail('the DSS is no dictionary');
      return;
    }
    for (const [key, item] of dss.entries) {
      if (!DSS_KEYS.has(key)) this.fail(`/${key} has no place in a DSS`);
      else if (key === 'VRI') this.#records(item);
      else if (key !== 'Type') this.#streams(item, key);
    }
  }

  #records(value: PdfObject): void {
    const records = this.#take(value);
    if (!isDict(records)) {
      this.fail('/VRI is no dictionary');
      return;
    }
    for (const [name, item] of records.entries) {
      if (name === 'Type') continue;
      const record = this.#take(item);
      if (!/^[0-9A-Fa-f]{40}$/.test(name) || !isDict(record)) {
        this.fail(`/VRI /${name}`);
        continue;
      }
      for (const [key, inner] of record.entries) {
        if (!VRI_KEYS.has(key)) this.fail(`/VRI /${key}`);
        else if (key === 'TS') this.#stream(inner, key);
        else if (key === 'TU' || key === 'Type') {
          if (isRef(inner)) this.fail(`/VRI /${key} is a reference`);
        } else this.#streams(inner, key);
      }
    }
  }

  #streams(value: PdfObject, key: string): void {
    const list = this.#take(value);
    if (!isArray(list)) this.fail(`/${key} is no array`);
    else for (const item of list.items) this.#stream(item, key);
  }

  #stream(value: PdfObject, key: string): void {
    const stream = this.#take(value);
    if (!isStream(stream)) {
      this.fail(`/${key} holds something else than streams`);
      return;
    }
    for (const [name, item] of stream.dict.entries) {
      const plain = name === 'Length' || !isRef(item);
      if (!STREAM_KEYS.has(name) || !plain) this.fail(`a stream under /${key} has /${name}`);
      if (name === 'Length' && isRef(item)) this.nums.add(item.num);
    }
  }
}

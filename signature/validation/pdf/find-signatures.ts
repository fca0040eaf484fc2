import { indexOfBytes, latin1 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import type { PdfFile } from '@antin/formats/pdf/file';
import { isArray, isDict, isName, isRef, isString } from '@antin/formats/pdf/objects';
import type { PdfDict } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { LimitReached } from '../limits.ts';
import type { Finding } from '../types.ts';
import { formFields } from './fields.ts';
import type { FormField } from './fields.ts';

export interface FoundSignature {
  /** Object number of the dictionary, or of the field that holds it directly; 0 when no cross-reference names it. */
  readonly num: number;
  readonly dict: PdfDict;
  /** The form field of the last revision whose value it is. */
  readonly field: FormField | undefined;
  readonly faults: readonly Finding[];
}

const BYTE_RANGE = latin1('/ByteRange');
const TRACES = ['/Sig', 'ETSI.CAdES', 'ETSI.RFC3161', 'adbe.pkcs7', 'adbe.x509', '/DocTimeStamp'].map(latin1);
const CLAUSE = 'ISO 32000-2 12.7.5.5';
/** More traces than any honest file has; a signature beyond them would go unseen, so nothing is said then. */
const MOST_TRACES = 10_000;

/**
 * Every signature dictionary of the file: the values of signature fields, and whatever else carries a /ByteRange.
 *
 * The second search runs over the bytes, because the usual way to make a signature disappear is to take its field out of
 * the form in a later revision: what was signed once is never reported as unsigned.
 */
export function findSignatures(file: PdfFile): FoundSignature[] {
  const found: FoundSignature[] = [];
  const known: { start: number; end: number }[] = [];
  const nums = new Set<number>();
  const last = file.last;
  for (const field of formFields(last)) {
    if (field.type !== 'Sig' || field.value === null) continue;
    const num = isRef(field.value) ? field.value.num : field.num;
    const dict = last.resolve(field.value);
    if (isRef(field.value) && nums.has(num)) continue;
    nums.add(num);
    for (const revision of file.revisions) {
      const range = num !== 0 && revision.own.has(num) ? revision.location(num) : undefined;
      if (range !== undefined) known.push(range);
    }
    if (!isDict(dict)) {
      // Universal forgery by leaving the dictionary out: a signature field with a value is never "no signature".
      const message = `the value of signature field "${field.fullName}" is not a dictionary`;
      found.push({
        num,
        dict: { kind: 'dict', entries: new Map() },
        field,
        faults: [{ code: 'pdf.signature-not-dictionary', clause: CLAUSE, message }],
      });
      continue;
    }
    found.push({ num, dict, field, faults: [] });
  }
  const positions = positionsOf(file.source, BYTE_RANGE, MOST_TRACES);
  if (positions.length >= MOST_TRACES) throw new LimitReached('signature-traces', MOST_TRACES);
  // Where nothing at all was found the other traces count too: "unsigned" must not be had by damaging one word.
  const traces =
    found.length === 0 && positions.length === 0 ? TRACES.flatMap((mark) => positionsOf(file.source, mark, 1000)) : [];
  const places = new Places(file);
  for (const at of [...positions, ...traces]) {
    if (known.some((range) => at >= range.start && at < range.end)) continue;
    const hidden = places.around(at);
    if (hidden !== undefined && hidden.dict === undefined) {
      known.push(hidden.range);
      continue;
    }
    const traced = positions.length === 0;
    if (traced && (hidden === undefined || !isSignatureDictionary(hidden.dict))) continue;
    if (hidden === undefined) {
      const message = 'bytes that look like a signature dictionary belong to no object of the file';
      found.push({
        num: 0,
        dict: { kind: 'dict', entries: new Map() },
        field: undefined,
        faults: [{ code: 'pdf.signature-orphan', clause: CLAUSE, message, offset: at }],
      });
      continue;
    }
    known.push(hidden.range);
    // Usage rights (Adobe's "reader enabled") are no signature of the document and stand in no field.
    if (isUsageRights(hidden.revision, hidden.dict)) continue;
    if (nums.has(hidden.num)) continue;
    nums.add(hidden.num);
    const message = `signature dictionary ${hidden.num} is not the value of any field of the form`;
    found.push({
      num: hidden.num,
      dict: hidden.dict,
      field: undefined,
      faults: [{ code: 'pdf.signature-not-in-form', clause: CLAUSE, message, offset: hidden.range.start }],
    });
  }
  return found;
}

function isSignatureDictionary(dict: PdfDict): boolean {
  const type = dict.entries.get('Type');
  if (isName(type, 'Sig') || isName(type, 'DocTimeStamp')) return true;
  return isString(dict.entries.get('Contents')) && isName(dict.entries.get('SubFilter'));
}

/** @param revision the one that wrote it: a later one may not declare somebody's signature to be usage rights */
function isUsageRights(revision: PdfRevision, dict: PdfDict): boolean {
  const references = revision.resolve(dict.entries.get('Reference'));
  if (!isArray(references) || references.items.length === 0) return false;
  return references.items.every((item) => {
    const reference = revision.resolve(item);
    const method = isDict(reference) ? revision.resolve(reference.entries.get('TransformMethod')) : null;
    return isName(method, 'UR3') || isName(method, 'UR');
  });
}

interface Around {
  readonly num: number;
  /** Undefined inside a stream or anything else that is no dictionary. */
  readonly dict: PdfDict | undefined;
  readonly range: { readonly start: number; readonly end: number };
  readonly revision: PdfRevision;
}

/** Finds the indirect object whose bytes contain a position, whatever revision wrote it; sorted once, searched by halves. */
class Places {
  readonly #revisions: readonly PdfRevision[];
  readonly #sorted = new Map<PdfRevision, readonly (readonly [offset: number, num: number])[]>();

  constructor(file: PdfFile) {
    this.#revisions = [...file.revisions].reverse();
  }

  around(at: number): (Around & { readonly dict: PdfDict }) | (Around & { readonly dict: undefined }) | undefined {
    for (const revision of this.#revisions) {
      const num = this.#before(revision, at);
      if (num === undefined) continue;
      try {
        const range = revision.location(num);
        if (range === undefined || at < range.start || at >= range.end) continue;
        const object = revision.object(num);
        if (!isDict(object)) return { num, dict: undefined, range, revision };
        return { num, dict: innermost(object), range, revision };
      } catch (error) {
        if (!(error instanceof FormatFault)) throw error;
      }
    }
    return undefined;
  }

  /** The object of this revision's own sections that begins last before a position. */
  #before(revision: PdfRevision, at: number): number | undefined {
    let sorted = this.#sorted.get(revision);
    if (sorted === undefined) {
      const offsets: [number, number][] = [];
      for (const [num, entry] of revision.own) if (entry.kind === 'offset') offsets.push([entry.offset, num]);
      sorted = offsets.sort((x, y) => x[0] - y[0]);
      this.#sorted.set(revision, sorted);
    }
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as readonly [number, number])[0] <= at) low = middle + 1;
      else high = middle;
    }
    return sorted[low - 1]?.[1];
  }
}

/** The signature dictionary may be written inside another one (/Perms /UR3, or the value of a field). */
function innermost(dict: PdfDict): PdfDict {
  const stack: PdfDict[] = [dict];
  for (let one = stack.pop(); one !== undefined; one = stack.pop()) {
    if (one.entries.has('ByteRange')) return one;
    for (const value of one.entries.values()) if (isDict(value)) stack.push(value);
  }
  return dict;
}

/** Does this dictionary time-stamp the document rather than sign it? */
export function isDocumentTimeStamp(dict: PdfDict): boolean {
  return isName(dict.entries.get('SubFilter'), 'ETSI.RFC3161') || isName(dict.entries.get('Type'), 'DocTimeStamp');
}

/** All positions of `needle` in the source, read in pieces. */
export function positionsOf(source: ByteSource, needle: Uint8Array, limit = 10_000): number[] {
  const out: number[] = [];
  const piece = 1 << 20;
  const most = piece + needle.length - 1;
  // One buffer for the whole pass: a file of 500 MB would leave as much garbage.
  const buffer = source.readInto === undefined ? undefined : new Uint8Array(Math.min(most, source.size));
  for (let start = 0; start < source.size; start += piece) {
    const length = Math.min(most, source.size - start);
    const bytes = buffer?.subarray(0, length) ?? source.read(start, length);
    if (buffer !== undefined) source.readInto?.(start, bytes);
    for (let at = indexOfBytes(bytes, needle); at !== -1; at = indexOfBytes(bytes, needle, at + 1)) {
      if (out.length >= limit) return out;
      out.push(start + at);
    }
  }
  return out;
}

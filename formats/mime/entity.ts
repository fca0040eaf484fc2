import { fromLatin1 } from '../bytes/bytes.ts';
import { FormatFault } from '../fault.ts';

/** What may be spent on one message; every limit is a named value. */
export interface MimeBudget {
  readonly headerBytes: number;
  readonly fields: number;
  readonly parts: number;
}

export const MIME_BUDGET: MimeBudget = { headerBytes: 256 * 1024, fields: 1000, parts: 1000 };

/** A header field; `name` in lower case, `value` unfolded, one character an octet. */
export interface MimeField {
  readonly name: string;
  readonly value: string;
}

/** An entity of RFC 2045: a message or one of its parts. Offsets into the bytes it was read from. */
export interface MimeEntity {
  readonly start: number;
  readonly end: number;
  readonly fields: readonly MimeField[];
  /** Where the body begins; `end` where there is none. */
  readonly body: number;
}

const LF = 0x0a;
const CR = 0x0d;

/**
 * Reads the header of an entity (RFC 5322 §2.2). Lines may end in CRLF or bare LF.
 *
 * @throws {FormatFault} `mime.header` for a line that is no field, `mime.budget`
 */
export function readEntity(bytes: Uint8Array, start = 0, end = bytes.length, budget: MimeBudget = MIME_BUDGET): MimeEntity {
  const fields: MimeField[] = [];
  let at = start;
  while (at < end) {
    if (at - start > budget.headerBytes) throw new FormatFault('mime.budget', 'the header is longer than is read', at);
    const next = lineEnd(bytes, at, end);
    const line = fromLatin1(bytes.subarray(at, next)).replace(/\r?\n$/, '');
    if (line === '') return { start, end, fields, body: next };
    // To some readers each of them ends the line: what follows would be a field of its own, another From among them.
    if (/[\r\0]/.test(line)) throw new FormatFault('mime.header', 'a control character in a line of the header', at);
    const previous = fields.at(-1);
    if (/^[ \t]/.test(line) && previous !== undefined) {
      fields[fields.length - 1] = { name: previous.name, value: `${previous.value}${line}` };
    } else {
      const match = /^([\x21-\x39\x3b-\x7e]+)[ \t]*:(.*)$/s.exec(line);
      if (match === null) throw new FormatFault('mime.header', 'a line of the header is no field', at);
      if (fields.length >= budget.fields) throw new FormatFault('mime.budget', `more than ${budget.fields} fields`, at);
      fields.push({ name: (match[1] as string).toLowerCase(), value: (match[2] as string).trim() });
    }
    at = next;
  }
  return { start, end, fields, body: end };
}

/** The only field of a name. @throws {FormatFault} `mime.duplicate-field`: two readers would take different ones */
export function fieldOf(entity: MimeEntity, name: string): string | undefined {
  const found = entity.fields.filter((one) => one.name === name);
  if (found.length > 1) throw new FormatFault('mime.duplicate-field', `"${name}" stands ${found.length} times`, entity.start);
  return found[0]?.value.trim();
}

export interface ContentType {
  /** `multipart/signed`, in lower case. */
  readonly type: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const PARAMETER = /\s*;\s*(?:([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*)))?\s*(?:\([^()]*\)\s*)?/y;

/** Parameters that say what the parts are. */
const STRUCTURE = /^(boundary|protocol|smime-type)\*/;

/**
 * The media type of an entity (RFC 2045 §5.1); `text/plain` where nothing is said.
 *
 * @throws {FormatFault} `mime.content-type`, also for a parameter that stands twice
 */
export function contentType(entity: MimeEntity): ContentType {
  const value = fieldOf(entity, 'content-type');
  if (value === undefined) return { type: 'text/plain', parameters: new Map() };
  const wrong = (why: string): FormatFault => new FormatFault('mime.content-type', why, entity.start);
  const type = /^([\w!#$&.+^-]+\/[\w!#$&.+^-]+)\s*(?=;|$)/.exec(value)?.[1];
  if (type === undefined) throw wrong('Content-Type names no media type');
  const parameters = new Map<string, string>();
  for (
    PARAMETER.lastIndex = type.length + (/^\s*/.exec(value.slice(type.length))?.[0].length ?? 0);
    PARAMETER.lastIndex < value.length;
  ) {
    const match = PARAMETER.exec(value);
    if (match === null) throw wrong('a parameter of Content-Type cannot be read');
    const name = match[1]?.toLowerCase();
    if (name === undefined) continue;
    if (parameters.has(name)) throw wrong(`the parameter "${name}" stands twice`);
    // RFC 2231: who knows it takes another boundary, and with it other parts, than who does not.
    if (STRUCTURE.test(name)) throw wrong(`"${name}" is written in pieces`);
    parameters.set(name, match[2]?.replace(/\\(.)/g, '$1') ?? (match[3] as string));
  }
  return { type: type.toLowerCase(), parameters };
}

export interface Multipart {
  readonly parts: readonly { readonly start: number; readonly end: number }[];
  /** Something other than blank stands before the first or behind the last part. */
  readonly around: boolean;
}

/**
 * The body parts of a multipart entity (RFC 2046 §5.1.1). The line break before a delimiter belongs to it, not to the part.
 *
 * @throws {FormatFault} `mime.boundary` where none is named or the last delimiter is missing, `mime.budget`
 */
export function partsOf(bytes: Uint8Array, entity: MimeEntity, budget: MimeBudget = MIME_BUDGET): Multipart {
  const boundary = contentType(entity).parameters.get('boundary');
  if (boundary === undefined || boundary === '' || boundary.length > 70) {
    throw new FormatFault('mime.boundary', 'a multipart entity names its boundary, of 1 to 70 characters', entity.start);
  }
  const parts: { start: number; end: number }[] = [];
  let open: number | undefined;
  let around = false;
  let closed: boolean = false;
  for (let at = entity.body; at < entity.end;) {
    const next = lineEnd(bytes, at, entity.end);
    const delimiter: 'one' | 'last' | undefined = closed ? undefined : delimiterIn(bytes, at, next, boundary);
    if (delimiter !== undefined) {
      if (open !== undefined) parts.push({ start: open, end: withoutLineBreak(bytes, open, at) });
      if (parts.length > budget.parts) throw new FormatFault('mime.budget', `more than ${budget.parts} parts`, at);
      open = delimiter === 'last' ? undefined : next;
      closed = delimiter === 'last';
    } else if (open === undefined && !around) around = fromLatin1(bytes.subarray(at, next)).trim() !== '';
    at = next;
  }
  if (!closed) throw new FormatFault('mime.boundary', 'the last delimiter is missing', entity.end);
  return { parts, around };
}

function delimiterIn(bytes: Uint8Array, at: number, next: number, boundary: string): 'one' | 'last' | undefined {
  // Two dashes first: most lines are told apart by their first byte.
  if (bytes[at] !== 0x2d || bytes[at + 1] !== 0x2d || next - at > boundary.length + 1000) return undefined;
  const line = fromLatin1(bytes.subarray(at + 2, next)).replace(/[ \t]*\r?\n?$/, '');
  if (line === boundary) return 'one';
  return line === `${boundary}--` ? 'last' : undefined;
}

function withoutLineBreak(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start || bytes[end - 1] !== LF) return end;
  return end - 1 > start && bytes[end - 2] === CR ? end - 2 : end - 1;
}

/** Offset behind the end of the line that begins here. */
function lineEnd(bytes: Uint8Array, at: number, end: number): number {
  const found = bytes.indexOf(LF, at);
  return found < 0 || found >= end ? end : found + 1;
}

/** The bytes with every line ended by CRLF, as they travel (RFC 8551 §3.1.1); the same array where they already are. */
export function canonicalLines(bytes: Uint8Array): Uint8Array {
  let bare = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) if (bytes[at - 1] !== CR) bare++;
  if (bare === 0) return bytes;
  const out = new Uint8Array(bytes.length + bare);
  let to = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === LF && bytes[i - 1] !== CR) out[to++] = CR;
    out[to++] = bytes[i] as number;
  }
  return out;
}

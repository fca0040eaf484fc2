import { fromUtf8, indexOfBytes, latin1 } from '@antin/formats/bytes/bytes';
import { sliceSource, type ByteSource } from '@antin/formats/bytes/source';

/** One file or field of a form; the bytes stay where the body was put. */
export interface FormPart {
  readonly name: string;
  /** Undefined for plain fields. */
  readonly fileName: string | undefined;
  readonly content: ByteSource;
  /** Where its bytes begin in the body. */
  readonly start: number;
}

const MOST_PARTS = 64;
const MOST_HEAD = 4096;
const PIECE = 1 << 20;

/** The boundary of a `multipart/form-data` body (RFC 7578), or undefined for any other type. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^multipart\/form-data\s*;/i.test(contentType)) return undefined;
  const match = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}

/**
 * The parts of a form that was received whole: found by its boundary, read in place, never held in memory.
 *
 * @returns undefined when the body is no such form; `too-many` when it may be one of more parts than are allowed
 */
export function formParts(
  body: ByteSource,
  boundary: string,
  mostParts = MOST_PARTS,
): readonly FormPart[] | 'too-many' | undefined {
  const line = latin1(`\r\n--${boundary}`);
  // The first boundary has no line end before it.
  const first = latin1(`--${boundary}`);
  if (body.size < first.length || indexOfBytes(body.read(0, first.length), first) !== 0) return undefined;
  const parts: FormPart[] = [];
  for (let at = first.length; ;) {
    const mark = text(body, at, 2);
    if (mark === '--') return parts;
    if (mark !== '\r\n') return undefined;
    if (parts.length >= mostParts) return 'too-many';
    const head = text(body, at + 2, MOST_HEAD);
    const headEnd = head.indexOf('\r\n\r\n');
    const start = at + 2 + headEnd + 4;
    const end = headEnd === -1 ? -1 : find(body, line, start);
    if (end === -1) return undefined;
    const named = dispositionOf(head.slice(0, headEnd));
    if (named === undefined) return undefined;
    parts.push({ ...named, content: sliceSource(body, start, end - start), start });
    at = end + line.length;
  }
}

function text(body: ByteSource, at: number, most: number): string {
  const bytes = body.read(Math.min(at, body.size), Math.max(0, Math.min(most, body.size - at)));
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

function find(body: ByteSource, wanted: Uint8Array, from: number): number {
  for (let at = from; at < body.size; at += PIECE) {
    const found = indexOfBytes(body.read(at, Math.min(PIECE + wanted.length - 1, body.size - at)), wanted);
    if (found !== -1) return at + found;
  }
  return -1;
}

/** Names come as UTF-8 with `"` and line ends percent-encoded (HTML, "multipart form data"). */
function dispositionOf(head: string): { readonly name: string; readonly fileName: string | undefined } | undefined {
  const line = head.split('\r\n').find((one) => /^content-disposition\s*:/i.test(one));
  const value = (key: string): string | undefined => {
    const found = new RegExp(`;\\s*${key}="([^"]*)"`, 'i').exec(line ?? '')?.[1];
    return found === undefined
      ? undefined
      : utf8Of(found)
          .replace(/%22/g, '"')
          .replace(/%0D|%0A/gi, ' ');
  };
  const name = value('name');
  return name === undefined ? undefined : { name, fileName: value('filename')?.slice(0, 255) };
}

function utf8Of(bytes: string): string {
  try {
    return fromUtf8(latin1(bytes));
  } catch {
    return bytes;
  }
}

import { fromLatin1, indexOfBytes, latin1 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import { parseJson } from '@antin/formats/json/scan';
import { openZip } from '@antin/formats/zip/reader';
import { readFrame, withoutContent } from '../cades/frame.ts';
import { JWS_BUDGET } from '../jades/budget.ts';
import type { CmsFrame } from '../cades/frame.ts';
import type { ContainerKind } from '../asic/names.ts';
import { beginsAsMail } from './mail/recognise.ts';
import { positionsOf } from './pdf/find-signatures.ts';

export type Container =
  | { readonly kind: 'pdf' }
  /** `content`: of an attached CMS too large for memory; `bytes` is then the CMS without it. `beside`: the PEM is not the whole file. */
  | { readonly kind: 'cms'; readonly bytes: Uint8Array; readonly content?: ByteSource; readonly beside?: true }
  /** No `bytes`: more than is read. */
  | { readonly kind: 'json'; readonly bytes: Uint8Array | undefined }
  /** `office`: the archive is an Office file as well, to whoever looks for its list of content types. */
  | { readonly kind: 'asic'; readonly format: ContainerKind; readonly office?: true }
  | { readonly kind: 'xml'; readonly format: 'XAdES' | 'XMLDSig' }
  /** `signed`: it names signature parts, readable or not. `container`: it is one of ASiC as well. */
  | { readonly kind: 'ooxml'; readonly signed: boolean; readonly container?: true }
  | { readonly kind: 'mail' }
  | { readonly kind: 'none' };

const PDF_HEADER = latin1('%PDF-');
const MAX_CMS = 64 * 1024 * 1024;
const ID_SIGNED_DATA = new Uint8Array([0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02]);

/** What a file is, from its first bytes and never from its name. */
export function recognise(source: ByteSource): Container {
  const head = source.read(0, Math.min(source.size, 4096));
  // Before PDF: a letter that stands uncompressed in a container begins within the first kilobyte.
  const archive: Container = beginsAsArchive(head) ? zip(source, fromLatin1(head)) : { kind: 'none' };
  if (archive.kind !== 'none') return archive;
  const cms = indexOfBytes(head.subarray(0, 64), ID_SIGNED_DATA) !== -1;
  const frame = cms && head[0] === 0x30 ? wholeFrame(source) : undefined;
  if (frame !== undefined) {
    const shell = withoutContent(frame);
    // A PDF inside the signed content is what was signed; beside it, it is a second document for readers that look for one.
    if (indexOfBytes(shell, PDF_HEADER) === -1) {
      if (source.size <= MAX_CMS) return { kind: 'cms', bytes: source.read(0, source.size) };
      if (frame.content !== undefined) return { kind: 'cms', bytes: shell, content: frame.content };
    }
  }
  if (indexOfBytes(head.subarray(0, 1024 + 5), PDF_HEADER) !== -1) return { kind: 'pdf' };
  // A header broken by one flipped byte does not make a signed PDF unsigned.
  if (looksSigned(source) && positionsOf(source, latin1('startxref'), 1).length > 0) return { kind: 'pdf' };
  if (cms && source.size <= MAX_CMS) return { kind: 'cms', bytes: source.read(0, source.size) };
  if (beginsAsMail(head)) return { kind: 'mail' };
  const text = fromLatin1(head);
  // What begins as XML or JSON is that to everybody, whatever somebody hid in a comment.
  if (!/^(\u00ef\u00bb\u00bf)?\s*[<{]/.test(text) && PEM_BEGIN.test(text) && source.size <= MAX_CMS) {
    const pem = pemBody(fromLatin1(source.read(0, source.size)));
    if (pem !== undefined) return { kind: 'cms', ...pem };
  }
  if (/^(\u00ef\u00bb\u00bf)?\s*</.test(text)) return xml(source, latin1);
  // UTF-16 after its byte order mark.
  // oxlint-disable-next-line no-control-regex -- zero octets are half of every letter
  if (/^\u00ff\u00fe(?:\s\0)*<\0/.test(text)) return xml(source, (name) => latin1(name.replace(/./g, '$&\0')));
  // oxlint-disable-next-line no-control-regex -- as above
  if (/^\u00fe\u00ff(?:\0\s)*\0</.test(text)) return xml(source, (name) => latin1(name.replace(/./g, '\0$&')));
  return json(source, head) ?? { kind: 'none' };
}

export const MAX_JSON = 64 * 1024 * 1024;

/**
 * A JWS in any serialization. Damaged ones too: a flipped byte does not make a signed file unsigned. What is JSON and carries no
 * signature is not ours.
 */
function json(source: ByteSource, head: Uint8Array): Container | undefined {
  const text = fromLatin1(head);
  if (source.size > MAX_JSON) {
    const claims = /^[\t\n\r ]*\{/.test(text) && /"(payload|protected|signatures)"/.test(text);
    return claims || /^eyJ[\w-]+\./.test(text) ? { kind: 'json', bytes: undefined } : undefined;
  }
  if (/^(\u00ef\u00bb\u00bf)?[\t\n\r ]*\{/.test(text)) {
    const bytes = source.read(0, source.size);
    return carriesJws(bytes) ? { kind: 'json', bytes } : undefined;
  }
  // base64url of `{` and of what may follow it; then printable text only, because the payload may stand as it is (RFC 7797).
  if (!/^e[yw3][\w-]{6,}(\.|$)/.test(text)) return undefined;
  const bytes = source.read(0, source.size);
  const whole = fromLatin1(bytes);
  return /^[\w-]+\.[\x20-\x7e]*\.[\w-]*\s*$/.test(whole) ? { kind: 'json', bytes } : undefined;
}

function carriesJws(bytes: Uint8Array): boolean {
  try {
    const root = parseJson(bytes, JWS_BUDGET);
    if (root.kind !== 'object') return false;
    const has = (name: string): boolean => root.members.has(name);
    return has('signatures') ? has('payload') || looksLikeJws(bytes) : has('signature') && has('protected');
  } catch (error) {
    if (error instanceof FormatFault) return looksLikeJws(bytes);
    throw error;
  }
}

function looksLikeJws(bytes: Uint8Array): boolean {
  return ['"protected"', '"signature"'].every((name) => indexOfBytes(bytes, latin1(name)) !== -1);
}

/** The file as one CMS from the first byte to the last; a damaged one is told apart later. */
function wholeFrame(source: ByteSource): CmsFrame | undefined {
  try {
    return readFrame(source);
  } catch (error) {
    if (error instanceof FormatFault) return undefined;
    throw error;
  }
}

/** Plain traces of a signature dictionary in the bytes: such a file is never called unsigned, readable or not. */
export function looksSigned(source: ByteSource): boolean {
  return MARKS.some((mark) => positionsOf(source, mark, 1).length > 0);
}

const MARKS = ['/ByteRange', 'ETSI.CAdES', 'ETSI.RFC3161', 'adbe.pkcs7', 'adbe.x509', '/Type/Sig', '/Type /Sig'].map(latin1);

const PEM_BEGIN = /-----BEGIN (CMS|PKCS7|PKCS #7 SIGNED DATA)-----/;

/** The first block that is a CMS. Text around it, and further blocks, are what people read and nobody signed. */
function pemBody(pem: string): { readonly bytes: Uint8Array; readonly beside?: true } | undefined {
  const begin = PEM_BEGIN.exec(pem);
  if (begin === null) return undefined;
  const end = `-----END ${begin[1] as string}-----`;
  const start = begin.index + begin[0].length;
  const stop = pem.indexOf(end, start);
  if (stop === -1) return undefined;
  const around = pem.slice(0, begin.index).replace(/^\u00ef\u00bb\u00bf/, '') + pem.slice(stop + end.length);
  try {
    return { bytes: fromBase64(pem.slice(start, stop)), ...(around.trim() === '' ? {} : { beside: true }) };
  } catch (error) {
    if (error instanceof FormatFault) return undefined;
    throw error;
  }
}

/** One of its first four bytes may be damaged: what it holds still tells what it was. */
function beginsAsArchive(head: Uint8Array): boolean {
  return [0x50, 0x4b, 3, 4].filter((byte, i) => head[i] === byte).length >= 3;
}

function zip(source: ByteSource, head: string): Container {
  const mimetype = /^.{30}mimetypeapplication\/vnd\.etsi\.asic-([se])\+zip/s.exec(head)?.[1];
  const nameLength = head.charCodeAt(26) | (head.charCodeAt(27) << 8);
  const first = mimetype !== undefined && nameLength === 'mimetype'.length;
  const names = namesIn(source);
  // What the strict reader refuses is searched as bytes: damage does not make a signed file unsigned.
  const has = (start: string): boolean =>
    names?.some((name) => name.startsWith(start)) ?? positionsOf(source, latin1(start), 1).length > 0;
  // By bytes, the list of an Office file inside a container would be found as well.
  const office = names === undefined ? !first && has(TYPES) : names.some((name) => name.toLowerCase().startsWith(TYPES_NAME));
  const signedOffice = (): boolean => has('_xmlsignatures/') || has('digital-signature');
  // Without mimetype, or with one that is not first: what stands in META-INF tells.
  const signed = ['META-INF/signature', 'META-INF/documentsignatures', 'META-INF/timestamp', 'META-INF/ASiCManifest'].some(has);
  const named = (names === undefined || has('mimetype')) && positionsOf(source, latin1(ASIC_TYPE), 1).length > 0;
  const container = first || signed || named;
  // Word goes by the one list, a reader of containers by the other; each would be told of signatures that are not over what it shows.
  if (office && (!container || names === undefined)) return { kind: 'ooxml', signed: signedOffice() };
  if (office && signedOffice()) return { kind: 'ooxml', signed: true, container: true };
  if (!container) return { kind: 'none' };
  return { kind: 'asic', format: first && mimetype === 's' ? 'ASiC-S' : 'ASiC-E', ...(office ? { office } : {}) };
}

const TYPES = '[Content_Types].xml';
const TYPES_NAME = TYPES.toLowerCase();
const ASIC_TYPE = 'mimetypeapplication/vnd.etsi.asic-';

/** By the directory, so that an Office file inside a container is not taken for one around it. */
function namesIn(source: ByteSource): readonly string[] | undefined {
  try {
    return openZip(source, { inflateRaw: () => new Uint8Array(0) }).entries.map((one) => one.name);
  } catch (error) {
    if (error instanceof FormatFault) return undefined;
    throw error;
  }
}

/** @param written how text stands in the file: UTF-8, or UTF-16 after its byte order mark */
function xml(source: ByteSource, written: (text: string) => Uint8Array): Container {
  const has = (name: string): boolean => positionsOf(source, written(name), 1).length > 0;
  if (!has('http://www.w3.org/2000/09/xmldsig#')) return { kind: 'none' };
  return { kind: 'xml', format: has('http://uri.etsi.org/01903/') ? 'XAdES' : 'XMLDSig' };
}

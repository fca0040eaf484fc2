import type { ByteSource } from '@antin/formats/bytes/source';
import { mediaTypeOf } from '@antin/protocol/certificates/media-type';

const ENDINGS: ReadonlyMap<string, string> = new Map([
  ['application/pdf', 'pdf'],
  ['image/jpeg', 'jpg'],
  ['image/png', 'png'],
]);

/**
 * How a paper that somebody sent is given to an officer: under its own name with the ending of what it is, by its first octets and
 * never by what its sender called it. A page or a drawing that could run is no paper: it comes as octets. Nothing is opened on the
 * console's own origin.
 *
 * @param name as it lay in the container, where it had one
 */
export function paperHeaders(source: ByteSource, sha256: string, name: string | null): Readonly<Record<string, string>> {
  const type = mediaTypeOf(source.read(0, Math.min(16, source.size)));
  const ending = ENDINGS.get(type);
  return {
    'content-type': ending === undefined ? 'application/octet-stream' : type,
    ...fileHeaders(`${stem(name, sha256)}.${ending ?? 'bin'}`, source.size),
  };
}

/** A request as it came: what it is packed in, by its first octets. */
export function submissionHeaders(source: ByteSource, id: string): Readonly<Record<string, string>> {
  const [first, second] = source.read(0, Math.min(2, source.size));
  const ending = first === 0x50 && second === 0x4b ? 'asice' : first === 0x30 ? 'p7m' : first === 0x7b ? 'json' : 'bin';
  return { 'content-type': 'application/octet-stream', ...fileHeaders(`yeu-cau-${id}.${ending}`, source.size) };
}

/** Taken down, never drawn: browsers neither guess another type nor let it act on this origin. */
function fileHeaders(fileName: string, size: number): Record<string, string> {
  const plain = fileName.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/g, 'd').replace(/Đ/g, 'D');
  const ascii = plain.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  // RFC 6266 §4.3 with the characters of RFC 5987 §3.2.1 alone.
  const encoded = encodeURIComponent(fileName).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return {
    'content-length': String(size),
    'content-disposition': `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'no-store',
  };
}

/** Without folders, endings, marks that turn writing round, and names that systems keep for themselves. */
function stem(name: string | null, sha256: string): string {
  const last = (name ?? '').normalize('NFC').toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const bare = last
    .replace(/(\.[\p{L}\p{N}]{1,8})+$/u, '')
    .replace(/[\p{C}\p{Zl}\p{Zp}<>:"|?*%;]/gu, '')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  const held = /^(con|prn|aux|nul|com\d|lpt\d|[0-9a-f]{64})$/i.test(bare);
  return bare === '' || held ? `dinh-kem-${sha256.slice(0, 12)}` : [...bare].slice(0, 80).join('');
}

import { fromLatin1 } from '@antin/formats/bytes/bytes';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import { contentType, fieldOf, partsOf, readEntity } from '@antin/formats/mime/entity';
import type { MimeEntity } from '@antin/formats/mime/entity';
import type { Finding } from '../types.ts';

const DEEPEST = 20;
const MOST_PARTS = 1000;
const ADDRESS = '(?:https?:|ftp:|file:|\\\\|//)';
/** What a mail program fetches and shows with the text: pictures, style sheets, frames. A link to follow is none. */
const FETCHED = new RegExp(
  [
    `\\b(?:src|srcset|background|data|poster)\\s*=["'\\s]*${ADDRESS}`,
    `url\\(["'\\s]*${ADDRESS}`,
    `@import["'\\s]+${ADDRESS}`,
    // A tag is looked through only so far: many that never end would be looked through to the end each.
    `<(?:\\w{1,10}:)?(?:link|image|use|base)\\b[^>]{0,2000}\\bhref\\s*=["'\\s]*${ADDRESS}`,
    '<(?:script|iframe|object|embed|meta\\s+http-equiv)\\b',
  ].join('|'),
  'i',
);

/**
 * A signed text in HTML that brings pictures or style sheets from elsewhere: whoever keeps them decides tomorrow what the mail shows
 * (a style sheet can hide one sentence and show another). Programs that ask before they fetch are common, so that it is told.
 *
 * @param body the signed entity
 */
export function remoteContent(body: Uint8Array): readonly Finding[] {
  const work = { parts: 0 };
  try {
    if (!fetches(body, readEntity(body), 0, work)) return [];
  } catch (error) {
    // What cannot be read shows nothing; the signature is judged apart from it.
    if (error instanceof FormatFault) return [];
    throw error;
  }
  const message = 'the signed text brings pictures or style sheets from elsewhere, which nobody signed';
  return [{ code: 'smime.remote-content', clause: 'RFC 8551 1.6', message }];
}

function fetches(bytes: Uint8Array, entity: MimeEntity, depth: number, work: { parts: number }): boolean {
  if (++work.parts > MOST_PARTS || depth > DEEPEST) return true;
  const { type } = contentType(entity);
  if (type.startsWith('multipart/')) {
    return partsOf(bytes, entity).parts.some(({ start, end }) => fetches(bytes, readEntity(bytes, start, end), depth + 1, work));
  }
  return (
    (type === 'text/html' || type === 'image/svg+xml' || type === 'application/xhtml+xml') && FETCHED.test(textOf(bytes, entity))
  );
}

function textOf(bytes: Uint8Array, entity: MimeEntity): string {
  const encoding = (fieldOf(entity, 'content-transfer-encoding') ?? '7bit').trim().toLowerCase();
  const body = fromLatin1(bytes.subarray(entity.body, entity.end));
  const plain =
    encoding === 'base64'
      ? fromLatin1(fromBase64(body.replace(/\s+/g, '')))
      : encoding === 'quoted-printable'
        ? body
            .replace(/=\r?\n/g, '')
            .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
        : body;
  // Letters written as numbers are letters to a mail program; in UTF-16, zero bytes stand between them.
  return plain.replaceAll('\0', '').replace(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));?/gi, (whole, hex?: string, decimal?: string) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

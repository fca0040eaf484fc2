import { fromBase64, toBase64 } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';

export interface PemBlock {
  readonly label: string;
  readonly bytes: Uint8Array;
}

/** RFC 7468 §2: lines of 64 characters, LF. */
export function encodePem(label: string, bytes: Uint8Array): string {
  const lines = toBase64(bytes).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/**
 * All blocks of a text, in order; explanatory text between them is skipped (RFC 7468 §2), headers of RFC 1421 are refused
 * because they announce encryption.
 *
 * @throws {FormatFault} `pem.damaged` for a block without its end line, with another end label, or with headers; `base64.damaged`
 */
export function decodePem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let label: string | undefined;
  let start = 0;
  let body: string[] = [];
  let at = 0;
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    const marker = /^-----(BEGIN|END) ([A-Z0-9 ]+)-----$/.exec(trimmed);
    if (marker?.[1] === 'BEGIN') {
      if (label !== undefined) throw new FormatFault('pem.damaged', `BEGIN inside a ${label} block`, at);
      label = marker[2] as string;
      start = at;
      body = [];
    } else if (marker?.[1] === 'END') {
      if (label === undefined || label !== marker[2]) throw new FormatFault('pem.damaged', 'END without its BEGIN', at);
      blocks.push({ label, bytes: fromBase64(body.join('')) });
      label = undefined;
    } else if (label !== undefined) {
      if (trimmed.includes(':')) throw new FormatFault('pem.damaged', 'PEM headers are not accepted', at);
      body.push(trimmed);
    }
    at += line.length + 1;
  }
  if (label !== undefined) throw new FormatFault('pem.damaged', `${label} block never ends`, start);
  return blocks;
}

import { fromBase64 } from '../bytes/text-encodings.ts';
import { FormatFault } from '../fault.ts';

/**
 * The octets of an `xs:base64Binary` text: one alphabet, padding, white space ignored (XML Schema 2 §3.3.16).
 *
 * @throws {FormatFault} `base64.damaged`
 */
export function base64Binary(text: string): Uint8Array {
  const compact = text.replace(/[\t\n\r ]+/g, '');
  if (compact.length % 4 !== 0 || /[-_]/.test(compact)) throw new FormatFault('base64.damaged', 'not padded base64 text');
  return fromBase64(compact);
}

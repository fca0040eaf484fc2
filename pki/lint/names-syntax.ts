/** A class of ASCII characters as a table: a name is walked once, which takes a fifth of the time of matching its parts. */
const classOf = (pattern: RegExp): Uint8Array =>
  Uint8Array.from({ length: 128 }, (_, code) => (pattern.test(String.fromCharCode(code)) ? 1 : 0));
const LETTERS = classOf(/[A-Za-z]/);
const LETTERS_AND_DIGITS = classOf(/[A-Za-z0-9]/);
/** `atext` of RFC 5322 §3.2.3. */
const ATOM = classOf(/[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]/);
const HYPHEN = 0x2d;
const DOT = 0x2e;

/** RFC 5890 §2.3.2.1. */
const A_LABEL = /^xn--[a-z0-9-]{1,58}[a-z0-9]$/i;

/**
 * A host name of at least two labels whose last is no number: letters, digits, hyphens inside (RFC 1034 §3.5 with the leading
 * digit of RFC 1123 §2.1). Underscores are met in the field and allowed nowhere. Total length is a rule of its own.
 */
export function isDomainName(text: string): boolean {
  let start = 0;
  let letters = true;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      if (!isLabel(text, start, i)) return false;
      start = i + 1;
      letters = true;
    } else if (LETTERS[code] !== 1) {
      if (code !== HYPHEN && LETTERS_AND_DIGITS[code] !== 1) return false;
      letters = false;
    }
  }
  if (start === 0 || !isLabel(text, start, text.length)) return false;
  return letters ? text.length - start >= 2 : A_LABEL.test(text.slice(start));
}

/** Of characters that were looked at: 1 to 63, no hyphen at the ends. */
function isLabel(text: string, start: number, end: number): boolean {
  const length = end - start;
  return length >= 1 && length <= 63 && text.charCodeAt(start) !== HYPHEN && text.charCodeAt(end - 1) !== HYPHEN;
}

/** Atoms with single dots between them (RFC 5321 §4.1.2). */
function isDotString(text: string): boolean {
  let before = DOT;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT ? before === DOT : ATOM[code] !== 1) return false;
    before = code;
  }
  return before !== DOT;
}

const IPV4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;

/** The host of a URI, without user information, port and brackets; empty when there is none. */
export function hostOf(uri: string): string {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(uri)?.[1];
  if (authority === undefined) return '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d*$/, '');
}

/** Absolute, with a host that is a domain name or an address (RFC 5280 §4.2.1.6 wants scheme and host). */
export function isUri(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- white space and controls never stand in a URI
  if (!/^(https?|ftps?|ldaps?|urn|mailto):[^\u0000-\u0020<>"{}|\\^`]+$/i.test(text)) return false;
  if (/^(urn|mailto):/i.test(text)) return true;
  const host = hostOf(text);
  return isDomainName(host) || IPV4.test(host) || /^[0-9a-f:.]*:[0-9a-f:.]+$/i.test(host);
}

/** RFC 5321 §4.1.2 mailbox with an unquoted local part and a domain name within 253 characters. */
export function isMailbox(text: string): boolean {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (at <= 0 || local.length > 64 || domain.length > MAX_DOMAIN) return false;
  return isDotString(local) && isDomainName(domain);
}

/** RFC 1035 §2.3.4: 255 octets on the wire, 253 characters as text. */
export const MAX_DOMAIN = 253;

/** Names nobody outside can resolve: one label, or a top label reserved for private use (RFC 6761, RFC 9476 and customs). */
const PRIVATE_TOPS: ReadonlySet<string> = new Set([
  'test',
  'example',
  'invalid',
  'localhost',
  'local',
  'localdomain',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'private',
  'alt',
  'onion',
]);

export function isInternalName(text: string): boolean {
  const labels = text.toLowerCase().split('.');
  return labels.length < 2 || PRIVATE_TOPS.has(labels[labels.length - 1] as string);
}

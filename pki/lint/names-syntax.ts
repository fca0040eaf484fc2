/** Letters, digits, hyphens; RFC 1034 §3.5 with the leading digit of RFC 1123 §2.1. Underscores are met in the field and allowed nowhere. */
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
const TOP_LABEL = /^([a-z]{2,63}|xn--[a-z0-9-]{1,58}[a-z0-9])$/i;

/** A host name of at least two labels whose last is no number. Total length is a rule of its own. */
export function isDomainName(text: string): boolean {
  const labels = text.split('.');
  const top = labels.pop() as string;
  return labels.length > 0 && TOP_LABEL.test(top) && labels.every((label) => LABEL.test(label));
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
  return /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i.test(local) && isDomainName(domain);
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

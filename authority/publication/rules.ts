import { fold } from '@antin/adapters/db/folding';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';

/** What anybody may read of a certificate. */
export interface PublicFacts {
  /** Attributes in their order, without those that number a person. */
  readonly subject: string;
  /** Folded, for searching. */
  readonly words: string;
  readonly mails: readonly string[];
  /** Whether the certificate itself may be had by anybody: not when a person's number stands in it. */
  readonly downloadable: boolean;
}

/** serialNumber and userId: in certificates of persons the number of their identity card (EN 319 412-1 §5.1.3). */
const PERSONAL: ReadonlySet<string> = new Set(['2.5.4.5', '0.9.2342.19200300.100.1.1']);
/** A name of an organisation: its identifiers are the state's and public. */
const OF_ORGANISATIONS: ReadonlySet<string> = new Set(['organisation', 'root', 'issuing', 'ocsp', 'tsa']);

const SHOWN: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.42': 'GN',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'T',
};

/** Reads from a certificate what is published of it (Decree 68/2024: certificates are published, citizens' numbers are not). */
export function publicFacts(der: Uint8Array, profile: string): PublicFacts {
  const certificate = parseCertificate(der);
  const all = [...certificate.subject.rdns].reverse().flat();
  const ofPerson = !OF_ORGANISATIONS.has(profile);
  const shown = all.filter(({ type }) => !(ofPerson && PERSONAL.has(type)));
  return {
    subject: shown.map(({ type, value }) => `${SHOWN[type] ?? type}=${value}`).join(', '),
    words: shown.map(({ value }) => fold(value)).join(' '),
    mails: mailsOf(certificate),
    downloadable: shown.length === all.length,
  };
}

function mailsOf(certificate: Certificate): string[] {
  const mails = (certificate.subjectAltName ?? []).flatMap((one) => (one.kind === 'rfc822' ? [one.value.toLowerCase()] : []));
  return [...new Set(mails)];
}

/** What a search asks for; exactly one of them. */
export type Search =
  { readonly serial: string } | { readonly fingerprint: string } | { readonly mail: string } | { readonly words: string };

/** Most words of a search; more find nothing more and cost more. */
const MOST_WORDS = 8;

/**
 * What somebody means who typed into the one field of the page: 64 hexadecimal digits are a fingerprint, an `@` makes a
 * mail address, eight or more hexadecimal digits with separators a serial number, all else words of the subject.
 *
 * @returns undefined for text in which there is nothing to search for
 */
export function searchFor(text: string): Search | undefined {
  const typed = text.trim();
  const digits = typed
    .replace(/[\s:-]/g, '')
    .replace(/^0x/i, '')
    .toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) return { fingerprint: digits };
  if (/^[^\s@]+@[^\s@]+$/.test(typed)) return { mail: typed.toLowerCase() };
  if (/^[0-9a-f]{8,40}$/.test(digits) && /\d/.test(digits)) return { serial: digits.length % 2 === 0 ? digits : `0${digits}` };
  return wordsOf(typed).join('').length >= 2 ? { words: typed } : undefined;
}

/** Folded words of letters and digits: nothing of a query language is left in them. */
export function wordsOf(text: string): string[] {
  return fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .slice(0, MOST_WORDS);
}

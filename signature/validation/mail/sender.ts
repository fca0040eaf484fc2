import { attribute } from '@antin/pki/x509/name';
import type { Certificate } from '@antin/pki/x509/certificate';
import { certificateFacts } from '../certificates.ts';
import type { Sources } from '../sources.ts';
import type { Finding, SignatureReport } from '../types.ts';

const EMAIL_ADDRESS = '1.2.840.113549.1.9.1';
const CLAUSE = 'RFC 8550 3';

/**
 * Is the sender whom the mail shows one whom a signer's certificate names (RFC 8550 §3)? Who reads a mail looks at From, and From
 * is not signed.
 */
export function senderFindings(
  from: string | undefined,
  signatures: readonly SignatureReport[],
  sources: Sources,
): { readonly doubts: readonly Finding[]; readonly told: readonly Finding[] } {
  const shown = from === undefined ? [] : addressesIn(from);
  if (shown.length === 0 || signatures.length === 0) return { doubts: [], told: [] };
  const named = signatures.flatMap((one) => addressesOf(certificateOf(one, sources)));
  if (named.length === 0) {
    const message = `no certificate of a signer names a mail address; From says ${shown.join(', ')}`;
    return { doubts: [], told: [{ code: 'smime.no-address', clause: CLAUSE, message }] };
  }
  // Every one of them: an address that nobody signed for stands beside one that somebody did.
  if (shown.every((one) => named.includes(one))) return { doubts: [], told: [] };
  const message = `From says ${shown.join(', ')}, the certificate says ${named.join(', ')}`;
  return { doubts: [{ code: 'smime.other-sender', clause: CLAUSE, message }], told: [] };
}

function certificateOf(one: SignatureReport, sources: Sources): Certificate | undefined {
  const { door } = sources.context;
  return sources.pool.all().find((known) => certificateFacts(known, door).sha256 === one.signer?.sha256);
}

function addressesOf(certificate: Certificate | undefined): string[] {
  if (certificate === undefined) return [];
  const alternative = (certificate.subjectAltName ?? []).flatMap((one) => (one.kind === 'rfc822' ? [one.value] : []));
  const old = attribute(certificate.subject, EMAIL_ADDRESS);
  return [...alternative, ...(old === undefined ? [] : [old])].map(folded);
}

/**
 * The addresses of a field (RFC 5322 §3.4). What stands in quotes or comments is a display name, however much it looks like an
 * address.
 */
export function addressesIn(field: string): string[] {
  const plain = field.replace(/"(?:[^"\\]|\\.)*"/g, ' ').replace(/\([^()]*\)/g, ' ');
  return plain
    .split(/[,;]/)
    .flatMap((one) => {
      const angled = [...one.matchAll(/<([^<>]*)>/g)].map((match) => match[1] as string);
      return angled.length > 0 ? angled : [one];
    })
    .map((one) => folded(one.trim()))
    .filter((one) => one.includes('@'));
}

/** Hosts do not care about case; that local parts do is theory only. */
function folded(address: string): string {
  return address.normalize('NFC').toLowerCase();
}

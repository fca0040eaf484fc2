import { decodeDer } from '@antin/formats/der/reader';
import { FormatFault } from '@antin/formats/fault';
import { PkiFault } from '@antin/pki/fault';
import { OID } from '@antin/pki/oids';
import type { Certificate } from '@antin/pki/x509/certificate';
import { parseGeneralNames } from '@antin/pki/x509/general-name';
import { commonName } from '@antin/pki/x509/name';
import { parseCertificationRequest } from '@antin/pki/x509/request';

/**
 * Host names a PKCS#10 asks for: those of its subjectAltName and a common name that is one (RFC 8555 §7.4 counts both);
 * undefined when they cannot be read, or another kind of name stands among them, which was never approved.
 */
export function namesAskedIn(der: Uint8Array): readonly string[] | undefined {
  try {
    const csr = parseCertificationRequest(der);
    const common = commonName(csr.subject)?.toLowerCase();
    const asked = common !== undefined && /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(common) ? [common] : [];
    const wish = csr.extensions.get(OID.subjectAltName);
    if (wish === undefined) return asked;
    const names = parseGeneralNames(decodeDer(wish.value));
    if (!names.every((name) => name.kind === 'dns')) return undefined;
    return [...new Set([...names.map((name) => (name as { value: string }).value.toLowerCase()), ...asked])];
  } catch (fault) {
    if (fault instanceof FormatFault || fault instanceof PkiFault) return undefined;
    throw fault;
  }
}

export function dnsNamesOf(certificate: Certificate): readonly string[] {
  return (certificate.subjectAltName ?? []).flatMap((one) => (one.kind === 'dns' ? [one.value] : []));
}

export function sameNames(a: readonly string[], b: readonly string[]): boolean {
  const [one, two] = [new Set(a), new Set(b)];
  return one.size === two.size && [...one].every((name) => two.has(name));
}

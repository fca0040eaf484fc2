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
 * undefined when they cannot be read. Another kind of name stands there as `ip:`, `rfc822:` …, which is nobody's host name.
 */
export function namesAskedIn(der: Uint8Array): readonly string[] | undefined {
  try {
    const csr = parseCertificationRequest(der);
    const common = commonName(csr.subject);
    // Looked at before it is folded: the Kelvin sign becomes a k.
    const isName = common !== undefined && /^(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/.test(common);
    const asked = isName ? [common.toLowerCase()] : [];
    const wish = csr.extensions.get(OID.subjectAltName);
    if (wish === undefined) return asked;
    const names = parseGeneralNames(decodeDer(wish.value));
    const wanted = names.map((name) => (name.kind === 'dns' ? name.value.toLowerCase() : `${name.kind}:`));
    return [...new Set([...wanted, ...asked])];
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

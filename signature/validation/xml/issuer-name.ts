import { OID } from '@antin/pki/oids';
import type { Name } from '@antin/pki/x509/name';

/** Short names that producers of X509IssuerName write, beside those of RFC 4514. */
const TYPES: Readonly<Record<string, string>> = {
  cn: OID.commonName,
  sn: OID.surname,
  surname: OID.surname,
  serialnumber: OID.serialNumber,
  c: OID.countryName,
  l: OID.localityName,
  s: OID.stateOrProvinceName,
  st: OID.stateOrProvinceName,
  street: OID.streetAddress,
  o: OID.organizationName,
  ou: OID.organizationalUnitName,
  t: OID.title,
  title: OID.title,
  g: OID.givenName,
  gn: OID.givenName,
  givenname: OID.givenName,
  uid: OID.userId,
  dc: OID.domainComponent,
  e: OID.emailAddress,
  email: OID.emailAddress,
  emailaddress: OID.emailAddress,
  organizationidentifier: OID.organizationIdentifier,
};

/**
 * Does the text of an X509IssuerName (RFC 2253 and its dialects) name this issuer? Types, order of the parts, case, white space
 * and escapes are compared as names are: two producers never write the same text for one name.
 */
export function namesIssuer(text: string, issuer: Name): boolean {
  const written = partsOf(text);
  if (written === undefined) return false;
  const own = issuer.rdns.flat().map((one) => `${one.type}=${folded(one.value)}`);
  const same = (list: readonly string[]): boolean =>
    list.length === own.length && [...list].sort().join() === [...own].sort().join();
  return same(written);
}

function partsOf(text: string): string[] | undefined {
  const parts = text.split(/(?<!\\)(?:\\\\)*[,;+/](?=\s*[\w.]+\s*=)/);
  const out: string[] = [];
  for (const part of parts) {
    if (part.trim() === '') continue;
    const hit = /^\s*(?:OID\.)?([\w.]+)\s*=\s*([\s\S]*)$/i.exec(part);
    if (hit === null) return undefined;
    const type = (hit[1] as string).toLowerCase();
    out.push(`${TYPES[type] ?? type}=${folded(unescaped(hit[2] as string))}`);
  }
  return out;
}

function unescaped(value: string): string {
  const plain = value.trim().replace(/^"([\s\S]*)"$/, '$1');
  // Octets in hexadecimal are UTF-8, several in a row.
  return plain.replace(/(?:\\[0-9a-fA-F]{2})+|\\(.)/g, (whole, one?: string) => {
    if (one !== undefined) return one;
    const bytes = Uint8Array.from(whole.slice(1).split('\\'), (pair) => Number.parseInt(pair, 16));
    return new TextDecoder().decode(bytes);
  });
}

function folded(value: string): string {
  return value.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();
}

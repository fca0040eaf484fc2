import { createHash } from 'node:crypto';
import { decodeDer } from '@antin/formats/der/reader';
import { readBitStringBytes } from '@antin/formats/der/values';
import type { DerNode } from '@antin/formats/der/reader';
import { OID } from '@antin/pki/oids';
import {
  aki,
  authorityInfoAccess,
  basicConstraints,
  crlDistributionPoints,
  extKeyUsage,
  keyUsage,
  ocspNoCheck,
  ski,
  subjectAltName,
} from '@antin/pki/x509/build';
import type { Certificate } from '@antin/pki/x509/certificate';
import type { KeyUsageBit } from '@antin/pki/x509/extensions';
import type { EntityDescription, PkiDescription } from './description.ts';

const KEY_USAGE: Record<EntityDescription['profile'], readonly KeyUsageBit[]> = {
  root: ['keyCertSign', 'cRLSign'],
  ca: ['keyCertSign', 'cRLSign'],
  person: ['digitalSignature', 'nonRepudiation'],
  organisation: ['digitalSignature', 'nonRepudiation'],
  ocsp: ['digitalSignature'],
  tsa: ['digitalSignature'],
};

/** The extensions of one entity in the order of its profile. */
export function profileExtensions(
  own: EntityDescription,
  issuerName: string,
  spki: Uint8Array,
  issuer: Certificate | undefined,
  description: PkiDescription,
): Uint8Array[] {
  const bits = readBitStringBytes(decodeDer(spki).children()[1] as DerNode);
  const keyIdentifier = new Uint8Array(createHash('sha1').update(bits).digest());
  const isCa = own.profile === 'root' || own.profile === 'ca';
  const out = [
    ...(isCa ? [basicConstraints(true, own.pathLength)] : []),
    keyUsage(...(own.keyUsage ?? KEY_USAGE[own.profile])),
    ski(keyIdentifier),
    aki(issuer?.subjectKeyIdentifier ?? keyIdentifier),
  ];
  const purposes =
    own.extKeyUsage ?? (own.profile === 'tsa' ? [OID.timeStamping] : own.profile === 'ocsp' ? [OID.ocspSigning] : []);
  if (purposes.length > 0) out.push(extKeyUsage(...purposes));
  if (own.profile === 'ocsp') out.push(ocspNoCheck());
  if (own.mail !== undefined) out.push(subjectAltName({ kind: 'rfc822', value: own.mail }));
  if (own.profile !== 'root' && own.profile !== 'ocsp') {
    out.push(crlDistributionPoints([`${description.baseUrl}/crl/${issuerName}.crl`]));
    const caIssuers = [`${description.baseUrl}/ca/${issuerName}.crt`];
    out.push(authorityInfoAccess({ ocsp: [`${description.baseUrl}/ocsp`], caIssuers }));
  }
  return [...out, ...(own.moreExtensions ?? [])];
}

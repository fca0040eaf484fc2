import { createHash } from 'node:crypto';
import { decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { readBitStringBytes } from '@antin/formats/der/values';
import { OID } from '@antin/pki/oids';
import { PRACTICE_POLICY } from '@antin/pki/path/practice';
import {
  aki,
  authorityInfoAccess,
  basicConstraints,
  certificatePolicies,
  crlDistributionPoints,
  extKeyUsage,
  keyUsage,
  ocspNoCheck,
  ski,
  subjectAltName,
} from '@antin/pki/x509/build';
import type { Certificate } from '@antin/pki/x509/certificate';
import type { KeyUsageBit } from '@antin/pki/x509/extensions';

export type ProfileName = 'root' | 'issuing' | 'ocsp' | 'tsa' | 'person' | 'organisation';
export type SubscriberProfile = 'person' | 'organisation';

export interface Profile {
  readonly name: ProfileName;
  /** Raised with every change; part of the hash that goes into the records. */
  readonly version: number;
  readonly keyUsage: readonly KeyUsageBit[];
  readonly extKeyUsage: readonly string[];
  readonly ca: boolean;
  readonly pathLength?: number;
  readonly noCheck: boolean;
  /** Whether CRL and OCSP addresses stand in the certificate. */
  readonly status: 'crl' | 'crl-and-ocsp' | 'none';
  readonly validityYears: number;
}

const subscriber = {
  version: 1,
  keyUsage: ['digitalSignature', 'nonRepudiation'],
  extKeyUsage: [],
  ca: false,
  noCheck: false,
} as const;

/**
 * Closed profiles: the extensions and their order come from here, never from a request. A subscriber's certificate lives
 * at most five years (Decree 68/2024 art. 9).
 */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  root: {
    name: 'root',
    version: 1,
    keyUsage: ['keyCertSign', 'cRLSign'],
    extKeyUsage: [],
    ca: true,
    noCheck: false,
    status: 'none',
    validityYears: 20,
  },
  issuing: {
    name: 'issuing',
    version: 1,
    keyUsage: ['keyCertSign', 'cRLSign'],
    extKeyUsage: [],
    ca: true,
    pathLength: 0,
    noCheck: false,
    status: 'crl',
    validityYears: 15,
  },
  ocsp: {
    name: 'ocsp',
    version: 1,
    keyUsage: ['digitalSignature'],
    extKeyUsage: [OID.ocspSigning],
    ca: false,
    noCheck: true,
    status: 'none',
    validityYears: 1 / 12,
  },
  tsa: {
    name: 'tsa',
    version: 1,
    keyUsage: ['digitalSignature'],
    extKeyUsage: [OID.timeStamping],
    ca: false,
    noCheck: false,
    status: 'crl-and-ocsp',
    validityYears: 10,
  },
  person: { name: 'person', ...subscriber, status: 'crl-and-ocsp', validityYears: 5 },
  organisation: { name: 'organisation', ...subscriber, status: 'crl-and-ocsp', validityYears: 5 },
};

export function profileHash(profile: Profile): string {
  return createHash('sha256').update(JSON.stringify(profile)).digest('hex');
}

/** The addresses a certificate of this authority points at. `issuer` names the file: `root` or `issuing`. */
export interface Addresses {
  readonly baseUrl: string;
  readonly issuer: 'root' | 'issuing';
}

export function keyIdentifierOf(spki: Uint8Array): Uint8Array {
  const bits = readBitStringBytes(decodeDer(spki).children()[1] as DerNode);
  return new Uint8Array(createHash('sha1').update(bits).digest());
}

/** All extensions of a certificate, in the order of the profile; the linter builds the same list and compares bytes. */
export function extensionsOf(
  profile: Profile,
  input: {
    readonly spki: Uint8Array;
    readonly issuer: Certificate | undefined;
    readonly addresses: Addresses;
    readonly mail?: string;
  },
): Uint8Array[] {
  const { spki, issuer, mail } = input;
  const { baseUrl, issuer: issuerName } = input.addresses;
  const keyIdentifier = keyIdentifierOf(spki);
  const out = [aki(issuer?.subjectKeyIdentifier ?? keyIdentifier), ski(keyIdentifier), keyUsage(...profile.keyUsage)];
  if (profile.ca) out.push(basicConstraints(true, profile.pathLength));
  if (profile.extKeyUsage.length > 0) out.push(extKeyUsage(...profile.extKeyUsage));
  out.push(certificatePolicies([PRACTICE_POLICY]));
  if (mail !== undefined) out.push(subjectAltName({ kind: 'rfc822', value: mail }));
  if (profile.status !== 'none') {
    out.push(crlDistributionPoints([`${baseUrl}/crl/${issuerName}.crl`]));
    const ocsp = profile.status === 'crl-and-ocsp' ? [`${baseUrl}/ocsp`] : [];
    out.push(authorityInfoAccess({ ocsp, caIssuers: [`${baseUrl}/ca/${issuerName}.crt`] }));
  }
  if (profile.noCheck) out.push(ocspNoCheck());
  return out;
}

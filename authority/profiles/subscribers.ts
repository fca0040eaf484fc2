import { OID } from '@antin/pki/oids';
import { ANY_KEY } from './hierarchy.ts';
import type { Profile, SubjectRule } from './profile.ts';

/** Country, place, organisation, unit, name: the order VGCA certificates show (domain.md §7.2). */
const OFFICIAL: readonly SubjectRule[] = [
  { field: 'country', required: true },
  { field: 'locality', required: false },
  { field: 'organization', required: true },
  { field: 'organizationalUnit', required: false },
  { field: 'title', required: false },
  { field: 'commonName', required: true },
];

const official = {
  holder: 'official',
  subject: OFFICIAL,
  keys: ANY_KEY,
  ca: false,
  noCheck: false,
  policies: [],
  status: 'crl-and-ocsp',
  limit: 'official',
  // Decree 68/2024 art. 6 lists no suspension.
  suspendable: false,
} as const;

/** An official. Signing and log-in with one key, as the tokens in use have it (EN 319 412-2 table 1, type B). */
export const PERSON: Profile = {
  ...official,
  name: 'person',
  version: 2,
  altNames: [{ kind: 'rfc822', least: 0, most: 1 }],
  keyUsage: ['digitalSignature', 'nonRepudiation'],
  extKeyUsage: [],
};

export const ORGANISATION: Profile = {
  ...official,
  name: 'organisation',
  version: 2,
  altNames: [],
  keyUsage: ['digitalSignature', 'nonRepudiation'],
  extKeyUsage: [],
};

const device = { ...official, altNames: [], version: 1, keyUsage: ['digitalSignature'] } as const;
const HOSTS = [{ kind: 'dns', least: 1, most: 50 }] as const;

/** Form 03 of Decree 68/2024: devices, services and software, one profile a use. */
export const DEVICES: readonly Profile[] = [
  { ...device, name: 'device-tls-server', altNames: HOSTS, extKeyUsage: [OID.serverAuth, OID.clientAuth] },
  { ...device, name: 'device-tls-client', extKeyUsage: [OID.clientAuth] },
  {
    ...device,
    name: 'device-document-service',
    keyUsage: ['digitalSignature', 'nonRepudiation'],
    extKeyUsage: [OID.documentSigning],
  },
  {
    ...device,
    name: 'device-mail-gateway',
    altNames: [{ kind: 'rfc822', least: 1, most: 5 }],
    extKeyUsage: [OID.emailProtection],
  },
  { ...device, name: 'device-code-signing', extKeyUsage: [OID.codeSigning] },
  { ...device, name: 'device-other', altNames: [{ kind: 'dns', least: 0, most: 50 }], extKeyUsage: [] },
];

/**
 * A citizen's public certificate (Decree 23/2025): EN 319 412-2 with the identity card's number as serialNumber
 * (`IDCVN-…`, EN 319 412-1 §5.1.3), for signing alone (type A), under Vietnamese law.
 */
export const CITIZEN: Profile = {
  name: 'citizen',
  version: 1,
  holder: 'citizen',
  subject: [
    { field: 'country', required: true },
    { field: 'stateOrProvince', required: false },
    { field: 'locality', required: false },
    { field: 'surname', required: true },
    { field: 'givenName', required: true },
    { field: 'serialNumber', required: true },
    { field: 'userId', required: false },
    { field: 'commonName', required: true },
  ],
  altNames: [{ kind: 'rfc822', least: 0, most: 1 }],
  keys: ANY_KEY,
  keyUsage: ['nonRepudiation'],
  extKeyUsage: [],
  ca: false,
  noCheck: false,
  qcStatements: { compliance: true, legislation: ['VN'], type: 'esign', semantics: 'natural' },
  policies: [],
  status: 'crl-and-ocsp',
  limit: 'citizen',
  suspendable: true,
};

import { OID } from '@antin/pki/oids';
import type { Profile, SubjectRule } from './profile.ts';

export const ANY_KEY = { rsaBits: [2048, 4096], curves: ['P-256', 'P-384', 'P-521'] } as const;
/** Keys that outlive a decade: as strong as AES-128 for twenty years (TS 119 312 §8). */
const LONG_KEY = { rsaBits: [3072, 4096], curves: ['P-256', 'P-384', 'P-521'] } as const;

/** What a CA and its services are called: country, organisation, unit, name. */
const INSTITUTION: readonly SubjectRule[] = [
  { field: 'country', required: true },
  { field: 'locality', required: false },
  { field: 'organization', required: true },
  { field: 'organizationalUnit', required: false },
  { field: 'commonName', required: true },
];

const authority = {
  holder: 'ca',
  subject: INSTITUTION,
  altNames: [],
  keys: LONG_KEY,
  keyUsage: ['keyCertSign', 'cRLSign'],
  extKeyUsage: [],
  ca: true,
  noCheck: false,
  policies: [],
  suspendable: false,
} as const;

export const ROOT: Profile = { ...authority, name: 'root', version: 2, status: 'none', limit: 'root' };

/** A sub-CA that issues to subscribers only: no further CA below it. */
export const ISSUING: Profile = { ...authority, name: 'issuing', version: 2, pathLength: 0, status: 'crl', limit: 'sub-ca' };

const service = {
  holder: 'service',
  subject: INSTITUTION,
  altNames: [],
  keys: ANY_KEY,
  keyUsage: ['digitalSignature'],
  ca: false,
  policies: [],
  suspendable: false,
} as const;

/** Delegated responder (RFC 6960 §4.2.2.2): short-lived, because nobody asks whether it is revoked. */
export const OCSP: Profile = {
  ...service,
  name: 'ocsp',
  version: 2,
  extKeyUsage: [OID.ocspSigning],
  noCheck: true,
  status: 'none',
  limit: 'ocsp',
};

export const TSA: Profile = {
  ...service,
  name: 'tsa',
  version: 2,
  extKeyUsage: [OID.timeStamping],
  noCheck: false,
  status: 'crl-and-ocsp',
  limit: 'tsa',
};

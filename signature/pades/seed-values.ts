import { equalBytes } from '@antin/formats/bytes/bytes';
import { isArray, isDict, isInteger, isName, isString } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import type { Certificate } from '@antin/pki/x509/certificate';
import { SignatureFault } from '../fault.ts';
import type { FormField } from './acro-form.ts';
import type { Certification } from './certification.ts';
import { readTextString } from './text-string.ts';

type Get = (object: PdfObject | undefined) => PdfObject;

/** What is about to be put into a field. */
export interface Intended {
  readonly digest: DigestAlgorithm;
  readonly reason: string | undefined;
  readonly level: 'B-B' | 'B-T';
  readonly certification: Certification | undefined;
  readonly certificate: Certificate;
  readonly chain: readonly Uint8Array[];
}

/** Bits of `/Ff` (Table 237): set, the entry is a constraint; clear, a wish. */
const FLAG = { Filter: 1, SubFilter: 2, V: 4, Reasons: 8, LegalAttestation: 16, AddRevInfo: 32, DigestMethod: 64 } as const;
const LOCK_DOCUMENT = 128;
const APPEARANCE_FILTER = 256;
/** Of the certificate dictionary (Table 238). */
const CERT_SUBJECT = 1;
const CERT_ISSUER = 2;
const CERT_URL = 64;

/**
 * Holds the signature to be made against the seed values of its field (`/SV`, ISO 32000-2 §12.7.5.5): what the author of the
 * form demands is kept, or signing is refused with what is missing.
 *
 * @throws {SignatureFault} `pades.seed-value`
 */
export function requireSeedValues(field: FormField | undefined, intended: Intended, get: Get): void {
  const seed = field ? get(field.dict.entries.get('SV')) : null;
  if (!field || !isDict(seed)) return;
  const refuse = (demand: string): never => {
    throw new SignatureFault('pades.seed-value', `the field "${field.fullName}" demands ${demand}`);
  };
  const entry = (key: string): PdfObject => get(seed.entries.get(key));
  const flags = entry('Ff');
  const demands = (bit: number): boolean => isInteger(flags) && (flags & bit) !== 0;

  const filter = entry('Filter');
  if (demands(FLAG.Filter) && isName(filter) && filter.value !== 'Adobe.PPKLite') refuse(`the handler ${filter.value}`);
  const subFilters = namesIn(entry('SubFilter'), get);
  if (demands(FLAG.SubFilter) && subFilters.length > 0 && !subFilters.includes('ETSI.CAdES.detached')) {
    refuse(`a signature of the kind ${subFilters.join(' or ')}`);
  }
  const version = entry('V');
  if (demands(FLAG.V) && typeof version === 'number' && version > 3) refuse(`seed values of version ${version}`);
  const digests = textsIn(entry('DigestMethod'), get);
  const plain = (name: string): string => name.toUpperCase().replace(/[^A-Z0-9]/g, '');
  if (demands(FLAG.DigestMethod) && digests.length > 0 && !digests.map(plain).includes(plain(intended.digest))) {
    refuse(`the digest ${digests.join(' or ')}`);
  }
  if (demands(FLAG.Reasons)) requireReason(textsIn(entry('Reasons'), get), intended.reason, refuse);
  if (demands(FLAG.LegalAttestation)) refuse('an attestation of legal content, which this engine does not make');
  if (demands(FLAG.AddRevInfo) && entry('AddRevInfo') === true) {
    refuse('revocation data inside the signature, which PAdES keeps in the document security store');
  }
  if (demands(LOCK_DOCUMENT) && !isName(entry('LockDocument'), 'false') && entry('LockDocument') !== null) {
    refuse('that the document is locked by signing');
  }
  if (demands(APPEARANCE_FILTER)) refuse('a named appearance of a viewer');
  requireCertification(entry('MDP'), intended.certification, get, refuse);
  const stamp = entry('TimeStamp');
  if (isDict(stamp) && get(stamp.entries.get('Ff')) === 1 && intended.level === 'B-B') refuse('a time-stamp');
  const certificates = entry('Cert');
  if (isDict(certificates)) requireCertificate(certificates, intended, get, refuse);
}

type Refuse = (demand: string) => never;

/** One reason of the list; a single full stop, or no list, forbids any. */
function requireReason(reasons: readonly string[], reason: string | undefined, refuse: Refuse): void {
  const none = reasons.length === 0 || (reasons.length === 1 && reasons[0] === '.');
  if (none && reason !== undefined) refuse('that no reason is given');
  if (!none && (reason === undefined || !reasons.includes(reason))) refuse(`one of the reasons "${reasons.join('", "')}"`);
}

/** `/MDP /P`: 0 an ordinary signature, 1 to 3 a certification with these permissions. */
function requireCertification(mdp: PdfObject, certification: Certification | undefined, get: Get, refuse: Refuse): void {
  const p = isDict(mdp) ? get(mdp.entries.get('P')) : null;
  if (!isInteger(p) || p < 0 || p > 3) return;
  if (p === 0 && certification) refuse('an ordinary signature, no certification');
  if (p > 0 && certification?.permission !== p) refuse(`a certification with permission ${p}`);
}

function requireCertificate(seed: PdfDict, { certificate, chain }: Intended, get: Get, refuse: Refuse): void {
  const flags = get(seed.entries.get('Ff'));
  const bits = isInteger(flags) ? flags : 0;
  const listed = (key: string): Uint8Array[] => {
    const list = get(seed.entries.get(key));
    return (isArray(list) ? list.items.map(get) : []).filter(isString).map((one) => one.bytes);
  };
  const among = (list: readonly Uint8Array[], one: Uint8Array): boolean => list.some((other) => equalBytes(one, other));
  if ((bits & CERT_SUBJECT) !== 0 && !among(listed('Subject'), certificate.raw)) refuse('another certificate');
  if ((bits & CERT_ISSUER) !== 0) {
    const issuers = listed('Issuer');
    if (!chain.some((one) => among(issuers, one))) refuse('a certificate of another issuer');
  }
  // Policies, key usages and names as filters: not understood means not kept.
  if ((bits & ~(CERT_SUBJECT | CERT_ISSUER | CERT_URL)) !== 0) refuse('a certificate chosen by policy, usage or name');
}

function namesIn(list: PdfObject, get: Get): string[] {
  return (isArray(list) ? list.items.map(get) : []).filter((one) => isName(one)).map((one) => one.value);
}

function textsIn(list: PdfObject, get: Get): string[] {
  return (isArray(list) ? list.items.map(get) : []).filter(isString).map((one) => readTextString(one.bytes));
}

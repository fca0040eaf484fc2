import { OID } from '@antin/pki/oids';
import type { SignatureFacts } from './facts.ts';
import type { Finding, Level } from './types.ts';

interface Rule {
  readonly code: string;
  readonly clause: string;
  readonly message: string;
  readonly holds: (facts: SignatureFacts) => boolean;
}

const PADES = 'EN 319 142-1 6.3';
const CADES = 'EN 319 122-1 6.3';
const count = (list: readonly string[], oid: string): number => list.filter((one) => one === oid).length;

/** Rules of level B that PAdES and CAdES share; each is one check with its clause. */
const COMMON: readonly Rule[] = [
  {
    code: 'level.certificate-included',
    clause: PADES,
    message: 'SignedData.certificates must contain the signing certificate',
    holds: (f) => f.cms?.signerIncluded === true,
  },
  {
    code: 'level.signed-attributes',
    clause: PADES,
    message: 'signed attributes must be present',
    holds: (f) => f.cms?.signedAttributes === true,
  },
  {
    code: 'level.message-digest',
    clause: PADES,
    message: 'message-digest must be present once',
    holds: (f) => f.cms?.messageDigests === 1,
  },
  {
    code: 'level.content-type',
    clause: PADES,
    message: 'content-type must be present once and be id-data',
    holds: (f) => f.cms?.contentTypes.length === 1 && f.cms.contentTypes[0] === OID.idData,
  },
  {
    code: 'level.signing-certificate',
    clause: PADES,
    message: 'exactly one of signing-certificate (SHA-1) and signing-certificate-v2 (other hashes) must be present',
    holds: (f) => f.cms !== null && f.cms.ess.v1 + f.cms.ess.v2 === 1 && !(f.cms.ess.v2 === 1 && f.cms.ess.digest === 'SHA-1'),
  },
  {
    code: 'level.signer-attributes',
    clause: PADES,
    message: 'signer-attributes may be present at most once',
    holds: (f) =>
      count(f.cms?.signedTypes ?? [], OID.idAaEtsSignerAttr) + count(f.cms?.signedTypes ?? [], OID.idAaEtsSignerAttrV2) <= 1,
  },
  {
    code: 'level.signature-policy',
    clause: PADES,
    message: 'signature-policy-identifier may be present at most once',
    holds: (f) => count(f.cms?.signedTypes ?? [], OID.idAaEtsSigPolicyId) <= 1,
  },
];

const PDF_ONLY: readonly Rule[] = [
  {
    code: 'level.sub-filter',
    clause: PADES,
    message: '/SubFilter must be ETSI.CAdES.detached',
    holds: (f) => f.pdf?.subFilter === 'ETSI.CAdES.detached',
  },
  { code: 'level.filter', clause: PADES, message: '/Filter must be present', holds: (f) => f.pdf?.filter !== null },
  {
    code: 'level.signing-time-absent',
    clause: PADES,
    message: 'the CMS must not contain signing-time; /M carries the claimed time',
    holds: (f) => f.cms?.signingTimes === 0,
  },
  { code: 'level.m-present', clause: PADES, message: '/M must be present', holds: (f) => f.pdf?.dictionaryTime !== null },
  { code: 'level.cert-absent', clause: PADES, message: '/Cert must be absent', holds: (f) => f.pdf?.hasCert === false },
  {
    code: 'level.one-signer',
    clause: PADES,
    message: 'exactly one SignerInfo must be present',
    holds: (f) => f.cms?.signerInfos === 1,
  },
  {
    code: 'level.no-content',
    clause: PADES,
    message: 'the CMS must not encapsulate content',
    holds: (f) => f.cms?.eContentPresent === false,
  },
  {
    code: 'level.reason-or-policy',
    clause: PADES,
    message: '/Reason must not stand beside commitment-type-indication or signature-policy-identifier',
    holds: (f) =>
      f.pdf?.reason === null ||
      count(f.cms?.signedTypes ?? [], OID.idAaEtsCommitmentType) + count(f.cms?.signedTypes ?? [], OID.idAaEtsSigPolicyId) === 0,
  },
];

const CMS_ONLY: readonly Rule[] = [
  {
    code: 'level.signing-time-present',
    clause: CADES,
    message: 'signing-time must be present once',
    holds: (f) => f.cms?.signingTimes === 1,
  },
];

/** EN 319 122-1 table 1: at LT all values live in SignedData.certificates and .crls. */
const FORBIDDEN_AT_LT: ReadonlySet<string> = new Set([
  OID.idAaEtsCertValues,
  OID.idAaEtsRevocationValues,
  OID.idAaEtsCertificateRefs,
  OID.idAaEtsRevocationRefs,
  OID.idAaEtsCertCrlTimestamp,
]);

export interface LevelFacts {
  /** Level of the baseline profile that is reached, computed from rules and never from what the file claims. */
  readonly level: Level | null;
  readonly levelFailures: readonly Finding[];
}

/** @param evidence what the file itself carries: `complete` = certificates and revocation data for every chain */
export function levelOf(facts: SignatureFacts, evidence: { readonly complete: boolean; readonly archived: boolean }): LevelFacts {
  if (facts.cms === null) return { level: null, levelFailures: [] };
  const rules = [...COMMON, ...(facts.pdf === null ? CMS_ONLY : PDF_ONLY)];
  const levelFailures = rules
    .filter((rule) => !rule.holds(facts))
    .map(({ code, clause, message }) => ({ code, clause: facts.pdf === null ? clause.replace(PADES, CADES) : clause, message }));
  if (levelFailures.length > 0) return { level: null, levelFailures };
  const stamped = facts.timeStamps.some(
    (one) =>
      (one.kind === 'signature-time-stamp' || one.kind === 'document-time-stamp') &&
      one.imprintMatches &&
      one.cms?.digestMatches === true &&
      one.cms.signatureValue === 'valid' &&
      one.genTime !== null &&
      one.genTime <= (facts.signer?.notAfter ?? 0),
  );
  if (!stamped) return { level: 'B-B', levelFailures };
  if (!evidence.complete) return { level: 'B-T', levelFailures };
  if (facts.pdf === null && facts.cms.unsignedTypes.some((one) => FORBIDDEN_AT_LT.has(one))) {
    const message = 'values and references of certificates and revocation data must not stand in attributes';
    return { level: 'B-T', levelFailures: [{ code: 'level.values-in-attributes', clause: CADES, message }] };
  }
  return { level: evidence.archived ? 'B-LTA' : 'B-LT', levelFailures };
}

import { OID } from '@antin/pki/oids';
import type { SignatureFacts } from './facts.ts';
import { reachedLevel } from './level.ts';
import type { LevelFacts } from './settled.ts';
import type { Carried } from './embedded-evidence.ts';
import type { Finding } from './types.ts';

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
    holds: (f) =>
      f.cms !== null &&
      f.cms.binding.v1 + f.cms.binding.v2 === 1 &&
      !(f.cms.binding.v2 === 1 && f.cms.binding.digest === 'SHA-1'),
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

/** Level of a PAdES, CAdES or plain CMS signature. @param carried what the file itself carries */
export function cmsLevel(facts: SignatureFacts, carried: Carried): LevelFacts {
  const { cms, pdf } = facts;
  if (cms === null) return { level: null, levelFailures: [] };
  const failures = [...COMMON, ...(pdf === null ? CMS_ONLY : PDF_ONLY)]
    .filter((rule) => !rule.holds(facts))
    .map(({ code, clause, message }) => ({ code, clause: pdf === null ? clause.replace(PADES, CADES) : clause, message }));
  const message = 'values and references of certificates and revocation data must not stand in attributes';
  const forbidden: Finding[] =
    pdf === null && cms.unsignedTypes.some((one) => FORBIDDEN_AT_LT.has(one))
      ? [{ code: 'level.values-in-attributes', clause: CADES, message }]
      : [];
  return reachedLevel(facts, carried, failures, forbidden);
}

import { createHash } from 'node:crypto';
import { equalBytes } from '@antin/formats/bytes/bytes';
import { decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { readBitStringBytes } from '@antin/formats/der/values';
import { FormatFault } from '@antin/formats/fault';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { parseCrl } from '@antin/pki/crl/parse';
import { crlFrom } from '@antin/pki/crl/build';
import { PkiFault } from '@antin/pki/fault';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { ocspResponseFrom } from '@antin/pki/ocsp/build';
import { OID } from '@antin/pki/oids';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { certificateFrom } from '@antin/pki/x509/build';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { CA_USES } from '../signing-key.ts';
import type { SigningKind } from '../signing-key.ts';
import { timeStampAttributesFault } from './time-stamp-attributes.ts';

/** What one key is for. It comes from the signer's own file and never from whoever asks. */
export type KeyPolicy =
  | {
      readonly use: 'ca';
      /** The CA's own certificate: name, key and the time it lives in. */
      readonly certificate: Certificate;
      /** Whether what it signs is a CA's: a root signs nothing else, an issuing CA never. */
      readonly caFlag: 'required' | 'refused' | 'allowed';
      readonly maxDays: number;
      readonly maxCrlDays: number;
      /** How far thisUpdate may stand from the signer's own clock; absent = not compared (practice data have their own time). */
      readonly clockSkewMs?: number;
      /** SHA-256 (hexadecimal) of the SubjectPublicKeyInfo of the CA's other generations: link certificates go to them only. */
      readonly links: readonly string[];
      /** Likewise the keys of this CA's own OCSP and time-stamp services: nobody else's key gets those purposes. */
      readonly services: readonly string[];
    }
  | { readonly use: 'ocsp'; readonly spki: Uint8Array; readonly clockSkewMs?: number }
  | { readonly use: 'tsp'; readonly certificate?: Certificate };

/** What a list or certificate was about, for the ledger. */
export interface Seen {
  readonly serialHex?: string;
  /** Of a certificate: until when it speaks. */
  readonly ends?: number;
  /** `last`: no later list will come, so every certificate of the CA must have ended. */
  readonly crl?: { readonly number: bigint; readonly scope: string; readonly last?: true };
}

export type PolicyAnswer =
  { readonly status: 'sign'; readonly seen: Seen } | { readonly status: 'refused'; readonly detail: string };

const DAY = 86_400_000;
/** 99991231235959Z */
const NO_LATER_LIST = Date.UTC(9999, 11, 31, 23, 59, 59);
/** Enough octets to read a TBS in its frame before the key has been used. */
const NO_SIGNATURE = new Uint8Array(8);
const refuse = (detail: string): PolicyAnswer => ({ status: 'refused', detail });

export function usesOf(policy: KeyPolicy): readonly SigningKind[] {
  if (policy.use === 'ca') return CA_USES;
  return [policy.use];
}

/**
 * Reads the bytes again, strictly, and says whether this key signs them under this kind. Whoever owns the issuing process
 * gets end-entity certificates and lists of this CA's own name out of the token, and nothing else.
 */
export function judgeTbs(
  policy: KeyPolicy,
  kind: SigningKind,
  tbs: Uint8Array,
  algorithm: SignatureAlgorithm,
  now: number,
): PolicyAnswer {
  if (!usesOf(policy).includes(kind)) return refuse(`the key is not for ${kind}`);
  const identifier = signatureAlgorithmIdentifier(algorithm);
  try {
    if (policy.use === 'ocsp') return judgeOcsp(policy, tbs, identifier, now);
    if (policy.use === 'tsp') {
      const wrong = timeStampAttributesFault(tbs, policy.certificate, algorithm);
      return wrong === undefined ? { status: 'sign', seen: {} } : refuse(wrong);
    }
    return kind === 'crl' ? judgeCrl(policy, tbs, identifier, now) : judgeCertificate(policy, kind, tbs, identifier);
  } catch (error) {
    if (error instanceof FormatFault || error instanceof PkiFault) return refuse(`not readable: ${error.code}`);
    throw error;
  }
}

type CaPolicy = Extract<KeyPolicy, { use: 'ca' }>;

function judgeCertificate(policy: CaPolicy, kind: SigningKind, tbs: Uint8Array, identifier: Uint8Array): PolicyAnswer {
  const own = policy.certificate;
  const draft = parseCertificate(certificateFrom(tbs, identifier, NO_SIGNATURE));
  if (draft.version !== 3 || draft.irregularities.length > 0) return refuse('irregular certificate');
  // The inner name of the algorithm is signed: another one would let a reader be told a weaker story.
  if (!draft.algorithmsAgree) return refuse('signature algorithm');
  const { serialNumber } = draft;
  if (serialNumber.length === 0 || serialNumber.length > 20 || (serialNumber[0] as number) >= 0x80)
    return refuse('serial number');
  if (serialNumber.every((octet) => octet === 0)) return refuse('serial number');
  if (!equalBytes(draft.issuer.raw, own.subject.raw)) return refuse('another issuer');
  if (draft.notBefore < own.notBefore || draft.notAfter > own.notAfter || draft.notAfter < draft.notBefore) {
    return refuse('validity outside the issuer’s');
  }
  const ca = draft.basicConstraints?.ca === true;
  const signsCertificates = draft.keyUsage?.has('keyCertSign') === true || draft.keyUsage?.has('cRLSign') === true;
  if (signsCertificates && !ca) return refuse('CA key usage without the CA flag');
  const selfIssued = equalBytes(draft.subject.raw, own.subject.raw);
  const responder = draft.extKeyUsage?.includes(OID.ocspSigning) === true;
  // Responders and links are the CA's own and end with it.
  const seen = { serialHex: draft.serialHex, ends: kind === 'link' || responder ? 0 : draft.notAfter };
  const spkiSha256 = createHash('sha256').update(draft.spki).digest('hex');
  if (kind === 'link') {
    if (!ca || !policy.links.includes(spkiSha256)) return refuse('no generation of this CA');
    return { status: 'sign', seen };
  }
  if (policy.caFlag !== 'allowed' && ca !== (policy.caFlag === 'required'))
    return refuse(ca ? 'a CA certificate' : 'no CA certificate');
  // A second life for the CA's own name or key under another label.
  if (selfIssued || equalBytes(draft.spki, own.spki)) return refuse('the CA’s own name or key');
  // A stolen responder answers "good" for ever, a stolen time-stamp key moves the past.
  const service = draft.extKeyUsage?.some((purpose) => SERVICE_PURPOSES.has(purpose)) === true;
  if (service && !policy.services.includes(spkiSha256)) return refuse('a service purpose for a foreign key');
  // The CA's own services may live as long as it does.
  if (!service && draft.notAfter - draft.notBefore > policy.maxDays * DAY) return refuse('validity too long');
  return { status: 'sign', seen };
}

const SERVICE_PURPOSES: ReadonlySet<string> = new Set([OID.ocspSigning, OID.timeStamping, OID.anyExtendedKeyUsage]);

function judgeCrl(policy: CaPolicy, tbs: Uint8Array, identifier: Uint8Array, now: number): PolicyAnswer {
  const own = policy.certificate;
  const draft = parseCrl(crlFrom(tbs, identifier, NO_SIGNATURE));
  if (!equalBytes(draft.issuer.raw, own.subject.raw)) return refuse('another issuer');
  if (draft.crlNumber === undefined || draft.crlNumber < 0n) return refuse('no CRL number');
  if (draft.nextUpdate === undefined || draft.nextUpdate <= draft.thisUpdate) return refuse('times of the list');
  const last = draft.nextUpdate === NO_LATER_LIST;
  if (!last && draft.nextUpdate - draft.thisUpdate > policy.maxCrlDays * DAY) return refuse('the list would live too long');
  if (draft.thisUpdate < own.notBefore) return refuse('the list is older than its CA');
  if (policy.clockSkewMs !== undefined && Math.abs(draft.thisUpdate - now) > policy.clockSkewMs)
    return refuse('the clock disagrees');
  if (draft.unknownCritical.length > 0) return refuse('unknown critical extension');
  if (draft.idp?.indirectCRL === true || draft.hasCertificateIssuer) return refuse('an indirect list');
  // Full, shards and deltas count by themselves.
  const idp = draft.extensions.get(OID.issuingDistributionPoint)?.value;
  const scope = `${draft.deltaBase === undefined ? 'full' : 'delta'} ${idp === undefined ? '' : createHash('sha256').update(idp).digest('hex')}`;
  return { status: 'sign', seen: { crl: { number: draft.crlNumber, scope, ...(last ? { last } : {}) } } };
}

function judgeOcsp(
  policy: Extract<KeyPolicy, { use: 'ocsp' }>,
  tbs: Uint8Array,
  identifier: Uint8Array,
  now: number,
): PolicyAnswer {
  const { basic } = parseOcspResponse(ocspResponseFrom(tbs, identifier, NO_SIGNATURE, []));
  if (basic === undefined || basic.responses.length === 0) return refuse('no answer in it');
  if (policy.clockSkewMs !== undefined && Math.abs(basic.producedAt - now) > policy.clockSkewMs)
    return refuse('the clock disagrees');
  for (const one of basic.responses) {
    if (one.nextUpdate !== undefined && one.nextUpdate < one.thisUpdate) return refuse('times of an answer');
  }
  if (basic.responderId.kind === 'key' && !equalBytes(basic.responderId.keyHash, keyHashOf(policy.spki))) {
    return refuse('another responder');
  }
  return { status: 'sign', seen: {} };
}

const keyHashes = new WeakMap<Uint8Array, Uint8Array>();

/** SHA-1 over the bits of the public key (RFC 6960 §4.2.1 KeyHash). */
function keyHashOf(spki: Uint8Array): Uint8Array {
  let hash = keyHashes.get(spki);
  if (hash === undefined) {
    const bits = readBitStringBytes(decodeDer(spki).children()[1] as DerNode);
    hash = new Uint8Array(createHash('sha1').update(bits).digest());
    keyHashes.set(spki, hash);
  }
  return hash;
}

import { equalBytes } from '@antin/formats/bytes/bytes';
import { FormatFault } from '@antin/formats/fault';
import { digestOf } from '../crypto.ts';
import { PkiFault } from '../fault.ts';
import { certIdMatches } from '../ocsp/certificate-id.ts';
import type { BasicOcspResponse, SingleResponse } from '../ocsp/response.ts';
import { digestAlgorithmOf } from '../x509/algorithm.ts';
import { parseCertificate } from '../x509/certificate.ts';
import type { Certificate } from '../x509/certificate.ts';
import { sameName } from '../x509/name.ts';
import { validatePath } from './validate.ts';
import type { RevocationCode, RevocationContext, RevocationFinding } from './revocation-finding.ts';
import { checkSignature, sha1Evidence } from './signature-check.ts';

const DEFAULT_SKEW_MS = 5 * 60_000;
const DEFAULT_MAX_AGE_MS = 24 * 3600_000;
const HOLD = 6;
/** Certificates that bear the responder's name; each costs a signature check. */
const MAX_RESPONDERS = 32;

/**
 * OCSP (RFC 6960 §3.2): the response is about this certificate, signed by its issuer or by a responder the issuer itself
 * authorised, and of the right time.
 */
export function ocspStatus(certificate: Certificate, issuer: Certificate, context: RevocationContext): RevocationFinding {
  const why = new Set<RevocationCode>();
  let best: RevocationFinding | undefined;
  for (const [index, response] of context.ocsps.entries()) {
    for (const single of response.responses) {
      if (!certIdMatches(single.certId, issuer, certificate.serialNumber, context.door)) continue;
      const code = refusal(response, single, certificate, issuer, context);
      if (code !== undefined) {
        why.add(code);
        continue;
      }
      const finding = findingOf(single, certificate, context, index);
      for (const one of finding.why ?? []) why.add(one);
      if (finding.status === 'unknown') continue;
      if (newer(finding, best)) best = finding;
    }
  }
  return best ?? { status: 'unknown', why: [...why] };
}

/** A revocation that cannot be lifted beats everything; a hold and a good one go by age. */
function newer(finding: RevocationFinding, best: RevocationFinding | undefined): boolean {
  if (best === undefined) return true;
  const final = (one: RevocationFinding) => one.status === 'revoked' && one.reason !== HOLD;
  if (final(finding) !== final(best)) return final(finding);
  const [a, b] = [finding.thisUpdate ?? 0, best.thisUpdate ?? 0];
  // Two answers of one moment: the one that says more is believed.
  return a > b || (a === b && finding.status === 'revoked');
}

function findingOf(
  single: SingleResponse,
  certificate: Certificate,
  context: RevocationContext,
  index: number,
): RevocationFinding {
  const { thisUpdate, nextUpdate, archiveCutoff, status } = single;
  const facts = {
    source: 'ocsp' as const,
    evidence: index,
    thisUpdate,
    ...(nextUpdate === undefined ? {} : { nextUpdate }),
    ...(archiveCutoff === undefined ? {} : { archiveCutoff }),
  };
  if (status.kind === 'unknown') return { status: 'unknown', why: ['ocsp.status-unknown'] };
  if (status.kind === 'revoked') {
    return {
      status: 'revoked',
      revokedAt: status.at,
      ...(status.reason === undefined ? {} : { reason: status.reason }),
      ...facts,
    };
  }
  const skew = context.skewMs ?? DEFAULT_SKEW_MS;
  const end = nextUpdate ?? thisUpdate + (context.maxAgeMs ?? DEFAULT_MAX_AGE_MS);
  if (end + skew < context.at) return { status: 'unknown', why: ['ocsp.stale'] };
  // "good" about an expired certificate says only "not on my present list", unless the responder keeps an archive.
  if (thisUpdate > certificate.notAfter && (archiveCutoff === undefined || archiveCutoff > certificate.notAfter)) {
    return { status: 'unknown', why: ['revocation.after-expiry'] };
  }
  return { status: 'good', ...facts };
}

/** Why this response must not be believed about this certificate. */
function refusal(
  response: BasicOcspResponse,
  single: SingleResponse,
  certificate: Certificate,
  issuer: Certificate,
  context: RevocationContext,
): RevocationCode | undefined {
  if (response.unknownCritical.length > 0 || single.unknownCritical.length > 0) return 'ocsp.unknown-critical-extension';
  const now = (context.now ?? context.at) + (context.skewMs ?? DEFAULT_SKEW_MS);
  if (single.thisUpdate > now || response.producedAt > now) return 'ocsp.not-yet-valid';
  if (single.nextUpdate !== undefined && single.nextUpdate < single.thisUpdate) return 'ocsp.period-reversed';
  if (single.certHash !== undefined) {
    const digest = digestAlgorithmOf(single.certHash.algorithm.oid);
    if (digest === undefined || !equalBytes(digestOf(context.door, digest, certificate.raw), single.certHash.hash)) {
      return 'ocsp.certificate-hash-mismatch';
    }
  }
  return responderRefusal(response, issuer, context);
}

function responderRefusal(
  response: BasicOcspResponse,
  issuer: Certificate,
  context: RevocationContext,
): RevocationCode | undefined {
  let code: RevocationCode = 'ocsp.responder-not-authorised';
  // Responders may leave their certificate out (RFC 6960 §4.2.1); archives keep it elsewhere.
  const known = (context.candidates ?? []).filter((one) => sameName(one.issuer, issuer.subject) && one.extKeyUsage !== undefined);
  const responders = [issuer, ...readable(response.certificates), ...known].filter((one) => named(response, one, context));
  for (const responder of responders.slice(0, MAX_RESPONDERS)) {
    const signature = checkSignature(response, responder.spki, context.door, sha1Evidence(context, response.producedAt));
    if (signature !== 'valid') {
      code =
        signature === 'invalid'
          ? 'ocsp.signature-invalid'
          : signature === 'weak'
            ? 'ocsp.weak-algorithm'
            : 'ocsp.unsupported-algorithm';
      continue;
    }
    const refused = equalBytes(responder.raw, issuer.raw) ? undefined : delegationRefusal(response, responder, issuer, context);
    if (refused === undefined) return undefined;
    code = refused;
  }
  return code;
}

/**
 * RFC 6960 §4.2.2.2: issued directly by the CA whose certificates it speaks about, with id-kp-OCSPSigning; without
 * ocsp-nocheck its own status must be known from a CRL.
 */
function delegationRefusal(
  response: BasicOcspResponse,
  responder: Certificate,
  issuer: Certificate,
  context: RevocationContext,
): RevocationCode | undefined {
  const { door } = context;
  const sha1OnCaCertificates = context.sha1OnCaCertificates === true;
  const path = validatePath([responder, issuer], { at: response.producedAt, door, purpose: 'ocsp', sha1OnCaCertificates });
  if (path.status !== 'valid') {
    const time = path.problems.every((one) => one.code === 'path.expired' || one.code === 'path.not-yet-valid');
    return time ? 'ocsp.responder-expired' : 'ocsp.responder-not-authorised';
  }
  if (responder.ocspNoCheck) return undefined;
  const own = context.statusOf(responder, issuer, 'crl');
  if (own.status === 'good') return undefined;
  return own.status === 'revoked' ? 'ocsp.responder-revoked' : 'ocsp.responder-status-unknown';
}

/** responderID must fit the key that signed; else a response could be passed off as another responder's. */
function named(response: BasicOcspResponse, responder: Certificate, context: RevocationContext): boolean {
  const id = response.responderId;
  if (id.kind === 'name') return sameName(id.name, responder.subject);
  return equalBytes(id.keyHash, digestOf(context.door, 'SHA-1', responder.publicKey));
}

function readable(raw: readonly Uint8Array[]): Certificate[] {
  return raw.slice(0, 16).flatMap((der) => {
    try {
      return [parseCertificate(der)];
    } catch (error) {
      if (error instanceof FormatFault || error instanceof PkiFault) return [];
      throw error;
    }
  });
}

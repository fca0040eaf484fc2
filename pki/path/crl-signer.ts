import { equalBytes, fromLatin1 } from '@antin/formats/bytes/bytes';
import type { Crl } from '../crl/parse.ts';
import type { Certificate } from '../x509/certificate.ts';
import { sameName } from '../x509/name.ts';
import type { RevocationCode, RevocationContext } from './revocation-finding.ts';
import { checkSignature, sha1Evidence } from './signature-check.ts';
import type { SignatureFinding } from './signature-check.ts';

/** Certificates of one name with keys of their own: each costs one pass over the list. */
const [MIN_KEYS, MAX_KEYS, MAX_HASHED] = [16, 256, 1 << 28];
const DEFAULT_SKEW_MS = 5 * 60_000;

/** A list that may be believed. */
export interface Used {
  readonly crl: Crl;
  readonly index: number;
  readonly stale: boolean;
}

/** Steps (a), (f) and (g): is this list what it says it is, from somebody entitled, for this time? */
export function believe(
  crl: Crl,
  index: number,
  certificate: Certificate,
  issuer: Certificate,
  context: RevocationContext,
  why: Set<RevocationCode>,
): Used | undefined {
  const refuse = (code: RevocationCode) => {
    why.add(code);
    return undefined;
  };
  if (crl.unknownCritical.length > 0) return refuse('crl.unknown-critical-extension');
  if (crl.hasCertificateIssuer && crl.idp?.indirectCRL !== true) return refuse('crl.indirect-not-announced');
  if (crl.nextUpdate !== undefined && crl.nextUpdate < crl.thisUpdate) return refuse('crl.period-reversed');
  const skew = context.skewMs ?? DEFAULT_SKEW_MS;
  if (crl.thisUpdate > (context.now ?? context.at) + skew) return refuse('crl.not-yet-valid');
  const signed = signer(crl, certificate, issuer, context);
  if (typeof signed === 'string') return refuse(signed);
  return { crl, index, stale: crl.nextUpdate === undefined || crl.nextUpdate < context.at };
}

/** The certificate whose key signed the list, or why there is none that may. */
function signer(
  crl: Crl,
  certificate: Certificate,
  issuer: Certificate,
  context: RevocationContext,
): Certificate | RevocationCode {
  let code: RevocationCode = 'crl.issuer-not-authorised';
  const tried = new Map<string, SignatureFinding>();
  const most = Math.max(MIN_KEYS, Math.min(MAX_KEYS, Math.floor(MAX_HASHED / crl.tbs.length)));
  const signs = (one: Certificate): boolean => {
    if (one.keyUsage !== undefined && !one.keyUsage.has('cRLSign')) return false;
    const key = fromLatin1(one.spki);
    if (!tried.has(key) && tried.size >= most) return false;
    const finding = tried.get(key) ?? checkSignature(crl, one.spki, context.door, sha1Evidence(context, crl.thisUpdate));
    tried.set(key, finding);
    if (finding === 'valid') return true;
    if (code === 'crl.issuer-not-authorised' || code === 'crl.signature-invalid') {
      code =
        finding === 'invalid' ? 'crl.signature-invalid' : finding === 'weak' ? 'crl.weak-algorithm' : 'crl.unsupported-algorithm';
    }
    return false;
  };
  // Step (f): the issuer of the certificate was judged with the path; anybody else needs a path to the same anchor.
  if (sameName(crl.issuer, issuer.subject) && sameName(certificate.issuer, issuer.subject) && signs(issuer)) return issuer;
  const anchors = (context.anchors ?? []).map((one) => one.certificate);
  const others = [...anchors, ...(context.candidates ?? [])].filter((one) => sameName(one.subject, crl.issuer));
  for (const one of likeliestFirst(others, crl)) {
    if (equalBytes(one.raw, issuer.raw) || !signs(one)) continue;
    if (anchors.some((anchor) => equalBytes(anchor.raw, one.raw)) || context.trusts(one)) return one;
    code = 'crl.issuer-not-authorised';
  }
  return code;
}

/** After a change of keys the old and the new bear one name; the list's key identifier says which to try first. */
function likeliestFirst(signers: readonly Certificate[], { authorityKeyIdentifier: wanted }: Crl): readonly Certificate[] {
  if (wanted === undefined) return signers;
  const fits = (one: Certificate) => one.subjectKeyIdentifier !== undefined && equalBytes(one.subjectKeyIdentifier, wanted);
  return [...signers.filter(fits), ...signers.filter((one) => !fits(one))];
}

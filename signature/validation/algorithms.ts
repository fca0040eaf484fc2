import type { DigestAlgorithm } from '@antin/pki/crypto';
import type { CheckContext } from './check-context.ts';
import type { CertificateFacts, CmsFacts, SignatureFacts } from './facts.ts';
import type { GoodUntil, ValidationPolicy } from './policy.ts';
import type { SubIndication } from './types.ts';

interface AlgorithmMiss {
  readonly code: string;
  readonly message: string;
  readonly when?: number;
  readonly subIndication: SubIndication;
}

interface Use {
  readonly what: string;
  readonly name: string;
  readonly goodUntil: GoodUntil | undefined;
}

/**
 * Holds every algorithm of a signature against the dated policy: good now, or good at the time a time-stamp proves.
 * Inconsistent ones (digest of the attributes against digest of the value, PSS against its mask) never pass.
 */
export function algorithmFindings(facts: SignatureFacts, context: CheckContext): AlgorithmMiss[] {
  if (facts.cms === null) return [];
  return misses(facts.cms, facts.signer, context.trust?.chain ?? [], context.policy, context.best);
}

export function misses(
  cms: CmsFacts,
  signer: CertificateFacts | null,
  chain: readonly CertificateFacts[],
  policy: ValidationPolicy,
  best: { readonly time: number; readonly proven: boolean },
): AlgorithmMiss[] {
  const out: AlgorithmMiss[] = [];
  const disagree = disagreement(cms);
  if (disagree !== undefined) {
    out.push({ code: 'algorithm.disagree', message: disagree, subIndication: 'CRYPTO_CONSTRAINTS_FAILURE' });
  }
  for (const use of usesOf(cms, signer, chain, policy)) {
    if (use.goodUntil === null || (use.goodUntil !== undefined && best.time < use.goodUntil)) continue;
    const proven = best.proven || use.goodUntil === undefined;
    out.push({
      code: 'algorithm.not-allowed',
      message: `${use.name} (${use.what}) ${use.goodUntil === undefined ? 'is not accepted' : `is not accepted since ${new Date(use.goodUntil).toISOString().slice(0, 10)}`}`,
      ...(use.goodUntil === undefined ? {} : { when: use.goodUntil }),
      subIndication: proven ? 'CRYPTO_CONSTRAINTS_FAILURE' : 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE',
    });
  }
  return out;
}

function disagreement(cms: CmsFacts): string | undefined {
  if (cms.scheme === 'ed25519') {
    return cms.digest === 'SHA-512' || !cms.signedAttributes ? undefined : 'Ed25519 in CMS goes with SHA-512 (RFC 8419)';
  }
  if (cms.mgfDigest !== null && cms.mgfDigest !== cms.signatureDigest) return 'RSASSA-PSS with two different digests';
  if (cms.signedAttributes && cms.signatureDigest !== null && cms.signatureDigest !== cms.digest) {
    return `digestAlgorithm is ${cms.digest}, signatureAlgorithm uses ${cms.signatureDigest}`;
  }
  return undefined;
}

function usesOf(
  cms: CmsFacts,
  signer: CertificateFacts | null,
  chain: readonly CertificateFacts[],
  policy: ValidationPolicy,
): Use[] {
  const uses: Use[] = [];
  const digest = (what: string, name: DigestAlgorithm | null, table: ValidationPolicy['digests']): void => {
    if (name !== null) uses.push({ what, name, goodUntil: table[name] });
  };
  digest('digest of the document', cms.digest, policy.digests);
  digest('signature', cms.signatureDigest, policy.digests);
  digest('signing-certificate', cms.ess.digest, policy.essDigests);
  if (cms.scheme !== null) uses.push({ what: 'signature', name: cms.scheme, goodUntil: policy.schemes[cms.scheme] });
  const keys = chain.length > 1 ? chain.slice(0, -1) : signer === null ? [] : [signer];
  for (const certificate of keys) {
    const rows = certificate.keyKind === 'rsa' ? policy.rsaBits : certificate.keyKind === 'ec' ? policy.ecBits : undefined;
    if (rows === undefined) continue;
    const row = rows.find((one) => certificate.keyBits >= one.atLeast);
    uses.push({
      what: `key of ${certificate.subject}`,
      name: `${certificate.keyKind.toUpperCase()} ${certificate.keyBits}`,
      goodUntil: row?.goodUntil,
    });
  }
  return uses;
}

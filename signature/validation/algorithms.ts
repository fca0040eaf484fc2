import type { DigestAlgorithm } from '@antin/pki/crypto';
import type { CheckContext } from './check-context.ts';
import { valueOf } from './facts.ts';
import type { CertificateFacts, CmsFacts, SignatureFacts, ValueFacts } from './facts.ts';
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
  const value = valueOf(facts);
  if (value === null) return [];
  return misses(value, facts.signer, context.trust?.chain ?? [], context.policy, context.best);
}

export function misses(
  value: ValueFacts,
  signer: CertificateFacts | null,
  chain: readonly CertificateFacts[],
  policy: ValidationPolicy,
  best: { readonly time: number; readonly proven: boolean },
): AlgorithmMiss[] {
  const out: AlgorithmMiss[] = [];
  const disagree = disagreement(value);
  if (disagree !== undefined) {
    out.push({ code: 'algorithm.disagree', message: disagree, subIndication: 'CRYPTO_CONSTRAINTS_FAILURE' });
  }
  for (const use of usesOf(value, signer, chain, policy)) {
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

function disagreement(value: ValueFacts): string | undefined {
  if (value.mgfDigest !== null && value.mgfDigest !== value.signatureDigest) return 'RSASSA-PSS with two different digests';
  if (value.syntax !== 'cms') return undefined;
  const cms = value as CmsFacts;
  if (cms.scheme === 'ed25519') {
    return cms.digest === 'SHA-512' || !cms.signedAttributes ? undefined : 'Ed25519 in CMS goes with SHA-512 (RFC 8419)';
  }
  if (cms.signedAttributes && cms.signatureDigest !== null && cms.signatureDigest !== cms.digest) {
    return `digestAlgorithm is ${cms.digest}, signatureAlgorithm uses ${cms.signatureDigest}`;
  }
  return undefined;
}

function usesOf(
  value: ValueFacts,
  signer: CertificateFacts | null,
  chain: readonly CertificateFacts[],
  policy: ValidationPolicy,
): Use[] {
  const uses: Use[] = [];
  const digest = (what: string, name: DigestAlgorithm | null, table: ValidationPolicy['digests']): void => {
    if (name !== null) uses.push({ what, name, goodUntil: table[name] });
  };
  for (const name of new Set([value.digest, ...value.otherDigests])) digest('digest of the document', name, policy.digests);
  digest('signature', value.signatureDigest, policy.digests);
  digest('signing-certificate', value.binding.digest, policy.essDigests);
  if (value.scheme !== null) uses.push({ what: 'signature', name: value.scheme, goodUntil: policy.schemes[value.scheme] });
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

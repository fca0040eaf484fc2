import { OID } from '@antin/pki/oids';
import { algorithmFindings } from './algorithms.ts';
import type { CheckContext } from './check-context.ts';
import { valueOf } from './facts.ts';
import type { CertificateFacts, RevocationFacts, SignatureFacts, TrustFacts } from './facts.ts';
import type { Finding, Indication, SubIndication } from './types.ts';

export interface Failure {
  readonly id: string;
  readonly indication: Exclude<Indication, 'TOTAL_PASSED'>;
  readonly subIndication: SubIndication;
  readonly finding: Finding;
  /** The moment it is about: revoked at, expired at. */
  readonly when?: number;
}

export interface Check {
  readonly id: string;
  readonly clause: string;
  readonly onFail: { readonly indication: 'TOTAL_FAILED' | 'INDETERMINATE'; readonly subIndication: SubIndication };
  /** May a policy make less of it than a failure? Never so for what tells a genuine signature from a forged one. */
  readonly loosenable?: true;
  /** Everything that does not hold; empty = holds or does not apply. */
  readonly fails: (facts: SignatureFacts, context: CheckContext) => readonly Miss[];
}

interface Miss {
  readonly message: string;
  readonly code?: string;
  readonly clause?: string;
  readonly offset?: number;
  readonly when?: number;
  readonly subIndication?: SubIndication;
  readonly indication?: 'TOTAL_FAILED' | 'INDETERMINATE';
}

const FORMAT = { indication: 'TOTAL_FAILED', subIndication: 'FORMAT_FAILURE' } as const;
const FAILED = { indication: 'TOTAL_FAILED' } as const;
const NO_SIGNER = { indication: 'INDETERMINATE', subIndication: 'NO_SIGNING_CERTIFICATE_FOUND' } as const;
const ADES: ReadonlySet<string> = new Set(['PAdES', 'CAdES', 'XAdES', 'JAdES', 'OOXML']);
const one = (condition: boolean, message: string): readonly Miss[] => (condition ? [{ message }] : []);

/**
 * Every rule a signature must keep to pass, in the order in which they decide. A TOTAL_FAILED of any place outranks an
 * INDETERMINATE: a broken seal is never hidden behind an unknown issuer.
 */
export const CHECKS: readonly Check[] = [
  {
    id: 'format.container',
    clause: 'EN 319 102-1 5.2.2',
    onFail: FORMAT,
    fails: (f) => f.formatFaults,
  },
  {
    id: 'cms.one-signer',
    clause: 'EN 319 142-1 6.3',
    onFail: FORMAT,
    fails: (f) =>
      one(
        f.cms !== null && f.pdf !== null && f.cms.signerInfos !== 1,
        `a PDF signature has exactly one SignerInfo, this has ${f.cms?.signerInfos}`,
      ),
  },
  {
    id: 'cms.content-type',
    clause: 'RFC 5652 11.1',
    onFail: FORMAT,
    fails: (f) =>
      one(
        f.cms !== null &&
          f.cms.signedAttributes &&
          !(f.cms.contentTypes.length === 1 && f.cms.contentTypes[0] === f.cms.eContentType),
        `content-type must be there once and be ${f.cms?.eContentType}; found [${f.cms?.contentTypes.join(', ')}]`,
      ),
  },
  {
    id: 'cms.content-is-data',
    clause: 'EN 319 142-1 6.3',
    onFail: FORMAT,
    // A value made for another protocol over the same digest is no signature of a document.
    fails: (f) =>
      one(
        f.format === 'PAdES' && f.cms !== null && f.cms.eContentType !== OID.idData,
        `a PAdES signature is over data, not over ${f.cms?.eContentType}`,
      ),
  },
  {
    id: 'cms.message-digest',
    clause: 'RFC 5652 11.2',
    onFail: FORMAT,
    fails: (f) =>
      one(
        f.cms !== null && f.cms.signedAttributes && f.cms.messageDigests !== 1,
        `message-digest must be there exactly once; found ${f.cms?.messageDigests}`,
      ),
  },
  {
    id: 'cms.duplicate-attribute',
    clause: 'RFC 5652 5.3',
    onFail: FORMAT,
    fails: (f) =>
      (f.cms?.duplicateSignedTypes ?? []).map((oid) => ({ message: `signed attribute ${oid} stands more than once` })),
  },
  {
    id: 'cms.signed-attributes-needed',
    clause: 'RFC 5652 5.3',
    onFail: FORMAT,
    fails: (f) =>
      one(
        f.cms !== null && !f.cms.signedAttributes && (f.cms.eContentType !== OID.idData || f.cms.contentLooksSigned),
        // A SET OF Attribute passed off as content: the value was made for other data.
        'without signed attributes the content must be plain data',
      ),
  },
  {
    id: 'integrity.digest',
    clause: 'EN 319 102-1 5.2.7',
    onFail: { indication: 'TOTAL_FAILED', subIndication: 'HASH_FAILURE' },
    fails: (f) => one(valueOf(f)?.digestMatches === false, 'the signed bytes are not those that were signed'),
  },
  {
    id: 'integrity.signature-value',
    clause: 'EN 319 102-1 5.2.7',
    onFail: { indication: 'TOTAL_FAILED', subIndication: 'SIG_CRYPTO_FAILURE' },
    fails: (f) =>
      one(valueOf(f)?.signatureValue === 'invalid', 'the signature value does not fit what it is over and the certificate'),
  },
  {
    id: 'pdf.changed-after-signing',
    clause: 'ISO 32000-2 12.8.2.2',
    onFail: FORMAT,
    fails: (f) =>
      (f.pdf?.changes ?? [])
        .filter((change) => change.judgement === 'forbidden')
        .map((change) => ({
          code: change.code ?? 'pdf.changed-after-signing',
          message: `${change.what} (${change.object}${change.page === undefined ? '' : `, page ${change.page}`})${change.reason === undefined ? '' : `: ${change.reason}`}`,
        })),
  },
  {
    id: 'format.judged',
    clause: 'EN 319 102-1 5.2.2',
    onFail: { indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE' },
    fails: (f) => (f.notJudged === null ? [] : [f.notJudged]),
  },
  {
    id: 'integrity.data-found',
    clause: 'EN 319 102-1 5.2.7',
    onFail: { indication: 'INDETERMINATE', subIndication: 'SIGNED_DATA_NOT_FOUND' },
    fails: (f) => {
      const value = valueOf(f);
      const missing = value !== null && value.digestMatches === null && value.digest !== null;
      if (!missing || value.signatureValue === 'unsupported' || f.signer === null) return [];
      // Nobody can bring what an XML signature looks for in its own document.
      const outside = f.xml?.references.some((r) => !r.found && r.uri !== '' && !r.uri.startsWith('#')) ?? true;
      if (!outside) return [{ code: 'xml.data-not-in-document', message: 'what the references name is not in the document' }];
      return [{ message: 'the signed data is not at hand' }];
    },
  },
  {
    id: 'signer.found',
    clause: 'EN 319 102-1 5.2.3',
    onFail: NO_SIGNER,
    fails: (f) => one(valueOf(f) !== null && f.signer === null, 'the signing certificate is not at hand'),
  },
  {
    id: 'signer.bound',
    clause: 'EN 319 102-1 5.2.3.4',
    onFail: NO_SIGNER,
    fails: (f) => {
      const binding = valueOf(f)?.binding;
      if (binding === undefined || f.signer === null) return [];
      if (binding.matches === false) {
        return [{ message: `signing-certificate does not name the signing certificate: ${binding.why}` }];
      }
      const ades = ADES.has(f.format);
      return one(
        ades && binding.matches === null,
        'an AdES signature binds its certificate by signing-certificate; it is missing',
      );
    },
  },
  {
    id: 'algorithm.known',
    clause: 'EN 319 102-1 5.2.7',
    onFail: { indication: 'INDETERMINATE', subIndication: 'CRYPTO_CONSTRAINTS_FAILURE' },
    fails: (f) => {
      const value = valueOf(f);
      if (value === null || (value.digest !== null && value.signatureValue !== 'unsupported')) return [];
      const name = value.digest === null ? value.digestIdentifier : value.signatureIdentifier;
      return [{ message: `algorithm ${name} is not known here` }];
    },
  },
  {
    id: 'pdf.change-undecided',
    clause: 'ISO 32000-2 12.8.2.2',
    onFail: { indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE' },
    loosenable: true,
    fails: (f) =>
      (f.pdf?.changes ?? [])
        .filter((change) => change.judgement === 'undecided')
        .map((change) => ({
          code: change.code ?? 'pdf.change-undecided',
          message: `${change.what} (${change.object}): ${change.reason}`,
        })),
  },
  {
    id: 'trust.chain-found',
    clause: 'EN 319 102-1 5.2.6',
    onFail: { indication: 'INDETERMINATE', subIndication: 'NO_CERTIFICATE_CHAIN_FOUND' },
    fails: (f, c) => {
      const outside = c.trust?.anchorOutOfDates;
      if (outside !== undefined) return [outsideDates(outside, c.best.time)];
      const issuer = f.signer?.issuer ?? '';
      return one(c.trust?.status === 'no-chain', `the certificate was issued by an authority not trusted here: ${issuer}`);
    },
  },
  {
    id: 'trust.chain-constraints',
    clause: 'RFC 5280 6.1',
    onFail: { indication: 'INDETERMINATE', subIndication: 'CHAIN_CONSTRAINTS_FAILURE' },
    fails: (_f, c) =>
      (c.trust?.status === 'broken' ? c.trust.faults : []).map((fault) => ({
        code: fault.code,
        message: fault.message,
        ...(fault.code === 'path.weak-algorithm' || fault.code === 'path.unsupported-algorithm'
          ? { subIndication: 'CRYPTO_CONSTRAINTS_FAILURE' as const }
          : {}),
      })),
  },
  {
    id: 'trust.not-revoked',
    clause: 'EN 319 102-1 5.5.4',
    onFail: { indication: 'INDETERMINATE', subIndication: 'REVOKED_NO_POE' },
    fails: (_f, c) =>
      revocationsOf(c).flatMap((r): readonly Miss[] => {
        if (r.status !== 'revoked' || (c.best.proven && r.revokedAt !== null && c.best.time < r.revokedAt)) return [];
        const when = r.revokedAt === null ? {} : { when: r.revokedAt };
        if (!r.ca && r.revokedAt !== null && c.notBefore !== null && c.notBefore > r.revokedAt) {
          const message = `${r.subject} was revoked at ${iso(r.revokedAt)}, and the content was time-stamped after that, before it was signed`;
          return [{ code: 'trust.signed-after-revocation', message, ...when, ...FAILED, subIndication: 'REVOKED' }];
        }
        const message = `${r.subject} was revoked${r.revokedAt === null ? '' : ` at ${iso(r.revokedAt)}`}; nothing proves that the signature is older`;
        return [{ message, ...when, ...(r.ca ? { subIndication: 'REVOKED_CA_NO_POE' as const } : {}) }];
      }),
  },
  {
    id: 'trust.not-yet-valid',
    clause: 'EN 319 102-1 5.5.4',
    onFail: { indication: 'INDETERMINATE', subIndication: 'OUT_OF_BOUNDS_NO_POE' },
    fails: (_f, c) =>
      belowAnchor(c).flatMap((certificate) => {
        if (c.best.time >= certificate.notBefore) return [];
        const message = `${certificate.subject} was not valid before ${iso(certificate.notBefore)}`;
        const failed = { indication: 'TOTAL_FAILED', subIndication: 'NOT_YET_VALID' } as const;
        return [{ message, when: certificate.notBefore, ...(c.best.proven ? failed : {}) }];
      }),
  },
  {
    id: 'trust.not-expired',
    clause: 'EN 319 102-1 5.5.4',
    onFail: { indication: 'INDETERMINATE', subIndication: 'OUT_OF_BOUNDS_NO_POE' },
    fails: (_f, c) =>
      belowAnchor(c).flatMap((certificate, i): readonly Miss[] => {
        if (c.best.time <= certificate.notAfter) return [];
        if (i === 0 && c.notBefore !== null && c.notBefore > certificate.notAfter) {
          const message = `${certificate.subject} expired at ${iso(certificate.notAfter)}, and the content was time-stamped after that, before it was signed`;
          const when = certificate.notAfter;
          return [{ code: 'trust.signed-after-expiry', message, when, ...FAILED, subIndication: 'EXPIRED' }];
        }
        const message = `${certificate.subject} expired at ${iso(certificate.notAfter)}; nothing proves that the signature is older`;
        return [{ message, when: certificate.notAfter }];
      }),
  },
  {
    id: 'algorithm.allowed',
    clause: 'EN 319 102-1 5.2.8',
    onFail: { indication: 'INDETERMINATE', subIndication: 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE' },
    loosenable: true,
    fails: (f, c) => algorithmFindings(f, c),
  },
  {
    id: 'trust.revocation-known',
    clause: 'EN 319 102-1 5.2.5',
    onFail: { indication: 'INDETERMINATE', subIndication: 'TRY_LATER' },
    loosenable: true,
    fails: (_f, c) =>
      revocationsOf(c)
        .filter((r) => r.status === 'unknown')
        .map((r) => ({
          message: `the status of ${r.subject} could not be checked (${r.why.join(', ')})`,
          // There is status data, but its digest may have been forged: fetching the same again helps nobody.
          ...(r.why.some((why) => why === 'crl.weak-algorithm' || why === 'ocsp.weak-algorithm')
            ? {
                subIndication: c.best.proven
                  ? ('CRYPTO_CONSTRAINTS_FAILURE' as const)
                  : ('CRYPTO_CONSTRAINTS_FAILURE_NO_POE' as const),
              }
            : {}),
        })),
  },
  {
    id: 'time-stamp.order',
    clause: 'EN 319 102-1 5.5.4',
    onFail: { indication: 'INDETERMINATE', subIndication: 'TIMESTAMP_ORDER_FAILURE' },
    loosenable: true,
    fails: (f) => {
      const times = (kind: string): number[] =>
        f.timeStamps.filter((t) => t.kind === kind && t.imprintMatches && t.genTime !== null).map((t) => t.genTime as number);
      const content = times('content-time-stamp');
      const signature = times('signature-time-stamp');
      const late = content.length > 0 && signature.length > 0 && Math.max(...content) > Math.min(...signature);
      return one(late, 'a time-stamp of the content is later than a time-stamp of the signature');
    },
  },
  {
    id: 'engine.complete',
    clause: 'EN 319 102-1 5.1',
    onFail: { indication: 'INDETERMINATE', subIndication: 'POLICY_PROCESSING_ERROR' },
    fails: (f, c) => {
      // Nothing passes by omission: whatever a reader forgot to look at is not a pass.
      const value = valueOf(f);
      const looked = value?.digestMatches === true && value.signatureValue === 'valid' && f.signer !== null;
      const trusted = c.trust?.status === 'trusted' && c.trust.revocation.length === Math.max(0, c.trust.chain.length - 1);
      const ended =
        f.formatFaults.length > 0 || f.notJudged !== null || c.trust?.status === 'no-chain' || c.trust?.status === 'broken';
      return one(!ended && !(looked && trusted) && value?.digestMatches !== false, 'not every check could be made');
    },
  },
];

function outsideDates({ name, notBefore, notAfter }: NonNullable<TrustFacts['anchorOutOfDates']>, time: number): Miss {
  if (notBefore !== null && time < notBefore) {
    const message = `${name} is trusted here only from ${iso(notBefore)} on`;
    return { code: 'trust.anchor-not-yet', message, when: notBefore };
  }
  const ended = notAfter === null ? {} : { when: notAfter };
  const message = `${name} is trusted here no longer${notAfter === null ? '' : ` than ${iso(notAfter)}`}`;
  return { code: 'trust.anchor-ended', message, ...ended };
}

function revocationsOf(c: CheckContext): readonly RevocationFacts[] {
  return c.trust?.status === 'no-chain' ? [] : (c.trust?.revocation ?? []);
}

/** An anchor is trusted as given; its own dates are the trust store's business. */
function belowAnchor(c: CheckContext): readonly CertificateFacts[] {
  const chain = c.trust?.chain ?? [];
  return chain.length > 1 ? chain.slice(0, -1) : chain;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

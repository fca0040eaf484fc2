import type { DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';

/** Levels of the baseline profiles (EN 319 142-1 and its siblings). */
export type Level = 'B-B' | 'B-T' | 'B-LT' | 'B-LTA';

/** Moment from which an algorithm no longer counts, ms since 1970; `null` = still good. A missing name is never good. */
export type GoodUntil = number | null;

/** What becomes of a check that does not hold (as in EU DSS policies): it decides, it warns, it is told, or nothing is said. */
export type ConstraintLevel = 'fail' | 'warn' | 'inform' | 'ignore';

/**
 * What the engine accepts, as data. Every limit has a name here; exceeding one is INDETERMINATE with that name.
 *
 * Algorithms: Annex I of Circular 15/2025/TT-BKHCN and ETSI TS 119 312. Where a date has passed at the time that is
 * proven for the signature, the answer is CRYPTO_CONSTRAINTS_FAILURE; where it may have been earlier but nothing proves
 * it, CRYPTO_CONSTRAINTS_FAILURE_NO_POE.
 */
export interface ValidationPolicy {
  readonly name: string;
  /**
   * By id of a check or code of a finding; `fail` when absent. Only checks that are marked as loosenable listen: no policy
   * makes a broken signature pass.
   */
  readonly constraints?: Readonly<Record<string, ConstraintLevel>>;
  /** Lowest level of the baseline profiles that is accepted. */
  readonly minimumLevel?: Level;
  readonly digests: Readonly<Partial<Record<DigestAlgorithm, GoodUntil>>>;
  /** Hash inside signing-certificate (v1 is SHA-1 by definition): a binding beside the signature itself. */
  readonly essDigests: Readonly<Partial<Record<DigestAlgorithm, GoodUntil>>>;
  /**
   * First moment at which SHA-1 no longer counts under CRLs and OCSP answers of a CA chain that is pinned with leave for SHA-1 on its
   * CA certificates (VGCA G1); anywhere else it never does.
   */
  readonly sha1OnPinnedCaEvidenceUntil: GoodUntil;
  /** Smallest RSA modulus, bits, with the date until which it is good; the first row that fits decides. */
  readonly rsaBits: readonly { readonly atLeast: number; readonly goodUntil: GoodUntil }[];
  readonly ecBits: readonly { readonly atLeast: number; readonly goodUntil: GoodUntil }[];
  readonly schemes: Readonly<Partial<Record<SignatureAlgorithm['scheme'], GoodUntil>>>;
  /** Extended key usages a signing certificate may have when it has any (RFC 5280 §4.2.1.12). */
  readonly signerKeyUsages: readonly string[];
  readonly limits: {
    /** Signatures judged in one file. */
    readonly signatures: number;
    readonly revisions: number;
    /** Objects compared between revisions of one file. */
    readonly comparedObjects: number;
    /** Values (numbers, names, references …) looked at while comparing. */
    readonly comparedValues: number;
    /** Bytes of a CMS structure. */
    readonly cmsBytes: number;
    /** Bytes of one page's content when looking for what a widget covers. */
    readonly contentBytes: number;
    readonly timeStamps: number;
    /** Certificate paths tried for one certificate. */
    readonly paths: number;
  };
}

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);

/** The default for Vietnam after Circular 15/2025. */
export const VIETNAM_POLICY: ValidationPolicy = {
  name: 'vn-circular-15-2025',
  digests: {
    'SHA-1': day('2016-01-01'),
    'SHA-224': day('2026-01-01'),
    'SHA-256': null,
    'SHA-384': null,
    'SHA-512': null,
    'SHA3-256': null,
    'SHA3-384': null,
    'SHA3-512': null,
  },
  essDigests: {
    'SHA-1': day('2030-01-01'),
    'SHA-224': day('2026-01-01'),
    'SHA-256': null,
    'SHA-384': null,
    'SHA-512': null,
    'SHA3-256': null,
    'SHA3-384': null,
    'SHA3-512': null,
  },
  // The pinned root ends on 5 March 2030; nothing is issued under it after that.
  sha1OnPinnedCaEvidenceUntil: day('2030-03-06'),
  rsaBits: [
    { atLeast: 2048, goodUntil: null },
    { atLeast: 1024, goodUntil: day('2014-01-01') },
  ],
  ecBits: [{ atLeast: 256, goodUntil: null }],
  schemes: { 'rsa-pkcs1': null, 'rsa-pss': null, ecdsa: null, ed25519: null },
  signerKeyUsages: ['1.3.6.1.5.5.7.3.36', '1.3.6.1.5.5.7.3.4', '1.3.6.1.5.5.7.3.2', '2.5.29.37.0', '1.3.6.1.4.1.311.10.3.12'],
  limits: {
    signatures: 200,
    revisions: 500,
    comparedObjects: 250_000,
    comparedValues: 6_000_000,
    cmsBytes: 32 * 1024 * 1024,
    contentBytes: 32 * 1024 * 1024,
    timeStamps: 50,
    paths: 20,
  },
};

import type { PdfDecryption } from '@antin/formats/pdf/encryption';
import type { ByteSource, Inflate } from '@antin/formats/bytes/source';
import type { InflateRaw } from '@antin/formats/zip/reader';
import type { CryptoDoor } from '@antin/pki/crypto';
import type { TrustAnchor } from '@antin/pki/path/validate';
import type { Level, ValidationPolicy } from './policy.ts';

/** The three answers of ETSI EN 319 102-1 clause 5.1.3. */
export type Indication = 'TOTAL_PASSED' | 'TOTAL_FAILED' | 'INDETERMINATE';

/** Sub-indications of EN 319 102-1 table 5, spelled as there with underscores. */
export type SubIndication =
  | 'FORMAT_FAILURE'
  | 'HASH_FAILURE'
  | 'SIG_CRYPTO_FAILURE'
  | 'REVOKED'
  | 'EXPIRED'
  | 'NOT_YET_VALID'
  | 'NO_SIGNING_CERTIFICATE_FOUND'
  | 'NO_CERTIFICATE_CHAIN_FOUND'
  | 'CERTIFICATE_CHAIN_GENERAL_FAILURE'
  | 'CHAIN_CONSTRAINTS_FAILURE'
  | 'SIG_CONSTRAINTS_FAILURE'
  | 'CRYPTO_CONSTRAINTS_FAILURE'
  | 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE'
  | 'REVOKED_NO_POE'
  | 'REVOKED_CA_NO_POE'
  | 'OUT_OF_BOUNDS_NO_POE'
  | 'OUT_OF_BOUNDS_NOT_REVOKED'
  | 'REVOCATION_OUT_OF_BOUNDS_NO_POE'
  | 'TIMESTAMP_ORDER_FAILURE'
  | 'NO_POE'
  | 'TRY_LATER'
  | 'POLICY_PROCESSING_ERROR'
  | 'SIGNATURE_POLICY_NOT_AVAILABLE'
  | 'SIGNED_DATA_NOT_FOUND';

export type Verdict = 'valid' | 'invalid' | 'indeterminate' | 'unsigned';

export type SignatureFormat =
  'PAdES' | 'CAdES' | 'XAdES' | 'JAdES' | 'ASiC-E' | 'ASiC-S' | 'OOXML' | 'CMS' | 'XMLDSig' | 'JWS' | 'S/MIME' | 'PDF';

/** Something that is not as it should be; `code` is stable, `message` is for experts and always in English. */
export interface Finding {
  readonly code: string;
  readonly clause: string;
  readonly message: string;
  /** Name of the file or part it is about, where there is one. */
  readonly about?: string;
  /** Byte offset in the file, where there is one place to point at. */
  readonly offset?: number;
}

export type ChangeClass =
  'form-fill' | 'signature' | 'dss' | 'document-time-stamp' | 'metadata' | 'annotation' | 'page' | 'font' | 'undefined';

/** One change between the signed revision and the last one. */
export interface Change {
  readonly class: ChangeClass;
  /** `12 0 R`, or `trailer`. */
  readonly object: string;
  /** 1-based. */
  readonly page?: number;
  readonly allowed: boolean;
  /** Stable word for what it is: `seal-placed`, `field-filled`, … */
  readonly what: string;
  /** Full name of the form field it belongs to. */
  readonly field?: string;
  /** Revision that made it, 1-based. */
  readonly revision: number;
  readonly reason?: string;
}

/** A part of what a signature of many parts covers: an element by its path, a file by its name. */
export interface CoveredPart {
  readonly kind: 'document' | 'element' | 'file' | 'signature' | 'payload';
  readonly name: string;
}

export interface SignerReport {
  /** RFC 4514 text. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serialNumber: string;
  readonly commonName?: string;
  readonly organization?: string;
  readonly organizationalUnit?: string;
  readonly title?: string;
  /** True when the certificate names an organisation and no person: its signature is a seal. */
  readonly seal: boolean;
  /** ISO 8601 UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly sha256: string;
}

export interface RevocationReport {
  readonly subject: string;
  readonly status: 'good' | 'revoked' | 'unknown';
  readonly source?: 'crl' | 'ocsp';
  readonly revokedAt?: string;
  readonly reason?: number;
  readonly thisUpdate?: string;
  readonly nextUpdate?: string;
}

export interface TimestampReport {
  readonly kind: 'signature-time-stamp' | 'document-time-stamp' | 'content-time-stamp' | 'archive-time-stamp';
  readonly genTime: string;
  readonly tsa?: string;
  readonly digest: string;
  readonly imprintMatches: boolean;
  readonly indication: 'PASSED' | 'FAILED' | 'INDETERMINATE';
  readonly subIndication: SubIndication | null;
  readonly errors: readonly Finding[];
}

/** One thing that a signature is over, as people know it. */
export interface Covered extends CoveredPart {
  /** Null: it is not at hand. */
  readonly intact: boolean | null;
  /** False: the content is signed, and nobody signed the name that stands here. */
  readonly nameSigned?: false;
}

export interface SignatureReport {
  readonly id: string;
  readonly format: SignatureFormat;
  readonly subFilter?: string;
  /** Full name of the PDF form field. */
  readonly field?: string;
  readonly level: Level | null;
  /** Every baseline rule that does not hold, with its clause. */
  readonly levelFailures: readonly Finding[];
  readonly indication: Indication;
  readonly subIndication: SubIndication | null;
  readonly intact: boolean;
  readonly cryptoValid: boolean;
  /** `part`: elements of an XML document, named in `covers`. */
  readonly coverage: 'file' | 'revision' | 'part' | 'broken';
  /** What it is over, where that is not the file itself: files by name, parts of a document. */
  readonly covers?: readonly Covered[];
  /** Name of the signature's own file inside a container. */
  readonly signatureFile?: string;
  /** Revision it closes, 1-based, of `revisions` in the report. */
  readonly revision?: number;
  readonly changes: readonly Change[];
  readonly signer: SignerReport | null;
  readonly chain: readonly SignerReport[];
  readonly revocation: readonly RevocationReport[];
  readonly claimedSigningTime: string | null;
  /** Proven by a valid time-stamp, else the moment of judging. */
  readonly bestSignatureTime: string;
  readonly bestSignatureTimeFrom: 'time-stamp' | 'validation-time';
  readonly timestamps: readonly TimestampReport[];
  /** The check that decided; key of the words. */
  readonly decidedBy: string | null;
  /** Moment the deciding check is about (revoked at, expired at). */
  readonly decidedAt?: string;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** What the policy asks only to be told. */
  readonly information?: readonly Finding[];
  readonly digestAlgorithm?: string;
  readonly signatureAlgorithm?: string;
  readonly reason?: string;
  readonly location?: string;
  /** Page, 1-based, and rectangle of the visible widget. */
  readonly widget?: { readonly page: number; readonly rect: readonly [number, number, number, number] };
}

export interface ValidationReport {
  readonly file: string;
  readonly size: number;
  readonly sha256: string;
  /** Of all signatures; the plain container (`PDF`, `CMS`) where there are none or several kinds. */
  readonly format: SignatureFormat;
  readonly verdict: Verdict;
  readonly validationTime: string;
  readonly policy: string;
  /** Revisions of a PDF: end of each. */
  readonly revisions?: readonly { readonly end: number }[];
  readonly signatures: readonly SignatureReport[];
  /** What concerns the file and no single signature. */
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** What is worth knowing and changes nothing: names and places that no signature is over. */
  readonly information?: readonly Finding[];
  /** The check that decided the document's verdict, and the signature it belongs to. */
  readonly decidedBy: string | null;
  readonly decidedBySignature: string | null;
  /** What could not be had; adapters may fetch it and ask again. */
  readonly needs: readonly string[];
}

/** What the engine lacks. It never fetches: adapters do, only from places they trust for this issuer. */
export type Need =
  | { readonly kind: 'certificate'; readonly certificate: Uint8Array; readonly issuer: string; readonly urls: readonly string[] }
  | {
      readonly kind: 'crl' | 'ocsp';
      readonly certificate: Uint8Array;
      readonly issuer: Uint8Array;
      readonly serialHex: string;
      readonly issuerSha256: string;
      /** As the certificate, whose issuer is trusted, says. */
      readonly urls: readonly string[];
    };

export interface Evidence {
  readonly certificates: readonly Uint8Array[];
  readonly crls: readonly Uint8Array[];
  readonly ocsps: readonly Uint8Array[];
}

export interface ValidationContext {
  readonly door: CryptoDoor;
  readonly inflate: Inflate;
  readonly trust: readonly TrustAnchor[];
  /** For time-stamps; `trust` when absent. */
  readonly tsaTrust?: readonly TrustAnchor[];
  readonly evidence: Evidence;
  /** Moment of judging, ms since 1970. */
  readonly at: number;
  /** For containers; one with compressed entries is not judged without it. */
  readonly inflateRaw?: InflateRaw;
  /** The data of a detached signature. */
  readonly detached?: ByteSource;
  /**
   * Data outside the file that a signature names, for those that name what they are over; undefined where there is none of this
   * name. @param name decoded, in NFC
   */
  readonly detachedByName?: (name: string) => ByteSource | undefined;
  /**
   * Names by which `detachedByName` finds everything that was brought, where that is more than one file: what no signature is over
   * keeps the answer from passing.
   */
  readonly detachedNames?: readonly string[];
  /** For an encrypted PDF; without it the file is not judged. */
  readonly decryption?: PdfDecryption | undefined;
  readonly fileName?: string;
  readonly policy?: ValidationPolicy;
}

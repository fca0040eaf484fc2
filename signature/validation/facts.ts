import type { DigestAlgorithm } from '@antin/pki/crypto';
import type { Change, Covered, Finding, SignatureFormat } from './types.ts';

/** What was read and computed about one signature: JSON-able, no verdict in it. Times are ms since 1970. */
export interface SignatureFacts {
  readonly id: string;
  readonly format: SignatureFormat;
  /** What it is over, where that is not the file itself. */
  readonly covers?: readonly Covered[];
  /** Name of its own file inside a container. */
  readonly signatureFile?: string;
  /** Why this engine says nothing about it (unknown handler, format of a later time). */
  readonly notJudged: Finding | null;
  /** Container faults: the signature is not where or what it must be. Any of them is FORMAT_FAILURE. */
  readonly formatFaults: readonly Finding[];
  readonly pdf: PdfFacts | null;
  readonly cms: CmsFacts | null;
  readonly xml: XmlFacts | null;
  readonly jws: JwsFacts | null;
  readonly signer: CertificateFacts | null;
  /** Trust in the signing certificate at the moment of judging; only asked where no time-stamp proves an earlier one. */
  readonly trust: TrustFacts | null;
  /** The same at the earliest time that a valid time-stamp proves. */
  readonly trustAtPoe: TrustFacts | null;
  readonly timeStamps: readonly TimeStampFacts[];
  readonly warnings: readonly Finding[];
}

export interface PdfFacts {
  readonly field: string | null;
  readonly subFilter: string | null;
  readonly filter: string | null;
  readonly coverage: 'file' | 'revision' | 'broken';
  /** 0-based index of the revision that the signature closes, -1 when broken. */
  readonly revision: number;
  readonly changes: readonly JudgedChange[];
  readonly hasCert: boolean;
  readonly dictionaryTime: number | null;
  readonly reason: string | null;
  readonly location: string | null;
  /** DocMDP permission of a certification signature. */
  readonly certifies: 1 | 2 | 3 | null;
  readonly hasDss: boolean;
  /** A document time-stamp of a later revision that covers this signature. */
  readonly widget: { readonly page: number; readonly rect: readonly [number, number, number, number] } | null;
}

/** `undecided`: nobody could tell that it is harmless; INDETERMINATE, never passed. */
export interface JudgedChange extends Change {
  readonly judgement: 'allowed' | 'undecided' | 'forbidden';
  readonly code?: string;
}

/** What every signature value has, whatever its syntax. */
export interface ValueFacts {
  readonly syntax: 'cms' | 'xml' | 'jws';
  /** Digest over the signed data; null when its identifier is not known here. */
  readonly digest: DigestAlgorithm | null;
  /** Identifier as it stands in the file: OID, URI or name. */
  readonly digestIdentifier: string;
  /** Digests that stand beside `digest`: further references, manifests. */
  readonly otherDigests: readonly DigestAlgorithm[];
  /** Does all signed data match what was signed? Null: something is not at hand. */
  readonly digestMatches: boolean | null;
  readonly signatureIdentifier: string;
  readonly scheme: 'rsa-pkcs1' | 'rsa-pss' | 'ecdsa' | 'ed25519' | null;
  readonly signatureDigest: DigestAlgorithm | null;
  readonly mgfDigest: DigestAlgorithm | null;
  readonly signatureValue: 'valid' | 'invalid' | 'unsupported' | 'not-checked';
  /** How the signature binds its certificate: signing-certificate(-v2), SigningCertificate(V2), x5t#S256 and kin. */
  readonly binding: BindingFacts;
  /** Does the signature itself carry the signing certificate? */
  readonly signerIncluded: boolean;
  readonly signingTimes: number;
  readonly signingTime: number | null;
}

/** XMLDSIG and XAdES (EN 319 132-1). */
export interface XmlFacts extends ValueFacts {
  readonly syntax: 'xml';
  /** QualifyingProperties that belong to this signature are there and signed. */
  readonly qualified: boolean;
  readonly references: readonly XmlReferenceFacts[];
  /** `part`: only elements of the document; what is around them is none of this signature's business. */
  readonly coverage: 'file' | 'part';
  /** Rules of level B of the format that do not hold. */
  readonly baseline: readonly Finding[];
}

export interface XmlReferenceFacts {
  readonly uri: string;
  readonly type: string | null;
  readonly found: boolean;
  readonly intact: boolean | null;
  /** Words for people: `whole document`, element name, file name. */
  readonly covers: string;
}

/** JWS and JAdES (TS 119 182-1). */
export interface JwsFacts extends ValueFacts {
  readonly syntax: 'jws';
  readonly serialization: 'compact' | 'flattened' | 'general';
  readonly baseline: readonly Finding[];
}

export interface CmsFacts extends ValueFacts {
  readonly syntax: 'cms';
  readonly signerInfos: number;
  readonly eContentType: string;
  readonly eContentPresent: boolean;
  readonly signedAttributes: boolean;
  readonly contentTypes: readonly string[];
  readonly messageDigests: number;
  readonly duplicateSignedTypes: readonly string[];
  readonly signedTypes: readonly string[];
  readonly unsignedTypes: readonly string[];
  readonly certificates: number;
  /** The content itself parses as a SET OF Attribute while signedAttrs are missing: signedAttrs confusion. */
  readonly contentLooksSigned: boolean;
}

export interface BindingFacts {
  /** Of the first generation: ESSCertID, SigningCertificate, x5t#o. */
  readonly v1: number;
  readonly v2: number;
  readonly matches: boolean | null;
  readonly digest: DigestAlgorithm | null;
  readonly why: string | null;
}

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly serialHex: string;
  readonly sha256: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly commonName: string | null;
  readonly organization: string | null;
  readonly organizationalUnit: string | null;
  readonly title: string | null;
  readonly person: boolean;
  readonly keyUsage: readonly string[] | null;
  readonly extKeyUsage: readonly string[] | null;
  readonly extKeyUsageCritical: boolean;
  readonly keyKind: 'rsa' | 'ec' | 'ed25519' | 'other';
  readonly keyBits: number;
  /** Digest under the certificate's own signature. */
  readonly signatureDigest: DigestAlgorithm | null;
}

export interface TrustFacts {
  readonly at: number;
  readonly status: 'trusted' | 'no-chain' | 'broken';
  /** Leaf first, anchor last; empty without a chain. */
  readonly chain: readonly CertificateFacts[];
  /** Why the best path is not acceptable, apart from validity periods and revocation. */
  readonly faults: readonly { readonly code: string; readonly message: string }[];
  /** One for each certificate below the anchor, in the order of `chain`. */
  readonly revocation: readonly RevocationFacts[];
  /** With `no-chain`: the anchor that would vouch, but not at this moment. Times are ms since 1970. */
  readonly anchorOutOfDates?: { readonly name: string; readonly notBefore: number | null; readonly notAfter: number | null };
}

export interface RevocationFacts {
  readonly subject: string;
  readonly ca: boolean;
  readonly status: 'good' | 'revoked' | 'unknown';
  readonly source: 'crl' | 'ocsp' | null;
  readonly revokedAt: number | null;
  readonly reason: number | null;
  readonly thisUpdate: number | null;
  readonly nextUpdate: number | null;
  readonly why: readonly string[];
}

export interface TimeStampFacts {
  readonly kind: 'signature-time-stamp' | 'document-time-stamp' | 'content-time-stamp' | 'archive-time-stamp';
  /** Null when the token could not be read. */
  readonly genTime: number | null;
  readonly digest: DigestAlgorithm | null;
  readonly imprintMatches: boolean;
  readonly faults: readonly Finding[];
  readonly cms: CmsFacts | null;
  readonly tsa: CertificateFacts | null;
  readonly trust: TrustFacts | null;
  /** Time at which the token itself is judged: proven by a later time-stamp over it, else the moment of judging. */
  readonly controlTime: number;
  /** SHA-256 of the token: the same token counts once. */
  readonly sha256: string;
}

/** The signature value of any format; null when nothing of it could be read. */
export function valueOf(facts: SignatureFacts): CmsFacts | XmlFacts | JwsFacts | null {
  return facts.cms ?? facts.xml ?? facts.jws;
}

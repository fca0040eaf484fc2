import { equalBytes } from '@antin/formats/bytes/bytes';
import { decodeDer } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readOctetString, readOid, readTime } from '@antin/formats/der/values';
import { FormatFault } from '@antin/formats/fault';
import { parseSigningCertificate } from '@antin/pki/cms/ess';
import type { EssCertificateId } from '@antin/pki/cms/ess';
import { attributesOf, parseAttributes } from '@antin/pki/cms/signed-data';
import type { SignedData, SignerInfo } from '@antin/pki/cms/signed-data';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { PkiFault } from '@antin/pki/fault';
import { OID } from '@antin/pki/oids';
import { digestAlgorithmOf, signatureAlgorithmOf } from '@antin/pki/x509/algorithm';
import type { Certificate } from '@antin/pki/x509/certificate';
import { sameName } from '@antin/pki/x509/name';
import { certificateDigest } from './certificates.ts';
import type { CertificatePool } from './certificates.ts';
import type { BindingFacts, CmsFacts } from './facts.ts';

/** The signed data, wherever it lives. `all` only serves signatures without signed attributes. */
export interface SignedContent {
  digest(algorithm: DigestAlgorithm): Uint8Array;
  all(): Uint8Array;
}

export interface ReadCms {
  readonly facts: CmsFacts;
  readonly certificate: Certificate | undefined;
}

/** Facts of one SignerInfo: attributes counted, digest and value checked, nothing judged. `content` null: no data given. */
export function readSignerInfo(
  data: SignedData,
  signer: SignerInfo,
  content: SignedContent | null,
  pool: CertificatePool,
  door: CryptoDoor,
): ReadCms {
  const attributes = signer.signedAttrs?.list ?? [];
  const digest = digestAlgorithmOf(signer.digestAlgorithm.oid) ?? null;
  const algorithm = signatureAlgorithmOf(signer.signatureAlgorithm, digest ?? undefined);
  const candidates = pool.bySigner(signer.sid);
  const { certificate, ess } = bindCertificate(signer, candidates, door);
  const messageDigests = attributesOf(attributes, OID.idMessageDigest);
  const digests = messageDigests.flatMap((one) => one.values);
  const contentTypes = attributesOf(attributes, OID.idContentType).flatMap((one) => one.values.map(oidOrEmpty));
  const times = attributesOf(attributes, OID.idSigningTime).flatMap((one) => one.values);

  let digestMatches: boolean | null = null;
  let signatureValue: CmsFacts['signatureValue'] = 'not-checked';
  let contentLooksSigned = false;
  if (signer.signedAttrs !== undefined) {
    if (digest !== null && content !== null && digests.length === 1) {
      digestMatches = equalBytes(octets(digests[0] as Uint8Array), content.digest(digest));
    }
    if (certificate !== undefined) {
      signatureValue =
        algorithm === undefined
          ? 'unsupported'
          : door.verify({ spki: certificate.spki, algorithm, data: signer.signedAttrs.asSet, signature: signer.signature });
    }
  } else if (content !== null && certificate !== undefined) {
    const all = content.all();
    contentLooksSigned = looksLikeAttributes(all);
    signatureValue =
      algorithm === undefined
        ? 'unsupported'
        : door.verify({ spki: certificate.spki, algorithm, data: all, signature: signer.signature });
    // Without signed attributes the value covers the data directly: one answer for both questions.
    digestMatches = signatureValue === 'valid' ? true : signatureValue === 'invalid' ? false : null;
  }
  return {
    certificate,
    facts: {
      syntax: 'cms',
      signerInfos: data.signerInfos.length,
      eContentType: data.eContentType,
      eContentPresent: data.eContent !== undefined,
      signedAttributes: signer.signedAttrs !== undefined,
      contentTypes,
      messageDigests: digests.length,
      duplicateSignedTypes: signer.duplicateSignedTypes,
      signedTypes: attributes.map((one) => one.oid),
      unsignedTypes: signer.unsignedAttrs.map((one) => one.oid),
      signingTimes: times.length,
      signingTime: times.length === 1 ? timeOrNull(times[0] as Uint8Array) : null,
      certificates: data.certificates.length,
      signerIncluded: certificate !== undefined && data.certificates.some((raw) => equalBytes(raw, certificate.raw)),
      binding: ess,
      digest,
      otherDigests: [],
      digestIdentifier: signer.digestAlgorithm.oid,
      digestMatches,
      signatureIdentifier: signer.signatureAlgorithm.oid,
      scheme: algorithm?.scheme ?? null,
      signatureDigest: algorithm === undefined || algorithm.scheme === 'ed25519' ? null : algorithm.digest,
      mgfDigest: algorithm?.scheme === 'rsa-pss' ? algorithm.mgfDigest : null,
      signatureValue,
      contentLooksSigned,
    },
  };
}

/**
 * The certificate the signer bound: of all that answer to the identifier, the one whose hash the signed attribute holds.
 * Stops certificate substitution (same key, other role or issuer).
 */
function bindCertificate(
  signer: SignerInfo,
  candidates: readonly Certificate[],
  door: CryptoDoor,
): { certificate: Certificate | undefined; ess: BindingFacts } {
  const list = signer.signedAttrs?.list ?? [];
  const v1 = attributesOf(list, OID.idAaSigningCertificate);
  const v2 = attributesOf(list, OID.idAaSigningCertificateV2);
  const counts = { v1: v1.length, v2: v2.length };
  const attribute = v2[0] ?? v1[0];
  const first = candidates[0];
  if (attribute === undefined) return { certificate: first, ess: { ...counts, matches: null, digest: null, why: null } };
  try {
    const parsed = parseSigningCertificate(attribute);
    const id = parsed.certs[0];
    const digest = id?.digest ?? null;
    if (id === undefined || digest === null) {
      return {
        certificate: first,
        ess: { ...counts, matches: false, digest, why: 'the attribute names no certificate we can hash' },
      };
    }
    for (const certificate of candidates) {
      if (!equalBytes(certificateDigest(certificate, digest, door), id.hash)) continue;
      const named = id.issuerSerial;
      if (named !== undefined && !namesCertificate(named, certificate)) {
        return { certificate, ess: { ...counts, matches: false, digest, why: 'issuer and serial number differ' } };
      }
      return { certificate, ess: { ...counts, matches: true, digest, why: null } };
    }
    const why = first === undefined ? null : 'the hash in the attribute is not that of the certificate';
    return { certificate: first, ess: { ...counts, matches: first === undefined ? null : false, digest, why } };
  } catch (error) {
    if (!(error instanceof FormatFault) && !(error instanceof PkiFault)) throw error;
    return { certificate: first, ess: { ...counts, matches: false, digest: null, why: error.message } };
  }
}

function namesCertificate(named: NonNullable<EssCertificateId['issuerSerial']>, certificate: Certificate): boolean {
  if (!equalBytes(named.serialNumber, certificate.serialNumber)) return false;
  return named.issuer.some((one) => one.kind === 'directory' && sameName(one.name, certificate.issuer));
}

function octets(tlv: Uint8Array): Uint8Array {
  return readOctetString(decodeDer(tlv));
}

function oidOrEmpty(tlv: Uint8Array): string {
  const node = decodeDer(tlv);
  return node.tag === TAG.OBJECT_IDENTIFIER ? readOid(node) : '';
}

function timeOrNull(tlv: Uint8Array): number | null {
  try {
    return readTime(decodeDer(tlv));
  } catch (error) {
    if (error instanceof FormatFault) return null;
    throw error;
  }
}

function looksLikeAttributes(content: Uint8Array): boolean {
  if (content[0] !== TAG.SET) return false;
  try {
    return parseAttributes(decodeDer(content)).length > 0;
  } catch (error) {
    if (error instanceof FormatFault) return false;
    throw error;
  }
}

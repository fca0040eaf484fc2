import { equalBytes } from '@antin/formats/bytes/bytes';
import { base64Binary } from '@antin/formats/xml/base64';
import type { XmlTree } from '@antin/formats/xml/document';
import type { XmlElement } from '@antin/formats/xml/element';
import type { CryptoDoor } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import type { Certificate } from '@antin/pki/x509/certificate';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { SignatureFault } from '../fault.ts';
import type { Evidence } from '../making/evidence.ts';
import { digestMethodOf } from '../xmldsig/algorithms.ts';
import { DS } from '../xmldsig/names.ts';
import type { DetachedContent } from '../xmldsig/reference.ts';
import { dereference } from '../xmldsig/reference.ts';
import type { XmlSignature } from '../xmldsig/signature.ts';
import { readXmlSignature, signatureElements } from '../xmldsig/signature.ts';
import { SIGNED_PROPERTIES_TYPE, XADES, XADES141 } from './names.ts';

/** A XAdES signature as it is written; ours or another's. */
export interface XadesSignature {
  readonly signature: XmlSignature;
  readonly qualifyingProperties: XmlElement;
  /** The one that is digested. */
  readonly signedProperties: XmlElement;
  readonly certificate: Certificate;
  readonly unsigned: XmlElement | undefined;
  readonly signatureTimeStamps: readonly Uint8Array[];
  readonly archiveTimeStamps: readonly Uint8Array[];
  /** Certificates and revocation data carried anywhere in it, those of its tokens included. */
  readonly evidence: Evidence;
}

/**
 * All signatures of a document that are no counter-signatures.
 *
 * @throws {SignatureFault} `extend.unreadable`, `xmldsig.*`
 * @throws {FormatFault} `xml.*`, `base64.damaged`, `tsp.*`, `der.*`
 */
export function readXadesSignatures(tree: XmlTree, door: CryptoDoor): XadesSignature[] {
  const all = signatureElements(tree);
  const outermost = all.filter((one) => !all.some((other) => other !== one && other.contains(one)));
  return outermost.map((element) => readXades(readXmlSignature(tree, element), door));
}

/** No content outside the document is needed to read. */
const NOTHING: DetachedContent = () => undefined;

function readXades(signature: XmlSignature, door: CryptoDoor): XadesSignature {
  const { tree } = signature;
  const [named, ...more] = signature.references.filter((one) => one.type === SIGNED_PROPERTIES_TYPE);
  if (named === undefined || more.length > 0) throw unreadable('not exactly one reference to signed properties');
  // Read only from the node that is digested: another QualifyingProperties may stand before it (spoofing).
  const signedProperties = dereference(tree, named.uri, NOTHING).element;
  const qualifyingProperties = signedProperties?.parent;
  if (
    signedProperties?.is(XADES, 'SignedProperties') !== true ||
    qualifyingProperties?.is(XADES, 'QualifyingProperties') !== true ||
    !signature.element.contains(qualifyingProperties)
  ) {
    throw unreadable('the signed properties are not in the signature');
  }
  const unsigned = qualifyingProperties.child(XADES, 'UnsignedProperties')?.child(XADES, 'UnsignedSignatureProperties');
  const tokens = (namespace: string, name: string) =>
    (unsigned?.childrenNamed(namespace, name) ?? []).flatMap((one) =>
      one.childrenNamed(XADES, 'EncapsulatedTimeStamp').map((token) => base64Binary(token.text)),
    );
  const signatureTimeStamps = tokens(XADES, 'SignatureTimeStamp');
  const archiveTimeStamps = tokens(XADES141, 'ArchiveTimeStamp');
  return {
    signature,
    qualifyingProperties,
    signedProperties,
    certificate: signingCertificate(signature, signedProperties, door),
    unsigned,
    signatureTimeStamps,
    archiveTimeStamps,
    evidence: evidenceOf(signature, unsigned, [...signatureTimeStamps, ...archiveTimeStamps]),
  };
}

/** Among the certificates of KeyInfo, the one whose digest is signed: a swapped certificate of the same key is not taken. */
function signingCertificate(signature: XmlSignature, signedProperties: XmlElement, door: CryptoDoor): Certificate {
  const properties = signedProperties.child(XADES, 'SignedSignatureProperties');
  const named = properties?.child(XADES, 'SigningCertificateV2') ?? properties?.child(XADES, 'SigningCertificate');
  const digest = named?.childrenNamed(XADES, 'Cert')[0]?.child(XADES, 'CertDigest');
  const algorithm = digestMethodOf(digest?.child(DS, 'DigestMethod')?.attribute('Algorithm') ?? '');
  const value = base64Binary(digest?.child(DS, 'DigestValue')?.text ?? '');
  const raw =
    algorithm === undefined ? undefined : signature.certificates.find((one) => equalBytes(digestOf(door, algorithm, one), value));
  if (raw === undefined) throw unreadable('the signing certificate is not in KeyInfo');
  return parseCertificate(raw);
}

const VALUES = {
  certificates: [XADES, 'EncapsulatedX509Certificate'],
  crls: [XADES, 'EncapsulatedCRLValue'],
  ocsps: [XADES, 'EncapsulatedOCSPValue'],
} as const;

function evidenceOf(signature: XmlSignature, unsigned: XmlElement | undefined, tokens: readonly Uint8Array[]): Evidence {
  const inside = unsigned === undefined ? [] : signature.tree.elements.filter((one) => unsigned.contains(one));
  const values = ([namespace, name]: readonly [string, string]) =>
    inside.filter((one) => one.is(namespace, name)).map((one) => base64Binary(one.text));
  const signedData = tokens.map((token) => parseTimeStampToken(token).signedData);
  return {
    certificates: [
      ...signature.certificates,
      ...values(VALUES.certificates),
      ...signedData.flatMap((one) => [...one.certificates]),
    ],
    crls: [...values(VALUES.crls), ...signedData.flatMap((one) => [...one.crls])],
    ocsps: [...values(VALUES.ocsps), ...signedData.flatMap((one) => [...one.ocspResponses])],
  };
}

function unreadable(message: string): SignatureFault {
  return new SignatureFault('extend.unreadable', message);
}

import type { DigestAlgorithm, CryptoDoor, SignatureAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { C14N, canonicalize } from '@antin/formats/xml/canonicalize';
import { withXml } from '@antin/formats/xml/document';
import type { XmlElement } from '@antin/formats/xml/element';
import { element } from '@antin/formats/xml/write';
import type { Certificate } from '@antin/pki/x509/certificate';
import { SignatureFault } from '../fault.ts';
import { certificateOf } from '../making/certificate-memory.ts';
import { requireDigest, requireMayMake } from '../making/policy.ts';
import { cmsDigestOf } from '../making/signer.ts';
import { XADES } from '../xades/names.ts';
import { DS } from '../xmldsig/names.ts';
import { manifestOf } from './manifest.ts';
import { ID } from './names.ts';
import type { OoxmlPackage } from './package.ts';
import { keyInfo, officeObject, packageObject, qualifyingObject, signatureXml, signedInfoXml } from './signature-xml.ts';
import type { OoxmlToBeSigned } from './to-be-signed.ts';

export interface PrepareOoxmlOptions {
  readonly door: CryptoDoor;
  /** DER, or parsed when the caller has it so. */
  readonly certificate: Uint8Array | Certificate;
  /** Certificates to embed beside it, issuer first. */
  readonly chain: readonly Uint8Array[];
  readonly algorithm: SignatureAlgorithm;
  /** Of the references; default that of the signature algorithm. */
  readonly digest?: DigestAlgorithm;
  /** Milliseconds since 1970, claimed. */
  readonly signingTime: number;
  /** Purpose of signing, as Office shows it; at most 255 characters. */
  readonly comments?: string;
}

/**
 * A package signature over an Office file that waits for its value (XAdES-EPES): what the key must sign is `signedInfo`.
 *
 * It covers every part and relationship but what saving and signing themselves change, earlier signatures among them: they stay
 * valid and the next signer breaks nobody.
 *
 * @throws {SignatureFault} `signature.algorithm-not-allowed`, `ooxml.comments`, `ooxml.content-types`
 * @throws {FormatFault} `zip.damaged`, `inflate.*`
 * @see [MS-OFFCRYPTO] 2.5.2; ECMA-376 Part 2 §13
 */
export function prepareOoxml(file: OoxmlPackage, options: PrepareOoxmlOptions): OoxmlToBeSigned {
  const { door, algorithm, signingTime, comments } = options;
  const certificate = certificateOf(options.certificate);
  requireMayMake({ algorithm, spki: certificate.spki }, signingTime);
  const digest = options.digest ?? cmsDigestOf(algorithm);
  requireDigest(digest, signingTime);
  if (comments !== undefined && comments.length > 255) {
    throw new SignatureFault('ooxml.comments', 'a purpose of more than 255 characters');
  }
  const manifest = manifestOf(file, door, digest);
  const objects = [
    packageObject(manifest, signingTime),
    officeObject(digest, comments),
    qualifyingObject({ door, digest, certificate, signingTime }),
  ];
  const digests = withXml(signatureXml(...objects).xml, (tree) => {
    const of = (element: XmlElement | undefined) =>
      digestOf(door, digest, canonicalize(tree, C14N.inclusive, { apex: element as XmlElement }));
    const object = (id: string) => of(tree.root.children.find((one) => one.attribute('Id') === id));
    return {
      packageObject: object(ID.packageObject),
      officeObject: object(ID.officeObject),
      signedProperties: of(tree.elements.find((one) => one.is(XADES, 'SignedProperties'))),
    };
  });
  const value = element('SignatureValue', {});
  const signedInfo = signedInfoXml({ algorithm, digest, ...digests });
  const whole = signatureXml(signedInfo, value, keyInfo([certificate.raw, ...options.chain]), ...objects).xml;
  return {
    kind: 'ooxml',
    signature: whole,
    valueAt: whole.indexOf(value.xml) + value.xml.indexOf('</'),
    signedInfo: withXml(whole, (tree) =>
      canonicalize(tree, C14N.inclusive, { apex: tree.root.child(DS, 'SignedInfo') as XmlElement }),
    ),
    manifest: manifest.xml,
    digest,
    algorithm,
    certificate: certificate.raw,
    at: signingTime,
  };
}

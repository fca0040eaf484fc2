import { utf8 } from '@antin/formats/bytes/bytes';
import { toBase64, toHex } from '@antin/formats/bytes/text-encodings';
import { C14N, canonicalize } from '@antin/formats/xml/canonicalize';
import { withXml } from '@antin/formats/xml/document';
import type { XmlTree } from '@antin/formats/xml/document';
import type { Markup } from '@antin/formats/xml/write';
import { element } from '@antin/formats/xml/write';
import type { CryptoDoor, DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import type { Certificate } from '@antin/pki/x509/certificate';
import { certificateOf } from '../making/certificate-memory.ts';
import { requireDigest, requireMayMake } from '../making/policy.ts';
import { cmsDigestOf } from '../making/signer.ts';
import { digestMethodUri, signatureMethodUri } from '../xmldsig/algorithms.ts';
import { DS } from '../xmldsig/names.ts';
import type { PlannedReference, XadesInput } from './content.ts';
import { plan } from './content.ts';
import { SIGNED_PROPERTIES_TYPE, XADES } from './names.ts';
import { requireEarlierKept } from './earlier-signatures.ts';
import type { ProductionPlace } from './signed-properties.ts';
import { qualifyingProperties, signatureElement, signedProperties } from './signed-properties.ts';
import { documentWith } from './place.ts';
import type { XadesToBeSigned } from './to-be-signed.ts';

export interface PrepareXadesOptions {
  readonly door: CryptoDoor;
  /** DER, or parsed when the caller has it so. */
  readonly certificate: Uint8Array | Certificate;
  /** Certificates to embed beside it, issuer first. */
  readonly chain: readonly Uint8Array[];
  readonly algorithm: SignatureAlgorithm;
  /** Of the references; default that of the signature algorithm. */
  readonly digest?: DigestAlgorithm;
  /** Milliseconds since 1970: xades:SigningTime, claimed. */
  readonly signingTime: number;
  readonly place?: ProductionPlace;
  readonly claimedRoles?: readonly string[];
}

/**
 * An XML signature that waits for its value (XAdES B-B): what the key must sign is `signedInfo`.
 *
 * Exclusive canonical forms throughout, so that a signature means the same wherever it stands. Signatures that were there
 * before must be what they were; if this one would break one of them, it is not made.
 *
 * @throws {SignatureFault} `xades.encoding`, `xades.nothing-to-sign`, `xades.file-name`, `xades.breaks-earlier`,
 *   `signature.algorithm-not-allowed`, `signature.content-too-large`, `xmldsig.ambiguous-id`, `xmldsig.reference-not-found`
 * @throws {FormatFault} `xml.*`
 * @see ETSI EN 319 132-1 clause 6
 */
export function prepareXades(input: XadesInput, options: PrepareXadesOptions): XadesToBeSigned {
  const { door, algorithm, signingTime } = options;
  const certificate = certificateOf(options.certificate);
  requireMayMake({ algorithm, spki: certificate.spki }, signingTime);
  const digest = options.digest ?? cmsDigestOf(algorithm);
  requireDigest(digest, signingTime);

  const seed = toHex(digestOf(door, 'SHA-256', certificate.raw, utf8(String(signingTime)), seedOf(input))).slice(0, 32);
  const ids = { signature: `id-${seed}`, value: `value-${seed}`, properties: `xades-${seed}` };
  const content = plan(input, door, digest, (n) => `o-${seed}-${n}`);
  const properties = signedProperties({
    ...options,
    id: ids.properties,
    digest,
    certificate,
    formats: content.references.map((reference, i) => ({ ...reference, reference: `r-${seed}-${i + 1}` })),
  });
  const qualifying = qualifyingProperties(ids.signature, properties);
  const propertiesDigest = digestOf(
    door,
    digest,
    canonicalPart(signatureElement(ids.signature, qualifying), XADES, 'SignedProperties'),
  );

  const signedInfo = element(
    'ds:SignedInfo',
    {},
    element('ds:CanonicalizationMethod', { Algorithm: C14N.exclusive }),
    element('ds:SignatureMethod', { Algorithm: signatureMethodUri(algorithm) }),
    ...content.references.map((reference, i) => referenceElement(`r-${seed}-${i + 1}`, reference, digest)),
    referenceElement(
      undefined,
      {
        uri: `#${ids.properties}`,
        type: SIGNED_PROPERTIES_TYPE,
        transforms: [element('ds:Transform', { Algorithm: C14N.exclusive })],
        digestValue: propertiesDigest,
      },
      digest,
    ),
  );
  const value = element('ds:SignatureValue', { Id: ids.value });
  const whole = signatureElement(
    ids.signature,
    signedInfo,
    value,
    keyInfo([certificate.raw, ...options.chain]),
    qualifying,
    ...content.objects,
  );
  const tbs: XadesToBeSigned = {
    kind: 'xades',
    packaging: input.packaging,
    signature: whole.xml,
    valueAt: whole.xml.indexOf(value.xml) + value.xml.indexOf('</'),
    valueId: ids.value,
    // Exclusive: what stands beside it does not matter, so enveloped megabytes are not parsed for it.
    signedInfo: canonicalPart(signatureElement(ids.signature, signedInfo), DS, 'SignedInfo'),
    digest,
    algorithm,
    certificate: certificate.raw,
    chain: options.chain,
    ...(content.place === undefined ? {} : { place: content.place }),
  };
  if (input.packaging === 'enveloped') {
    const { document } = input;
    requireEarlierKept(document, documentWith(document, tbs, tbs.signature, door), ids.signature, door);
  }
  return tbs;
}

/** Makes identifiers differ between the signatures of one document, and equal for the same preparation done twice. */
function seedOf(input: XadesInput): Uint8Array {
  if (input.packaging === 'enveloped') return input.document;
  if (input.packaging === 'enveloping') return utf8(String(input.objects.length));
  return utf8(input.files.map((file) => file.name).join('\n'));
}

type ReferenceInput = Pick<PlannedReference, 'uri' | 'type' | 'transforms' | 'digestValue'>;

function referenceElement(id: string | undefined, reference: ReferenceInput, digest: DigestAlgorithm): Markup {
  const { uri, type, transforms, digestValue } = reference;
  return element(
    'ds:Reference',
    { Id: id, Type: type, URI: uri },
    ...(transforms.length === 0 ? [] : [element('ds:Transforms', {}, ...transforms)]),
    element('ds:DigestMethod', { Algorithm: digestMethodUri(digest) }),
    element('ds:DigestValue', {}, toBase64(digestValue)),
  );
}

/** The signing certificate first, then its issuers (EN 319 132-1 §6.3: KeyInfo with the signing certificate). */
function keyInfo(certificates: readonly Uint8Array[]): Markup {
  const values = certificates.map((raw) => element('ds:X509Certificate', {}, toBase64(raw)));
  return element('ds:KeyInfo', {}, element('ds:X509Data', {}, ...values));
}

function canonicalPart(whole: Markup, namespace: string, localName: string): Uint8Array {
  return withXml(whole.xml, (tree: XmlTree) => {
    const apex = tree.elements.find((one) => one.is(namespace, localName));
    return canonicalize(tree, C14N.exclusive, { apex: apex as XmlTree['root'] });
  });
}

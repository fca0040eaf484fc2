/** ds:Signature elements written by hand, to be filled in by `fillIn`: every part can be another than the honest one. */
export interface ByHand {
  readonly id?: string;
  readonly target?: string;
  readonly method?: string;
  readonly digest?: string;
  readonly form?: string;
  /** ds:Reference elements to data; `reference()` writes them. */
  readonly references: readonly string[];
  /** `none`: plain XMLDSIG. */
  readonly properties?: 'usual' | 'none';
  readonly namespace?: string;
  readonly certificate?: string;
  readonly signedMore?: string;
  readonly dataMore?: string;
  readonly propertiesReference?: string;
  readonly unsigned?: string;
  readonly keyInfo?: string;
  readonly objects?: readonly string[];
}

export const EXC = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const ECDSA = 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256';
const XADES = 'http://uri.etsi.org/01903/v1.3.2#';

export const transform = (algorithm: string, inside = ''): string =>
  `<ds:Transform Algorithm="${algorithm}">${inside}</ds:Transform>`;
export const ENVELOPED = transform('http://www.w3.org/2000/09/xmldsig#enveloped-signature');
export const EXCLUSIVE = transform(EXC);

export function reference(
  uri: string | undefined,
  transforms = EXCLUSIVE,
  more: { readonly type?: string; readonly digest?: string; readonly id?: string } = {},
): string {
  const attributes = [
    ...(uri === undefined ? [] : [` URI="${uri}"`]),
    ...(more.type === undefined ? [] : [` Type="${more.type}"`]),
    ` Id="${more.id ?? 'r1'}"`,
  ].join('');
  const inside = transforms === '' ? '' : `<ds:Transforms>${transforms}</ds:Transforms>`;
  return `<ds:Reference${attributes}>${inside}<ds:DigestMethod Algorithm="${more.digest ?? SHA256}"/><ds:DigestValue></ds:DigestValue></ds:Reference>`;
}

export const USUAL_CERTIFICATE = `<xades:SigningCertificateV2><xades:Cert><xades:CertDigest><ds:DigestMethod Algorithm="${SHA256}"/><ds:DigestValue>{certDigest}</ds:DigestValue></xades:CertDigest><xades:IssuerSerialV2>{issuerSerial}</xades:IssuerSerialV2></xades:Cert></xades:SigningCertificateV2>`;

export const x509 = (...certificates: readonly string[]): string =>
  `<ds:X509Data>${certificates.map((one) => `<ds:X509Certificate>${one}</ds:X509Certificate>`).join('')}</ds:X509Data>`;

export function signatureByHand(parts: ByHand): string {
  const { id = 's1', form = EXC, method = ECDSA, references, namespace = XADES, objects = [] } = parts;
  const properties = id.replace('s', 'p');
  const plain = parts.properties === 'none';
  const own = plain
    ? ''
    : (parts.propertiesReference ??
      reference(`#${properties}`, EXCLUSIVE, { type: 'http://uri.etsi.org/01903#SignedProperties', id: 'rp' }));
  const signed = `<xades:SignedProperties Id="${properties}"><xades:SignedSignatureProperties><xades:SigningTime>2026-03-02T02:00:00Z</xades:SigningTime>${parts.certificate ?? USUAL_CERTIFICATE}${parts.signedMore ?? ''}</xades:SignedSignatureProperties><xades:SignedDataObjectProperties><xades:DataObjectFormat ObjectReference="#r1"><xades:MimeType>text/xml</xades:MimeType></xades:DataObjectFormat>${parts.dataMore ?? ''}</xades:SignedDataObjectProperties></xades:SignedProperties>`;
  const unsigned =
    parts.unsigned === undefined
      ? ''
      : `<xades:UnsignedProperties><xades:UnsignedSignatureProperties>${parts.unsigned}</xades:UnsignedSignatureProperties></xades:UnsignedProperties>`;
  const qualifying = plain
    ? ''
    : `<ds:Object><xades:QualifyingProperties xmlns:xades="${namespace}" Target="${parts.target ?? `#${id}`}">${signed}${unsigned}</xades:QualifyingProperties></ds:Object>`;
  return `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="${id}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="${form}"/><ds:SignatureMethod Algorithm="${method}"/>${references.join('')}${own}</ds:SignedInfo><ds:SignatureValue Id="v-${id}"></ds:SignatureValue><ds:KeyInfo>${parts.keyInfo ?? x509('{cert}')}</ds:KeyInfo>${qualifying}${objects.join('')}</ds:Signature>`;
}

/** Names of EN 319 162-1. */
export const ASIC_NAMESPACE = 'http://uri.etsi.org/02918/v1.2.1#';

export const MIME_TYPE = {
  'ASiC-S': 'application/vnd.etsi.asic-s+zip',
  'ASiC-E': 'application/vnd.etsi.asic-e+zip',
} as const;
export type ContainerKind = keyof typeof MIME_TYPE;

export const MIMETYPE = 'mimetype';
export const META_INF = 'META-INF/';
export const MANIFEST = 'META-INF/manifest.xml';
/** The one signature file of ASiC-S with XAdES (clause 4.3.3.2). */
export const SIGNATURES = 'META-INF/signatures.xml';
/** The one signature file of ASiC-S with CAdES (clause 4.3.3.2). */
export const SIGNATURE_CMS = 'META-INF/signature.p7s';
/** The one time-stamp token of ASiC-S without signature (clause 4.3.3.2). */
export const TIME_STAMP = 'META-INF/timestamp.tst';
/** The newest archive manifest (clause A.7); older ones carry a number. */
export const ARCHIVE_MANIFEST = 'META-INF/ASiCArchiveManifest.xml';

export const PART_TYPE = {
  cms: 'application/pkcs7-signature',
  token: 'application/vnd.etsi.timestamp-token',
  manifest: 'text/xml',
} as const;

/** Namespaces, relationship types and content types of OPC (ECMA-376 Part 2 Annex E) and [MS-OFFCRYPTO] 2.5.2. */
export const CONTENT_TYPES_ITEM = '[Content_Types].xml';

export const NAMESPACE = {
  contentTypes: 'http://schemas.openxmlformats.org/package/2006/content-types',
  relationships: 'http://schemas.openxmlformats.org/package/2006/relationships',
  /** `mdssi` in every signature that Office writes. */
  packageSignature: 'http://schemas.openxmlformats.org/package/2006/digital-signature',
  officeSignature: 'http://schemas.microsoft.com/office/2006/digsig',
} as const;

export const RELATIONSHIP_TRANSFORM = 'http://schemas.openxmlformats.org/package/2006/RelationshipTransform';

const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships';

export const RELATION = {
  origin: `${PACKAGE}/digital-signature/origin`,
  signature: `${PACKAGE}/digital-signature/signature`,
  certificate: `${PACKAGE}/digital-signature/certificate`,
  coreProperties: `${PACKAGE}/metadata/core-properties`,
  thumbnail: `${PACKAGE}/metadata/thumbnail`,
} as const;

const PACKAGE_TYPE = 'application/vnd.openxmlformats-package';

export const CONTENT_TYPE = {
  relationships: `${PACKAGE_TYPE}.relationships+xml`,
  origin: `${PACKAGE_TYPE}.digital-signature-origin`,
  signature: `${PACKAGE_TYPE}.digital-signature-xmlsignature+xml`,
  certificate: `${PACKAGE_TYPE}.digital-signature-certificate`,
  coreProperties: `${PACKAGE_TYPE}.core-properties+xml`,
  extendedProperties: 'application/vnd.openxmlformats-officedocument.extended-properties+xml',
} as const;

/** Identifiers that Office gives and looks for. */
export const ID = {
  signature: 'idPackageSignature',
  packageObject: 'idPackageObject',
  officeObject: 'idOfficeObject',
  signatureTime: 'idSignatureTime',
  officeDetails: 'idOfficeV1Details',
  signedProperties: 'idSignedProperties',
} as const;

/** Where a first signature goes; a package that has an origin keeps its own. */
export const ORIGIN_PART = '/_xmlsignatures/origin.sigs';

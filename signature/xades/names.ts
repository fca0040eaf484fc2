/** Namespaces and identifiers of XAdES (EN 319 132-1 clause 4.4). */
export const XADES = 'http://uri.etsi.org/01903/v1.3.2#';
export const XADES141 = 'http://uri.etsi.org/01903/v1.4.1#';
export const SIGNED_PROPERTIES_TYPE = 'http://uri.etsi.org/01903#SignedProperties';
export const COUNTER_SIGNED_TYPE = 'http://uri.etsi.org/01903#CountersignedSignature';

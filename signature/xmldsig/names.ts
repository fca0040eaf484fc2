/** Namespaces and identifiers of XMLDSIG. */
export const DS = 'http://www.w3.org/2000/09/xmldsig#';
export const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';

export const TRANSFORM = {
  enveloped: 'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  base64: 'http://www.w3.org/2000/09/xmldsig#base64',
  xpath: 'http://www.w3.org/TR/1999/REC-xpath-19991116',
  xpathFilter2: 'http://www.w3.org/2002/06/xmldsig-filter2',
} as const;

export const TYPE = {
  object: 'http://www.w3.org/2000/09/xmldsig#Object',
  manifest: 'http://www.w3.org/2000/09/xmldsig#Manifest',
} as const;

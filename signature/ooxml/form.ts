import { XADES } from '../xades/names.ts';
import type { OoxmlSignature } from './read-signed.ts';

export type OoxmlForm = 'XMLDSig' | 'XAdES-BES' | 'XAdES-EPES' | 'XAdES-T';

/**
 * The form by the names of ETSI TS 101 903, which are those of [MS-OFFCRYPTO] 2.5.2.6; whether it holds is another question. No
 * package signature has a baseline level of EN 319 132-1: no DataObjectFormat, and data behind a manifest with its own transform.
 */
export function formOf(one: OoxmlSignature): OoxmlForm {
  if (one.signedProperties === undefined) return 'XMLDSig';
  const unsigned = one.signedProperties.parent?.child(XADES, 'UnsignedProperties')?.child(XADES, 'UnsignedSignatureProperties');
  if ((unsigned?.childrenNamed(XADES, 'SignatureTimeStamp').length ?? 0) > 0) return 'XAdES-T';
  return one.policy === 'none' ? 'XAdES-BES' : 'XAdES-EPES';
}

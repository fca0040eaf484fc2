import { XADES } from '../xades/names.ts';
import type { OoxmlSignature } from './read-signed.ts';

export type OoxmlForm = 'XMLDSig' | 'XAdES-BES' | 'XAdES-EPES' | 'XAdES-T';

/** Rule of EN 319 132-1 that a package signature does not follow. */
export interface BaselineGap {
  readonly code:
    | 'xades.no-signed-properties'
    | 'xades.signing-certificate-v1'
    | 'xades.no-data-object-format'
    | 'xades.no-signing-time'
    | 'ooxml.manifest';
  readonly clause: string;
}

/** The form by the names of ETSI TS 101 903, which are those of [MS-OFFCRYPTO] 2.5.2.6; whether it holds is another question. */
export function formOf(one: OoxmlSignature): OoxmlForm {
  if (one.signedProperties === undefined) return 'XMLDSig';
  const unsigned = one.signedProperties.parent?.child(XADES, 'UnsignedProperties')?.child(XADES, 'UnsignedSignatureProperties');
  if ((unsigned?.childrenNamed(XADES, 'SignatureTimeStamp').length ?? 0) > 0) return 'XAdES-T';
  return one.policy === 'none' ? 'XAdES-BES' : 'XAdES-EPES';
}

/** Why it is no baseline signature; the last reason holds for every package signature. */
export function baselineGaps({ signedProperties, signingTime }: OoxmlSignature): BaselineGap[] {
  const gaps: BaselineGap[] = [];
  const add = (code: BaselineGap['code'], clause: string): void => void gaps.push({ code, clause });
  if (signedProperties === undefined) add('xades.no-signed-properties', 'EN 319 132-1 §6.3');
  else {
    const own = signedProperties.child(XADES, 'SignedSignatureProperties');
    const formats = signedProperties.child(XADES, 'SignedDataObjectProperties')?.childrenNamed(XADES, 'DataObjectFormat') ?? [];
    if (own?.child(XADES, 'SigningCertificateV2') === undefined)
      add('xades.signing-certificate-v1', 'EN 319 132-1 §6.3 (SigningCertificateV2)');
    if (signingTime === undefined) add('xades.no-signing-time', 'EN 319 132-1 §6.3 (SigningTime)');
    if (formats.length === 0) add('xades.no-data-object-format', 'EN 319 132-1 §6.3 (DataObjectFormat)');
  }
  add(
    'ooxml.manifest',
    'ECMA-376 Part 2 §13.2.4 (parts are digested by a manifest, relationships through a transform of its own)',
  );
  return gaps;
}

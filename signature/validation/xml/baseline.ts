import type { XmlElement } from '@antin/formats/xml/element';
import { COUNTER_SIGNED_TYPE, SIGNED_PROPERTIES_TYPE, XADES, XADES141 } from '../../xades/names.ts';
import { DS } from '../../xmldsig/names.ts';
import type { Reference } from '../../xmldsig/reference.ts';
import type { Finding } from '../types.ts';
import { targetOf } from './structure.ts';
import type { XmlStructure } from './structure.ts';

const CLAUSE = 'EN 319 132-1 6.3';

interface Rule {
  readonly code: string;
  readonly message: string;
  readonly holds: (structure: XmlStructure, included: boolean) => boolean;
}

/** Rules of level B of XAdES baseline signatures; each is one check with its clause. */
const RULES: readonly Rule[] = [
  {
    code: 'level.namespace',
    message: 'the properties must be of XAdES 1.3.2; earlier generations have no baseline levels',
    holds: ({ generation }) => generation === '1.3.2',
  },
  {
    code: 'level.certificate-included',
    message: 'KeyInfo must carry the signing certificate in X509Data',
    holds: (_, included) => included,
  },
  {
    code: 'level.canonicalization-method',
    message: 'SignedInfo must have one of the six known canonical forms',
    holds: ({ signature }) => signature.canonicalForm !== undefined,
  },
  {
    code: 'level.references',
    message: 'there must be a reference to data and one to SignedProperties, of that Type',
    holds: ({ signature, propertiesReference }) =>
      signature.references.length >= 2 && propertiesReference?.type === SIGNED_PROPERTIES_TYPE,
  },
  {
    code: 'level.signing-time-present',
    message: 'SigningTime must be present once',
    holds: (structure) => signed(structure, 'SigningTime').length === 1,
  },
  {
    code: 'level.signing-certificate',
    message: 'exactly one of SigningCertificate and SigningCertificateV2 must be present',
    holds: (structure) => signed(structure, 'SigningCertificate', 'SigningCertificateV2').length === 1,
  },
  {
    code: 'level.signing-certificate-uri',
    message: 'Cert of SigningCertificateV2 must not have the attribute URI',
    holds: (structure) =>
      signed(structure, 'SigningCertificateV2').every((one) => one.children.every((cert) => cert.attribute('URI') === undefined)),
  },
  {
    code: 'level.data-object-format',
    message: 'every reference to data must have one DataObjectFormat with MimeType, as the ds:Object says',
    holds: (structure) => formatsFit(structure),
  },
  {
    code: 'level.signer-role',
    message: 'SignerRole or SignerRoleV2 may be present at most once',
    holds: (structure) => signed(structure, 'SignerRole', 'SignerRoleV2').length <= 1,
  },
  {
    code: 'level.production-place',
    message: 'SignatureProductionPlace or SignatureProductionPlaceV2 may be present at most once',
    holds: (structure) => signed(structure, 'SignatureProductionPlace', 'SignatureProductionPlaceV2').length <= 1,
  },
  {
    code: 'level.signature-policy',
    message: 'SignaturePolicyIdentifier may be present at most once',
    holds: (structure) => signed(structure, 'SignaturePolicyIdentifier').length <= 1,
  },
  {
    code: 'level.policy-store',
    message: 'SignaturePolicyStore may only stand beside a policy identifier with a digest',
    holds: (structure) =>
      unsignedNamed(structure, XADES141, 'SignaturePolicyStore').length === 0 ||
      signed(structure, 'SignaturePolicyIdentifier').some((one) => inside(one, 'SigPolicyHash')),
  },
  {
    code: 'level.old-archive-time-stamp',
    message: 'ArchiveTimeStamp of the namespace 1.3.2 must not be present',
    holds: (structure) => unsignedNamed(structure, XADES, 'ArchiveTimeStamp').length === 0,
  },
];

/** Every rule of level B that does not hold. @param included does KeyInfo carry the signing certificate? */
export function baselineFailures(structure: XmlStructure, included: boolean): Finding[] {
  if (structure.generation === null) {
    return [{ code: 'level.qualifying-properties', clause: CLAUSE, message: 'plain XMLDSIG: there are no QualifyingProperties' }];
  }
  return RULES.filter((rule) => !rule.holds(structure, included)).map(({ code, message }) => ({ code, clause: CLAUSE, message }));
}

/** Each SignatureTimeStamp holds exactly one token. */
export function stampFailures(structure: XmlStructure): Finding[] {
  const odd = unsignedNamed(structure, XADES, 'SignatureTimeStamp').some(
    (one) => one.childrenNamed(XADES, 'EncapsulatedTimeStamp').length !== 1,
  );
  const message = 'a SignatureTimeStamp must hold exactly one token';
  return odd ? [{ code: 'level.one-token', clause: CLAUSE, message }] : [];
}

const REFERENCES: readonly (readonly [string, string])[] = [
  ...['CompleteCertificateRefs', 'CompleteRevocationRefs', 'SigAndRefsTimeStamp', 'RefsOnlyTimeStamp'].map(
    (name) => [XADES, name] as const,
  ),
  ...['CompleteCertificateRefsV2', 'SigAndRefsTimeStampV2', 'RefsOnlyTimeStampV2'].map((name) => [XADES141, name] as const),
];

/** What must not stand in a signature from LT on. */
export function forbiddenAtLt(structure: XmlStructure): Finding[] {
  const out: Finding[] = [];
  for (const name of ['CertificateValues', 'RevocationValues']) {
    if (unsignedNamed(structure, XADES, name).length > 1) {
      out.push({ code: 'level.values-once', clause: CLAUSE, message: `${name} may be present at most once` });
    }
  }
  for (const [namespace, name] of REFERENCES) {
    if (unsignedNamed(structure, namespace, name).length > 0) {
      out.push({ code: 'level.references-at-lt', clause: CLAUSE, message: `${name} must not be present` });
    }
  }
  return out;
}

function signed({ signedProperties, namespace }: XmlStructure, ...names: readonly string[]): XmlElement[] {
  const properties = signedProperties?.childrenNamed(namespace, 'SignedSignatureProperties')[0];
  return names.flatMap((name) => properties?.childrenNamed(namespace, name) ?? []);
}

function unsignedNamed({ unsigned }: XmlStructure, namespace: string, name: string): XmlElement[] {
  return unsigned?.childrenNamed(namespace, name) ?? [];
}

function inside(element: XmlElement, localName: string): boolean {
  return element.children.some((one) => one.localName === localName || inside(one, localName));
}

function formatsFit(structure: XmlStructure): boolean {
  const { signature, signedProperties, namespace, propertiesReference } = structure;
  const properties = signedProperties?.childrenNamed(namespace, 'SignedDataObjectProperties')[0];
  const formats = properties?.childrenNamed(namespace, 'DataObjectFormat') ?? [];
  const byReference = new Map<string, XmlElement[]>();
  for (const one of formats) {
    const key = one.attribute('ObjectReference') ?? '';
    byReference.set(key, [...(byReference.get(key) ?? []), one]);
  }
  const known = new Set(signature.references.map((one) => `#${one.id ?? ''}`));
  if (formats.some((one) => !known.has(one.attribute('ObjectReference') ?? ''))) return false;
  return signature.references.every((reference) => {
    if (reference === propertiesReference || exempt(structure, reference)) return true;
    const [format, second] = reference.id === undefined ? [] : (byReference.get(`#${reference.id}`) ?? []);
    if (format === undefined || second !== undefined) return false;
    const mimeType = format.childrenNamed(namespace, 'MimeType')[0]?.text.trim() ?? '';
    const encoding = format.childrenNamed(namespace, 'Encoding')[0]?.text.trim();
    const target = targetOf(signature.tree, reference);
    if (mimeType === '' || target?.is(DS, 'Object') !== true) return mimeType !== '';
    const written = target.attribute('MimeType');
    const writtenEncoding = target.attribute('Encoding');
    return (written === undefined || written === mimeType) && (encoding === undefined || writtenEncoding === encoding);
  });
}

/** SignedProperties, KeyInfo, manifests and counter-signed values have no format. */
function exempt({ signature }: XmlStructure, reference: Reference): boolean {
  const target = targetOf(signature.tree, reference);
  return (
    reference.type === COUNTER_SIGNED_TYPE ||
    target?.is(DS, 'KeyInfo') === true ||
    target?.is(DS, 'Manifest') === true ||
    target?.is(DS, 'SignatureValue') === true ||
    target?.is(DS, 'SignatureProperties') === true
  );
}

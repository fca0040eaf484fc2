import { OID } from '@antin/pki/oids';
import { attribute, buildRdn } from '@antin/pki/x509/name';
import type { Name } from '@antin/pki/x509/name';
import { refused } from '../fault.ts';
import type { Refusal } from '../fault.ts';
import type { AltName } from './extensions.ts';
import { SUBJECT_FIELDS } from './profile.ts';
import type { Profile, SubjectField } from './profile.ts';

/** What an order says about its subject; `country` is VN when nothing is said. */
export type SubjectParts = { readonly [field in SubjectField]?: string };

/** Control and direction-changing characters make one name look like another on screen and paper. */
const HIDDEN =
  // oxlint-disable-next-line no-control-regex -- exactly those
  /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;
const FORMS: { readonly [field in SubjectField]?: RegExp } = {
  country: /^[A-Z]{2}$/,
  serialNumber: /^[A-Za-z0-9 '()+,\-./:=?]+$/,
};

function isOfProfile(profile: Profile, field: SubjectField): boolean {
  for (const rule of profile.subject) if (rule.field === field) return true;
  return false;
}

/** Whether the parts are those of the profile: none missing, none beyond it, each within X.520's bounds (RFC 5280 A.1). */
export function checkSubjectParts(profile: Profile, parts: SubjectParts): Refusal | undefined {
  for (const field in parts) {
    if (!isOfProfile(profile, field as SubjectField) && parts[field as SubjectField] !== undefined) {
      return refused('issuance.subject-not-of-profile', field);
    }
  }
  for (const { field, required } of profile.subject) {
    const text = parts[field] ?? (field === 'country' ? 'VN' : undefined);
    if (text === undefined) {
      if (required) return refused('issuance.subject-incomplete', field);
      continue;
    }
    const wrong = HIDDEN.test(text) || text.trim() !== text || text.length === 0 || FORMS[field]?.test(text) === false;
    if (wrong) return refused('issuance.subject-invalid', field);
    const normal = text.normalize('NFC');
    // There are never more characters than units of UTF-16.
    if (normal.length > SUBJECT_FIELDS[field].most && [...normal].length > SUBJECT_FIELDS[field].most) {
      return refused('issuance.subject-too-long', field);
    }
  }
  // EN 319 412-1 §5.1.3: three letters of the document, two of the country, its number.
  if (profile.qcStatements?.semantics === 'natural' && !/^(IDC|PAS|PNO|TIN)[A-Z]{2}-.+$/.test(parts.serialNumber ?? '')) {
    return refused('issuance.subject-invalid', 'serialNumber');
  }
  return undefined;
}

/** The attributes in the order of the profile. */
export function subjectAttributes(profile: Profile, parts: SubjectParts): (readonly [type: string, text: string])[] {
  return profile.subject.flatMap(({ field }) => {
    const text = parts[field] ?? (field === 'country' ? 'VN' : undefined);
    return text === undefined ? [] : [[SUBJECT_FIELDS[field].type, text] as const];
  });
}

/** Parts that many subjects share: an office certifies its people together. */
const SHARED: ReadonlySet<SubjectField> = new Set([
  'country',
  'stateOrProvince',
  'locality',
  'organization',
  'organizationIdentifier',
  'organizationalUnit',
  'title',
]);
/** Encodings of shared parts by field and text. */
const encoded = new Map<SubjectField, Map<string, Uint8Array>>();
const MOST_ENCODED = 1000;

function rdnOf(field: SubjectField, text: string): Uint8Array {
  const { type } = SUBJECT_FIELDS[field];
  if (!SHARED.has(field)) return buildRdn(type, text);
  let known = encoded.get(field);
  if (known === undefined) encoded.set(field, (known = new Map()));
  let rdn = known.get(text);
  if (rdn === undefined) {
    rdn = buildRdn(type, text);
    if (known.size >= MOST_ENCODED) known.clear();
    known.set(text, rdn);
  }
  return rdn;
}

/** RDNs of the subject, DER, in the order of the profile. */
export function subjectOf(profile: Profile, parts: SubjectParts): readonly Uint8Array[] {
  const rdns: Uint8Array[] = [];
  for (const { field } of profile.subject) {
    const text = parts[field] ?? (field === 'country' ? 'VN' : undefined);
    if (text !== undefined) rdns.push(rdnOf(field, text));
  }
  return rdns;
}

const ALT_NAME_FORMS = {
  rfc822: /^[a-z0-9._%+-]{1,64}@(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/i,
  dns: /^(?=.{1,253}$)(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
} as const;

const KINDS = ['rfc822', 'dns'] as const;
const WRONG_NAME = { rfc822: 'issuance.mail-invalid', dns: 'issuance.host-invalid' } as const;

function areDistinct(names: readonly AltName[], kind: AltName['kind']): boolean {
  const values = names.filter((one) => one.kind === kind).map(({ value }) => value.toLowerCase());
  return new Set(values).size === values.length;
}

export function checkAltNames(profile: Profile, names: readonly AltName[]): Refusal | undefined {
  for (const { kind, value } of names) {
    if (!ALT_NAME_FORMS[kind].test(value)) return refused(WRONG_NAME[kind], value);
  }
  for (const kind of KINDS) {
    const rule = profile.altNames.find((one) => one.kind === kind);
    let count = 0;
    for (const one of names) if (one.kind === kind) count++;
    const fits = count >= (rule?.least ?? 0) && count <= (rule?.most ?? 0);
    if (!fits || (count > 1 && !areDistinct(names, kind))) return refused(WRONG_NAME[kind], 'not of the profile');
  }
  return undefined;
}

/** OIDs of the attribute types a subject may have, by the names `SUBJECT_FIELDS` gives them. */
export const ATTRIBUTE_TYPES: Readonly<Record<(typeof SUBJECT_FIELDS)[SubjectField]['type'], string>> = {
  C: OID.countryName,
  ST: OID.stateOrProvinceName,
  L: OID.localityName,
  O: OID.organizationName,
  organizationIdentifier: OID.organizationIdentifier,
  OU: OID.organizationalUnitName,
  title: OID.title,
  SN: OID.surname,
  GN: OID.givenName,
  serialNumber: OID.serialNumber,
  UID: OID.userId,
  CN: OID.commonName,
};

/** The parts of a name that was issued before, for a renewal: first value of each type. */
export function subjectPartsOf(name: Name): SubjectParts {
  const fields = Object.entries(SUBJECT_FIELDS) as [SubjectField, (typeof SUBJECT_FIELDS)[SubjectField]][];
  return Object.fromEntries(
    fields.flatMap(([field, { type }]) => {
      const text = attribute(name, ATTRIBUTE_TYPES[type]);
      return text === undefined ? [] : [[field, text]];
    }),
  );
}

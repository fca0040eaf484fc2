import { readYaml } from '@antin/formats/yaml/read';
import { AuthorityFault } from '../../fault.ts';
import type { CeremonyKeyKind } from '../signer-process/ceremony-desk.ts';
import { Fields } from './fields.ts';

export const MODES = [
  'key',
  'root',
  'intermediate',
  'cross-csr',
  'cross-certificate',
  'link',
  'crl',
  'ocsp-certificate',
  'tsa-certificate',
  'seal-certificate',
  'install',
] as const;
export type Mode = (typeof MODES)[number];

export type KeyPlace =
  | { readonly where: 'token'; readonly module: string; readonly label: string; readonly serialNumber?: string }
  /** Practice only: a PKCS#8 PEM file of mode 0600. */
  | { readonly where: 'software'; readonly file: string };

/** A certificate to be: everything that is not fixed by its profile. */
export interface CertificatePart {
  readonly subject: readonly (readonly [string, string])[];
  readonly notBefore: number;
  readonly notAfter: number;
  readonly policies: readonly string[];
}

export interface AddressesPart {
  readonly baseUrl: string;
  readonly issuer: string;
  readonly shards: number;
}

export interface CrlPart {
  readonly number: number;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly revoked: readonly { readonly serialHex: string; readonly at: number; readonly reason: number }[];
}

export interface InstallKey {
  readonly name: string;
  readonly use: 'ca' | 'ocsp' | 'tsp';
  /** A certificate for a CA, a public key for a service. */
  readonly file: string;
  readonly caFlag: 'required' | 'refused' | 'allowed';
  readonly maxDays: number;
  readonly maxCrlDays: number;
  readonly perSecond: number;
  readonly links: readonly string[];
  readonly services: readonly string[];
}

export type InstalledProfile = 'organisation' | 'ocsp' | 'tsa';

export interface InstallCa {
  readonly series: string;
  readonly certificate: string;
  readonly issuer: string | undefined;
  readonly profiles: readonly string[];
  /** Lists of an offline CA, made in ceremonies. */
  readonly crl: string | undefined;
  /** It issues no more, and none follows it: its status is signed until its last certificate has ended. */
  readonly closed: boolean;
}

/** One reviewed file: one ceremony, one use of one key. */
export interface CeremonyFile {
  readonly mode: Mode;
  readonly title: string;
  readonly profile: 'practice' | 'production';
  readonly place: string;
  readonly witnesses: readonly { readonly name: string; readonly role: string }[];
  /** Base name of what comes out. */
  readonly name: string;
  readonly output: string;
  readonly transcript: string;
  readonly key: KeyPlace | undefined;
  readonly generate?: { readonly kind: CeremonyKeyKind; readonly label: string };
  readonly publicKey?: string;
  /** A PKCS#10 request whose proof of possession is checked, instead of a bare public key. */
  readonly request?: string;
  readonly issuer?: string;
  /** The certificate whose name and key a cross-certificate or link repeats. */
  readonly repeats?: string;
  readonly certificate?: CertificatePart;
  readonly addresses?: AddressesPart;
  readonly crl?: CrlPart;
  readonly pss: boolean;
  readonly install?: {
    readonly sessions: number;
    /** Folder of a signer that runs under a user of its own (`antin signer`); absent: the authority starts it. */
    readonly separateFolder: string | undefined;
    readonly pin: 'keypad' | 'prompt' | { readonly file: string };
    readonly clockSkewSeconds: number | undefined;
    readonly keys: readonly InstallKey[];
    readonly cas: readonly InstallCa[];
    readonly certificates: readonly { readonly file: string; readonly issuer: string; readonly profile: InstalledProfile }[];
    readonly ocsp: string;
    readonly tsa: string;
    readonly policies: readonly string[];
    readonly tsaPolicy: string;
  };
}

const KEY_KINDS: readonly CeremonyKeyKind[] = ['p-256', 'p-384', 'rsa-2048', 'rsa-3072', 'rsa-4096'];
const REASONS = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
] as const;

/**
 * Reads a ceremony's file. Every member is known and needed by its mode, or the file is refused.
 *
 * @throws {AuthorityFault} `ceremony.file` with the line; `ceremony.software-key` for a software key outside practice
 */
export function readCeremonyFile(text: string): CeremonyFile {
  const root = new Fields(readYaml(text));
  const mode = root.oneOf('ceremony', MODES);
  const profile = root.oneOf('profile', ['practice', 'production']);
  const witnesses = root.each('witnesses').map((one) => ({ name: one.text('name'), role: one.text('role') }));
  if (witnesses.length < (profile === 'production' ? 2 : 1)) {
    throw new AuthorityFault('ceremony.file', 'witnesses: a ceremony has at least two, practice one');
  }
  const name = root.text('name');
  if (!/^[a-z0-9][a-z0-9-]{0,60}$/.test(name))
    throw new AuthorityFault('ceremony.file', 'name: small letters, digits and dashes');
  const common = {
    mode,
    profile,
    title: root.text('title'),
    place: root.text('place'),
    witnesses,
    name,
    output: root.maybeText('output') ?? '.',
    transcript: root.maybeText('transcript') ?? `${name}.transcript`,
    key: keyPlace(root, profile),
    pss: root.maybeText('padding') === 'pss',
  };
  const rest = partsOf(mode, root);
  root.nothingElse();
  return { ...common, ...rest };
}

function keyPlace(root: Fields, profile: CeremonyFile['profile']): KeyPlace | undefined {
  const key = root.maybeWithin('key');
  if (key === undefined) return undefined;
  const software = key.maybeText('software');
  if (software !== undefined) {
    // The file itself must say that it is practice; a switch on a command line would be easier to overlook.
    if (profile !== 'practice') throw new AuthorityFault('ceremony.software-key', 'a key in a file is for practice only');
    return { where: 'software', file: software };
  }
  const serialNumber = key.maybeText('serial-number');
  return {
    where: 'token',
    module: key.text('module'),
    label: key.text('label'),
    ...(serialNumber === undefined ? {} : { serialNumber }),
  };
}

function partsOf(mode: Mode, root: Fields): Partial<CeremonyFile> {
  switch (mode) {
    case 'key': {
      const made = root.within('generate');
      return { generate: { kind: made.oneOf('kind', KEY_KINDS), label: made.text('label') } };
    }
    case 'root':
      return { publicKey: root.text('public-key'), certificate: certificatePart(root, true) };
    case 'intermediate':
    case 'ocsp-certificate':
    case 'tsa-certificate':
    case 'seal-certificate':
      return {
        ...subjectKey(root),
        issuer: root.text('issuer'),
        certificate: certificatePart(root, true),
        addresses: addresses(root),
      };
    case 'cross-csr':
      return { repeats: root.text('repeats') };
    case 'cross-certificate':
      return {
        issuer: root.text('issuer'),
        repeats: root.text('repeats'),
        certificate: certificatePart(root, false),
        addresses: addresses(root),
      };
    case 'link':
      return { issuer: root.text('issuer'), repeats: root.text('repeats') };
    case 'crl':
      return { issuer: root.text('issuer'), crl: crlPart(root.within('crl')) };
    case 'install':
      return { install: installPart(root.within('install')) };
  }
}

function subjectKey(root: Fields): Partial<CeremonyFile> {
  if (root.has('request')) return { request: root.text('request') };
  return { publicKey: root.text('public-key') };
}

function certificatePart(root: Fields, named: boolean): CertificatePart {
  const part = root.within('certificate');
  const subject = named ? part.pairs('subject') : [];
  if (named && subject.length === 0) throw new AuthorityFault('ceremony.file', 'certificate: subject is missing');
  return { subject, notBefore: part.time('not-before'), notAfter: part.time('not-after'), policies: part.texts('policies') };
}

function addresses(root: Fields): AddressesPart {
  const part = root.within('addresses');
  return {
    baseUrl: part.text('base-url').replace(/\/+$/, ''),
    issuer: part.text('issuer'),
    shards: part.maybeNumber('shards') ?? 0,
  };
}

function crlPart(part: Fields): CrlPart {
  return {
    number: part.number('number'),
    thisUpdate: part.time('this-update'),
    nextUpdate: part.time('next-update'),
    revoked: part.each('revoked').map((one) => {
      const serialHex = one.text('serial').toLowerCase();
      if (!/^([0-9a-f]{2}){1,20}$/.test(serialHex)) throw new AuthorityFault('ceremony.file', `no serial number: ${serialHex}`);
      return { serialHex, at: one.time('at'), reason: REASONS.indexOf(one.oneOf('reason', REASONS)) };
    }),
  };
}

function installPart(part: Fields): NonNullable<CeremonyFile['install']> {
  const pinFile = part.maybeText('pin-file');
  return {
    sessions: part.maybeNumber('sessions') ?? 1,
    separateFolder: part.maybeText('separate-folder'),
    pin: pinFile === undefined ? part.oneOf<'keypad' | 'prompt'>('pin', ['keypad', 'prompt']) : { file: pinFile },
    clockSkewSeconds: part.maybeNumber('clock-skew-seconds'),
    keys: part.each('keys').map((one) => ({
      name: one.text('name'),
      use: one.oneOf('use', ['ca', 'ocsp', 'tsp']),
      file: one.text('file'),
      caFlag: one.has('ca-flag') ? one.oneOf('ca-flag', ['required', 'refused', 'allowed']) : 'refused',
      maxDays: one.maybeNumber('max-days') ?? 1830,
      maxCrlDays: one.maybeNumber('max-crl-days') ?? 10,
      perSecond: one.number('per-second'),
      links: one.texts('links'),
      services: one.texts('services'),
    })),
    cas: part.each('cas').map((one) => ({
      series: one.text('series'),
      certificate: one.text('certificate'),
      issuer: one.maybeText('issuer'),
      profiles: one.texts('profiles'),
      crl: one.maybeText('crl'),
      closed: one.has('closed') && one.oneOf('closed', ['true', 'false']) === 'true',
    })),
    certificates: part.each('certificates').map((one) => ({
      file: one.text('file'),
      issuer: one.text('issuer'),
      profile: one.oneOf<InstalledProfile>('profile', ['organisation', 'ocsp', 'tsa']),
    })),
    ocsp: part.text('ocsp-key'),
    tsa: part.text('tsa-key'),
    policies: part.texts('policies'),
    tsaPolicy: part.text('tsa-policy'),
  };
}

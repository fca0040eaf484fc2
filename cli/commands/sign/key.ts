import { softwareKeyFromFile } from '@antin/adapters/p12/software-key';
import { Pkcs11Fault } from '@antin/adapters/pkcs11/fault';
import { pkcs11Key } from '@antin/adapters/pkcs11/key';
import { ModuleProcess } from '@antin/adapters/pkcs11/module-process';
import { FormatFault } from '@antin/formats/fault';
import { isPractice } from '@antin/pki/path/practice';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { commonName } from '@antin/pki/x509/name';
import type { SigningKey } from '@antin/signature/making/signer';
import type { Io } from '../../io.ts';
import { UsageFault } from '../options.ts';
import { algorithmFor } from './algorithm.ts';
import type { KeyPlace, SignArguments } from './arguments.ts';
import { SignFault } from './fault.ts';
import { readSecret } from './secret.ts';

export interface OpenKey extends SigningKey, AsyncDisposable {
  readonly practiceOnly: boolean;
  /** Many values under one PIN; a key from a file stays open anyway. */
  signAll?(data: readonly Uint8Array[]): Promise<readonly Uint8Array[]>;
}

type KeyArguments = Pick<SignArguments, 'key' | 'profile' | 'alias' | 'digest' | 'pss'> & {
  /** How many values it will be asked for. */
  readonly values: number;
};

type Place<K extends KeyPlace['kind']> = Extract<KeyPlace, { kind: K }>;

/**
 * The key the command was told to use. A file's passphrase is asked for now, a token's PIN when it signs.
 *
 * @throws {SignFault} `software-token.practice-only`, `certificate.practice-only` in the production profile, `secret.*`
 * @throws what `softwareKeyFromFile` and `pkcs11Key` throw
 */
export async function openKey(args: KeyArguments, io: Io): Promise<OpenKey> {
  const key = args.key.kind === 'p12' ? await fileKey(args, args.key, io) : await tokenKey(args, args.key, io);
  if (args.profile === 'production' && isPractice(key.certificate)) {
    await key[Symbol.asyncDispose]();
    throw new SignFault('certificate.practice-only', 'this certificate says of itself that it is for practice only');
  }
  return key;
}

async function fileKey(args: KeyArguments, { file, passFile }: Place<'p12'>, io: Io): Promise<OpenKey> {
  const { profile, alias } = args;
  // Nobody is asked for a passphrase that will not be used.
  const password = profile === 'production' ? Buffer.alloc(0) : await readSecret(passFile, `passphrase of ${file}`, io);
  try {
    const key = softwareKeyFromFile(file, password, {
      profile,
      algorithm: (certificate) => algorithmFor(args, certificate),
      ...(alias === undefined ? {} : { wanted: (one, label) => answersTo(alias, one, label) }),
    });
    return { ...key, [Symbol.asyncDispose]: () => Promise.resolve() };
  } catch (fault) {
    if (!(fault instanceof FormatFault)) throw fault;
    throw new SignFault('software-key.not-pkcs12', `${file} is no PKCS#12 file: ${fault.message} (${fault.code})`, {
      cause: fault,
    });
  }
}

/** A finger may have to find the keypad first; then a slow card takes a second or two for each. */
const FIRST_VALUE_MS = 120_000;
const FURTHER_VALUE_MS = 3_000;

async function tokenKey(args: KeyArguments, place: Place<'pkcs11'>, io: Io): Promise<OpenKey> {
  const { profile, alias, values } = args;
  const { slotLabel, pinFile } = place;
  const module = new ModuleProcess({ module: place.module, signTimeoutMs: FIRST_VALUE_MS + values * FURTHER_VALUE_MS });
  const close = () => module.close();
  try {
    const certificate = alias === undefined ? undefined : await namedCertificate(module, slotLabel, alias);
    const key = await pkcs11Key({
      module,
      algorithm: (of) => algorithmFor(args, of),
      ...(slotLabel === undefined ? {} : { slotLabel }),
      ...(certificate === undefined ? {} : { certificate }),
      pin() {
        if (pinFile === undefined) throw new UsageFault('this token needs --pin-file FILE ("-" asks)');
        return readSecret(pinFile, `PIN of “${key.token.label}”`, io);
      },
    });
    const practiceOnly = /softhsm/i.test(`${key.token.manufacturer} ${key.token.model}`);
    if (practiceOnly && profile === 'production') {
      throw new SignFault('software-token.practice-only', 'a token made of software is for practice; production needs hardware');
    }
    const { algorithm, chain } = key;
    const hint = () => {
      if (key.token.protectedAuthenticationPath) io.stderr.write('Enter the PIN on the reader.\n');
    };
    return {
      certificate: key.certificate,
      chain,
      algorithm,
      practiceOnly,
      sign: (data) => (hint(), key.sign(data)),
      signAll: (data) => (hint(), key.signAll(data)),
      [Symbol.asyncDispose]: close,
    };
  } catch (fault) {
    await close();
    throw fault;
  }
}

export async function namedCertificate(module: ModuleProcess, slotLabel: string | undefined, alias: string): Promise<Uint8Array> {
  const tokens = (await module.tokens()).filter((token) => slotLabel === undefined || token.label === slotLabel);
  const held = tokens.flatMap((token) => token.certificates).map((one) => [Buffer.from(one.certificate, 'base64'), one.label]);
  const found = (held as [Buffer, string][]).filter(([der, label]) => answersTo(alias, read(der), label));
  const [first] = found;
  if (first !== undefined && found.length === 1) return new Uint8Array(first[0]);
  const many = found.length === 0 ? 'no certificate' : `${found.length} certificates`;
  throw new Pkcs11Fault('pkcs11.no-certificate', `expected one certificate called “${alias}”, found ${many}`);
}

/** By the label of its container, by the name it is about, or by its serial number. */
export function answersTo(alias: string, certificate: Certificate | undefined, label: string | undefined): boolean {
  const wanted = alias.normalize('NFC');
  if (label?.normalize('NFC') === wanted) return true;
  if (certificate === undefined) return false;
  const serial = alias.replaceAll(':', '').toLowerCase();
  return commonName(certificate.subject)?.normalize('NFC') === wanted || certificate.serialHex === serial;
}

function read(der: Uint8Array): Certificate | undefined {
  try {
    return parseCertificate(new Uint8Array(der));
  } catch {
    return undefined;
  }
}

/**
 * A key whose certificate would make every verifier refuse does not sign at all.
 *
 * @param at milliseconds since 1970
 * @throws {SignFault} `certificate.expired`, `certificate.not-yet-valid`, `certificate.not-for-signing`
 */
export function requireFit(certificate: Certificate, at: number): void {
  const day = (moment: number) => new Date(moment).toISOString().slice(0, 16).replace('T', ' ');
  const { notBefore, notAfter, keyUsage } = certificate;
  if (at > notAfter) throw new SignFault('certificate.expired', `the certificate expired on ${day(notAfter)} UTC`);
  if (at < notBefore)
    throw new SignFault('certificate.not-yet-valid', `the certificate is valid from ${day(notBefore)} UTC only`);
  if (keyUsage !== undefined && !keyUsage.has('digitalSignature') && !keyUsage.has('nonRepudiation')) {
    throw new SignFault('certificate.not-for-signing', 'the certificate is not one for signing documents (its key usage)');
  }
}

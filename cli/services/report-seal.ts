import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigFault, type Profile } from '@antin/adapters/config/settings';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { installationKeyFromFile } from '@antin/adapters/p12/software-key';
import { readSecretLine } from '@antin/adapters/p12/secret-file';
import { pkcs11Key } from '@antin/adapters/pkcs11/key';
import { ModuleProcess } from '@antin/adapters/pkcs11/module-process';
import type { AuthorityService } from '@antin/authority/service';
import { isPractice } from '@antin/pki/path/practice';
import { parseCertificates, type Certificate } from '@antin/pki/x509/certificate';
import type { SigningKey } from '@antin/signature/making/signer';
import { answersTo, namedCertificate, requireFit } from '../commands/sign/key.ts';
import { readSecret } from '../commands/sign/secret.ts';
import type { Io } from '../io.ts';

/** The seal under printed reports: asked for at each one. Rejects while it cannot be used. */
export interface ReportSeal {
  (): Promise<SigningKey>;
  close(): Promise<void>;
}

/**
 * The seal under printed verification reports, in practice: a key of this process, certified by the practice authority when the first
 * report is asked for, gone with the process. A production installation has its own.
 */
export function practiceReportSeal(authority: () => AuthorityService): ReportSeal {
  let made: Promise<SigningKey> | undefined;
  // What failed once is tried again.
  const seal = () => (made ??= make(authority()).catch((fault: unknown) => ((made = undefined), Promise.reject(fault as Error))));
  return Object.assign(seal, { close: () => Promise.resolve() });
}

async function make(authority: AuthorityService): Promise<SigningKey> {
  const { pkcs8, spki } = nodeSecrets.generateKeyPair('p-256');
  const algorithm = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
  const issued = await authority.issueCertificate({
    profile: 'organisation',
    subject: { commonName: 'BỘ PHẬN KIỂM TRA CHỮ KÝ (THỰC HÀNH)', organization: 'Ấn Tín' },
    spki,
  });
  if (issued.status === 'refused') throw new Error(`the authority refused the seal of reports: ${issued.code}`);
  return {
    certificate: issued.certificate,
    chain: authority.chain(),
    algorithm,
    sign: (data) => Promise.resolve(nodeSecrets.sign(pkcs8, algorithm, data)),
  };
}

const Text = z.string().min(1);
const SealFile = z.union([
  z.strictObject({
    pkcs11: z.strictObject({ module: Text, token: Text.optional(), key: Text.optional(), pinFile: Text.optional() }),
    chain: z.array(Text).optional(),
  }),
  z.strictObject({
    p12: z.strictObject({ file: Text, passFile: Text, key: Text.optional() }),
    chain: z.array(Text).optional(),
  }),
]);
type SealFile = z.infer<typeof SealFile>;

export interface SealOptions {
  readonly profile: Profile;
  readonly clock: () => Date;
  /** Where a passphrase or PIN is asked for that no file holds. */
  readonly io: Pick<Io, 'stdin' | 'stderr'>;
}

/**
 * The seal of this installation from its file (`ANTIN_REPORT_SEAL`), tried once: a wrong PIN or passphrase is met by who starts the
 * server, not by who asks for a report.
 *
 * ```json
 * { "pkcs11": { "module": "/usr/lib/vendor.so", "token": "LABEL", "key": "LABEL", "pinFile": "seal.pin" }, "chain": ["issuing.crt"] }
 * { "p12": { "file": "seal.p12", "passFile": "seal.pass" } }
 * ```
 *
 * Paths are beside that file. Without `pinFile` the token has a keypad or wants none; `-` asks in the terminal, once.
 *
 * @throws {ConfigFault} whatever is wrong with it, with the reason
 */
export async function configuredReportSeal(path: string, options: SealOptions): Promise<ReportSeal> {
  try {
    const file = SealFile.parse(JSON.parse(readFileSync(path, 'utf8')));
    const beside = (name: string): string => resolve(dirname(path), name);
    const chain = file.chain?.flatMap((name) => parseCertificates(new Uint8Array(readFileSync(beside(name)))));
    const own = 'p12' in file ? await fromFile(file.p12, beside, options) : await fromToken(file.pkcs11, beside, options);
    const seal = guarded(own, chain, options);
    try {
      const key = await seal();
      await key.sign(new TextEncoder().encode('Antin: the seal of reports is tried'));
    } catch (fault) {
      await seal.close();
      throw fault;
    }
    return seal;
  } catch (fault) {
    const { code, message } = fault as { code?: string; message: string };
    const why = fault instanceof z.ZodError ? z.prettifyError(fault) : message;
    throw new ConfigFault(`the seal of reports in ${path} cannot be used: ${why}${code === undefined ? '' : ` (${code})`}`);
  }
}

interface Opener {
  open(): Promise<SigningKey>;
  close(): Promise<void>;
}

async function fromFile(
  { file, passFile, key: alias }: Extract<SealFile, { p12: unknown }>['p12'],
  beside: (name: string) => string,
  { profile, io }: SealOptions,
): Promise<Opener> {
  const password =
    passFile === '-' ? await readSecret('-', 'passphrase of the seal', io as Io) : readSecretLine(beside(passFile));
  const wanted = alias === undefined ? {} : { wanted: (one: Certificate, label?: string) => answersTo(alias, one, label) };
  const key = installationKeyFromFile(beside(file), password, { profile, ...wanted });
  return { open: () => Promise.resolve(key), close: () => Promise.resolve() };
}

async function fromToken(
  { module: library, token, key: alias, pinFile }: Extract<SealFile, { pkcs11: unknown }>['pkcs11'],
  beside: (name: string) => string,
  { profile, io }: SealOptions,
): Promise<Opener> {
  // A PIN that was typed lives as long as this process; one in a file is read for each signature.
  const typed = pinFile === '-' ? await readSecret('-', 'PIN of the token with the seal', io as Io) : undefined;
  const pin = async (): Promise<Buffer> => {
    if (typed !== undefined) return Buffer.from(typed);
    return pinFile === undefined ? Buffer.alloc(0) : readSecretLine(beside(pinFile));
  };
  // The vendor's code runs in a process of its own.
  const module = new ModuleProcess({ module: library });
  const slot = token === undefined ? {} : { slotLabel: token };
  return {
    async open() {
      const certificate = alias === undefined ? {} : { certificate: await namedCertificate(module, token, alias) };
      const key = await pkcs11Key({ module, pin, ...slot, ...certificate });
      if (profile === 'production' && isPractice(key.certificate)) {
        throw new ConfigFault('the certificate on the token was made for practice');
      }
      return key;
    },
    async close() {
      typed?.fill(0);
      await module.close();
    },
  };
}

/** Opened again after a token was away; after a PIN was refused never again, because strangers' questions would lock the token. */
function guarded({ open, close }: Opener, chain: readonly Certificate[] | undefined, { clock }: SealOptions): ReportSeal {
  let held: Promise<SigningKey> | undefined;
  let refused: Error | undefined;
  const failed = (fault: unknown): never => {
    held = undefined;
    if (String((fault as { code?: unknown }).code).startsWith('pkcs11.pin-')) refused = fault as Error;
    throw fault;
  };
  const seal = async (): Promise<SigningKey> => {
    if (refused !== undefined) throw refused;
    const key = await (held ??= open()).catch(failed);
    requireFit(key.certificate, clock().getTime());
    return {
      certificate: key.certificate,
      chain: chain ?? key.chain,
      algorithm: key.algorithm,
      sign: (data) => (refused === undefined ? key.sign(data).catch(failed) : Promise.reject(refused)),
    };
  };
  return Object.assign(seal, { close });
}

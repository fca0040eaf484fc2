import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { equalBytes } from '@antin/formats/bytes/bytes';
import { decodeDer } from '@antin/formats/der/reader';
import { readIntegerBytes } from '@antin/formats/der/values';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { encodePem } from '@antin/pki/pem';
import { AuthorityFault } from '../../fault.ts';
import { readCeremonyFile } from './file.ts';
import type { CeremonyFile } from './file.ts';
import { ceremonyInputs } from './inputs.ts';
import type { CeremonyInputs } from './inputs.ts';
import { installation } from './install.ts';
import { softwareHolder, tokenHolder } from './key-holder.ts';
import type { KeyHolder } from './key-holder.ts';
import { planOf } from './plan.ts';
import type { Plan } from './plan.ts';
import { openTranscript } from './transcript.ts';
import type { Transcript } from './transcript.ts';

export interface CeremonyOptions {
  /** Path of the reviewed file. */
  readonly file: string;
  /** SHA-256 that was reviewed; undefined: a dry run, which touches no key. */
  readonly reviewed?: string;
  /** PIN of the token; asked once, zeroed after use. */
  readonly pin: () => Promise<Buffer>;
  readonly clock: () => number;
  readonly say: (line: string) => void;
}

export interface CeremonyResult {
  /** What must be reviewed: SHA-256 of the TBS, or of the file where nothing is signed. */
  readonly reviewed: string;
  /** Paths of what was made. */
  readonly outputs: readonly string[];
  /** Last hash of the transcript; undefined after a dry run. */
  readonly transcript: string | undefined;
}

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/**
 * A key ceremony from one reviewed file. The dry run says what would be signed and keeps those bytes; the real run makes them
 * again and goes on only when they are the same, byte for byte, and their hash is the one that people have confirmed.
 *
 * @throws {AuthorityFault} `ceremony.*`, `keys.*`
 */
export async function ceremony(options: CeremonyOptions): Promise<CeremonyResult> {
  const text = readFileSync(options.file, 'utf8');
  const file = readCeremonyFile(text);
  const folder = dirname(resolve(options.file));
  const output = resolve(folder, file.output);
  const inputs = ceremonyInputs(folder);
  const signs = file.mode !== 'key' && file.mode !== 'install';
  const { say } = options;
  say(`${file.title} · ${file.mode} · ${file.profile}`);
  say(`file         SHA-256 ${sha256(text)}`);
  const plan = signs ? prepare(file, inputs, output, options, say) : undefined;
  if (file.mode === 'key') say(`key          ${file.generate?.kind} “${file.generate?.label}”`);
  const reviewed = plan === undefined ? reviewedWithoutTbs(file, inputs, text, say) : sha256(plan.tbs);
  if (options.reviewed === undefined) {
    say(`dry run: nothing was signed. Confirm with --reviewed ${reviewed}`);
    return { reviewed, outputs: plan === undefined ? [] : [tbsPath(output, file)], transcript: undefined };
  }
  if (options.reviewed !== reviewed) {
    throw new AuthorityFault(
      'ceremony.not-reviewed',
      `what would be signed has SHA-256 ${reviewed}, not the one that was reviewed`,
    );
  }
  const transcript = openTranscript(resolve(folder, file.transcript), options.clock);
  try {
    const { mode, title, profile, place, witnesses, name } = file;
    transcript.write('begin', { mode, name, title, profile, place, witnesses, fileSha256: sha256(text), reviewed });
    const outputs = await work(file, plan, inputs, output, options, transcript);
    transcript.write('end', { outputs: outputs.length });
    say(`transcript   ${file.transcript} ends with ${transcript.hash}`);
    return { reviewed, outputs, transcript: transcript.hash };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    transcript.write('failed', { code: code ?? 'unknown', message });
    throw error;
  } finally {
    transcript.close();
  }
}

/** Where nothing is signed: the file itself, or for an installation everything that comes out of it. */
function reviewedWithoutTbs(file: CeremonyFile, inputs: CeremonyInputs, text: string, say: (line: string) => void): string {
  if (file.mode !== 'install') return sha256(text);
  const made = [...installation(file, inputs)].map(([name, content]) => `${sha256(content)}  ${name}`);
  for (const line of made) say(line);
  return sha256(made.join('\n'));
}

const tbsPath = (output: string, file: CeremonyFile): string => join(output, `${file.name}.tbs`);

/** The plan, shown, linted, and the same as in the dry run. */
function prepare(
  file: CeremonyFile,
  inputs: CeremonyInputs,
  output: string,
  options: CeremonyOptions,
  say: (line: string) => void,
): Plan {
  const path = tbsPath(output, file);
  const dry = options.reviewed === undefined;
  if (!dry && !existsSync(path)) throw new AuthorityFault('ceremony.no-dry-run', `${file.name}.tbs of the dry run is not there`);
  const before = existsSync(path) ? new Uint8Array(readFileSync(path)) : undefined;
  const plan = planOf(file, inputs, before === undefined ? undefined : serialOf(before, file));
  if (!dry && !equalBytes(before as Uint8Array, plan.tbs)) {
    throw new AuthorityFault('ceremony.tbs-differs', 'file or inputs give other bytes than the dry run: review it again');
  }
  if (dry) {
    mkdirSync(output, { recursive: true, mode: 0o700 });
    writeFileSync(path, plan.tbs);
  }
  for (const line of plan.words) say(line);
  say(`key          SHA-256 ${sha256(plan.spki)}`);
  // Under a throw-away key: what is linted is whole, and its signature is worth nothing.
  const throwAway = nodeSecrets.generateKeyPair(plan.algorithm.scheme === 'ecdsa' ? 'p-256' : 'rsa-2048');
  requireLintFree(plan, plan.frame(nodeSecrets.sign(throwAway.pkcs8, plan.algorithm as SignatureAlgorithm, plan.tbs)));
  say(`TBS          ${file.name}.tbs, ${plan.tbs.length} octets, SHA-256 ${sha256(plan.tbs)}`);
  return plan;
}

/** @throws {AuthorityFault} `ceremony.lint` */
function requireLintFree(plan: Plan, der: Uint8Array): void {
  const broken = plan.lint(der).filter(({ severity }) => severity === 'error' || severity === 'fatal');
  if (broken.length > 0) {
    const said = broken.map(({ rule, detail }) => `${rule}${detail === undefined ? '' : ` (${detail})`}`).join(', ');
    throw new AuthorityFault('ceremony.lint', `the draft breaks ${said}`);
  }
}

/** The serial number of the dry run; lists and requests have none. */
function serialOf(tbs: Uint8Array, file: CeremonyFile): Uint8Array | undefined {
  if (file.mode === 'crl' || file.mode === 'cross-csr') return undefined;
  const serial = decodeDer(tbs).children()[1];
  return serial === undefined ? undefined : readIntegerBytes(serial);
}

async function work(
  file: CeremonyFile,
  plan: Plan | undefined,
  inputs: CeremonyInputs,
  output: string,
  options: CeremonyOptions,
  transcript: Transcript,
): Promise<string[]> {
  mkdirSync(output, { recursive: true, mode: 0o700 });
  const outputs: string[] = [];
  const keep = (name: string, content: string, mode = 0o644): void => {
    const path = join(output, name);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Never over what an earlier ceremony made.
    if (existsSync(path)) throw new AuthorityFault('ceremony.exists', `${name} is there already`);
    writeFileSync(path, content, { mode, flag: 'wx' });
    transcript.write('output', { name, sha256: sha256(content) });
    options.say(`made         ${name}, SHA-256 ${sha256(content)}`);
    outputs.push(path);
  };
  if (file.mode === 'install') {
    for (const [name, content] of installation(file, inputs)) keep(name, content, 0o600);
    return outputs;
  }
  const holder = await open(file, dirname(resolve(options.file)), options);
  try {
    if (file.mode === 'key') {
      const { kind, label } = file.generate as NonNullable<CeremonyFile['generate']>;
      const spki = await holder.generate(kind, label);
      transcript.write('key-made', { kind, label, spkiSha256: sha256(spki) });
      keep(`${file.name}.pub`, encodePem('PUBLIC KEY', spki));
      return outputs;
    }
    const { tbs, spki, algorithm } = plan as Plan;
    transcript.write('signing', { tbsSha256: sha256(tbs), spkiSha256: sha256(spki) });
    const signature = await holder.sign(spki, algorithm, tbs);
    if (nodeCrypto.verify({ spki, algorithm, data: tbs, signature }) !== 'valid') {
      throw new AuthorityFault('ceremony.value-mismatch', 'the value that came back does not fit the key');
    }
    const der = (plan as Plan).frame(signature);
    requireLintFree(plan as Plan, der);
    transcript.write('signed', { sha256: sha256(der) });
    keep(`${file.name}.${(plan as Plan).ending}`, encodePem((plan as Plan).label, der));
    return outputs;
  } finally {
    await holder.close();
  }
}

async function open(file: CeremonyFile, folder: string, options: CeremonyOptions): Promise<KeyHolder> {
  const { key } = file;
  if (key === undefined) throw new AuthorityFault('ceremony.file', 'key is missing');
  return key.where === 'software' ? softwareHolder(key, folder) : tokenHolder(key, await options.pin());
}

import { systemClock } from '@antin/adapters/clock/clock';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { SignatureFault } from '@antin/signature/fault';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import type { ExtendArguments } from './extend/arguments.ts';
import { readExtendArguments } from './extend/arguments.ts';
import { raisingSources } from './extend/evidence.ts';
import { raise } from './extend/raise.ts';
import { raisingUsage } from './extend/raising-arguments.ts';
import { refused } from './extend/refused.ts';
import { timeStampsFrom } from './extend/time-stamps.ts';
import { decryptionFrom } from './sign/decryption.ts';
import { openFiles } from './sign/input-files.ts';
import { judge } from './sign/judging.ts';
import { checkOutput, writeOutput } from './sign/output.ts';

const usage = `antin extend IN -o OUT [options]: raise all signatures of a file to a level; the input is never changed

IN is a signed PDF, CMS (CAdES), XML (XAdES), JSON (JAdES), container (ASiC-E, ASiC-S) or Office file (OOXML).

  --level B-T|B-LT|B-LTA    default B-LTA; on a file that is B-LTA already it renews the protection
  --tsa URL                 time-stamp authority (RFC 3161); B-LT goes without where everything is time-stamped
${raisingUsage}\
  --detached FILE           the data of a detached signature, again for more files
  --open-pass-file FILE     the password that opens an encrypted PDF ("-" asks)
  --force                   replace OUT when it exists

Exit codes: 0 raised, 64 wrong usage, 65 file or signature refused, 69 time-stamp authority, evidence or disk not available,
70 our own fault. Nothing is written unless the code is 0.
`;

/** `antin extend` */
export async function run(argv: string[], io: Io): Promise<number> {
  return refused('extend', io, async () => {
    const args = readExtendArguments(argv);
    if (args === undefined) io.stdout.write(usage);
    else io.stdout.write(`${await extend(args, io)}\n`);
    return exit.ok;
  });
}

/** @returns one line that says what was done */
async function extend(args: ExtendArguments, io: Io): Promise<string> {
  using input = openFiles([args.input]);
  using detached = openFiles(args.detached);
  checkOutput([args.input, ...args.detached], args.output, args.force);
  const decryption = await decryptionFrom(args.openPassFile, io);
  const sources = raisingSources(args);
  const [file] = input.files as [(typeof input.files)[number]];
  const result = await raise(file.source, {
    door: nodeCrypto,
    level: args.level,
    ...sources.options,
    at: systemClock().getTime(),
    timeStamp: timeStampsFrom(args.tsa),
    detached: detached.files,
    decryption,
  });
  const report = judge(result, { ...sources.known(), at: systemClock().getTime(), detached: detached.files, decryption });
  const broken = report.signatures.find((one) => one.indication === 'TOTAL_FAILED');
  if (broken !== undefined) {
    throw new SignatureFault(
      'extend.breaks-signature',
      `${broken.id} would not be intact afterwards: ${broken.errors[0]?.message}`,
    );
  }
  writeOutput(result, { output: args.output, force: args.force, sha256: report.sha256 });
  // What the judge finds, never what was asked for: a signature that is no baseline signature stays without a level.
  const levels = report.signatures.map(
    (one) => `${one.format} ${one.level ?? (one.format === 'OOXML' ? 'XAdES-T' : 'no baseline level')}`,
  );
  return printable(`${args.output}: ${levels.join(', ')}`);
}

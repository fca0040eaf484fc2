import { systemClock } from '@antin/adapters/clock/clock';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { fileSource } from '@antin/adapters/files/source';
import { nodeDeflate, nodeInflate } from '@antin/adapters/inflate/node';
import { fromLatin1 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { decodePem } from '@antin/pki/pem';
import { extendCades } from '@antin/signature/cades/extend';
import type { Evidence } from '@antin/signature/making/evidence';
import { extendPades } from '@antin/signature/pades/extend';
import { joined } from '@antin/signature/making/evidence';
import { appendedSource } from '@antin/signature/pades/to-be-signed';
import { SignatureFault } from '@antin/signature/fault';
import { validate } from '@antin/signature/validation/validate';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import type { ExtendArguments } from './extend/arguments.ts';
import { readExtendArguments } from './extend/arguments.ts';
import { evidenceFiles, evidenceSource } from './extend/evidence.ts';
import { refused } from './extend/refused.ts';
import { timeStampsFrom } from './extend/time-stamps.ts';
import { checkOutput, sha256Of, writeOutput } from './sign/output.ts';
import { readAnchors, stat } from './validate-inputs.ts';
import { UsageFault } from './validate-arguments.ts';

const usage = `antin extend IN -o OUT [options]: raise all signatures of a PDF or CMS file to a level; the input is never changed

  --level B-T|B-LT|B-LTA    default B-LTA; on a file that is B-LTA already it renews the protection
  --tsa URL                 time-stamp authority (RFC 3161); B-LT goes without where everything is time-stamped
  --trust FILE…             trusted roots: files or folders of PEM or DER
  --tsa-trust FILE…         roots for time-stamps, where they are others
  --crl FILE…  --ocsp FILE…  --certificate FILE…   evidence at hand; what is missing is asked for at the addresses that the
                            certificates of trusted chains name
  --allow ORIGIN…           addresses inside the network that may be asked, e.g. http://10.0.0.1:8080
  --offline                 ask nobody for evidence
  --detached FILE           the data of a detached signature
  --force                   replace OUT when it exists

Exit codes: 0 raised, 64 wrong usage, 65 file or signature refused, 69 time-stamp authority, evidence or disk not available,
70 our own fault. Nothing is written unless the code is 0.
`;

/** `antin extend` */
export async function run(argv: string[], io: Io): Promise<number> {
  return refused('extend', io, async () => {
    const args = readExtendArguments(argv);
    if (args === undefined) io.stdout.write(usage);
    else io.stdout.write(`${await extend(args)}\n`);
    return exit.ok;
  });
}

/** @returns one line that says what was done */
async function extend(args: ExtendArguments): Promise<string> {
  if (!stat(args.input).isFile()) throw new UsageFault(`${args.input} is no file`);
  checkOutput(args.input, args.output, args.force);
  const separate = args.tsaTrust.length > 0;
  const anchors = readAnchors(args.trust, separate ? ['signer'] : ['signer', 'time-stamp']);
  const tsaAnchors = separate ? { tsaAnchors: readAnchors(args.tsaTrust, ['time-stamp']) } : {};
  const evidence = evidenceFiles(args);
  const brought: Evidence[] = [];
  using source = fileSource(args.input);
  using detached = args.detached === undefined ? undefined : fileSource(args.detached);
  const options = {
    door: nodeCrypto,
    level: args.level,
    anchors,
    ...tsaAnchors,
    at: systemClock().getTime(),
    timeStamp: timeStampsFrom(args.tsa),
    evidenceFor: evidenceSource(args, brought),
    evidence,
  };
  const pdf = fromLatin1(source.read(0, Math.min(5, source.size))) === '%PDF-';
  const before = sha256Of(source);
  let appended: Uint8Array = new Uint8Array(0);
  let base: ByteSource = source;
  if (pdf) {
    if (detached !== undefined) throw new UsageFault('--detached is for CMS files');
    appended = await extendPades(source, { ...options, inflate: nodeInflate, deflate: nodeDeflate });
  } else base = await extendCades(cmsOf(source), { ...options, ...(detached === undefined ? {} : { content: detached }) });
  const result = appendedSource(base, appended);
  const { report } = validate(result, {
    door: nodeCrypto,
    inflate: nodeInflate,
    trust: anchors,
    ...(tsaAnchors.tsaAnchors === undefined ? {} : { tsaTrust: tsaAnchors.tsaAnchors }),
    evidence: brought.reduce((all, one) => joined(all, one), evidence),
    at: systemClock().getTime(),
    ...(detached === undefined ? {} : { detached }),
  });
  const broken = report.signatures.find((one) => one.indication === 'TOTAL_FAILED');
  if (broken !== undefined) {
    throw new SignatureFault(
      'extend.breaks-signature',
      `${broken.id} would not be intact afterwards: ${broken.errors[0]?.message}`,
    );
  }
  writeOutput(base, appended, { output: args.output, force: args.force, sha256: pdf ? before : sha256Of(base) });
  // What the judge finds, never what was asked for: a signature that is no baseline signature stays without a level.
  const levels = report.signatures.map((one) => `${one.format} ${one.level ?? 'no baseline level'}`);
  return printable(`${args.output}: ${levels.join(', ')}`);
}

/** PEM is only a wrapping; the result is DER. */
function cmsOf(source: ByteSource): ByteSource {
  const first = source.size === 0 ? undefined : source.read(0, 1)[0];
  if (first !== 0x30 && first !== 0x2d)
    throw new SignatureFault('extend.unsupported-file', 'the file is neither a PDF nor a CMS');
  if (fromLatin1(source.read(0, Math.min(11, source.size))) !== '-----BEGIN ') return source;
  const [block] = decodePem(fromLatin1(source.read(0, source.size)));
  return block === undefined ? source : memorySource(block.bytes);
}

import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, lstatSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import type { ByteSource } from '@antin/formats/bytes/source';
import { readInPieces } from '@antin/formats/bytes/source';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { SignFault } from './fault.ts';

/**
 * Asked before anybody types a PIN.
 *
 * @throws {SignFault} `sign.output-is-input`, `sign.output-exists`, `sign.output-not-a-file`, `sign.output-failed`
 */
export function checkOutput(inputs: readonly string[], output: string, force: boolean): void {
  const folder = statSync(dirname(output), { throwIfNoEntry: false });
  if (folder?.isDirectory() !== true) throw new SignFault('sign.output-failed', `there is no folder ${dirname(output)}`);
  if (lstatSync(output, { throwIfNoEntry: false }) === undefined) return;
  const there = statSync(output, { throwIfNoEntry: false });
  // By what the names lead to: another spelling, a symbolic or a hard link is the same file.
  const same = (input: string) => {
    const { ino, dev } = statSync(input);
    return ino === there?.ino && dev === there.dev;
  };
  if (there !== undefined && inputs.some(same)) {
    throw new SignFault('sign.output-is-input', 'the output is the input; a document is never overwritten by its signed form');
  }
  if (there !== undefined && !there.isFile()) throw new SignFault('sign.output-not-a-file', `${output} is not a file`);
  if (!force) throw alreadyThere(output);
}

/**
 * Writes the file beside `output` and gives it the name last: under that name there is never half a file, and never another
 * one than that which was judged.
 *
 * @param source read in place, while it is written
 * @param sha256 of the whole file as the judge has seen it, hexadecimal
 * @throws {SignFault} `sign.input-changed`, `sign.output-exists`, `sign.output-failed`
 */
export function writeOutput(
  source: ByteSource,
  { output, force, sha256 }: { readonly output: string; readonly force: boolean; readonly sha256: string },
): void {
  const mark = randomBytes(6).toString('hex');
  const part = join(dirname(output), `.${basename(output).slice(0, 100)}.${mark}.part`);
  try {
    const descriptor = openSync(part, 'wx');
    try {
      const running = nodeCrypto.digest('SHA-256');
      readInPieces(source, 0, source.size, (piece) => {
        running.update(piece);
        writeAll(descriptor, piece);
      });
      if (toHex(running.finish()) !== sha256) {
        throw new SignFault('sign.input-changed', 'the document was changed while it was being signed; nothing is written');
      }
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    publish(part, output, force);
  } catch (fault) {
    if (fault instanceof SignFault) throw fault;
    const { code } = fault as NodeJS.ErrnoException;
    throw new SignFault('sign.output-failed', `${output} cannot be written (${code ?? 'unknown'})`, { cause: fault });
  } finally {
    rmSync(part, { force: true });
  }
}

/** A link is refused where the name was taken meanwhile; a rename would replace it. */
function publish(part: string, output: string, force: boolean): void {
  if (force) return renameSync(part, output);
  try {
    linkSync(part, output);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'EEXIST') throw alreadyThere(output);
    // Sticks and network shares often know no links.
    if (lstatSync(output, { throwIfNoEntry: false }) !== undefined) throw alreadyThere(output);
    renameSync(part, output);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
}

function alreadyThere(output: string): SignFault {
  return new SignFault('sign.output-exists', `${output} exists already; --force replaces it`);
}

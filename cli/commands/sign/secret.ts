import { fstatSync } from 'node:fs';
import { readSecretLine } from '@antin/adapters/p12/secret-file';
import type { Io } from '../../io.ts';
import { SignFault } from './fault.ts';

type Stdin = Io['stdin'] & { readonly fd?: number; setRawMode?(raw: boolean): unknown };

const MAX_OCTETS = 4096;

/**
 * A passphrase or PIN: the first line of a file that only its owner may read, or with `-` what is typed at the terminal,
 * unseen, or the first line of a pipe. Never an argument or a variable: other users see those.
 *
 * @param what as the prompt calls it
 * @returns the caller zeroes it
 * @throws {SecretFileFault} `secret-file.*`
 * @throws {SignFault} `secret.*`
 */
export async function readSecret(file: string, what: string, io: Io): Promise<Buffer> {
  if (file !== '-') return readSecretLine(file);
  const stdin: Stdin = io.stdin;
  const secret = stdin.isTTY === true ? await typed(stdin, `${what}: `, io) : await piped(stdin, what);
  if (secret.length === 0) throw new SignFault('secret.empty', `no ${what} was given`);
  return secret;
}

/** One line from the terminal in raw mode: nothing is shown, not even the length. */
async function typed(stdin: Stdin, prompt: string, io: Io): Promise<Buffer> {
  if (stdin.setRawMode === undefined) throw noTerminal(prompt);
  const line = typedLine();
  // Before the prompt: who sees it may type at once, and would be shown what they type.
  stdin.setRawMode(true);
  try {
    io.stderr.write(prompt);
    return await new Promise<Buffer>((resolve, reject) => {
      const cancelled = () => reject(new SignFault('secret.cancelled', 'cancelled; nothing was signed'));
      stdin.on('data', (chunk: Buffer | string) => {
        const octets = Buffer.from(chunk as Buffer);
        const state = line.take(octets);
        octets.fill(0);
        if (Buffer.isBuffer(chunk)) chunk.fill(0);
        if (state === 'cancelled') cancelled();
        else if (state === 'done') resolve(line.secret());
      });
      stdin.once('end', cancelled);
      stdin.once('error', reject);
      stdin.resume();
    });
  } finally {
    stdin.removeAllListeners('data');
    stdin.setRawMode(false);
    stdin.pause();
    io.stderr.write('\n');
  }
}

/** What a raw terminal sends, as a line: Enter ends it, Backspace and Ctrl-U take back, Ctrl-C and Ctrl-D give up. */
export function typedLine() {
  const held = Buffer.alloc(MAX_OCTETS);
  let length = 0;
  const takeBack = () => {
    // A letter with its marks is several octets of UTF-8: continuation octets go with their first.
    do length -= length > 0 ? 1 : 0;
    while (length > 0 && ((held[length] as number) & 0xc0) === 0x80);
  };
  return {
    take(octets: Uint8Array): 'more' | 'done' | 'cancelled' {
      for (const octet of octets) {
        if (octet === 0x0d || octet === 0x0a) return 'done';
        if (octet === 0x03 || (octet === 0x04 && length === 0)) return 'cancelled';
        if (octet === 0x7f || octet === 0x08) takeBack();
        else if (octet === 0x15) length = 0;
        // Arrows and function keys come as ESC and more in one piece.
        else if (octet === 0x1b) return 'more';
        else if (octet >= 0x20 && length < MAX_OCTETS) held[length++] = octet;
      }
      return 'more';
    },
    /** A copy; what was held here is zeroed. */
    secret(): Buffer {
      const out = Buffer.from(held.subarray(0, length));
      held.fill(0);
      return out;
    },
  };
}

/** The first line of a pipe (`pass show token | antin sign … --pin-file -`). A redirected file would get round the 0600 rule. */
async function piped(stdin: Stdin, what: string): Promise<Buffer> {
  if (!isPipe(stdin)) throw noTerminal(what);
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const piece = Buffer.from(chunk as Buffer);
    const end = piece.findIndex((octet) => octet === 0x0a);
    pieces.push(end < 0 ? piece : piece.subarray(0, end));
    size += piece.length;
    if (size > MAX_OCTETS) throw new SignFault('secret.too-long', `the ${what} on standard input has no end`);
    if (end >= 0) break;
  }
  const line = Buffer.concat(pieces);
  for (const piece of pieces) piece.fill(0);
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
}

function isPipe({ fd }: Stdin): boolean {
  if (fd === undefined) return true;
  try {
    const kind = fstatSync(fd);
    return kind.isFIFO() || kind.isSocket();
  } catch {
    return false;
  }
}

function noTerminal(what: string): SignFault {
  return new SignFault(
    'secret.no-terminal',
    `"-" asks for the ${what}, but standard input is neither a terminal nor a pipe; name a file with mode 0600 instead`,
  );
}

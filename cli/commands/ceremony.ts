import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemClock } from '@antin/adapters/clock/clock';
import { ceremony } from '@antin/authority/keys/ceremony/run';
import { checkTranscript } from '@antin/authority/keys/ceremony/transcript';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { readSecret } from './sign/secret.ts';

const usage = `antin ceremony --file FILE [--reviewed SHA256] [--pin-file FILE]: keys and certificates of CAs, before witnesses

One reviewed YAML file is one ceremony: one use of one key (docs/ceremony.md, examples/12-ceremony.sh). Without --reviewed it
is a dry run: no key is touched, what would be signed is shown and kept, and its hash is printed. The real run makes the same
bytes again, compares them byte for byte and signs only what has the hash that was reviewed. Nothing is fetched or sent.

  --file FILE        the ceremony
  --reviewed SHA256  the hash that the dry run printed and the witnesses confirmed
  --pin-file FILE    PIN of the token, mode 0600; "-" (default) asks at the terminal
  --keypad           the reader has a keypad of its own
  --check FILE       only check a transcript: says its last hash, or the first line that was changed

Exit codes: 0 done, 1 the transcript was changed, 64 wrong usage, 65 refused, 69 token or disk not available, 70 our own fault.
`;

/** `antin ceremony` */
export async function run(argv: string[], io: Io): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      file: { type: 'string' },
      reviewed: { type: 'string' },
      'pin-file': { type: 'string' },
      keypad: { type: 'boolean' },
      check: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const { file, reviewed, check, keypad = false } = values;
  if (values.help === true) {
    io.stdout.write(usage);
    return exit.ok;
  }
  if ((file === undefined) === (check === undefined)) {
    io.stderr.write(`antin ceremony: either --file or --check\n\n${usage}`);
    return exit.usage;
  }
  try {
    if (check !== undefined) {
      const { hash, lines } = checkTranscript(readFileSync(check, 'utf8'));
      io.stdout.write(`${lines} lines, the last hash is ${hash}\n`);
      return exit.ok;
    }
    if (reviewed !== undefined && !/^[0-9a-f]{64}$/.test(reviewed)) {
      io.stderr.write('antin ceremony: --reviewed is a SHA-256 in 64 small hexadecimal digits\n');
      return exit.usage;
    }
    await ceremony({
      file: file as string,
      ...(reviewed === undefined ? {} : { reviewed }),
      pin: () => (keypad ? Promise.resolve(Buffer.alloc(0)) : readSecret(values['pin-file'] ?? '-', 'PIN', io)),
      clock: () => systemClock().getTime(),
      say: (line) => io.stdout.write(`${printable(line)}\n`),
    });
    return exit.ok;
  } catch (fault) {
    const { code, message } = fault as { code?: string; message: string };
    if (typeof code !== 'string') throw fault;
    io.stderr.write(`antin ceremony: ${printable(message)} [${code}]\n`);
    if (code === 'ceremony.transcript-broken') return exit.invalid;
    return /^(keys|secret|secret-file)\.|^E[A-Z]+$/.test(code) ? exit.unavailable : exit.unsupportedInput;
  }
}

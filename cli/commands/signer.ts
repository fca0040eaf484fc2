import { parseArgs } from 'node:util';
import { readSignerConfig } from '@antin/authority/keys/signer-process/config';
import { superviseSigner } from '@antin/authority/keys/signer-process/supervise';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { stopSignal } from '../services/stop-signal.ts';
import { readSecret } from './sign/secret.ts';

const usage = `antin signer --config FILE [--pin-file FILE]: the process that holds a token for an authority

It alone loads the PKCS#11 module. It answers on a unix socket beside FILE, signs certificates, lists, OCSP answers and
time-stamps after reading them again, and nothing else; it has no network. "antin serve" starts it by itself; started here, under
a user of its own, the issuing process cannot change its rules (docs/ceremony.md).

  --config FILE     what a ceremony's mode "install" made, mode 0600
  --pin-file FILE   for a file that wants its PIN from a person: mode 0600; "-" (default) asks at the terminal

Exit codes: 0 ended by a signal, 64 wrong usage, 69 token, PIN or file not usable, 70 our own fault.
`;

/** `antin signer` */
export async function run(argv: string[], io: Io): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { config: { type: 'string' }, 'pin-file': { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    io.stdout.write(usage);
    return exit.ok;
  }
  const { config } = values;
  if (config === undefined) {
    io.stderr.write(`antin signer: which file? --config FILE\n\n${usage}`);
    return exit.usage;
  }
  try {
    const { pin, keys, fileSha256 } = readSignerConfig(config);
    const fromPerson = pin !== 'keypad' && 'descriptor' in pin;
    const secret = fromPerson ? await readSecret(values['pin-file'] ?? '-', 'PIN', io) : undefined;
    const say = (line: string) => io.stdout.write(`${printable(line)}\n`);
    const signer = await superviseSigner({
      config,
      ...(secret === undefined ? {} : { pin: secret }),
      onDeath: ({ code, failures }) => say(`the signer ended (${code}), ${failures} in a row`),
    });
    say(`serving ${keys.map((key) => key.name).join(', ')}; rules ${fileSha256}`);
    const stop = stopSignal();
    await stop.asked;
    stop.forget();
    await signer.stop();
    return exit.ok;
  } catch (fault) {
    const { code, message } = fault as { code?: string; message: string };
    if (typeof code !== 'string') throw fault;
    io.stderr.write(`antin signer: ${printable(message)} [${code}]\n`);
    return exit.unavailable;
  }
}

import { readSync, closeSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readSecretLine } from '@antin/adapters/p12/secret-file';
import { takeLock, thisProcess } from '@antin/adapters/process/lock';
import { AuthorityFault } from '../../fault.ts';
import { ceremonyDesk } from './ceremony-desk.ts';
import { readSignerConfig } from './config.ts';
import type { SignerConfig } from './config.ts';
import { Ledger } from './ledger.ts';
import { serveFrames } from './server.ts';
import { signer } from './signer.ts';
import { Token } from './token.ts';

/**
 * A signer: the only process that loads the vendor's module and holds the login. `process.ts FILE`; descriptor 3 hears one
 * JSON line when it is ready or cannot be. Ends with its stdin (whoever started it died) or on SIGTERM, after what runs.
 *
 * Nothing secret is in its arguments, environment or output.
 */
const configPath = resolve(process.argv[2] ?? 'signer.json');

function report(message: object): void {
  try {
    writeSync(3, `${JSON.stringify(message)}\n`);
  } catch {
    // Started by hand: nobody listens there.
  }
}

/** The PIN, when it is needed. From a descriptor it can be had once; afterwards a person must enter it again. */
function pinOf({ pin, folder }: SignerConfig): () => Buffer | null | undefined {
  if (pin === 'keypad') return () => null;
  if ('file' in pin) return () => readSecretLine(resolve(folder, pin.file));
  const held = readDescriptor(pin.descriptor);
  let given = false;
  return () => {
    // An empty line is no PIN; trying it would cost an attempt.
    if (given || held.length === 0) return undefined;
    given = true;
    return held;
  };
}

function readDescriptor(fd: number): Buffer {
  const bytes = Buffer.alloc(4096);
  let size = 0;
  for (;;) {
    const got = readSync(fd, bytes, size, bytes.length - size, null);
    if (got === 0 || size + got === bytes.length) break;
    size += got;
    if (bytes.subarray(0, size).includes(0x0a)) break;
  }
  closeSync(fd);
  const end = bytes.subarray(0, size).indexOf(0x0a);
  const secret = Buffer.from(bytes.subarray(0, end < 0 ? size : end));
  bytes.fill(0);
  return secret;
}

async function main(): Promise<void> {
  const config = readSignerConfig(configPath);
  const other = takeLock(join(config.folder, `${config.socket}.lock`), thisProcess());
  if (other !== undefined) throw new AuthorityFault('keys.signer-running', `process ${other.pid} already serves this token`);
  const token = new Token(
    {
      module: config.module,
      label: config.token.label,
      ...(config.token.serialNumber === undefined ? {} : { serialNumber: config.token.serialNumber }),
      sessions: config.sessions,
      pin: pinOf(config),
    },
    config.keys,
  );
  await token.open();
  const ledger = new Ledger(config.folder);
  const vocabulary = config.ceremony === true ? ceremonyDesk(token) : signer(config, token, ledger);
  const server = await serveFrames(config.socketPath, vocabulary, config.shareWithGroup === true ? 0o660 : 0o600);
  const keeping = setInterval(() => ledger.keep(), 1000);
  let ending: Promise<void> | undefined;
  const end = () => {
    ending ??= (async () => {
      await server.drain();
      await token.close();
      clearInterval(keeping);
      ledger.close();
      process.exit(0);
    })();
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  // Inherited from whoever started it: when that one is gone, nobody may go on using the key.
  process.stdin.on('end', end).on('error', end).resume();
  report({ ready: true, pid: process.pid });
}

try {
  await main();
} catch (error) {
  const code = (error as { code?: string }).code ?? 'keys.internal';
  report({ fault: { code, message: error instanceof Error ? error.message : String(error) } });
  console.error(`${code}: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

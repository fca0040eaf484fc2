import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '@antin/adapters/db/transaction';
import { AuthorityFault } from '../fault.ts';
import { readSignerConfig } from './signer-process/config.ts';
import { SignerClient } from './signer-process/client.ts';
import { superviseSigner } from './signer-process/supervise.ts';
import type { SignerProcess } from './signer-process/supervise.ts';
import type { CaKey } from './signing-key.ts';
import { compareLedger } from './watch.ts';

export interface SignersOptions {
  readonly db: Db;
  /** Files of signers to start, or sockets (`….sock`) of signers that run under a user of their own. */
  readonly files: readonly { readonly name: string; readonly path: string }[];
  readonly clock: () => number;
  readonly log: { info(facts: object, text: string): void; error(facts: object, text: string): void };
  readonly pin?: (signer: string) => Promise<Buffer>;
  /** Production: a token made of software is refused. */
  readonly hardwareOnly?: boolean;
}

/** A signer process as it answers now. */
export interface SignerState {
  readonly name: string;
  readonly alive: boolean;
  /** How many of its keys can sign. */
  readonly keys: number;
  /** Names of the keys that hang on it, in whatever state it is. */
  readonly keyNames: readonly string[];
  /** Why nobody starts it again by itself: a person must do something. */
  readonly stopped?: string;
}

/** Who looks at a page does not wait for a signer as somebody does who needs a signature. */
const LOOK_MS = 3000;

export interface Signers {
  /** The key with this id, from whichever signer has it; undefined when none does: it is offline. */
  key(id: string): Promise<CaKey | undefined>;
  /** Compares what the signers say they signed with what the records know. */
  watch(): Promise<void>;
  /** Asks each of them now. */
  states(): Promise<readonly SignerState[]>;
  stop(): Promise<void>;
}

/**
 * Starts the signer processes of this authority, or uses those that run already (another process of it, or a service manager,
 * started them: then this one stops none).
 */
export async function openSigners({ db, files, clock, log, pin, hardwareOnly }: SignersOptions): Promise<Signers> {
  const running: {
    readonly name: string;
    readonly path: string;
    readonly client: SignerClient;
    process: SignerProcess | undefined;
    keyNames: readonly string[];
  }[] = [];
  const keys = new Map<string, CaKey>();
  const stop = async () => {
    for (const { client, process } of running.splice(0)) {
      client.close();
      await process?.stop();
    }
  };
  try {
    for (const { name, path } of files) {
      const { socketPath, process } = path.endsWith('.sock')
        ? { socketPath: path, process: undefined }
        : await started(name, path, { log, pin });
      const client = new SignerClient({ socketPath });
      const one = { name, path, client, process, keyNames: [] as readonly string[] };
      running.push(one);
      const { token } = await client.view();
      if (hardwareOnly === true && /softhsm/i.test(token)) {
        throw new AuthorityFault('keys.software-token', 'a token made of software is for practice; production needs hardware');
      }
      const found = await client.keys();
      for (const key of found) keys.set(key.id, key);
      one.keyNames = found.map((key) => key.name);
      log.info({ signer: name, keys: one.keyNames }, 'a signer process serves');
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    key: async (id) => keys.get(id),
    async watch() {
      for (const one of running) {
        const { name, path, client } = one;
        try {
          const found = await compareLedger(db, name, client, clock());
          for (const alarm of found) log.error(alarm, 'ALARM: a key of a CA was used without a record');
        } catch (fault) {
          // One signer that does not answer must not keep the others from being looked at, nor the jobs after this one.
          log.error({ signer: name, fault }, 'a signer process does not answer and is started again');
          if ((fault as { code?: string }).code !== 'keys.signer-down') continue;
          one.process?.kill();
          // Another process had started it and is gone with it: now it is ours, unless a person must enter the PIN.
          if (one.process === undefined && !path.endsWith('.sock')) one.process = await takenOver(name, path, log);
        }
      }
    },
    states: () =>
      Promise.all(
        running.map(async ({ name, client, process, keyNames }) => {
          const patience = new AbortController();
          const late = sleep(LOOK_MS, undefined, { signal: patience.signal }).catch(() => undefined);
          const view = await Promise.race([client.view().catch(() => undefined), late]);
          patience.abort();
          const stopped = process?.fault?.code;
          const known = { name, alive: view !== undefined, keys: view?.keys.length ?? 0, keyNames };
          return stopped === undefined ? known : { ...known, stopped };
        }),
      ),
    stop,
  };
}

async function takenOver(name: string, path: string, log: SignersOptions['log']): Promise<SignerProcess | undefined> {
  try {
    return (await started(name, path, { log, pin: undefined })).process;
  } catch (fault) {
    log.error({ signer: name, fault }, 'a signer process could not be started');
    return undefined;
  }
}

/** Starts one, unless it runs already. */
async function started(
  name: string,
  path: string,
  { log, pin }: { readonly log: SignersOptions['log']; readonly pin: SignersOptions['pin'] },
): Promise<{ readonly socketPath: string; readonly process: SignerProcess | undefined }> {
  const config = readSignerConfig(path);
  const secret = config.pin !== 'keypad' && 'descriptor' in config.pin && pin !== undefined ? await pin(path) : undefined;
  const process = await superviseSigner({
    config: path,
    ...(secret === undefined ? {} : { pin: secret }),
    onDeath: (facts) => log.error({ signer: name, ...facts }, 'a signer process ended'),
  }).catch((error: unknown) => {
    if ((error as { code?: string }).code === 'keys.signer-running') return undefined;
    throw error;
  });
  return { socketPath: config.socketPath, process };
}

import { rmSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readSecretLine } from '@antin/adapters/p12/secret-file';
import { Agent } from './agent.ts';
import { nativePin, type NativePin } from './consent/native-pin.ts';
import { openPage } from './consent/opener.ts';
import { PagePrompt } from './consent/page-prompt.ts';
import { startPageServer } from './consent/page-server.ts';
import { AgentFault } from './fault.ts';
import { openFolder, type AgentFolder } from './folder.ts';
import { loadIdentity, loadPairing, savePairing, type Identity, type Pairing } from './identity.ts';
import { AgentJournal } from './journal.ts';
import { fileKeys } from './keys/file-keys.ts';
import type { KeyHolder } from './keys/holder.ts';
import { practiceKeys } from './keys/practice-keys.ts';
import { tokenKeys } from './keys/token-keys.ts';
import { pairWith } from './pair.ts';
import { enrolment, readCommands, type PracticeReply } from './practice/commands.ts';
import { serverClient } from './server-client.ts';

const USAGE = `antin agent: holds your keys and asks you before each signature

  antin agent --server https://van-phong.example --pkcs11 MODULE [--pkcs11 MODULE…]
  antin agent --server http://127.0.0.1:8080 --p12 FILE --pass-file FILE      (practice only)

  --server URL     the office to pair with; needed once
  --pkcs11 FILE    PKCS#11 module of your token's vendor
  --p12 FILE       a software key, marked "practice only", refused by production offices
  --pass-file FILE its passphrase; the file must be 0600
  --folder DIR     the agent's own folder (default: .antin-agent in your home)
  --name TEXT      how the office calls this device
  --page-port N    port of the agent's page on 127.0.0.1 (default: a free one)
  --allow-http     pair over plain HTTP with another machine (closed practice networks only)
  --pair           pair again, with another office or account

ANTIN_AGENT_OPENER names the command that opens the page ("none": the address is printed here).
ANTIN_AGENT_PIN=page asks for the PIN on that page also where the desktop has a window for it.
`;

const clock = () => new Date();

/** Runs the agent until it is told to stop. @returns the exit code */
export async function runAgent(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      server: { type: 'string' },
      pkcs11: { type: 'string', multiple: true },
      p12: { type: 'string' },
      'pass-file': { type: 'string' },
      folder: { type: 'string' },
      name: { type: 'string' },
      'page-port': { type: 'string' },
      pair: { type: 'boolean' },
      'allow-http': { type: 'boolean' },
      practice: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const folder = openFolder(values.folder ?? join(homedir(), '.antin-agent'));
  try {
    const pagePort = Number(values['page-port'] ?? 0);
    if (values.practice === true) return await practise(folder, pagePort, env);
    const keys = keysFrom(values, folder);
    return await serve({
      folder,
      keys,
      pagePort,
      env,
      name: values.name ?? hostname(),
      server: values.server,
      again: values.pair === true,
      allowHttp: values['allow-http'] === true,
    });
  } finally {
    // It holds the secret of a launch that is over.
    rmSync(folder.file('open.html'), { force: true });
    folder.release();
  }
}

function keysFrom(
  values: { pkcs11?: string[] | undefined; p12?: string | undefined; 'pass-file'?: string | undefined },
  folder: AgentFolder,
) {
  if (values.pkcs11 !== undefined) return tokenKeys(values.pkcs11, (fault) => say(codeOf(fault)));
  if (values.p12 === undefined || values['pass-file'] === undefined) {
    throw new AgentFault(
      'agent.usage',
      `name a token (--pkcs11) or a practice key (--p12 and --pass-file); folder ${folder.path}`,
    );
  }
  return fileKeys(values.p12, readSecretLine(values['pass-file']));
}

interface Serving {
  readonly folder: AgentFolder;
  readonly keys: KeyHolder;
  readonly pagePort: number;
  readonly env: NodeJS.ProcessEnv;
  readonly name: string;
  readonly server: string | undefined;
  readonly again: boolean;
  readonly allowHttp: boolean;
}

async function serve(options: Serving): Promise<number> {
  const { folder, keys, env, name } = options;
  const identity = loadIdentity(folder);
  const known = options.again ? undefined : loadPairing(folder);
  const head = { name, holder: keys.kind };
  const prompt = new PagePrompt(known === undefined ? head : { ...head, person: known.person, origin: known.origin });
  const page = await startPageServer(prompt, options.pagePort);
  const open = () => {
    if (!openPage(page.openUrl, folder, env)) process.stdout.write(`Trang ký · Signing page: ${page.openUrl}\n`);
  };
  open();
  prompt.onQuestion(() => {
    if (page.idleMs() > 30_000) open();
  });

  let pairing = known;
  if (pairing === undefined) {
    const server = options.server;
    if (server === undefined) throw new AgentFault('agent.not-paired', 'not paired yet: name the office with --server URL');
    pairing = await pairWith(server, identity, head, {
      clock,
      allowHttp: options.allowHttp,
      show(userCode) {
        prompt.setHead({ ...head, origin: new URL(server).origin, userCode });
        process.stdout.write(
          `Mã ghép · Pairing code: ${userCode}   (${new URL(server).origin} → Thiết bị ký · Signing devices)\n`,
        );
      },
    });
    savePairing(folder, pairing);
    prompt.setHead({ ...head, person: pairing.person, origin: pairing.origin });
    process.stdout.write(`Đã ghép với · Paired with: ${pairing.person}\n`);
  }
  const journal = new AgentJournal(folder.file('journal.jsonl'), clock);
  const pinWindow = nativePin(env);
  const agent = agentFor({ folder, keys, prompt, journal, identity, pairing, ...(pinWindow === undefined ? {} : { pinWindow }) });

  const stop = () => void agent.stop();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  // Under a supervisor: its channel ends when it dies, and so do we.
  process.once('disconnect', stop);
  try {
    await agent.run();
    return 0;
  } finally {
    await agent.stop();
    await page.close();
    await keys.close();
    journal.close();
  }
}

function agentFor(parts: {
  folder: AgentFolder;
  keys: KeyHolder;
  prompt: PagePrompt;
  journal: AgentJournal;
  identity: Identity;
  pairing: Pairing;
  pinWindow?: NativePin;
  report?: (code: string, about?: string) => void;
}): Agent {
  const { pairing, identity, report = say, ...rest } = parts;
  const client = serverClient(pairing.serverUrl, pairing.agentId, identity, clock);
  return new Agent({ ...rest, pairing, client, clock, report });
}

/** Commands on stdin, replies on stdout; ends when the parent does. */
async function practise(folder: AgentFolder, pagePort: number, env: NodeJS.ProcessEnv): Promise<number> {
  const identity = loadIdentity(folder);
  const keys = practiceKeys(folder);
  const head = { name: 'Khóa thực hành', holder: keys.kind };
  const prompt = new PagePrompt(head);
  const page = await startPageServer(prompt, pagePort);
  const journal = new AgentJournal(folder.file('journal.jsonl'), clock);
  const reply = (message: PracticeReply) => process.stdout.write(`${JSON.stringify(message)}\n`);
  const report = (code: string, about?: string) => reply({ event: 'report', code, ...(about === undefined ? {} : { about }) });
  prompt.onQuestion(() => {
    if (page.idleMs() > 30_000) openPage(page.openUrl, folder, env);
  });
  process.on('SIGINT', () => {});
  // The server that reads us was killed: stdin ends too, which is the sign to leave.
  process.stdout.on('error', () => {});

  const { enrol, store } = enrolment(keys);
  let running: { agent: Agent; ended: Promise<unknown> } | undefined;
  const stopRunning = async () => {
    await running?.agent.stop();
    await running?.ended;
  };
  reply({
    event: 'ready',
    publicKey: Buffer.from(identity.publicKey).toString('base64'),
    held: keys.entries().map(({ key, certificate }) => ({ key, certificate: Buffer.from(certificate).toString('base64') })),
    pageUrl: page.url,
    openUrl: page.openUrl,
  });
  await readCommands(process.stdin, async (command) => {
    try {
      if (command.cmd === 'enrol') reply({ id: command.id, requests: enrol(command.people) });
      else if (command.cmd === 'certificates') reply({ id: command.id, stored: store(command.entries) });
      else {
        await stopRunning();
        const { pairing } = command;
        savePairing(folder, pairing);
        prompt.setHead({ ...head, origin: pairing.origin });
        const agent = agentFor({ folder, keys, prompt, journal, identity, pairing, report });
        running = { agent, ended: agent.run().catch((fault: unknown) => report(codeOf(fault))) };
        reply({ id: command.id, paired: true });
      }
    } catch (fault) {
      reply({ id: command.id, error: fault instanceof Error ? fault.message : codeOf(fault) });
    }
  });
  await stopRunning();
  await page.close();
  journal.close();
  return 0;
}

function say(code: string, about?: string): void {
  process.stderr.write(`antin agent: ${code}${about === undefined ? '' : ` ${about}`}\n`);
}

function codeOf(fault: unknown): string {
  const { code } = fault as { code?: unknown };
  return typeof code === 'string' ? code : fault instanceof Error ? `${fault.name}: ${fault.message}` : 'agent.fault';
}

if (import.meta.main) {
  try {
    process.exitCode = await runAgent(process.argv.slice(2));
  } catch (fault) {
    process.stderr.write(`antin agent: ${fault instanceof Error ? fault.message : String(fault)} [${codeOf(fault)}]\n`);
    process.exitCode = codeOf(fault) === 'agent.usage' ? 64 : 70;
  }
  // Sockets that wait for the server must not keep a stopped agent alive.
  process.exit();
}

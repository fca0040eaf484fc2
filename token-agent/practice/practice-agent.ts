import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { AgentFault } from '../fault.ts';
import type { Pairing } from '../identity.ts';
import type { Applicant, PracticeReply } from './commands.ts';

export interface PracticeAgent {
  /** Ed25519, 32 octets: what `registerAgent` of the server wants. */
  readonly publicKey: Uint8Array;
  /** Keys that have a certificate: from an earlier start, and those stored since. */
  readonly held: readonly { readonly key: string; readonly certificate: Uint8Array }[];
  /** The page where demo people consent; opens nothing without the secret. */
  readonly pageUrl: string;
  /** The same with this launch's secret: for the terminal only, never for a page of the office. */
  readonly openUrl: string;
  /** New key pairs in the agent's folder; PKCS#10 requests come back. */
  enrol(people: readonly Applicant[]): Promise<{ key: string; csr: Uint8Array }[]>;
  /** Chains, leaf first, for keys enrolled before. */
  store(entries: readonly { readonly key: string; readonly chain: readonly Uint8Array[] }[]): Promise<void>;
  /** Starts taking orders from that server. Called at every start: addresses and ports may change. */
  pair(pairing: Pairing): Promise<void>;
  stop(): Promise<void>;
  readonly exited: Promise<number | null>;
}

/**
 * Starts the practice agent as a process of its own with its own folder, which no server opens: it holds the demo people's keys so
 * that the walk needs no hardware. It ends when we do.
 *
 * @throws {AgentFault} `agent.running` when one works in that folder already
 */
export async function startPracticeAgent(options: {
  readonly folder: string;
  /** Port of its page; a free one when left out. */
  readonly pagePort?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** Stable codes of what went wrong, for the log. */
  readonly report?: (code: string, about?: string) => void;
}): Promise<PracticeAgent> {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const port = options.pagePort === undefined ? [] : ['--page-port', String(options.pagePort)];
  const child = spawn(process.execPath, [main, '--practice', '--folder', options.folder, ...port], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: options.env ?? process.env,
    // Ctrl-C in the terminal reaches the parent, which ends this one in its own order.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', resolve);
  });
  const pending = new Map<number, { resolve: (reply: PracticeReply) => void; reject: (fault: Error) => void }>();
  let nextId = 1;
  const ready = new Promise<Extract<PracticeReply, { event: 'ready' }>>((resolve, reject) => {
    void exited.then((code) => {
      const fault = new AgentFault('agent.running', `the practice agent ended (${code}); is one running in ${options.folder}?`);
      reject(fault);
      for (const waiting of pending.values()) waiting.reject(fault);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const reply = JSON.parse(line) as PracticeReply;
      if ('event' in reply) {
        if (reply.event === 'ready') resolve(reply);
        else options.report?.(reply.code, reply.about);
        return;
      }
      pending.get(reply.id)?.resolve(reply);
      pending.delete(reply.id);
    });
  });
  const ask = async (command: object): Promise<PracticeReply> => {
    const id = nextId++;
    const reply = await new Promise<PracticeReply>((resolve, reject) => {
      pending.set(id, { resolve, reject });
      child.stdin.write(`${JSON.stringify({ ...command, id })}\n`);
    });
    if ('error' in reply) throw new AgentFault('agent.usage', reply.error);
    return reply;
  };
  child.stdin.on('error', () => {});
  let stopping = false;
  void exited.then((code) => stopping || options.report?.('agent.ended', String(code)));

  const first = await ready;
  const held: { key: string; certificate: Uint8Array }[] = first.held.map(({ key, certificate }) => ({
    key,
    certificate: new Uint8Array(Buffer.from(certificate, 'base64')),
  }));
  return {
    publicKey: new Uint8Array(Buffer.from(first.publicKey, 'base64')),
    held,
    pageUrl: first.pageUrl,
    openUrl: first.openUrl,
    async enrol(people) {
      const reply = await ask({ cmd: 'enrol', people });
      const requests = 'requests' in reply ? reply.requests : [];
      return requests.map(({ key, csr }) => ({ key, csr: new Uint8Array(Buffer.from(csr, 'base64')) }));
    },
    async store(entries) {
      const plain = entries.map(({ key, chain }) => ({ key, chain: chain.map((der) => Buffer.from(der).toString('base64')) }));
      await ask({ cmd: 'certificates', entries: plain });
      for (const { key, chain } of entries) if (chain[0] !== undefined) held.push({ key, certificate: chain[0] });
    },
    async pair(pairing) {
      await ask({ cmd: 'pair', pairing });
    },
    async stop() {
      stopping = true;
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await exited;
      clearTimeout(timer);
    },
    exited,
  };
}

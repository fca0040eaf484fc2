import { createHash, randomBytes } from 'node:crypto';
import type { z } from 'zod';
import { agentRoutes, type JobAnswer } from '@antin/protocol/agent/jobs';
import { formatProof, proofText } from '@antin/protocol/agent/request-proof';
import { AgentFault } from './fault.ts';
import type { Identity } from './identity.ts';

export interface ServerClient {
  pairing(): Promise<z.infer<typeof agentRoutes.pairing.answer>>;
  announce(certificates: readonly Uint8Array[]): Promise<readonly string[]>;
  jobs(waitSeconds: number, signal?: AbortSignal): Promise<{ jobs: string[]; cancel: string[] }>;
  /** The prepared bytes as they come; the caller counts and hashes. */
  document(jobId: string, index: number, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** One file of a container, or what a statement is about. */
  part(jobId: string, index: number, part: number, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  answer(jobId: string, answer: JobAnswer): Promise<'accepted' | 'already-closed'>;
}

/** Thrown for a reply that repeating will not change; everything else is worth another try. */
export class ServerRefusal extends AgentFault {
  readonly problem: string;
  readonly status: number;

  constructor(status: number, problem: string) {
    super('agent.server-refused', `the server answered ${status} ${problem}`);
    this.status = status;
    this.problem = problem;
  }
}

/**
 * Speaks to the paired server and to nothing else: every URL is made here from the fixed origin, redirects are not followed,
 * no cookie or other secret is sent; each request carries a proof of its own.
 */
export function serverClient(serverUrl: string, agentId: string, identity: Identity, clock: () => Date): ServerClient {
  async function send(method: string, path: string, options: { body?: string; signal?: AbortSignal; timeoutMs?: number } = {}) {
    const url = new URL(path, serverUrl);
    if (url.origin !== new URL(serverUrl).origin) throw new AgentFault('agent.origin-mismatch', 'a path led to another origin');
    const timestampSeconds = Math.floor(clock().getTime() / 1000);
    const nonce = randomBytes(18).toString('base64url');
    const bodySha256 = createHash('sha256')
      .update(options.body ?? '')
      .digest('hex');
    const text = proofText(method, url.pathname + url.search, timestampSeconds, nonce, bodySha256);
    const signature = identity.sign(Buffer.from(text)).toString('base64url');
    const limit = AbortSignal.timeout(options.timeoutMs ?? 30_000);
    let response: Response;
    try {
      response = await fetch(url, {
        method,
        redirect: 'error',
        headers: {
          authorization: formatProof({ agentId, timestampSeconds, nonce, signature }),
          ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(options.body === undefined ? {} : { body: options.body }),
        signal: options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]),
      });
    } catch (cause) {
      throw new AgentFault('agent.server-unreachable', `${url.origin} did not answer`, { cause });
    }
    if (response.ok) return response;
    const problem = await problemCode(response);
    if (response.status >= 500 || response.status === 429 || problem === 'device.proof-skew') {
      throw new AgentFault('agent.server-unreachable', `${url.origin} answered ${response.status} ${problem}`);
    }
    throw new ServerRefusal(response.status, problem);
  }
  const json = async <T extends z.ZodType>(schema: T, response: Promise<Response>): Promise<z.infer<T>> =>
    schema.parse(await (await response).json()) as z.infer<T>;
  const at = (path: string, id: string, index?: number) => path.replace(':id', id).replace(':index', String(index ?? ''));

  async function file(path: string, signal: AbortSignal | undefined): Promise<AsyncIterable<Uint8Array>> {
    const response = await send('GET', path, { timeoutMs: 300_000, ...(signal === undefined ? {} : { signal }) });
    return (response.body ?? []) as unknown as AsyncIterable<Uint8Array>;
  }

  return {
    pairing: () => json(agentRoutes.pairing.answer, send('GET', agentRoutes.pairing.path)),
    async announce(certificates) {
      const body = JSON.stringify({ certificates: certificates.map((der) => Buffer.from(der).toString('base64')) });
      return (await json(agentRoutes.announce.answer, send('PUT', agentRoutes.announce.path, { body }))).accepted;
    },
    jobs(waitSeconds, signal) {
      const path = `${agentRoutes.jobs.path}?wait=${waitSeconds}`;
      const timeoutMs = (waitSeconds + 15) * 1000;
      return json(agentRoutes.jobs.answer, send('GET', path, { timeoutMs, ...(signal === undefined ? {} : { signal }) }));
    },
    document: (jobId, index, signal) => file(at(agentRoutes.document.path, jobId, index), signal),
    part: (jobId, index, part, signal) => file(at(agentRoutes.part.path, jobId, index).replace(':part', String(part)), signal),
    async answer(jobId, answer) {
      const body = JSON.stringify(answer);
      return (await json(agentRoutes.answer.answer, send('POST', at(agentRoutes.answer.path, jobId), { body }))).state;
    },
  };
}

async function problemCode(response: Response): Promise<string> {
  try {
    const { code } = (await response.json()) as { code?: unknown };
    return typeof code === 'string' ? code : '';
  } catch {
    return '';
  }
}

/** Asks a server for a pairing; the code is shown to the person. The key is not known there yet, so no proof is sent. */
export async function askToPair(
  serverUrl: string,
  identity: Identity,
  about: { readonly name: string; readonly holder: 'practice' | 'token' },
): Promise<z.infer<typeof agentRoutes.pair.answer>> {
  let response: Response;
  try {
    response = await fetch(new URL(agentRoutes.pair.path, serverUrl), {
      method: 'POST',
      redirect: 'error',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...about, publicKey: Buffer.from(identity.publicKey).toString('base64') }),
      signal: AbortSignal.timeout(30_000),
    });
  } catch (cause) {
    throw new AgentFault('agent.server-unreachable', `${serverUrl} did not answer`, { cause });
  }
  if (!response.ok) {
    throw new AgentFault(
      'agent.pairing-refused',
      `the server refused to pair: ${response.status} ${await problemCode(response)}`,
    );
  }
  return agentRoutes.pair.answer.parse(await response.json());
}

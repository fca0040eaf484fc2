import { setTimeout as sleep } from 'node:timers/promises';
import { AgentFault } from './fault.ts';
import type { Identity, Pairing } from './identity.ts';
import { askToPair, serverClient } from './server-client.ts';

/**
 * Pairs by device flow (RFC 8628): shows a code, waits until its owner typed it on the office page.
 *
 * The server must name the very origin we speak to: orders will be checked against it, and a relay in between would show here.
 *
 * @throws {AgentFault} `agent.insecure-server`, `agent.pairing-expired`, `agent.origin-mismatch`, `agent.pairing-refused`, `agent.server-unreachable`
 */
export async function pairWith(
  serverUrl: string,
  identity: Identity,
  about: { readonly name: string; readonly holder: 'practice' | 'token' },
  options: {
    readonly show: (userCode: string) => void;
    readonly clock: () => Date;
    readonly signal?: AbortSignal;
    readonly allowHttp?: boolean;
  },
): Promise<Pairing> {
  requireSafeServer(serverUrl, options.allowHttp ?? false);
  const asked = await askToPair(serverUrl, identity, about);
  options.show(asked.userCode);
  const client = serverClient(serverUrl, asked.agentId, identity, options.clock);
  const end = performance.now() + asked.expiresInSeconds * 1000;
  while (performance.now() < end) {
    const answer = await client.pairing().catch((fault: unknown) => {
      // The office restarts while somebody looks for the page: the code still holds.
      if (fault instanceof AgentFault && fault.code === 'agent.server-unreachable') return undefined;
      throw fault;
    });
    if (answer?.state === 'paired') {
      if (answer.origin !== new URL(serverUrl).origin) {
        throw new AgentFault(
          'agent.origin-mismatch',
          `expected the server to be ${new URL(serverUrl).origin}, it says ${answer.origin}`,
        );
      }
      const { person, origin, platformKey } = answer;
      return { agentId: asked.agentId, serverUrl, origin, platformKey, person };
    }
    await sleep(asked.intervalSeconds * 1000, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
  throw new AgentFault('agent.pairing-expired', 'nobody confirmed the code in time; start again for a new one');
}

/**
 * Pairing decides once and for all whose orders are taken: over plain HTTP anybody on the way could put in a key of his own.
 * This very machine is the exception, and what somebody names on the command line.
 */
export function requireSafeServer(serverUrl: string, allowHttp: boolean): void {
  const { protocol, hostname } = new URL(serverUrl);
  const here = hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]';
  if (protocol === 'https:' || (protocol === 'http:' && (here || allowHttp))) return;
  throw new AgentFault(
    'agent.insecure-server',
    `${serverUrl} is not https: use its https address, or --allow-http in a closed practice network`,
  );
}

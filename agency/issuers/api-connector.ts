import { z } from 'zod';
import { RequestResult } from '@antin/protocol/certificates/result';
import { SubmissionReceipt } from '@antin/protocol/authority/submissions';
import type { CertificateName } from '@antin/protocol/certificates/request';
import { readResultArchive } from './archive.ts';
import { mediaTypeOf } from '@antin/protocol/certificates/media-type';
import { ConnectorFault, type IssuerConnector, type SealedRequest, type Submitted } from './connector.ts';

export interface ApiConnectorSettings {
  readonly id?: string;
  readonly name?: string;
  /** `https://ca.example`, without a path. */
  readonly origin: string;
  /** Bearer token of this sender; asked for at each call so that it can be renewed. */
  readonly token: () => string | Promise<string>;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly timeoutMs?: number;
  /** The largest answer taken. */
  readonly maxBytes?: number;
  /** OCSP or CRL of the issuer, when this installation can ask. */
  readonly statusOf?: (certificate: CertificateName) => Promise<'good' | 'revoked' | 'unknown'>;
}

const Results = z.object({ result: RequestResult.optional() });
const Problem = z.object({ code: z.string(), title: z.string().optional(), detail: z.string().optional() });

/** The issuer's own HTTP API (`senderRoutes` of `protocol/authority/submissions.ts`). */
export function apiConnector(settings: ApiConnectorSettings): IssuerConnector {
  const { timeoutMs = 60_000, maxBytes = 128 << 20 } = settings;

  /** One call. Anything short of a whole, understood answer is `unreachable`: whether the issuer did it is not known. */
  async function call(method: string, path: string, body?: Uint8Array | string, type = 'application/json') {
    let response: Response;
    let bytes: Uint8Array;
    try {
      response = await settings.fetch(`${settings.origin}/authority/api/sender${path}`, {
        method,
        headers: {
          authorization: `Bearer ${await settings.token()}`,
          ...(body === undefined ? {} : { 'content-type': type }),
        },
        ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      bytes = await limited(response, maxBytes);
    } catch (cause) {
      if (cause instanceof ConnectorFault) throw cause;
      throw new ConnectorFault('connector.unreachable', cause instanceof Error ? cause.message : String(cause), cause);
    }
    const { status } = response;
    if (status >= 500 || status === 408 || status === 429) throw new ConnectorFault('connector.unreachable', `HTTP ${status}`);
    if (status === 401 || status === 403) throw new ConnectorFault('connector.not-permitted', `HTTP ${status}`);
    let json: unknown;
    try {
      json = JSON.parse(new TextDecoder().decode(bytes));
    } catch (cause) {
      throw new ConnectorFault('connector.unreachable', 'the answer broke off or is no JSON', cause);
    }
    return { status, json };
  }

  async function send(request: SealedRequest): Promise<Submitted> {
    const body = request.mediaType === 'application/json' ? request.canonical : request.container;
    const { status, json } = await call('POST', '/submissions', body, request.mediaType);
    if (status >= 400) return refusal(json, status);
    const receipt = SubmissionReceipt.safeParse(json);
    if (!receipt.success) throw new ConnectorFault('connector.not-understood', 'no receipt in the answer', receipt.error);
    const { code = 'unknown', words } = receipt.data;
    if (receipt.data.status !== 'accepted') return { status: receipt.data.status, code, text: words?.vi ?? '' };
    return (await sendMissing(request, receipt.data.missingAttachments)) ?? { status: 'accepted' };
  }

  /** Papers that did not lie in the container, when the issuer knows which request they belong to: nothing is sent ahead. */
  async function sendMissing(request: SealedRequest, missing: readonly string[]): Promise<Submitted | undefined> {
    const named = new Set(missing);
    for (const one of request.attachments.filter(({ sha256 }) => named.has(sha256))) {
      const bytes = await one.bytes();
      const put = await call('PUT', `/attachments/${one.sha256}`, bytes, mediaTypeOf(bytes));
      // It stands there accepted: a paper that is not taken is asked for again, not the whole request refused.
      if (put.status >= 400) return { ...refusal(put.json, put.status), status: 'quarantined' };
    }
    return undefined;
  }

  return {
    id: settings.id ?? 'api',
    name: settings.name ?? 'Kết nối trực tuyến với đơn vị cấp chứng thư số',
    capabilities: {
      transport: 'at-once',
      acts: ['new', 'renew', 'change', 'revoke', 'recover-device'],
      ...{ acceptsCsr: true, makesKeysOnToken: true, revokesOnline: true, reportsStatus: settings.statusOf !== undefined },
    },
    submit: send,
    revoke: send,
    async poll(requestId, after) {
      const { status, json } = await call('GET', `/submissions/${requestId}/results?after=${after}`);
      if (status === 404) return undefined;
      const parsed = Results.safeParse(json);
      if (status >= 400 || !parsed.success) throw new ConnectorFault('connector.not-understood', `HTTP ${status}`);
      const { result } = parsed.data;
      // An answer about another request would be applied to ours.
      if (result !== undefined && result.requestId !== requestId) {
        throw new ConnectorFault('connector.not-understood', 'results of another request');
      }
      return result;
    },
    collect: readResultArchive,
    async answer(requestId, { questionId, text }) {
      const body = JSON.stringify({ answers: [{ questionId, text, attachments: [] }] });
      const { status, json } = await call('POST', `/submissions/${requestId}/answers`, body);
      if (status >= 400) {
        const refused = refusal(json, status);
        throw new ConnectorFault('connector.not-understood', refused.text);
      }
    },
    status: async (certificate) => (await settings.statusOf?.(certificate)) ?? 'not-reported',
  };
}

function refusal(json: unknown, status: number): Extract<Submitted, { status: 'refused' }> {
  const problem = Problem.safeParse(json);
  const code = problem.success ? problem.data.code : `http.${status}`;
  return { status: 'refused', code, text: problem.success ? (problem.data.detail ?? problem.data.title ?? code) : code };
}

async function limited(response: Response, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += piece.length;
    if (size > most) throw new ConnectorFault('connector.not-understood', `more than ${most} bytes`);
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

import { Hono, type Context } from 'hono';
import { fromBase64, toBase64 } from '@antin/formats/bytes/text-encodings';
import { limitRate, peerAddress, rateLimit } from '@antin/adapters/http/rate-limit';
import { certsOnly } from '@antin/pki/cms/certs-only';
import { accountOf, type AccountDoors } from '../enrolment/accounts.ts';
import { certifyMachine, type CertifyParts } from '../enrolment/certify.ts';
import type { AccountRecord } from '../enrolment/store.ts';
import type { Refusal } from '../fault.ts';
import { limitedBody } from '../request-body.ts';

export interface EstDoors extends AccountDoors {
  readonly certify: CertifyParts;
  /** Issuers up to the root, DER: what a machine is to trust. */
  readonly chain: () => Promise<readonly Uint8Array[]>;
}

const MAX_REQUEST = 32 * 1024;

/**
 * Enrolment over Secure Transport (RFC 7030) for devices and services: `/cacerts`, `/simpleenroll`, `/simplereenroll`, `/csrattrs`
 * below `/.well-known/est`. A machine shows name and secret of its account (HTTP Basic, RFC 7030 §3.2.3); transport security is
 * the proxy's in front, as for every route.
 */
export function estApp(doors: EstDoors): Hono {
  const app = new Hono();
  const base = '/.well-known/est';
  app.use(
    `${base}/*`,
    limitRate(rateLimit({ perMinute: 60, burst: 60, clock: doors.clock }), (c) => peerAddress(c)),
  );

  app.get(`${base}/cacerts`, async (c) => certificates(c, await doors.chain()));
  // Nothing is asked of a request beyond its key: what stands in a certificate was approved (RFC 7030 §4.5.2).
  app.get(`${base}/csrattrs`, (c) => c.body(null, 204));
  for (const operation of ['simpleenroll', 'simplereenroll']) {
    app.post(`${base}/${operation}`, async (c) => {
      const account = await authenticated(c, doors);
      if (account === undefined) {
        c.header('www-authenticate', 'Basic realm="Antin EST", charset="UTF-8"');
        return c.text('the account is not known, not open, or the secret is wrong\n', 401);
      }
      const csr = await requestOf(c);
      if (csr === undefined) return c.text('expected application/pkcs10, base64 (RFC 8951)\n', 400);
      const answer = await certifyMachine(doors.certify, account, csr);
      if (answer.status === 'refused') return refusedText(c, answer);
      return certificates(c, [answer.certificate.raw]);
    });
  }
  return app;
}

async function authenticated(c: Context, doors: EstDoors): Promise<AccountRecord | undefined> {
  const given = /^Basic ([A-Za-z0-9+/=]{1,400})$/i.exec(c.req.header('authorization') ?? '')?.[1];
  if (given === undefined) return undefined;
  const [kid, secret] = splitOnce(Buffer.from(given, 'base64').toString('utf8'));
  return secret === undefined ? undefined : accountOf(doors, kid, secret);
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf(':');
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Base64 whatever the header says: Content-Transfer-Encoding has no meaning in HTTP (RFC 8951 §3.1). */
async function requestOf(c: Context): Promise<Uint8Array | undefined> {
  if (!/^application\/pkcs10\b/i.test(c.req.header('content-type') ?? '')) return undefined;
  const body = await limitedBody(c, MAX_REQUEST);
  if (body === undefined || body.length === 0) return undefined;
  try {
    return fromBase64(
      Buffer.from(body)
        .toString('latin1')
        .replace(/[\r\n\t ]/g, ''),
    );
  } catch {
    return undefined;
  }
}

function certificates(c: Context, ders: readonly Uint8Array[]): Response {
  const lines = toBase64(certsOnly(ders)).replace(/.{76}/g, '$&\r\n');
  return c.body(`${lines}\r\n`, 200, {
    'content-type': 'application/pkcs7-mime; smime-type=certs-only',
    'content-transfer-encoding': 'base64',
  });
}

/** RFC 7030 §4.2.3: a human-readable reason; ours begins with its stable code. */
function refusedText(c: Context, { code, detail }: Refusal): Response {
  return c.text(`${code}${detail === undefined ? '' : `: ${detail}`}\n`, 400);
}

import { Hono, type Context } from 'hono';
import { fromBase64, toBase64 } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import { PkiFault } from '@antin/pki/fault';
import { clientAddress } from '@antin/adapters/http/border';
import { rateLimit } from '@antin/adapters/http/rate-limit';
import { certsOnly } from '@antin/pki/cms/certs-only';
import { parseCertificate, type Certificate } from '@antin/pki/x509/certificate';
import { accountOf, type AccountDoors } from '../enrolment/accounts.ts';
import { certifyMachine, type CertifyParts, type CertifyWish, type MachineRefusal } from '../enrolment/certify.ts';
import { closedBy, stoppedByUs, type Closed } from '../enrolment/closed.ts';
import { isOpen } from '../enrolment/rules.ts';
import { accountById, accountOfCertificate, holdsCertificate, touchAccount, type AccountRecord } from '../enrolment/store.ts';
import { fingerprint } from '../issuance/issue.ts';
import { limitedBody } from '../request-body.ts';
import { shownCertificate } from './client-certificate.ts';
import { csrAttributes } from './wishes.ts';

export interface EstDoors extends AccountDoors {
  readonly certify: CertifyParts;
  /** Issuers up to the root, DER: what a machine is to trust. */
  readonly chain: () => Promise<readonly Uint8Array[]>;
  /** Which of our CAs issued a certificate; undefined for a stranger's. */
  readonly issuerOf: (certificate: Certificate) => Promise<Certificate | undefined>;
  /** Told of what went wrong on our side. */
  readonly onFault: (fault: unknown) => void;
}

interface Known {
  readonly account: AccountRecord;
  /** A certificate of the account that was shown in TLS, DER. */
  readonly shown?: Uint8Array;
}

const MAX_REQUEST = 32 * 1024;
const BASE = '/.well-known/est';
/** Methods of what this server has; the others of RFC 7030 are known and not offered. */
const OPERATIONS: Readonly<Record<string, 'GET' | 'POST'>> = {
  cacerts: 'GET',
  csrattrs: 'GET',
  simpleenroll: 'POST',
  simplereenroll: 'POST',
};
/** Keys are made by who uses them; what full CMC would ask for is asked on a form. */
const NOT_OFFERED = new Set(['fullcmc', 'serverkeygen']);

/**
 * Enrolment over Secure Transport (RFC 7030) for devices and services: `/cacerts`, `/simpleenroll`, `/simplereenroll`, `/csrattrs`
 * below `/.well-known/est`. A machine shows name and secret of its account (HTTP Basic, RFC 7030 §3.2.3); transport security is
 * the proxy's in front, as for every route. Who re-enrols proves to hold the certificate that ends: by a request over its key, or
 * by showing it in TLS, which then stands for name and secret too.
 */
export function estApp(doors: EstDoors): Hono {
  const app = new Hono();
  const limit = rateLimit({ perMinute: 60, burst: 60, clock: doors.clock });
  app.use(`${BASE}/*`, async (c, next) => {
    const wait = limit.take(clientAddress(c));
    if (wait > 0) return c.text('http.too-many-requests\n', 429, { 'retry-after': String(wait) });
    await next();
    return undefined;
  });

  app.get(`${BASE}/cacerts`, async (c) => certificates(c, await doors.chain()));
  app.get(`${BASE}/csrattrs`, (c) => inLines(c, csrAttributes(), 'application/csrattrs'));
  for (const operation of ['simpleenroll', 'simplereenroll']) {
    app.post(`${BASE}/${operation}`, async (c) => {
      const renews = operation === 'simplereenroll';
      const known = await knownMachine(c, doors, renews);
      if (known === undefined) {
        c.header('www-authenticate', 'Basic realm="Antin EST", charset="UTF-8"');
        return c.text('the account is not known, not open, or the secret is wrong\n', 401);
      }
      const csr = await requestOf(c);
      if (csr === 'too-large') return c.text('http.body-too-large\n', 413);
      if (csr === undefined) return c.text('expected application/pkcs10, base64 (RFC 8951)\n', 400);
      const wish: CertifyWish = { over: 'est', ...(renews ? { renews: known.shown ?? 'by-key' } : {}) };
      const answer = await certifyMachine(doors.certify, known.account, csr, wish).catch((fault: unknown) => {
        doors.onFault(fault);
        return closedBy(fault);
      });
      if (typeof answer.status === 'number') return closedText(c, answer);
      return answer.status === 'refused' ? refusedText(c, answer) : certificates(c, [answer.certificate.raw]);
    });
  }
  app.all(`${BASE}/:operation`, (c) => {
    const operation = c.req.param('operation');
    const method = OPERATIONS[operation];
    if (method !== undefined) return c.text('this operation has another method\n', 405, { allow: method });
    if (NOT_OFFERED.has(operation)) return c.text(`enrolment.not-offered: ${operation}\n`, 501);
    return c.text('there is no such operation\n', 404);
  });
  return app;
}

async function knownMachine(c: Context, doors: EstDoors, renews: boolean): Promise<Known | undefined> {
  const { db, clock } = doors;
  const certificate = renews ? shownCertificate(c) : undefined;
  const holder = certificate === undefined ? undefined : await holderOf(doors, certificate);
  const given = /^Basic ([A-Za-z0-9+/=]{1,400})$/i.exec(c.req.header('authorization') ?? '')?.[1];
  if (given === undefined) {
    if (holder !== undefined) await touchAccount(db, holder.account.id, 'est', clock());
    return holder;
  }
  const [kid, secret] = splitOnce(Buffer.from(given, 'base64').toString('utf8'));
  const account = secret === undefined ? undefined : await accountOf(doors, kid, secret);
  if (account === undefined) return undefined;
  // A certificate of another machine says nothing about this one.
  return holder?.account.id === account.id ? holder : { account };
}

/** The open account whose certificate in force this is. */
async function holderOf({ db, clock, issuerOf }: EstDoors, der: Uint8Array): Promise<Known | undefined> {
  let certificate: Certificate;
  try {
    certificate = parseCertificate(der);
  } catch (fault) {
    if (fault instanceof FormatFault || fault instanceof PkiFault) return undefined;
    throw fault;
  }
  const issuer = await issuerOf(certificate);
  if (issuer === undefined) return undefined;
  const id = await accountOfCertificate(db, { issuerSha256: fingerprint(issuer), certificate });
  if (id === undefined || !(await holdsCertificate(db, id, der, clock()))) return undefined;
  const account = await accountById(db, id);
  return account !== undefined && isOpen(account, clock().getTime()) ? { account, shown: der } : undefined;
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf(':');
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Base64 whatever the header says: Content-Transfer-Encoding has no meaning in HTTP (RFC 8951 §3.1). */
async function requestOf(c: Context): Promise<Uint8Array | 'too-large' | undefined> {
  if (!/^application\/pkcs10\s*(;|$)/i.test(c.req.header('content-type') ?? '')) return undefined;
  const body = await limitedBody(c, MAX_REQUEST);
  if (body === undefined) return 'too-large';
  if (body.length === 0) return undefined;
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
  return inLines(c, certsOnly(ders), 'application/pkcs7-mime; smime-type=certs-only');
}

function inLines(c: Context, der: Uint8Array, type: string): Response {
  const lines = toBase64(der).replace(/.{76}/g, '$&\r\n');
  return c.body(`${lines}\r\n`, 200, { 'content-type': type, 'content-transfer-encoding': 'base64' });
}

/** Nothing was issued, and the same request may come again. */
function closedText(c: Context, { code, seconds, status }: Closed): Response {
  return c.text(`${code}: nothing can be issued just now\n`, status, { 'retry-after': String(seconds) });
}

/** RFC 7030 §4.2.3: a human-readable reason; ours begins with its stable code. */
function refusedText(c: Context, { code, detail, retryAfter }: MachineRefusal): Response {
  const stopped = stoppedByUs(code);
  if (stopped !== undefined) return closedText(c, stopped);
  const text = `${code}${detail === undefined ? '' : `: ${detail}`}\n`;
  const wait: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  // The same request again in a moment gets its certificate (RFC 7030 §4.2.3).
  if (code === 'enrolment.in-work') return c.text(text, 202, wait);
  return c.text(text, code === 'enrolment.limit-reached' ? 429 : code === 'enrolment.holder-proof-missing' ? 403 : 400, wait);
}

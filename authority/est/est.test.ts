import { execFileSync } from 'node:child_process';
import { Hono } from 'hono';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { border } from '@antin/adapters/http/border';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { parseSignedData } from '@antin/pki/cms/signed-data';
import { parseCertificate, type Certificate } from '@antin/pki/x509/certificate';
import { useFolder } from '@antin/testkit/folder';
import { ConsoleForTests } from '../console-for-tests.ts';
import { certificatesOf, csrOf, ecKey, est, openedMachine, ORIGIN, type Opened } from '../enrolment/machine-for-tests.ts';

const home = useFolder();
let t: ConsoleForTests;
let app: Hono;
/** The same behind a proxy whose word is believed; requests of tests come from `local`. */
let behind: Hono;

beforeAll(async () => {
  t = await ConsoleForTests.open();
  // A certificate begins an hour back: the issuer is to be older.
  await t.later(1);
});
// Each test has its own count of requests a minute.
beforeEach(() => {
  app = t.authority.service.machines();
  behind = new Hono();
  behind.use(border(['local']));
  behind.route('/', t.authority.service.machines());
});
afterAll(() => t.close());

const certificateOf = (text: string): Certificate =>
  parseCertificate(parseSignedData(fromBase64(text.replace(/\s/g, ''))).certificates[0]!);
const shown = ({ raw }: Certificate) => ({ 'client-cert': `:${Buffer.from(raw).toString('base64')}:` });

/** A machine with a certificate for a key. */
async function enrolled(hosts: readonly string[] = ['a.gov.vn', 'b.gov.vn'], asks = ['a.gov.vn']) {
  const machine = await openedMachine(t, hosts);
  const key = ecKey();
  const answer = await est(app, 'simpleenroll', machine, csrOf(key, asks));
  expect(answer.status).toBe(200);
  return { machine, key, certificate: certificateOf(answer.text) };
}

describe('re-enrolment', () => {
  test('with the key in force is its holder’s: the names stay, named or not', async () => {
    const { machine, key, certificate } = await enrolled();
    await t.later(61);
    const unnamed = await est(app, 'simplereenroll', machine, csrOf(key, []));
    expect(unnamed.status).toBe(200);
    const next = certificateOf(unnamed.text);
    expect(next.serialHex).not.toBe(certificate.serialHex);
    expect(next.subjectAltName).toEqual(certificate.subjectAltName);
    expect((await est(app, 'simplereenroll', machine, csrOf(key, ['a.gov.vn']))).text).toBe(unnamed.text);
    const more = await est(app, 'simplereenroll', machine, csrOf(key, ['a.gov.vn', 'b.gov.vn']));
    expect([more.status, more.text]).toEqual([400, expect.stringMatching(/^enrolment\.names-differ/)]);
  });

  test('with a new key needs the certificate in TLS: the secret alone is no proof, and enrolling anew is open', async () => {
    const { machine } = await enrolled();
    const csr = csrOf(ecKey(), ['a.gov.vn']);
    const refused = await est(app, 'simplereenroll', machine, csr);
    expect([refused.status, refused.text]).toEqual([403, expect.stringMatching(/^enrolment\.holder-proof-missing/)]);
    expect(await certificatesOf(t, machine.account.id)).toBe(1);
    expect((await est(app, 'simpleenroll', machine, csr)).status).toBe(200);
  });

  test('by the certificate that a trusted proxy passes on needs neither secret nor old key', async () => {
    const { machine, certificate } = await enrolled();
    const csr = csrOf(ecKey(), []).toString('base64');
    const ask = (web: Hono, operation = 'simplereenroll', headers: Record<string, string> = shown(certificate)) =>
      web.request(`${ORIGIN}/.well-known/est/${operation}`, {
        method: 'POST',
        headers: { 'content-type': 'application/pkcs10', ...headers },
        body: csr,
      });
    // Not from whoever writes a header.
    expect((await ask(app)).status).toBe(401);
    expect((await ask(behind, 'simpleenroll')).status).toBe(401);
    expect((await ask(behind, 'simplereenroll', { 'client-cert': 'rubbish' })).status).toBe(401);
    expect((await ask(behind, 'simplereenroll', { 'client-cert': ':AAAA:' })).status).toBe(401);
    const answer = await ask(behind);
    expect(answer.status).toBe(200);
    expect(certificateOf(await answer.text()).subjectAltName).toEqual(certificate.subjectAltName);
    expect(await certificatesOf(t, machine.account.id)).toBe(2);
  });

  test('by a certificate that is revoked, over, a person’s, the issuer’s, or another machine’s is refused', async () => {
    const { machine, certificate } = await enrolled();
    const other = await enrolled();
    const ask = async (which: Certificate, who: Opened | undefined = undefined) => {
      const headers = shown(which);
      if (who !== undefined) return (await est(behind, 'simplereenroll', who, csrOf(ecKey(), []), headers)).status;
      const response = await behind.request(`${ORIGIN}/.well-known/est/simplereenroll`, {
        method: 'POST',
        headers: { 'content-type': 'application/pkcs10', ...headers },
        body: csrOf(ecKey(), []).toString('base64'),
      });
      return response.status;
    };
    expect(await ask((await t.certified('Đỗ Văn Người')).certificate)).toBe(401);
    expect(await ask(t.authority.issuer)).toBe(401);
    expect(await ask(other.certificate, machine)).toBe(403);
    expect(await ask(certificate, machine)).toBe(200);
    await t.authority.service.revoke(other.certificate.serialHex, 'superseded');
    expect(await ask(other.certificate)).toBe(401);
    await t.later(91);
    expect(await ask(certificate)).toBe(401);
  });

  test('by a certificate of an account that was closed is refused', async () => {
    const { machine, key, certificate } = await enrolled();
    await t.post('issuer', `/machine-accounts/${machine.account.id}`, undefined, 'DELETE');
    const answer = await est(behind, 'simplereenroll', machine, csrOf(key, []), shown(certificate));
    expect(answer.status).toBe(401);
  });
});

describe('the rest of RFC 7030', () => {
  test('csrattrs wishes an EC key and SHA-256, as openssl reads it', async () => {
    const response = await app.request(`${ORIGIN}/.well-known/est/csrattrs`);
    expect(response.headers.get('content-type')).toBe('application/csrattrs');
    const file = home.put('csrattrs.der', Buffer.from(await response.text(), 'base64'));
    const read = execFileSync('openssl', ['asn1parse', '-inform', 'DER', '-in', file], { encoding: 'utf8' });
    expect(read.match(/:(id-ecPublicKey|prime256v1|ecdsa-with-SHA256)$/gm)).toEqual([
      ':id-ecPublicKey',
      ':prime256v1',
      ':ecdsa-with-SHA256',
    ]);
  });

  test.each([
    ['fullcmc', 'POST', 501],
    ['serverkeygen', 'POST', 501],
    ['serverkeygen', 'GET', 501],
    ['simpleenroll', 'GET', 405],
    ['cacerts', 'POST', 405],
    ['anything', 'POST', 404],
    ['label/simpleenroll', 'POST', 404],
  ])('%s by %s is answered %i', async (operation, method, status) => {
    const response = await app.request(`${ORIGIN}/.well-known/est/${operation}`, { method });
    expect(response.status).toBe(status);
    if (status === 405) expect(response.headers.get('allow')).toBe(method === 'GET' ? 'POST' : 'GET');
  });

  test('content is base64 whatever its header says, in lines or in one; PEM and DER are refused', async () => {
    const machine = await openedMachine(t);
    const csr = csrOf(ecKey(), ['a.gov.vn']);
    const send = async (body: string | Uint8Array, headers: Record<string, string> = {}) => {
      const authorization = `Basic ${Buffer.from(`${machine.account.kid}:${machine.secret}`).toString('base64')}`;
      const response = await app.request(`${ORIGIN}/.well-known/est/simpleenroll`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/pkcs10', ...headers },
        body: new Uint8Array(Buffer.from(body as string)),
      });
      return response.status;
    };
    const text = csr.toString('base64');
    expect(await send(text.replace(/.{64}/g, '$&\r\n'), { 'content-transfer-encoding': 'base64' })).toBe(200);
    expect(await send(text, { 'content-transfer-encoding': 'binary' })).toBe(200);
    expect(await send(text, { 'content-type': 'application/pkcs10; charset=us-ascii' })).toBe(200);
    expect(await send(csr)).toBe(400);
    expect(await send(`-----BEGIN CERTIFICATE REQUEST-----\n${text}\n-----END CERTIFICATE REQUEST-----\n`)).toBe(400);
    expect(await send(text, { 'content-type': 'application/pkcs10x' })).toBe(400);
    expect(await send('A'.repeat(40_000))).toBe(413);
    expect(await send('')).toBe(400);
  });
});

describe('name and secret', () => {
  test('are one way of writing one secret: nothing is cut, padded or decoded to fit', async () => {
    const machine = await openedMachine(t);
    const csr = csrOf(ecKey(), ['a.gov.vn']);
    const as = async (secret: string, kid = machine.account.kid) =>
      (await est(app, 'simpleenroll', { account: { kid }, secret }, csr)).status;
    const { secret } = machine;
    for (const wrong of ['', `${secret}=`, `${secret}\n`, ` ${secret}`, secret.slice(0, -1), `${secret}A`, secret.toLowerCase()])
      expect(await as(wrong)).toBe(401);
    expect(await as(secret, machine.account.kid.toUpperCase())).toBe(401);
    expect(await as(secret, `${machine.account.kid}\0`)).toBe(401);
    expect(await as(secret)).toBe(200);
  });

  test('in another scheme, twice, or broken are asked for again', async () => {
    const machine = await openedMachine(t);
    const good = Buffer.from(`${machine.account.kid}:${machine.secret}`).toString('base64');
    for (const authorization of [
      `Bearer ${good}`,
      'Basic',
      `Basic ${good}, Basic ${good}`,
      'Basic !!!!',
      `Basic ${'A'.repeat(500)}`,
    ]) {
      const response = await app.request(`${ORIGIN}/.well-known/est/simpleenroll`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/pkcs10' },
        body: csrOf(ecKey(), []).toString('base64'),
      });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    }
  });

  test('are asked for so often a minute; who asks more hears when to come again', async () => {
    const other = t.authority.service.machines();
    const answers: Response[] = [];
    for (let i = 0; i < 61; i += 1) answers.push(await other.request(`${ORIGIN}/.well-known/est/nothing`));
    expect(answers.at(59)!.status).toBe(404);
    expect(answers.at(60)!.status).toBe(429);
    expect(Number(answers.at(60)!.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('a certificate over EST', () => {
  test('without names has every approved one, and the same key again the same certificate', async () => {
    const { machine, key, certificate } = await enrolled(['a.gov.vn', 'b.gov.vn'], []);
    expect(certificate.subjectAltName?.map((one) => (one as { value: string }).value).toSorted()).toEqual([
      'a.gov.vn',
      'b.gov.vn',
    ]);
    const again = await est(app, 'simpleenroll', machine, csrOf(key, []));
    expect(certificateOf(again.text).serialHex).toBe(certificate.serialHex);
  });

  test.each([
    ['a wild card', ['*.gov.vn']],
    ['a name with a line break', ['a.gov.vn\n']],
    ['a name with an end inside', ['a.gov.vn\0.evil.example']],
    ['a trailing dot', ['a.gov.vn.']],
    ['another letter that looks the same', ['xn--.gov.vn']],
    ['a parent', ['gov.vn']],
    ['an approved one and another', ['a.gov.vn', 'evil.gov.vn']],
  ])('with %s is refused', async (_, names) => {
    const machine = await openedMachine(t);
    const answer = await est(app, 'simpleenroll', machine, csrOf(ecKey(), names));
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(/^(enrolment\.name-not-approved|issuance\.key-damaged)/);
    expect(await certificatesOf(t, machine.account.id)).toBe(0);
  });
});

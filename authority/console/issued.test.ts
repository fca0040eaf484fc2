import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memorySource } from '@antin/formats/bytes/source';
import { fromBase64, toBase64 } from '@antin/formats/bytes/text-encodings';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { buildName } from '@antin/pki/x509/name';
import { buildCertificationRequest, buildCertificationRequestInfo } from '@antin/pki/x509/request';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { ConsoleForTests, personItem } from '../console-for-tests.ts';
import type { HeldKey, Who } from '../console-for-tests.ts';
import { nodeSecrets } from '@antin/adapters/crypto/node';

let t: ConsoleForTests;
let key: HeldKey;
beforeAll(async () => {
  t = await ConsoleForTests.open();
  key = await t.bind('revoker');
});
afterAll(() => t.close());

interface Named {
  readonly issuerSha256: string;
  readonly serialHex: string;
}

/** A certificate that came straight from the authority; published, so that lists have it. */
async function certificate(name: string, profile: 'person' | 'citizen' = 'person'): Promise<Named> {
  const { spki } = nodeSecrets.generateKeyPair('p-256');
  const citizen = { surname: 'Công', givenName: 'Dân', serialNumber: 'IDCVN-079085012345' };
  const office = { organization: 'SỞ NỘI VỤ', locality: 'Hà Nội' };
  const subject = { commonName: name, ...(profile === 'person' ? office : citizen) };
  const { serialHex } = await t.authority.issued({ profile, subject, spki } as never);
  await t.authority.service.status.everyMinute();
  const { items } = await t.get('auditor', `/certificates?q=${encodeURIComponent(name)}`);
  expect(items).toHaveLength(1);
  expect(items[0].certificate.serialHex).toBe(serialHex);
  return items[0].certificate;
}
const detail = (who: Who, { issuerSha256, serialHex }: Named) => t.get(who, `/certificates/${issuerSha256}/${serialHex}`);
const ocspOf = (found: { ocsp: string }) => parseOcspResponse(fromBase64(found.ocsp)).basic?.responses[0]?.status;

/** A revocation as an officer says it. */
async function wish(who: Who, named: Named, more: object = {}, signing?: HeldKey) {
  const statement = {
    ...{ type: 'antin.revocation', certificate: named, cause: 'device-lost', reason: 'Báo mất qua điện thoại 08:30' },
    ...{ officerId: await t.officerId(who), at: new Date(t.authority.now).toISOString(), ...more },
  };
  return signing === undefined ? { statement } : { statement, cms: await t.detached(canonicalJson(statement), signing.key) };
}
const revoked = (who: Who, body: object) => t.post(who, '/certificates/revocation', body);

describe('one certificate on the console', () => {
  test('is found, with its fields, the answer of OCSP, and the request with what officers signed', async () => {
    const id = await issuedByRequest();
    await t.authority.service.status.everyMinute();
    const { items } = await t.get('auditor', '/certificates?agency=H53.11');
    expect(items).toMatchObject([{ profile: 'person', state: 'valid', agency: { code: 'H53.11', name: 'Sở Tài chính' } }]);
    expect(items[0].organisation).toMatch(/Sở Tài chính/i);
    const one = await detail('issuer', items[0].certificate);
    expect(parseCertificate(fromBase64(one.der)).serialHex).toBe(items[0].certificate.serialHex);
    expect(ocspOf(one)).toEqual({ kind: 'good' });
    expect([one.request.id, one.request.state, one.may, one.open]).toEqual([id, 'issued', [], []]);
    expect(one.acts.map((act: { act: string; signature: string }) => [act.act, act.signature])).toEqual([
      ['propose', 'signed'],
      ['approve', 'unsigned'],
      ['issue', 'unsigned'],
    ]);
    expect(one.happenings.map((entry: { kind: string }) => entry.kind)).toContain('certificate.issued');
  });

  test('the file is the certificate; an address of none is none', async () => {
    const named = await certificate('Tệp Tải Về');
    const response = await t.send(
      await t.cookie('auditor'),
      'GET',
      `/certificates/${named.issuerSha256}/${named.serialHex}/file`,
    );
    expect(parseCertificate(new Uint8Array(await response.arrayBuffer())).serialHex).toBe(named.serialHex);
    await expect(detail('auditor', { ...named, serialHex: '00ff' })).rejects.toMatchObject({ code: 'http.not-found' });
  });

  test('what an officer signed can be carried away and verified by itself', async () => {
    const named = await certificate('Người Ký Mất Thiết Bị');
    await revoked('revoker', await wish('revoker', named, {}, key));
    const { acts } = await detail('auditor', named);
    expect(acts).toMatchObject([{ act: 'revoke', signature: 'signed', by: { fullName: expect.any(String) } }]);
    const response = await t.send(await t.cookie('auditor'), 'GET', `/signed-acts/${acts[0].statement}/statement.asics`);
    expect(response.headers.get('content-type')).toBe('application/vnd.etsi.asic-s+zip');
    const bytes = new Uint8Array(await response.arrayBuffer());
    const report = await t.desk.registration.judge(memorySource(bytes), { at: t.authority.now });
    expect([report.verdict, report.signatures.length]).toEqual(['valid', 1]);
    expect(report.signatures[0]?.signer?.sha256).toBe((await t.get('revoker', '/session')).certificate.sha256);
  });
});

describe('revoking without a request', () => {
  test('takes effect at once, with its legal cause, and OCSP says so', async () => {
    const named = await certificate('Trần Mất Khóa');
    expect((await detail('revoker', named)).may).toEqual(['revoke']);
    await revoked(
      'revoker',
      await wish('revoker', named, { since: new Date(t.authority.now - 86_400_000).toISOString().slice(0, 10) }),
    );
    const after = await detail('revoker', named);
    expect(after.row).toMatchObject({ state: 'revoked', reason: 1, cause: 'device-lost' });
    expect(after.may).toEqual([]);
    expect(ocspOf(after)).toMatchObject({ kind: 'revoked', reason: 1 });
    const { items } = await t.get('auditor', '/certificates?state=revoked');
    expect(items.map((one: { name: string }) => one.name)).toContain('Trần Mất Khóa');
    await expect(revoked('revoker', await wish('revoker', named))).rejects.toMatchObject({ code: 'revocation.already-revoked' });
  });

  test.each<[string, object, string]>([
    ['another officer’s name', { officerId: '00000000-0000-4000-8000-000000000000' }, 'request.statement-other'],
    ['an old statement', { at: '2026-01-01T00:00:00.000Z' }, 'request.statement-stale'],
    ['no grounds', { reason: ' ' }, 'http.invalid-body'],
    ['a cause the decree does not know', { cause: 'because' }, 'http.invalid-body'],
  ])('is refused with %s', async (_, more, code) => {
    const named = await certificate(`Thuê Bao Số ${JSON.stringify(more).length}`);
    await expect(revoked('revoker', await wish('revoker', named, more))).rejects.toMatchObject({ code });
    expect((await detail('auditor', named)).row.state).toBe('valid');
  });

  test('is refused when the signature is somebody else’s, or over something else', async () => {
    const named = await certificate('Chữ Ký Lạ');
    const other = await t.certified('Người khác');
    await expect(revoked('revoker', await wish('revoker', named, {}, other))).rejects.toMatchObject({
      code: 'request.signer-not-bound',
    });
    const body = await wish('revoker', named, {}, key);
    const changed = { ...body, statement: { ...body.statement, cause: 'retired' } };
    await expect(revoked('revoker', changed)).rejects.toMatchObject({ code: 'request.signature-not-valid' });
    expect((await detail('auditor', named)).row.state).toBe('valid');
  });

  test('one officer cannot stop the authority: its own certificates are not subscribers’', async () => {
    const { items } = await t.get('auditor', '/certificates?profile=ocsp');
    const named = items[0].certificate;
    expect((await detail('revoker', named)).may).toEqual([]);
    await expect(revoked('revoker', await wish('revoker', named))).rejects.toMatchObject({
      code: 'revocation.not-a-subscriber',
    });
  });
});

describe('suspensions', () => {
  test('are listed with who and why; only another officer may lift them', async () => {
    const named = await certificate('Công Dân Tạm Dừng', 'citizen');
    expect((await detail('revoker', named)).may).toEqual(['suspend', 'revoke']);
    const said = async (who: Who, act: 'suspend' | 'lift') => ({
      statement: {
        ...{ type: 'antin.suspension', certificate: named, act, reason: 'Công dân đề nghị tại quầy' },
        ...{ officerId: await t.officerId(who), at: new Date(t.authority.now).toISOString() },
      },
    });
    await t.post('revoker', '/suspensions', await said('revoker', 'suspend'));
    const { items, profiles } = await t.get('revoker', '/suspensions');
    expect(profiles).toEqual(['citizen']);
    expect(items).toMatchObject([{ name: 'Công Dân Tạm Dừng', reason: 'Công dân đề nghị tại quầy', mine: true }]);
    expect((await t.get('auditor', '/suspensions')).items).toMatchObject([{ mine: false }]);
    expect((await detail('revoker', named)).may).toEqual(['revoke']);
    expect((await detail('revoker2', named)).may).toEqual(['lift', 'revoke']);
    await t.post('revoker2', '/suspensions/lifting', await said('revoker2', 'lift'));
    expect((await t.get('revoker', '/suspensions')).items).toEqual([]);
    const after = await detail('auditor', named);
    expect(after.row.state).toBe('valid');
    expect(after.acts.map((one: { act: string }) => one.act)).toEqual(['suspend', 'lift']);
  });

  test('an official’s certificate offers none', async () => {
    const named = await certificate('Công Vụ Không Tạm Dừng');
    expect((await detail('revoker', named)).may).not.toContain('suspend');
  });
});

describe('the register', () => {
  test('goes on by key, newest first, each certificate once', async () => {
    const seen: string[] = [];
    for (let after = ''; ;) {
      const { items, next } = await t.get('auditor', `/certificates?limit=3${after === '' ? '' : `&after=${after}`}`);
      seen.push(...items.map((one: { sha256: string }) => one.sha256));
      if (next === undefined) break;
      after = next;
    }
    const whole = (await t.get('auditor', '/certificates?limit=200')).items.map((one: { sha256: string }) => one.sha256);
    expect(seen).toEqual(whole);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('a word that is none finds nothing, instead of everything', async () => {
    expect((await t.get('auditor', '/certificates?q=%21%21')).items).toEqual([]);
    expect((await t.get('auditor', '/certificates?q=khong-ai-ten-nay')).items).toEqual([]);
  });
});

/** Through registration, approval and issuance; the proposal is signed. */
async function issuedByRequest(): Promise<string> {
  const registrar = await t.bind('registrar');
  const [id] = (await t.submitted([personItem()])) as [string];
  const shown = await t.proposed(id, 'registrar', registrar.key);
  expect(await t.approve('approver', id, shown)).toBe('approved');
  const { spki, pkcs8 } = nodeSecrets.generateKeyPair('p-256');
  const algorithm = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
  const info = buildCertificationRequestInfo({ subject: buildName([['CN', 'bất kỳ']]), spki });
  const value = nodeSecrets.sign(pkcs8, algorithm, info);
  const csr = toBase64(buildCertificationRequest(info, signatureAlgorithmIdentifier(algorithm), value));
  await t.post('issuer', `/requests/${id}/issuance`, { ...(await t.statement('issuer', id, shown, 'issue')), csr });
  return id;
}

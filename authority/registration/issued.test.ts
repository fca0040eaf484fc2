import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromBase64, toBase64 } from '@antin/formats/bytes/text-encodings';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { buildName } from '@antin/pki/x509/name';
import { buildCertificationRequest, buildCertificationRequestInfo } from '@antin/pki/x509/request';
import type { SigningKey } from '@antin/signature/making/signer';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { utf8 } from '@antin/formats/bytes/bytes';
import { ConsoleForTests, personItem, sha256Of } from '../console-for-tests.ts';

let t: ConsoleForTests;
beforeAll(async () => {
  t = await ConsoleForTests.open();
});
afterAll(() => t.close());

const algorithm = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (fault: { code: string }) => fault.code,
  );

function keyWithRequest(signedBy?: Uint8Array) {
  const { spki, pkcs8 } = nodeSecrets.generateKeyPair('p-256');
  const info = buildCertificationRequestInfo({ subject: buildName([['CN', 'bất kỳ']]), spki });
  const value = nodeSecrets.sign(signedBy ?? pkcs8, algorithm, info);
  return { pkcs8, csr: toBase64(buildCertificationRequest(info, signatureAlgorithmIdentifier(algorithm), value)) };
}

async function approved(item = personItem()): Promise<string> {
  const [id] = (await t.submitted([item])) as [string];
  expect(await t.approve('approver', id, await t.proposed(id))).toBe('approved');
  return id;
}

async function shownOf(id: string): Promise<string> {
  return (await t.get('auditor', `/requests/${id}`)).shownSha256;
}

async function act(who: 'issuer' | 'revoker', id: string, name: string, path: string, more: object = {}) {
  return t.post(who, `/requests/${id}/${path}`, { ...(await t.statement(who, id, await shownOf(id), name)), ...more });
}

async function results(id: string): Promise<any[]> {
  const { shown } = await t.get('auditor', `/requests/${id}`);
  const all = [];
  for (let after = 0; ; after += 1) {
    const { result } = await t.asSender('GET', `/submissions/${shown.submission.requestId}/results?after=${after}`);
    if (result === undefined) return all;
    all.push(...result.items);
  }
}

/** One person's certificate, issued all the way. */
async function issued(): Promise<{ id: string; key: SigningKey; certificate: { issuerSha256: string; serialHex: string } }> {
  const { csr, pkcs8 } = keyWithRequest();
  const id = await approved();
  const after = await act('issuer', id, 'issue', 'issuance', { csr, deviceSerial: 'VGCA-0001' });
  const told = (await results(id)).find((one) => one.status === 'issued');
  const certificate = parseCertificate(fromBase64(told.certificate));
  const sign = (data: Uint8Array) => Promise.resolve(nodeSecrets.sign(pkcs8, algorithm, data));
  return { id, key: { certificate, chain: t.authority.service.chain(), algorithm, sign }, certificate: after.issued };
}

describe('from an approval to a token in a hand', () => {
  test('an approved request becomes a certificate, and its sender gets it', async () => {
    const { csr } = keyWithRequest();
    const item = personItem();
    const id = await approved(item);
    const after = await act('issuer', id, 'issue', 'issuance', { csr, deviceSerial: 'VGCA-0007' });
    expect(after.row.state).toBe('issued');
    const told = await results(id);
    expect(told.map((one) => one.status)).toEqual(['approved', 'issued']);
    expect(told[1]).toMatchObject({ itemId: item.id, deviceSerial: 'VGCA-0007' });
    const certificate = parseCertificate(fromBase64(told[1].certificate));
    expect(certificate.serialHex).toBe(after.issued.serialHex);
    expect(told[1].chain).toHaveLength(1);
    const row = await sql<{ request_id: string; state: string }>`
      select request_id, state from authority.certificate where serial_hex = ${certificate.serialHex}`.execute(t.db);
    expect(row.rows).toEqual([{ request_id: id, state: 'good' }]);
    expect(await codeOf(act('issuer', id, 'issue', 'issuance', { csr }))).toBe('issuance.not-approved');
  });

  test('what is not approved is not issued; two officers of issuance at once issue once', async () => {
    const [open] = (await t.submitted([personItem()])) as [string];
    const { csr } = keyWithRequest();
    expect(await codeOf(act('issuer', open, 'issue', 'issuance', { csr }))).toBe('issuance.not-approved');
    const id = await approved();
    expect(await codeOf(act('issuer', id, 'issue', 'issuance'))).toBe('issuance.key-missing');
    const stolen = keyWithRequest(nodeSecrets.generateKeyPair('p-256').pkcs8).csr;
    expect(await codeOf(act('issuer', id, 'issue', 'issuance', { csr: stolen }))).toBe('issuance.proof-of-possession');
    const outcomes = await Promise.all(
      [keyWithRequest().csr, keyWithRequest().csr].map((one) => codeOf(act('issuer', id, 'issue', 'issuance', { csr: one }))),
    );
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from authority.certificate where request_id = ${id} and state = 'good'`.execute(t.db);
    expect(rows[0]!.count).toBe(1);
  });

  test('a key that came with the request is the one that is certified, and comes once', async () => {
    const { csr } = keyWithRequest();
    const id = await approved(personItem({ device: 'pkcs10', csr }));
    expect((await act('issuer', id, 'issue', 'issuance')).row.state).toBe('issued');
    const [again] = (await t.submitted([personItem({ device: 'pkcs10', csr })])) as [string];
    const { checks } = await t.get('auditor', `/requests/${again}`);
    expect(checks.find((one: any) => one.code === 'check.key-unused').outcome).toBe('blocks');
    const stolen = keyWithRequest(nodeSecrets.generateKeyPair('p-256').pkcs8).csr;
    const [weak] = (await t.submitted([personItem({ device: 'pkcs10', csr: stolen })])) as [string];
    const found = (await t.get('auditor', `/requests/${weak}`)).checks;
    expect(found.find((one: any) => one.code === 'check.key-held').outcome).toBe('blocks');
  });

  test('the hand-over record is signed by the receiver with the new key, and with no other', async () => {
    const { id, key } = await issued();
    const other = await issued();
    const { canonical } = await t.get('issuer', `/requests/${id}/hand-over`);
    const send = async (text: string, by: SigningKey) =>
      codeOf(t.post('issuer', `/requests/${id}/hand-over`, { canonical: text, cms: await t.detached(text, by) }));
    expect(await send(canonical, other.key)).toBe('request.signer-not-bound');
    expect(await send(canonical.replace('antin.hand-over', 'antin.hand-under'), key)).toBe('request.hand-over-other');
    const wrong = { canonical, cms: await t.detached(`${canonical} `, key) };
    expect(await codeOf(t.post('issuer', `/requests/${id}/hand-over`, wrong))).toBe('request.signature-not-valid');
    expect(await send(canonical, key)).toBe('done');
    expect(await send(canonical, key)).toBe('request.not-issued');
    expect((await t.get('auditor', `/requests/${id}`)).row.state).toBe('handed-over');
  });

  test('who holds a certificate is not given a second one', async () => {
    const { id } = await issued();
    const { subject } = (await t.get('auditor', `/requests/${id}`)).shown.item;
    const [second] = (await t.submitted([personItem({ subject })])) as [string];
    const { checks, may } = await t.get('registrar', `/requests/${second}`);
    expect(checks.find((one: any) => one.code === 'check.holds-none').outcome).toBe('blocks');
    expect(may).not.toContain('propose');
  });
});

describe('acts on a certificate', () => {
  const about = (name: string, certificate: object, more: object = {}) =>
    ({
      ...{ act: name, id: randomUUID(), managingAgency: { code: 'H53.11', name: 'Sở Tài chính', place: 'x' } },
      ...{ certificate, attachments: [] },
      ...more,
    }) as ReturnType<typeof personItem>;
  const checkOf = async (id: string, code: string) =>
    (await t.get('auditor', `/requests/${id}`)).checks.find((one: any) => one.code === code)?.outcome;

  test('one officer revokes at once; it is in the status and the sender hears of it', async () => {
    const { certificate, key } = await issued();
    t.authority.now += 2000;
    const [id] = (await t.submitted([about('revoke', certificate, { cause: 'key-compromised' })])) as [string];
    const waiting = await t.get('revoker', '/requests?waiting=toRevoke');
    expect(waiting.items.map((row: any) => row.id)).toContain(id);
    expect(await codeOf(t.proposed(id))).toBe('request.revocation-is-direct');
    expect((await act('revoker', id, 'revoke', 'revocation')).row.state).toBe('carried-out');
    expect(await t.authority.statusOf(key.certificate)).toMatchObject({ kind: 'revoked', reason: 1 });
    expect((await results(id)).at(-1)).toMatchObject({ status: 'revoked', certificate });
    expect(await codeOf(act('revoker', id, 'revoke', 'revocation'))).toBe('request.decided');
    const [again] = (await t.submitted([about('revoke', certificate, { cause: 'device-lost' })])) as [string];
    expect(await checkOf(again, 'check.certificate-not-revoked')).toBe('blocks');
  });

  test('what is about a certificate is listed, found and shown by its holder and agency, not by a number alone', async () => {
    const { certificate, id: first } = await issued();
    const name: string = (await t.get('auditor', `/requests/${first}`)).row.subject;
    const [id] = (await t.submitted([about('revoke', certificate, { cause: 'retired' })])) as [string];
    const { items } = await t.get('revoker', `/requests?waiting=toRevoke&q=${encodeURIComponent(name)}`);
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ id, subject: name, serialHex: certificate.serialHex, agency: { code: 'H53.11' } });
    const { shown, shownSha256 } = await t.get('revoker', `/requests/${id}`);
    expect(shown.holder.subject).toContain(`CN=${name}`);
    expect(shown.holder.agency).toEqual({ code: 'H53.11', name: 'Sở Tài chính' });
    // Part of what is signed: a server that named another holder would show another hash.
    expect(sha256Of(utf8(canonicalJson(shown)))).toBe(shownSha256);
    const [unknown] = (await t.submitted([
      about('revoke', { issuerSha256: 'a'.repeat(64), serialHex: '41fe' }, { cause: 'retired' }),
    ])) as [string];
    expect((await t.get('revoker', `/requests/${unknown}`)).row).toMatchObject({ subject: '№ 41fe', serialHex: '41fe' });
  });

  test('is held against the holder that the sender names: a number copied wrong is somebody else’s certificate', async () => {
    const [mine, other] = [await issued(), await issued()];
    const name: string = (await t.get('auditor', `/requests/${mine.id}`)).row.subject;
    for (const [certificate, holder, outcome] of [
      [mine.certificate, name, 'holds'],
      [mine.certificate, name.toUpperCase(), 'holds'],
      [other.certificate, name, 'warns'],
    ] as const) {
      const [id] = (await t.submitted([about('revoke', certificate, { cause: 'retired', holder })])) as [string];
      expect(await checkOf(id, 'check.holder-named'), holder).toBe(outcome);
    }
  });

  test('only the agencies of its sender may ask for it', async () => {
    const { certificate } = await issued();
    const token = randomUUID() + randomUUID();
    await t.register('H99', await t.certified('TỈNH KHÁC', 'organisation'), token, true);
    const item = about('revoke', certificate, { cause: 'retired', managingAgency: { code: 'H99', name: 'x', place: 'x' } });
    const { requestOf } = await import('../console-for-tests.ts');
    const text = canonicalJson(requestOf([item], new Date(t.authority.now), { from: { code: 'H99', name: 'x', place: 'x' } }));
    const receipt = await t.asSender('POST', '/submissions', new TextEncoder().encode(text), 'application/json', token);
    const [row] = (await t.get('auditor', `/requests?submission=${receipt.submissionId}`)).items;
    expect(await checkOf(row.id, 'check.certificate-of-agency')).toBe('blocks');
    expect(await codeOf(act('revoker', row.id, 'revoke', 'revocation'))).toBe('request.checks-against');
  });

  test('a certificate nobody issued is none to revoke or renew', async () => {
    const unknown = { issuerSha256: 'a'.repeat(64), serialHex: '41ff' };
    const ids = await t.submitted([about('revoke', unknown, { cause: 'retired' }), about('renew', unknown)]);
    for (const id of ids) expect(await checkOf(id, 'check.certificate-known')).toBe('blocks');
  });

  test('a renewal takes the way of a new one, once, and not too late', async () => {
    const first = await issued();
    const id = await approved(about('renew', first.certificate));
    const renewed = await act('issuer', id, 'issue', 'issuance');
    expect(renewed.row.state).toBe('issued');
    expect(renewed.issued.serialHex).not.toBe(first.certificate.serialHex);
    const [second] = (await t.submitted([about('renew', renewed.issued)])) as [string];
    expect(await checkOf(second, 'check.renewals-left')).toBe('blocks');
    expect(await checkOf(second, 'check.renewed-in-time')).toBe('holds');
  });

  test('a suspension is one officer’s, for citizens only; another lifts it', async () => {
    const suspension = async (who: 'revoker' | 'revoker2', certificate: object, act: 'suspend' | 'lift') => {
      const at = new Date(t.authority.now).toISOString();
      const statement = {
        type: 'antin.suspension',
        certificate,
        act,
        reason: 'mất điện thoại',
        officerId: await t.officerId(who),
        at,
      };
      return codeOf(t.post(who, act === 'lift' ? '/suspensions/lifting' : '/suspensions', { statement }));
    };
    const official = await issued();
    const { spki } = nodeSecrets.generateKeyPair('p-256');
    const subject = {
      surname: 'Lương',
      givenName: 'Thị Nhung',
      serialNumber: 'IDCVN-001190000077',
      commonName: 'Lương Thị Nhung',
    };
    const citizen = await t.authority.issued({ profile: 'citizen', subject, spki });
    const name = { issuerSha256: official.certificate.issuerSha256, serialHex: citizen.certificate.serialHex };
    expect(await suspension('revoker', official.certificate, 'suspend')).toBe('revocation.not-suspendable');
    // Suspension is a flag of the profile: that of citizens has it.
    t.authority.now += 2000;
    expect(await suspension('revoker', name, 'suspend')).toBe('done');
    expect(await t.authority.statusOf(citizen.certificate)).toMatchObject({ kind: 'revoked', reason: 6 });
    expect(await suspension('revoker', name, 'lift')).toBe('revocation.second-officer-needed');
    expect(await suspension('revoker2', name, 'lift')).toBe('done');
    expect(await t.authority.statusOf(citizen.certificate)).toMatchObject({ kind: 'good' });
    expect(await t.authority.statusOf(official.key.certificate)).toMatchObject({ kind: 'good' });
    const other = { type: 'antin.suspension', certificate: official.certificate, act: 'suspend', reason: 'x' };
    const statement = { ...other, officerId: await t.officerId('approver'), at: new Date(t.authority.now).toISOString() };
    expect(await codeOf(t.post('revoker', '/suspensions', { statement }))).toBe('request.statement-other');
  });

  test('a device is unlocked after an approval, by a third person', async () => {
    const { certificate } = await issued();
    const id = await approved(about('recover-device', certificate, { reason: 'khóa mã PIN' }));
    expect(await codeOf(act('issuer', id, 'issue', 'issuance'))).toBe('issuance.no-certificate-asked');
    expect((await act('issuer', id, 'recover', 'recovery')).row.state).toBe('carried-out');
    expect((await results(id)).at(-1)).toMatchObject({ status: 'recovered', certificate });
  });
});

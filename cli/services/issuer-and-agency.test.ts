import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { requireSeal } from '@antin/agency/issuers/archive-seal';
import { judgeFile } from '@antin/agency/verification/judge';
import { memorySource } from '@antin/formats/bytes/source';
import { openZip } from '@antin/formats/zip/reader';
import { writeZip } from '@antin/formats/zip/writer';
import { RESULT_ARCHIVE } from '@antin/protocol/certificates/result';
import type { AsicFile } from '@antin/signature/asic/input';
import { signAsicCades } from '@antin/signature/asic/sign';
import type { SigningKey } from '@antin/signature/making/signer';
import { testPki } from '@antin/testkit/pki/test-pki';
import { trustOf } from './trust.ts';
import { apiConnector } from '@antin/agency/issuers/api-connector';
import type { IssuerConnector, SealedRequest } from '@antin/agency/issuers/connector';
import { filesConnector } from '@antin/agency/issuers/files-connector';
import { asicSealer } from '@antin/agency/issuers/seal';
import { ConsoleForTests, PAPER, personItem, requestOf, sha256Of, type HeldKey } from '@antin/authority/console-for-tests';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { utf8 } from '@antin/formats/bytes/bytes';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { buildName } from '@antin/pki/x509/name';
import { buildCertificationRequest, buildCertificationRequestInfo } from '@antin/pki/x509/request';
import { canonicalJson } from '@antin/protocol/canonical-json';
import type { RequestItem } from '@antin/protocol/certificates/request';

/** Both ends that we make, over the messages between them: what an agency sends is what the issuer takes in. */
let issuer: ConsoleForTests;
let way: IssuerConnector;
beforeAll(async () => {
  issuer = await ConsoleForTests.open();
  way = apiConnector({ origin: 'http://127.0.0.1:8080', token: () => issuer.token, fetch: issuer.fetch });
});
afterAll(() => issuer.close());

async function sealed(items: readonly RequestItem[], key = issuer.sender.key): Promise<SealedRequest> {
  const at = new Date(issuer.authority.now);
  const request = requestOf(items, at);
  const canonical = canonicalJson(request);
  const files = [{ name: 'request.json', bytes: utf8(canonical), mimeType: 'application/json' }];
  const { container, mediaType } = await asicSealer(async () => key, 'organisation').seal(files, at);
  const attachments = [{ sha256: sha256Of(PAPER), bytes: async () => PAPER }];
  return { requestId: request.id, canonical, sha256: sha256Of(utf8(canonical)), container, mediaType, attachments };
}

function freshRequest(): string {
  const algorithm = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
  const { spki, pkcs8 } = nodeSecrets.generateKeyPair('p-256');
  const info = buildCertificationRequestInfo({ subject: buildName([['CN', 'x']]), spki });
  const value = nodeSecrets.sign(pkcs8, algorithm, info);
  return toBase64(buildCertificationRequest(info, signatureAlgorithmIdentifier(algorithm), value));
}

test('a request goes from an agency to its issuer, is asked about, answered, issued, and its certificate comes back', async () => {
  const item = personItem({ device: 'pkcs10', csr: freshRequest() });
  const request = await sealed([item]);
  expect(await way.submit(request)).toEqual({ status: 'accepted' });
  expect(await way.submit(request)).toEqual({ status: 'accepted' });
  expect(await way.poll(request.requestId, 0)).toBeUndefined();

  const { items } = await issuer.get('registrar', '/requests?waiting=toCheck');
  const id = items.at(-1).id as string;
  await issuer.post('registrar', `/requests/${id}/questions`, { text: 'Chức vụ hiện tại?' });
  const asked = await way.poll(request.requestId, 0);
  const [question] = asked!.items;
  if (question?.status !== 'question') throw new Error('no question came');
  await way.answer(request.requestId, { questionId: question.questionId, text: 'Chuyên viên' });

  expect(await issuer.approve('approver', id, await issuer.proposed(id))).toBe('approved');
  const { shownSha256 } = await issuer.get('issuer', `/requests/${id}`);
  await issuer.post('issuer', `/requests/${id}/issuance`, await issuer.statement('issuer', id, shownSha256, 'issue'));
  const answers = await way.poll(request.requestId, 1);
  expect(answers?.items.map((one) => one.status)).toEqual(['approved', 'issued']);

  // The same, carried by hand.
  const { shown } = await issuer.get('registrar', `/requests/${id}`);
  const file = await issuer.send(await issuer.cookie('issuer'), 'GET', `/submissions/${shown.submission.id}/results.zip`);
  const carried = filesConnector().collect(new Uint8Array(await file.arrayBuffer()));
  expect(carried.unreadable).toEqual([]);
  expect(carried.results.map((one) => one.result.sequence)).toEqual([1, 2]);
  expect(carried.results[1]?.result).toEqual(answers);
  expect(carried.certificates).toHaveLength(1);
});

test('what the issuer cannot take in as it is stands apart there, and the agency hears why', async () => {
  const stranger = await issuer.certified('CƠ QUAN LẠ', 'organisation');
  const request = await sealed([personItem()], stranger.key);
  const answer = await way.submit(request);
  expect(answer).toMatchObject({ status: 'quarantined', code: 'submission.signer-not-bound' });
  expect(await way.poll(request.requestId, 0)).toBeUndefined();
  const receipt = await issuer.asSender('GET', `/submissions/${request.requestId}`);
  expect(receipt).toMatchObject({ status: 'quarantined', code: 'submission.signer-not-bound' });
});

test('what an officer of the issuer leaves aside is refused with their reason, however often it is sent', async () => {
  const stranger = await issuer.certified('CƠ QUAN LẠ', 'organisation');
  const request = await sealed([personItem()], stranger.key);
  const apart = await way.submit(request);
  expect(apart.status).toBe('quarantined');
  const { submissionId } = await issuer.asSender('GET', `/submissions/${request.requestId}`);
  await issuer.post('registrar', `/submissions/${submissionId}/dismissal`, { reason: 'Ký sai chứng thư, đề nghị ký lại' });
  const refused = { status: 'refused', code: 'submission.signer-not-bound', text: 'Ký sai chứng thư, đề nghị ký lại' };
  expect([await way.submit(request), await way.submit(request)]).toEqual([refused, refused]);
  expect((await issuer.get('auditor', '/submissions?status=quarantined')).items.map((one: any) => one.requestId)).not.toContain(
    request.requestId,
  );
});

test('a token that is none gets nothing', async () => {
  const nobody = apiConnector({ origin: 'http://127.0.0.1:8080', token: () => 'x'.repeat(43), fetch: issuer.fetch });
  await expect(nobody.submit(await sealed([personItem()]))).rejects.toMatchObject({ code: 'connector.not-permitted' });
});

describe('answers that people carry, under the issuer’s seal', () => {
  let plain: Uint8Array;
  const sealedBy = async (key: SigningKey, change: (files: AsicFile[]) => AsicFile[] = (files) => files): Promise<Uint8Array> => {
    const zip = openZip(memorySource(plain), { inflateRaw: nodeInflateRaw });
    const files = zip.entries.map((entry) => ({
      ...{ name: entry.name, mimeType: 'application/octet-stream', content: zip.content(entry) },
    }));
    const options = { door: nodeCrypto, signingTime: issuer.authority.now, level: 'B-B' as const };
    const done = await signAsicCades({ container: 'ASiC-E', files: change(files) }, key, options);
    return done.read(0, done.size);
  };
  /** The container with other files than were signed. */
  const repacked = (
    archive: Uint8Array,
    change: (name: string, bytes: Uint8Array) => Uint8Array | undefined,
    more: AsicFile[] = [],
  ) => {
    const zip = openZip(memorySource(archive), { inflateRaw: nodeInflateRaw });
    const kept = zip.entries.flatMap((entry) => {
      const content = zip.content(entry);
      const bytes = change(entry.name, content.read(0, content.size));
      return bytes === undefined ? [] : [{ name: entry.name, content: memorySource(bytes) }];
    });
    const done = writeZip([...kept, ...more], Date.UTC(2026, 10, 22));
    return done.read(0, done.size);
  };
  const judge = (archive: Uint8Array) =>
    judgeFile(
      memorySource(archive),
      'ket-qua.asice',
      trustOf(() => issuer.authority.service),
      issuer.authority.now,
    );
  const taken = (archive: Uint8Array, resultSeal: 'required' | 'when-present' = 'when-present') =>
    requireSeal(archive, { resultSeal }, judge).then(
      () => filesConnector().collect(archive).results.length,
      (fault: { code: string }) => fault.code,
    );
  let seal: HeldKey;
  beforeAll(async () => {
    const request = await sealed([personItem()]);
    expect(await way.submit(request)).toEqual({ status: 'accepted' });
    const { items } = await issuer.get('registrar', '/requests?waiting=toCheck');
    const id = items.at(-1).id as string;
    await issuer.approve('approver', id, await issuer.proposed(id));
    const { shown } = await issuer.get('registrar', `/requests/${id}`);
    const file = await issuer.send(await issuer.cookie('issuer'), 'GET', `/submissions/${shown.submission.id}/results.zip`);
    expect(file.headers.get('content-type')).toBe(RESULT_ARCHIVE.plain.mediaType);
    plain = new Uint8Array(await file.arrayBuffer());
    seal = await issuer.certified('ĐƠN VỊ CẤP CHỨNG THƯ', 'organisation');
    issuer.authority.now += 1000;
  });

  test('are taken when the seal holds, and without one only where none is required', async () => {
    const archive = await sealedBy(seal.key);
    expect(await taken(archive)).toBe(1);
    expect(await taken(archive, 'required')).toBe(1);
    expect(await taken(plain)).toBe(1);
    expect(await taken(plain, 'required')).toBe('connector.archive-unsealed');
  });

  test('are refused when a file was changed, added or taken away, or the signature was: never read as a plain archive', async () => {
    const archive = await sealedBy(seal.key);
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
    const changed = repacked(archive, (name, bytes) =>
      name === 'result.json' ? utf8(text(bytes).replace('"approved"', '"received"')) : bytes,
    );
    const added = repacked(archive, (_, bytes) => bytes, [
      { name: 'result-0009.json', mimeType: 'application/json', content: memorySource(utf8('{}')) },
    ]);
    const removed = repacked(archive, (name, bytes) => (name === 'result.json' ? undefined : bytes));
    const unsigned = repacked(archive, (name, bytes) => (name.endsWith('.p7s') ? undefined : bytes));
    const foreign = repacked(archive, (name, bytes) => (name.endsWith('.p7s') ? Uint8Array.of(0x30, 0) : bytes));
    for (const [what, bad] of Object.entries({ changed, added, removed, unsigned, foreign }))
      for (const wanted of ['required', 'when-present'] as const)
        expect([what, wanted, await taken(bad, wanted)]).toEqual([what, wanted, 'connector.archive-seal-broken']);
  });

  test('are refused under the seal of another whom the agency trusts, where it knows which is the issuer’s', async () => {
    const stranger = await issuer.certified('CƠ QUAN KHÁC', 'organisation');
    issuer.authority.now += 1000;
    const pinned = new Set([sha256Of(seal.certificate.raw)]);
    const pinnedTo = (archive: Uint8Array, resultSeal: 'required' | 'when-present') =>
      requireSeal(archive, { resultSeal }, judge, pinned).then(
        () => 'taken',
        (fault: { code: string }) => fault.code,
      );
    const forged = await sealedBy(stranger.key);
    expect((await judge(forged)).verdict).toBe('valid');
    for (const wanted of ['required', 'when-present'] as const) {
      expect(await pinnedTo(forged, wanted)).toBe('connector.archive-seal-broken');
      expect(await pinnedTo(await sealedBy(seal.key), wanted)).toBe('taken');
    }
    // Without a seal: nothing where one is required.
    expect(await pinnedTo(plain, 'required')).toBe('connector.archive-unsealed');
  });

  test('under the seal of somebody nobody here trusts are worth a plain archive, and a revoked seal is none', async () => {
    const pki = testPki();
    const strange = await sealedBy(pki.signingKey('seal'));
    expect(await taken(strange)).toBe(1);
    const more = [{ name: 'result-0009.json', mimeType: 'application/json', content: memorySource(utf8('{}')) }];
    expect(await taken(repacked(strange, (_, bytes) => bytes, more))).toBe('connector.archive-seal-broken');
    expect(await taken(strange, 'required')).toBe('connector.archive-unsealed');
    const archive = await sealedBy(seal.key);
    expect(await taken(archive, 'required')).toBe(1);
    await issuer.authority.service.revoke(seal.certificate.serialHex, 'superseded', issuer.authority.now - 1);
    issuer.authority.now += 60_000;
    expect(await taken(await sealedBy(seal.key), 'required')).not.toBe(1);
  });

  test('are sealed by the console itself when it has a seal', async () => {
    const t = await ConsoleForTests.open({
      seal: async (files) => {
        const all = files.map(({ name, mediaType, bytes }) => ({ name, mimeType: mediaType, content: memorySource(bytes) }));
        const options = { door: nodeCrypto, signingTime: t.authority.now, level: 'B-B' as const };
        const done = await signAsicCades({ container: 'ASiC-E', files: all }, t.sender.key, options);
        return done.read(0, done.size);
      },
    });
    const [id] = (await t.submitted([personItem()])) as [string];
    const { shown } = await t.get('registrar', `/requests/${id}`);
    const carried = async () => t.send(await t.cookie('issuer'), 'GET', `/submissions/${shown.submission.id}/results.zip`);
    expect(await (await carried()).json()).toMatchObject({ status: 409, code: 'submission.no-answers-yet' });
    await t.approve('approver', id, await t.proposed(id));
    const file = await carried();
    expect(file.headers.get('content-type')).toBe(RESULT_ARCHIVE.sealed.mediaType);
    const report = await judgeFile(
      memorySource(new Uint8Array(await file.arrayBuffer())),
      'ket-qua.asice',
      trustOf(() => t.authority.service),
      t.authority.now,
    );
    expect(report.verdict).toBe('valid');
    await t.close();
  });
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { apiConnector } from '@antin/agency/issuers/api-connector';
import type { IssuerConnector, SealedRequest } from '@antin/agency/issuers/connector';
import { filesConnector } from '@antin/agency/issuers/files-connector';
import { asicSealer } from '@antin/agency/issuers/seal';
import { ConsoleForTests, PAPER, personItem, requestOf, sha256Of } from '@antin/authority/console-for-tests';
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

test('a token that is none gets nothing', async () => {
  const nobody = apiConnector({ origin: 'http://127.0.0.1:8080', token: () => 'x'.repeat(43), fetch: issuer.fetch });
  await expect(nobody.submit(await sealed([personItem()]))).rejects.toMatchObject({ code: 'connector.not-permitted' });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handClock } from '@antin/adapters/clock/clock';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { answerCache } from '@antin/adapters/sources/answer-cache';
import { openTrustFolder } from '@antin/adapters/sources/trust-folder';
import type { TrustSource } from '@antin/agency/verification/trust-source';
import { judgeFile } from '@antin/agency/verification/judge';
import { memorySource } from '@antin/formats/bytes/source';
import { letter, sign } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { afterAll, expect, test } from 'vitest';
import { timeStamps } from './time-stamps.ts';
import { issuersOf, statusNow, withFolder } from './trust.ts';

const pki = testPki();
const folder = mkdtempSync(join(tmpdir(), 'antin trust '));
afterAll(() => rmSync(folder, { recursive: true }));

/** An authority that knows its own certificates and answers for them alone. */
const own: TrustSource = {
  anchors: pki.anchors.map((one) => ({ ...one, label: 'own', practice: true })),
  certificates: [pki.certificate('issuing').raw],
  evidence: ({ kind, serialHex }) =>
    Promise.resolve(
      kind === 'crl' ? pki.crlAt(pki.now, serialHex === pki.certificate('issuing').serialHex ? 'root' : 'issuing') : undefined,
    ),
};

test('the folder adds to what the own authority gives: strangers become known until the day the store says, and nobody is lost', async () => {
  writeFileSync(join(folder, 'foreign.crt'), pki.certificate('foreignRoot').raw);
  const trustUntil = (validUntil: string) => {
    const anchors = [{ file: 'foreign.crt', purposes: ['signer'], validUntil }];
    writeFileSync(join(folder, 'trust.json'), JSON.stringify({ format: 'antin-trust-store-1', anchors }));
    const clock = handClock(new Date(pki.now));
    const cache = answerCache({ clock, maxBytes: 1000 });
    return withFolder(own, openTrustFolder(folder, { door: nodeCrypto, clock, cache, profile: 'practice' }));
  };
  const decided = async (by: string, trust: TrustSource) =>
    (await judgeFile(memorySource(await sign(letter(), { pki, by })), 'thư.pdf', trust, pki.now)).decidedBy;
  const trust = trustUntil('2030-01-01T00:00:00Z');
  expect(trust.anchors.map(({ label, practice }) => [label, practice])).toEqual([
    ['own', true],
    ['CN=Gốc thử nghiệm,O=Thử nghiệm Ấn Tín,C=VN', false],
  ]);
  expect(await decided('leader', trust)).toBeNull();
  expect(await decided('unknownIssuer', own)).toBe('trust.chain-found');
  // Known now; its status is not published anywhere that the store names.
  expect(await decided('unknownIssuer', trust)).toBe('trust.revocation-known');
  expect(await decided('unknownIssuer', trustUntil('2026-01-01T00:00:00Z'))).toBe('trust.anchor-ended');
});

test('before a key is used its status is what its issuer publishes, whoever that is; a look-alike issuer is not asked', async () => {
  const status = (name: string, trust = own) => statusNow(trust, pki.certificate(name).raw, pki.now);
  expect(await Promise.all(['leader', 'revoked', 'unknownIssuer', 'brokenSignature'].map((name) => status(name)))).toEqual([
    ...['good', 'revoked', 'unknown', 'unknown'],
  ]);
  const silent: TrustSource = { ...own, evidence: () => Promise.resolve(undefined) };
  expect(await status('revoked', silent)).toBe('unknown');
  expect(issuersOf(pki.certificate('leader').raw, own).map((one) => one.raw)).toEqual([pki.certificate('issuing').raw]);
  expect(issuersOf(pki.certificate('unknownIssuer').raw, own)).toEqual([]);
});

test('with no time-stamp authority at hand nobody answers, and the reason names the setting', async () => {
  await expect(timeStamps(undefined, undefined)(new Uint8Array(32))).rejects.toThrow('ANTIN_TSA_URL');
  await expect(timeStamps('', undefined)(new Uint8Array(32))).rejects.toThrow('ANTIN_TSA_URL');
});

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { digestOf } from '@antin/pki/crypto';
import { parseOcspRequest } from '@antin/pki/ocsp/request';
import type { Certificate } from '@antin/pki/x509/certificate';
import { TSL_SIGNING } from '@antin/signature/trust-list/names';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';
import { signedList } from '@antin/testkit/trust-list/list';
import { handClock } from '../clock/clock.ts';
import { nodeCrypto } from '../crypto/node.ts';
import { answerCache } from './answer-cache.ts';
import { openTrustFolder } from './trust-folder.ts';

const { leader, foreignRoot } = DEFAULT_PKI.entities;
const pki = testPki({
  ...DEFAULT_PKI,
  entities: {
    ...DEFAULT_PKI.entities,
    // The top bit set: as INTEGER it takes a zero before it.
    highSerial: { ...leader!, serialHex: '00f00102030405060708' },
    lister: { ...leader!, issuer: 'foreignRoot', subject: [['CN', 'Đơn vị công bố']], extKeyUsage: [TSL_SIGNING] },
    abroad: { ...foreignRoot!, subject: [['CN', 'Gốc nước ngoài']] },
  },
});
let folder: string;
let origin: string;
let asked: string[];
let warned: string[];
let serve: (body: Uint8Array, response: ServerResponse) => void;

const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request
    .on('data', (piece: Buffer) => pieces.push(piece))
    .on('end', () => {
      asked.push(`${request.method} ${request.url}`);
      serve(new Uint8Array(Buffer.concat(pieces)), response);
    });
});
beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  [asked, warned] = [[], []];
  folder = mkdtempSync(join(tmpdir(), 'antin trust folder '));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const sha256 = (certificate: Certificate): string => toHex(digestOf(nodeCrypto, 'SHA-256', certificate.raw));
const put = (name: string, content: Uint8Array | string) => writeFileSync(join(folder, name), content);
const store = (more: { anchor?: object; authority?: object } = {}) => {
  put('root.crt', pki.certificate('root').raw);
  put('issuing.crt', pki.certificate('issuing').raw);
  const anchors = [{ file: 'root.crt', purposes: ['signer'], label: 'Gốc', ...more.anchor }];
  const authorities = [{ file: 'issuing.crt', crl: [`${origin}/crl`], ocsp: [`${origin}/ocsp`], ...more.authority }];
  put('trust.json', JSON.stringify({ format: 'antin-trust-store-1', anchors, authorities }));
};
const open = (profile: 'practice' | 'production' = 'production') => {
  const clock = handClock(new Date(pki.now));
  return openTrustFolder(folder, {
    door: nodeCrypto,
    clock,
    cache: answerCache({ clock, maxBytes: 1_000_000 }),
    profile,
    onWarning: (code) => warned.push(code),
  });
};

test('status data is asked by issuer and serial number, only where the store says that the issuer publishes it', async () => {
  store();
  const trust = open();
  expect(trust.anchors.map((one) => one.label)).toEqual(['Gốc']);
  const [list, ...answers] = [pki.crlAt(pki.now), pki.ocspAt('leader', pki.now), pki.ocspAt('highSerial', pki.now)];
  const subjects = ['leader', 'highSerial'];
  serve = (body, response) => {
    if (body.length === 0) return void response.end(list);
    const serial = parseOcspRequest(body).requests[0]!.certId.serialNumber;
    const which = subjects.findIndex((name) => Buffer.from(pki.certificate(name).serialNumber).equals(Buffer.from(serial)));
    response.end(answers[which]);
  };
  const issuerSha256 = sha256(pki.certificate('issuing'));
  for (const [i, name] of subjects.entries()) {
    const { serialHex } = pki.certificate(name);
    expect(await trust.evidence({ kind: 'ocsp', issuerSha256, serialHex })).toEqual(answers[i]);
  }
  expect(await trust.evidence({ kind: 'crl', issuerSha256, serialHex: '01' })).toEqual(list);
  expect(asked).toEqual(['POST /ocsp', 'POST /ocsp', 'GET /crl']);
  // An issuer that is not known, and one that publishes nothing.
  for (const name of ['abroad', 'root']) {
    expect(await trust.evidence({ kind: 'crl', issuerSha256: sha256(pki.certificate(name)), serialHex: '01' })).toBeUndefined();
  }
  expect(asked).toHaveLength(3);
});

test('practice anchors are refused where the duties are real', () => {
  store({ anchor: { practice: true } });
  expect(open('practice').anchors).toHaveLength(1);
  expect(() => open()).toThrow(expect.objectContaining({ code: 'source.practice-anchor' }));
});

test('a store that cannot be read stops the start, and names its file', () => {
  store({ anchor: { validTo: 'x' } });
  expect(() => open()).toThrow(expect.objectContaining({ code: 'source.trust-unreadable' }));
  put('trust.json', '{');
  expect(() => open()).toThrow(/trust\.json/);
});

test('trusted lists give anchors, and an older one put in place of a newer is refused at the next start', async () => {
  const services = [{ name: 'CA', certificates: [pki.certificate('issuing')], periods: [{ from: '2025-01-01T00:00:00Z' }] }];
  const list = (sequenceNumber: number) => signedList({ services, sequenceNumber }, pki.signingKey('lister'), pki.now);
  mkdirSync(join(folder, 'lists'));
  mkdirSync(join(folder, 'list-signers'));
  put('list-signers/nca.crt', pki.certificate('lister').raw);
  put('lists/vn.xml', await list(8));
  expect(open().anchors.map((one) => one.label)).toEqual(['Test provider: CA (VN)']);
  put('lists/vn.xml', await list(7));
  expect([open().anchors, warned]).toEqual([[], ['trusted-list.rolled-back']]);
  put('lists/vn.xml', await list(9));
  expect(open().anchors).toHaveLength(1);
  expect(JSON.parse(readFileSync(join(folder, 'known-lists.json'), 'utf8'))).toMatchObject(
    Object.fromEntries([['http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric VN', { sequenceNumber: 9 }]]),
  );
  put('known-lists.json', '{"x":{}}');
  expect(() => open()).toThrow(expect.objectContaining({ code: 'source.trust-unreadable' }));
  rmSync(join(folder, 'list-signers'), { recursive: true });
  put('known-lists.json', '{}');
  warned = [];
  expect([open().anchors, warned]).toEqual([[], ['trusted-list.signer-not-pinned']]);
});

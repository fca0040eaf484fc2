import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { boolean, octetString, oid, sequence } from '@antin/formats/der/writer';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { certId } from '@antin/pki/ocsp/certificate-id';
import { buildResponseData } from '@antin/pki/ocsp/build';
import { OID } from '@antin/pki/oids';
import { buildTstInfo, timeStampSignedAttributes } from '@antin/pki/tsp/build';
import { buildSignedAttributes } from '@antin/pki/cms/build';
import { softHsmModule } from '@antin/testkit/softhsm';
import { NOW, SignersForTests, YEAR, base64, caPolicy, certificateTbs, crlTbs, sha256, testKey } from '../signer-for-tests.ts';
import type { TbsInput, TestKey } from '../signer-for-tests.ts';
import type { CaKey, SigningKind } from '../signing-key.ts';
import { SignerClient } from './client.ts';
import { OP } from './frame.ts';
import { superviseSigner } from './supervise.ts';
import type { SignerProcess } from './supervise.ts';

const module = softHsmModule();

/** Whoever owns the issuing process owns the socket: these are the things such a one asks for. */
describe.skipIf(module === undefined)('what a signer refuses to an attacker who owns the issuing process', () => {
  const ca = testKey('CA cấp phát', 'p-256');
  const root = testKey('CA gốc', 'p-256');
  const ocsp = testKey('Trả lời trạng thái', 'p-256', undefined, false);
  const tsa = testKey('Dấu thời gian', 'p-256', undefined, false);
  const idle = testKey('CA chưa cấp', 'p-256');
  const nextGeneration = testKey('CA cấp phát', 'p-256');
  const stranger = nodeSecrets.generateKeyPair('p-256').spki;
  let t: SignersForTests;
  let folder: string;
  let signer: SignerProcess;
  let client: SignerClient;
  let keys: readonly CaKey[];
  beforeAll(async () => {
    t = await SignersForTests.make(module as string, [ca, root, ocsp, tsa, idle]);
    const file = t.file([
      { key: ca, policy: caPolicy(ca, { links: [sha256(nextGeneration.spki)], services: [sha256(ocsp.spki)] }) },
      { key: root, policy: caPolicy(root, { caFlag: 'required', maxDays: 3660 }) },
      { key: idle, policy: caPolicy(idle) },
      { key: ocsp, policy: { use: 'ocsp' } },
      { key: tsa, policy: { use: 'tsp', certificate: base64(tsa.certificate.raw) } },
    ]);
    signer = await superviseSigner({ config: file });
    folder = dirname(file);
    client = new SignerClient({ socketPath: join(folder, 'signer.sock') });
    keys = await client.keys();
  });
  afterAll(async () => {
    client?.close();
    await signer?.stop();
    t?.close();
  });

  const ask = (key: TestKey, kind: SigningKind, tbs: Uint8Array) =>
    (keys.find((one) => one.id === sha256(key.spki)) as CaKey).sign(kind, tbs);
  const signs = async (key: TestKey, kind: SigningKind, tbs: Uint8Array) => {
    const signature = await ask(key, kind, tbs);
    expect(nodeCrypto.verify({ spki: key.spki, algorithm: key.algorithm, data: tbs, signature })).toBe('valid');
  };
  const refuses = (key: TestKey, kind: SigningKind, tbs: Uint8Array, why: string) =>
    expect(ask(key, kind, tbs)).rejects.toMatchObject({
      code: 'ca.tbs-refused',
      message: expect.stringContaining(why) as string,
    });
  const tbs = (change: Partial<TbsInput> = {}) => certificateTbs({ issuer: ca.name, subject: 'An', spki: stranger, ...change });

  test('a list for ever is signed by a CA that certified nobody, and by none whose certificates go on', async () => {
    const last = (key: TestKey, number: number) =>
      crlTbs(key, { number, days: (Date.UTC(9999, 11, 31, 23, 59, 59) - NOW) / 86_400_000 });
    await signs(idle, 'crl', last(idle, 1));
    // A second short of it is only a list that lives too long.
    const almost = crlTbs(idle, { number: 2, days: (Date.UTC(9999, 11, 31, 23, 59, 58) - NOW) / 86_400_000 });
    await refuses(idle, 'crl', almost, 'live too long');
    await signs(idle, 'certificate', certificateTbs({ issuer: idle.name, subject: 'An', spki: stranger }));
    await refuses(idle, 'crl', last(idle, 3), 'a certificate of this CA has not ended');
    await signs(idle, 'crl', crlTbs(idle, { number: 4 }));
  });

  test('the honest certificate, list, link, OCSP answer and time-stamp are signed', async () => {
    await signs(ca, 'certificate', tbs());
    await signs(ca, 'crl', crlTbs(ca));
    await signs(ca, 'link', tbs({ subject: ca.name, spki: nextGeneration.spki, ca: true, years: 5 }));
    await signs(ca, 'certificate', tbs({ spki: ocsp.spki, purposes: [OID.ocspSigning] }));
    await signs(
      root,
      'certificate',
      certificateTbs({ issuer: root.name, subject: 'CA mới', spki: stranger, ca: true, years: 10 }),
    );
    await signs(ocsp, 'ocsp', responseData(ocsp));
    await signs(tsa, 'tsp', attributes(tsa));
  });

  const OTHERS: readonly (readonly [string, Partial<TbsInput>, string])[] = [
    ['a CA certificate', { ca: true }, 'a CA certificate'],
    ['CA key usage without the flag', { usage: ['keyCertSign', 'cRLSign'] }, 'CA key usage'],
    ['another issuer’s name', { issuer: 'CA khác' }, 'another issuer'],
    ['a life beyond the CA’s', { years: 25 }, 'validity'],
    ['a life longer than the limit', { years: 6 }, 'too long'],
    ['a beginning before the CA’s', { notBefore: NOW - YEAR }, 'validity'],
    ['a weaker algorithm named inside', { algorithm: { scheme: 'ecdsa', digest: 'SHA-1' } }, 'signature algorithm'],
    ['the CA’s own key under another name', { spki: ca.spki }, 'own name or key'],
    ['the CA’s own name for another key', { subject: ca.name }, 'own name or key'],
    ['a responder of its own', { purposes: [OID.ocspSigning] }, 'service purpose'],
    ['a time-stamp key of its own', { purposes: [OID.timeStamping] }, 'service purpose'],
    ['every purpose at once', { purposes: [OID.anyExtendedKeyUsage] }, 'service purpose'],
  ];
  test.each(OTHERS)('no certificate with %s', (_, change, why) => refuses(ca, 'certificate', tbs(change), why));

  test('no serial number of zero, below zero or of 21 octets', async () => {
    const good = Buffer.from(tbs({ serial: new Uint8Array(16).fill(0x41) }));
    const at = good.indexOf(Buffer.concat([Buffer.of(2, 16), Buffer.alloc(16, 0x41)]));
    const withSerial = (serial: Uint8Array) => {
      const body = Buffer.concat([good.subarray(at - 5, at), Buffer.of(2, serial.length), serial, good.subarray(at + 18)]);
      return new Uint8Array(sequence(body));
    };
    await signs(ca, 'certificate', withSerial(new Uint8Array(20).fill(0x42)));
    await refuses(ca, 'certificate', withSerial(Uint8Array.of(0)), 'irregular');
    await refuses(ca, 'certificate', withSerial(Uint8Array.of(0x80, 1)), 'irregular');
    await refuses(ca, 'certificate', withSerial(new Uint8Array(21).fill(0x42)), 'irregular');
  });

  test('no link to a key that is no generation of this CA', () =>
    refuses(ca, 'link', tbs({ subject: ca.name, ca: true }), 'no generation'));

  test('a root signs no end entity', () =>
    refuses(root, 'certificate', certificateTbs({ issuer: root.name, subject: 'An', spki: stranger }), 'no CA certificate'));

  test('no arbitrary bytes, no digest, no document, no trailing octet', async () => {
    await refuses(ca, 'certificate', new TextEncoder().encode('Quyết định bổ nhiệm'), 'not readable');
    await refuses(ca, 'certificate', createHash('sha256').update('x').digest(), 'not readable');
    await refuses(ca, 'certificate', Uint8Array.from([...tbs(), 0]), 'not readable');
    const document = buildSignedAttributes({
      contentType: OID.idData,
      messageDigest: new Uint8Array(32),
      signingCertificate: tsa.certificate,
      digest: 'SHA-256',
      door: nodeCrypto,
    });
    await refuses(tsa, 'tsp', document, 'no TSTInfo');
    await refuses(ca, 'certificate', document, 'not readable');
  });

  test('no kind under another key: OCSP answers with the CA key, lists with the responder’s', async () => {
    await refuses(ca, 'ocsp', responseData(ca), 'not for ocsp');
    await refuses(ca, 'tsp', attributes(tsa), 'not for tsp');
    // The blob under a kind the key has: the bytes are read as what they are called.
    await refuses(ca, 'certificate', responseData(ca), 'not readable');
    await refuses(ca, 'crl', responseData(ca), 'not readable');
    await refuses(ca, 'crl', tbs(), 'not readable');
    await refuses(ocsp, 'crl', crlTbs(ca), 'not for crl');
    await refuses(ocsp, 'certificate', tbs(), 'not for certificate');
    await refuses(ocsp, 'tsp', attributes(ocsp), 'not for tsp');
    await refuses(tsa, 'ocsp', responseData(tsa), 'not for ocsp');
  });

  test('no list of another CA, no indirect one, none that lives too long or has no sense of time', async () => {
    await refuses(ca, 'crl', crlTbs(ca, { number: 50, issuer: 'CA khác' }), 'another issuer');
    await refuses(ca, 'crl', crlTbs(ca, { number: 50, days: 365 }), 'too long');
    await refuses(ca, 'crl', crlTbs(ca, { number: 50, days: 0 }), 'times');
    await refuses(ca, 'crl', crlTbs(ca, { number: 50, thisUpdate: NOW - YEAR }), 'older than its CA');
    const indirect = sequence(oid('2.5.29.28'), boolean(true), octetString(sequence(Uint8Array.of(0x84, 1, 0xff))));
    await refuses(ca, 'crl', crlTbs(ca, { number: 50, extra: [indirect] }), 'indirect');
    await refuses(ca, 'crl', crlTbs(ca, { number: -1 }), 'number');
  });

  test('no answer in another responder’s name, and no time-stamp under another certificate', async () => {
    await refuses(ocsp, 'ocsp', responseData(tsa), 'another responder');
    await refuses(tsa, 'tsp', attributes(ocsp), 'another certificate');
  });

  test('no unknown key, operation or kind, and a stream of rubbish ends the connection alone', async () => {
    await expect(client.ask(OP.sign, Buffer.concat([Buffer.of(0), Buffer.alloc(32), tbs()]))).rejects.toMatchObject({
      code: 'keys.unknown-key',
    });
    await expect(
      client.ask(OP.sign, Buffer.concat([Buffer.of(9), Buffer.from(sha256(ca.spki), 'hex'), tbs()])),
    ).rejects.toMatchObject({ code: 'keys.unknown-key' });
    await expect(client.ask(77, Buffer.alloc(0))).rejects.toMatchObject({ code: 'keys.unknown-operation' });
    const request = { generate: { kind: 'p-256', label: 'x' } };
    await expect(client.ask(OP.ceremony, Buffer.from(JSON.stringify(request)))).rejects.toMatchObject({
      code: 'keys.unknown-operation',
    });
    const rubbish = connect(join(folder, 'signer.sock'));
    const closed = new Promise((resolve) => rubbish.on('close', resolve));
    rubbish.on('error', () => {}).write(Buffer.alloc(64, 0xff));
    await closed;
    expect((await client.status()).refusals).toBeGreaterThan(20);
    await signs(ca, 'certificate', tbs());
  });

  function responseData(key: TestKey): Uint8Array {
    const id = certId(ca.certificate, Uint8Array.of(1), 'SHA-1', nodeCrypto);
    return buildResponseData({
      responderId: { keyHash: createHash('sha1').update(key.certificate.publicKey).digest() },
      producedAt: NOW,
      responses: [{ certId: id, status: { kind: 'good' }, thisUpdate: NOW, nextUpdate: NOW + 1000 }],
    });
  }
  function attributes(key: TestKey): Uint8Array {
    const imprint = sequence(sequence(oid(OID.sha256)), octetString(new Uint8Array(32)));
    const tstInfo = buildTstInfo({ policy: '1.2.3', messageImprint: imprint, serialNumber: Uint8Array.of(1), genTime: NOW });
    return timeStampSignedAttributes({ tstInfo, signingCertificate: key.certificate, digest: 'SHA-256', door: nodeCrypto });
  }
});

import { afterAll, describe, expect, it } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { utf8 } from '@antin/formats/bytes/bytes';
import { decodeDer } from '@antin/formats/der/reader';
import { generalizedTime, integer, oid, sequence } from '@antin/formats/der/writer';
import { ISSUE_FROM, issue } from '@antin/testkit/issue';
import { openssl, opensslVersion } from '@antin/testkit/openssl';
import { attributesOf } from '../cms/signed-data.ts';
import { digestOf } from '../crypto.ts';
import { OID } from '../oids.ts';
import { encodePem } from '../pem.ts';
import { extKeyUsage } from '../x509/build.ts';
import { buildTstInfo, timeStampSignedAttributes, timeStampTokenFrom } from './build.ts';
import { buildMessageImprint } from './imprint.ts';
import { buildTimeStampRequest, nonceFrom, parseTimeStampRequest } from './request.ts';
import { buildTimeStampResponse, parseTimeStampResponse } from './response.ts';
import { parseTimeStampToken, parseTstInfo } from './token.ts';

const doors = { door: nodeCrypto, secrets: nodeSecrets };
const code = (value: string) => expect.objectContaining({ code: value });
const content = utf8('chữ ký');
const hash = digestOf(nodeCrypto, 'SHA-256', content);
const ca = issue({ ...doors, commonName: 'Gốc', ca: true });
const tsa = issue({ ...doors, commonName: 'TSA', issuer: ca, extensions: [extKeyUsage(OID.timeStamping)] });
const POLICY = '2.16.704.9.1';
const NOW = ISSUE_FROM + 86_400_057;

function answer(request: Uint8Array): Uint8Array {
  const asked = parseTimeStampRequest(request);
  const tstInfo = buildTstInfo({
    policy: asked.policy ?? POLICY,
    messageImprint: asked.messageImprint.raw,
    serialNumber: nodeSecrets.random(16),
    genTime: NOW,
    accuracyMs: 1500,
    ...(asked.nonce === undefined ? {} : { nonce: asked.nonce }),
  });
  const common = { tstInfo, signingCertificate: tsa.certificate, digest: 'SHA-256' } as const;
  const signedAttributes = timeStampSignedAttributes({ ...common, door: nodeCrypto });
  const token = timeStampTokenFrom({
    ...common,
    signedAttributes,
    signature: nodeSecrets.sign(tsa.pkcs8, tsa.algorithm, signedAttributes),
    signatureAlgorithm: tsa.algorithm,
    certificates: [ca.certificate.raw],
    certReq: asked.certReq,
  });
  return buildTimeStampResponse({ status: 0, token });
}

describe('time-stamp requests', () => {
  it('come back as they were asked', () => {
    for (const nonce of [0n, 127n, 128n, nonceFrom(new Uint8Array(16).fill(0xff))]) {
      const read = parseTimeStampRequest(
        buildTimeStampRequest({ digest: 'SHA-256', hash, nonce, certReq: true, policy: POLICY }),
      );
      expect(read).toMatchObject({ nonce, certReq: true, policy: POLICY, messageImprint: { digest: 'SHA-256', hash } });
    }
    const bare = parseTimeStampRequest(buildTimeStampRequest({ digest: 'SHA-512', hash: new Uint8Array(64), certReq: false }));
    expect(bare.certReq).toBe(false);
    expect(bare.nonce).toBeUndefined();
    expect(bare.policy).toBeUndefined();
  });

  it('with an unknown digest say which, so that the answer can be badAlg', () => {
    const imprint = sequence(
      sequence(oid(OID.md5)),
      decodeDer(buildMessageImprint('SHA-1', new Uint8Array(20))).children()[1]!.raw,
    );
    const read = parseTimeStampRequest(sequence(integer(1), imprint));
    expect(read.messageImprint).toMatchObject({ digest: undefined, digestOid: OID.md5 });
  });

  it('are never built over a hash of the wrong length', () => {
    expect(() => buildTimeStampRequest({ digest: 'SHA-256', hash: new Uint8Array(20), certReq: true })).toThrowError(
      code('tsp.message-imprint'),
    );
  });

  const imprint = buildMessageImprint('SHA-256', hash);
  it.each([
    ['another version', sequence(integer(2), imprint), 'tsp.version'],
    ['no imprint', sequence(integer(1)), 'tsp.request'],
    ['members out of order', sequence(integer(1), imprint, integer(5), oid(POLICY)), 'tsp.request'],
    [
      'a hash of the wrong length',
      sequence(integer(1), sequence(sequence(oid(OID.sha256)), Uint8Array.of(4, 1, 0))),
      'tsp.message-imprint',
    ],
    ['a nonce that is never meant to be echoed', sequence(integer(1), imprint, integer(1n << 4096n)), 'tsp.nonce'],
  ])('with %s are refused', (_, der, expected) => {
    expect(() => parseTimeStampRequest(der)).toThrowError(code(expected));
  });
});

describe('time-stamp tokens', () => {
  const request = buildTimeStampRequest({ digest: 'SHA-256', hash, nonce: 77n, certReq: true });

  it('say what was stamped, when, how exactly, and by whom', () => {
    const { status, token } = parseTimeStampResponse(answer(request));
    const { signedData, info } = parseTimeStampToken(token!);
    expect(status).toBe(0);
    expect(info).toMatchObject({ policy: POLICY, genTime: NOW, accuracyMs: 1500, ordering: false, nonce: 77n });
    expect(info.messageImprint.hash).toEqual(hash);
    expect(signedData.certificates).toHaveLength(2);
    const { signedAttrs, signature } = signedData.signerInfos[0]!;
    const digest = attributesOf(signedAttrs!.list, OID.idMessageDigest)[0]!.values[0]!;
    expect(decodeDer(digest).content).toEqual(digestOf(nodeCrypto, 'SHA-256', info.raw));
    const input = { spki: tsa.certificate.spki, algorithm: tsa.algorithm, signature };
    expect(nodeCrypto.verify({ ...input, data: signedAttrs!.asSet })).toBe('valid');
  });

  it('carry no certificate when none was asked for', () => {
    const bare = buildTimeStampRequest({ digest: 'SHA-256', hash, certReq: false });
    expect(parseTimeStampToken(parseTimeStampResponse(answer(bare)).token!).signedData.certificates).toEqual([]);
  });

  it.each([0, 1, 10, 57, 100, 290, 500, 999])('keep %i milliseconds of genTime exactly', (milliseconds) => {
    const genTime = ISSUE_FROM + milliseconds;
    const input = { policy: POLICY, messageImprint: buildMessageImprint('SHA-256', hash), serialNumber: Uint8Array.of(0x80) };
    const read = parseTstInfo(buildTstInfo({ ...input, genTime }));
    expect(read.genTime).toBe(genTime);
    expect(read.serialNumber).toEqual(Uint8Array.of(0, 0x80));
  });

  it('whose content is no TSTInfo, or a damaged one, are refused', () => {
    const imprint = buildMessageImprint('SHA-256', hash);
    const time = generalizedTime(NOW);
    expect(() => parseTstInfo(sequence(integer(1), oid(POLICY), imprint, integer(1)))).toThrowError(code('tsp.tst-info'));
    expect(() => parseTstInfo(sequence(integer(2), oid(POLICY), imprint, integer(1), time))).toThrowError(code('tsp.version'));
    const badAccuracy = sequence(Uint8Array.of(0x80, 2, 3, 0xe8));
    expect(() => parseTstInfo(sequence(integer(1), oid(POLICY), imprint, integer(1), time, badAccuracy))).toThrowError(
      code('tsp.accuracy'),
    );
  });
});

describe('time-stamp answers', () => {
  it('refuse with a reason and without a token', () => {
    const read = parseTimeStampResponse(buildTimeStampResponse({ status: 2, statusText: 'không hỗ trợ', failInfo: 'badAlg' }));
    expect(read).toEqual({ status: 2, statusText: 'không hỗ trợ', failInfo: ['badAlg'] });
  });

  it('that grant without a token, or refuse with one, are damaged', () => {
    expect(() => parseTimeStampResponse(sequence(sequence(integer(0))))).toThrowError(code('tsp.response'));
    expect(() => parseTimeStampResponse(sequence(sequence(integer(2)), sequence()))).toThrowError(code('tsp.response'));
  });
});

describe.skipIf(opensslVersion === undefined)('time-stamps between us and openssl', () => {
  const tool = openssl();
  afterAll(() => tool.remove());
  tool.put('ca.pem', encodePem('CERTIFICATE', ca.certificate.raw));
  tool.put('tsa.pem', encodePem('CERTIFICATE', tsa.certificate.raw));
  tool.put('tsa.key', encodePem('PRIVATE KEY', tsa.pkcs8));
  tool.put('content', content);

  it.each([
    ['with certificates', ['-cert']],
    ['with a policy', ['-cert', '-tspolicy', '1.2.3.4']],
    ['without nonce and certificates', ['-no_nonce']],
  ])('openssl asks %s and accepts our answer', (_, options) => {
    expect(tool.run(['ts', '-query', '-data', 'content', '-sha256', '-out', 'q', ...options]).ok).toBe(true);
    tool.put('r', answer(tool.get('q')));
    const verify = ['ts', '-verify', '-queryfile', 'q', '-in', 'r', '-CAfile', 'ca.pem', '-untrusted', 'tsa.pem'];
    const done = tool.run([...verify, '-attime', String(Math.floor(NOW / 1000))]);
    expect(done.out).toContain('Verification: OK');
    expect(tool.run(['ts', '-reply', '-in', 'r', '-text']).out).toContain('Status: Granted.');
  });

  it('openssl reads our refusal', () => {
    tool.put('r', buildTimeStampResponse({ status: 2, statusText: 'no', failInfo: 'unacceptedPolicy' }));
    const { out } = tool.run(['ts', '-reply', '-in', 'r', '-text']);
    expect(out).toContain('Status: Rejected.');
    expect(out).toContain('the requested TSA policy is not supported');
  });

  it('openssl answers our request and we read its token', () => {
    const lines = [
      '[tsa]',
      'serial = serial',
      'default_policy = 1.2.3.4',
      'digests = sha256',
      'accuracy = secs:1, millisecs:500',
    ];
    tool.put('tsa.cnf', [...lines, 'signer_digest = sha256', 'ess_cert_id_alg = sha256', ''].join('\n'));
    tool.put('serial', '1001\n');
    const nonce = nonceFrom(nodeSecrets.random(16));
    tool.put('q', buildTimeStampRequest({ digest: 'SHA-256', hash, nonce, certReq: true }));
    const reply = ['ts', '-reply', '-config', 'tsa.cnf', '-section', 'tsa', '-queryfile', 'q', '-signer', 'tsa.pem'];
    expect(tool.run([...reply, '-inkey', 'tsa.key', '-chain', 'ca.pem', '-out', 'r']).ok).toBe(true);
    const read = parseTimeStampResponse(tool.get('r'));
    expect(read.status).toBe(0);
    const { info, signedData } = parseTimeStampToken(read.token!);
    expect(info).toMatchObject({ policy: '1.2.3.4', nonce, accuracyMs: 1500, messageImprint: { digest: 'SHA-256', hash } });
    expect(signedData.certificates).toContainEqual(tsa.certificate.raw);
  });
});

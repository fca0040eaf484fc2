import { generateKeyPairSync, randomUUID, sign, createHmac, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JobClaims } from '@antin/protocol/agent/jobs';
import { checkJob } from './job-check.ts';

const platform = generateKeyPairSync('ed25519');
const raw = Buffer.from(platform.publicKey.export({ format: 'jwk' }).x as string, 'base64url');
const pairing = { agentId: randomUUID(), origin: 'https://van-phong.example', platformKey: raw.toString('base64') };
const now = new Date('2026-11-21T08:00:00Z');
const seconds = now.getTime() / 1000;

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
function claims(change: Partial<Record<keyof JobClaims, unknown>> = {}) {
  return {
    iss: pairing.origin,
    aud: pairing.agentId,
    origin: pairing.origin,
    jti: randomUUID(),
    iat: seconds - 10,
    exp: seconds + 200,
    act: 'sign',
    credential: 'a'.repeat(64),
    comparisonCode: '1234',
    person: 'Nguyễn Thị Hồng Hạnh',
    summary: [],
    documents: [
      {
        index: 0,
        title: 't',
        fileName: 'f.pdf',
        preparedSha256: 'b'.repeat(64),
        size: 10,
        byteRange: [0, 1, 2, 3],
        signedAttributes: 'MQA=',
      },
    ],
    ...change,
  };
}
function token(body: unknown, options: { key?: KeyObject; header?: unknown } = {}): string {
  const signed = `${part(options.header ?? { alg: 'EdDSA', typ: 'antin-job' })}.${part(body)}`;
  return `${signed}.${sign(null, Buffer.from(signed), options.key ?? platform.privateKey).toString('base64url')}`;
}
const codeOf = (text: string) => {
  const check = checkJob(text, pairing, now);
  return check.status === 'ignored' ? check.code : check.status;
};

describe('an order', () => {
  it('of our server, for us and for now, is good', () => {
    expect(checkJob(token(claims()), pairing, now)).toMatchObject({
      status: 'good',
      order: { batch: false, claims: { person: 'Nguyễn Thị Hồng Hạnh' } },
    });
  });

  it('signed by another key, or changed after signing, is ignored', () => {
    const other = generateKeyPairSync('ed25519').privateKey;
    expect(codeOf(token(claims(), { key: other }))).toBe('job.signature');
    const [head, , signature] = token(claims()).split('.');
    expect(codeOf(`${head}.${part(claims({ person: 'kẻ khác' }))}.${signature}`)).toBe('job.signature');
  });

  it('cannot choose its algorithm: none, HMAC with the public key, a key of its own', () => {
    const body = part(claims());
    expect(codeOf(`${part({ alg: 'none', typ: 'antin-job' })}.${body}.AA`)).toBe('job.header');
    const head = part({ alg: 'HS256', typ: 'antin-job' });
    expect(codeOf(`${head}.${body}.${createHmac('sha256', raw).update(`${head}.${body}`).digest('base64url')}`)).toBe(
      'job.header',
    );
    const own = generateKeyPairSync('ed25519');
    const header = { alg: 'EdDSA', typ: 'antin-job', jwk: own.publicKey.export({ format: 'jwk' }) };
    expect(codeOf(token(claims(), { key: own.privateKey, header }))).toBe('job.header');
    expect(codeOf(token(claims(), { header: { alg: 'EdDSA', typ: 'JWT' } }))).toBe('job.header');
  });

  it('for another agent, or naming another origin, is ignored', () => {
    expect(codeOf(token(claims({ aud: randomUUID() })))).toBe('job.audience');
    for (const origin of ['https://van-phong.example.evil.vn', 'http://van-phong.example', 'https://VAN-PHONG.example', 'null']) {
      expect(codeOf(token(claims({ origin })))).toBe('job.origin');
      expect(codeOf(token(claims({ iss: origin })))).toBe('job.origin');
    }
  });

  it('lives at most five minutes, is not of the future, and is expired when it is', () => {
    expect(codeOf(token(claims({ iat: seconds, exp: seconds + 300 })))).toBe('good');
    expect(codeOf(token(claims({ iat: seconds, exp: seconds + 301 })))).toBe('job.lifetime');
    expect(codeOf(token(claims({ iat: seconds, exp: seconds - 1 })))).toBe('job.lifetime');
    expect(codeOf(token(claims({ iat: seconds + 121, exp: seconds + 300 })))).toBe('job.from-the-future');
    expect(codeOf(token(claims({ iat: seconds - 300, exp: seconds })))).toBe('expired');
  });

  it('that is not written as agreed is ignored', () => {
    for (const bad of ['', 'a.b', 'a.b.c.d', 'a.b.c=', `${token(claims())} `, 'x'.repeat(600_000)]) {
      expect(['job.malformed', 'job.header']).toContain(codeOf(bad));
    }
    expect(codeOf(token(claims({ documents: [] })))).toBe('job.malformed');
    expect(codeOf(token(claims({ documents: [{ ...(claims().documents as object[])[0], index: 1 }] })))).toBe('job.malformed');
  });

  it('of several documents is one order, in which no number stands twice and no list is passed for another', () => {
    const { documents, summary, jti, ...rest } = claims();
    const item = (number: string) => ({ jti: number, summary, documents });
    const header = { alg: 'EdDSA', typ: 'antin-batch' };
    const [one, two] = [randomUUID(), randomUUID()];
    const batch = (items: unknown[]) => token({ ...rest, jti, items }, { header });
    expect(checkJob(batch([item(one), item(two)]), pairing, now)).toMatchObject({
      status: 'good',
      order: { id: jti, batch: true, items: [{ jti: one }, { jti: two }] },
    });
    expect(codeOf(batch([item(one), item(one)]))).toBe('job.malformed');
    expect(codeOf(batch([]))).toBe('job.malformed');
    expect(codeOf(batch(Array.from({ length: 101 }, () => item(randomUUID()))))).toBe('job.malformed');
    // The kind of an order is under its signature: a job is not a batch.
    expect(codeOf(token(claims(), { header }))).toBe('job.malformed');
    const [, body, signature] = batch([item(one)]).split('.');
    expect(codeOf(`${part({ alg: 'EdDSA', typ: 'antin-job' })}.${body}.${signature}`)).toBe('job.signature');
  });
});

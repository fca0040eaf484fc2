import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { contextOf } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import { validate } from '../validate.ts';
import { processorSince } from '@antin/testkit/processor-time';

const pki = testPki();
const usual = contextOf(pki, pki.now);
const b64url = (text: string) => Buffer.from(text).toString('base64url');
const x5c = [Buffer.from(pki.certificate('leader').raw).toString('base64')];
const header = b64url(JSON.stringify({ alg: 'ES256', x5c, iat: 1 }));
const token = Buffer.from(pki.timeStampToken({ digest: 'SHA-256', hash: new Uint8Array(32) }, pki.now)).toString('base64');
const file = (more: object, payload = b64url('x'.repeat(300_000))) =>
  JSON.stringify({ payload, protected: header, signature: 'AAAA', ...more });
const etsiU = (items: readonly unknown[]) => file({ header: { etsiU: items } });
const empty = b64url('{"arcTst":{"tstTokens":[]}}');
const full = b64url(JSON.stringify({ arcTst: { tstTokens: [{ val: token }] } }));
const crowded = b64url(JSON.stringify({ sigTst: { tstTokens: Array.from({ length: 120 }, () => ({ val: token })) } }));

describe('a JSON file made to wear the judge out', () => {
  it.each<[string, string]>([
    ['thousands of empty archive time-stamps', etsiU(Array(12_000).fill(empty))],
    ['hundreds of archive time-stamps over everything before', etsiU(Array(150).fill(full))],
    ['one place with a hundred tokens', etsiU([crowded])],
    [
      'a hundred signatures',
      JSON.stringify({
        payload: 'eA',
        signatures: Array.from({ length: 100 }, () => ({ protected: header, signature: 'AAAA' })),
      }),
    ],
    ['a thousand certificates', file({ header: { x5c: Array(1000).fill('MIIB') } })],
    ['very many values', `{"protected":"","signature":"","x":[${'0,'.repeat(99_000)}0]}`],
  ])('%s: never passes, soon', (_, text) => {
    const bytes = utf8(text.slice(0, 1 << 20));
    const start = process.cpuUsage();
    expect(validate(memorySource(bytes), usual).report.verdict).not.toBe('valid');
    // A wide margin over what it takes: the machine that tests is busy.
    expect(processorSince(start)).toBeLessThan(8000);
  });

  it('larger than is read: told, not overlooked', () => {
    const head = utf8(`{"payload":"${'A'.repeat(100)}`);
    const large = {
      size: 65 << 20,
      read: (offset: number, length: number) => (offset === 0 ? head.subarray(0, length) : new Uint8Array(length)),
    };
    expect(validate(large, usual).report).toMatchObject({
      verdict: 'indeterminate',
      decidedBy: 'limit.json-bytes',
      format: 'JWS',
    });
  });
});

import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { toBase64Url } from '@antin/formats/bytes/text-encodings';
import { HOUR, contextOf } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import { readJws } from '../../jades/jws.ts';
import { signJades } from '../../jades/sign.ts';
import { sentenceFor } from '../../words/sentence.ts';
import { validate } from '../validate.ts';

const pki = testPki();
const judge = (file: Uint8Array | string) =>
  validate(memorySource(typeof file === 'string' ? utf8(file) : file), contextOf(pki, pki.now + HOUR)).report;
const common = { door, level: 'B-B', signingTime: pki.now } as const;

const signed = (by = 'leader') =>
  signJades({ packaging: 'attached', payload: utf8('{"a":1}'), mimeType: 'application/json' }, pki.signingKey(by), {
    ...common,
    serialization: 'flattened',
  });

/** A JWS over the octets of a value, its payload left out. */
async function over(value: Uint8Array, by = 'seal', serialization: 'compact' | 'flattened' = 'flattened'): Promise<string> {
  const made = fromUtf8(
    await signJades({ packaging: 'attached', payload: value, mimeType: 'application/octet-stream' }, pki.signingKey(by), {
      ...common,
      serialization,
    }),
  );
  return serialization === 'compact' ? made.replace(/\.[^.]*\./, '..') : made.replace(/"payload":"[^"]*",?/, '');
}

function withCounter(file: Uint8Array, cSig: unknown): string {
  const jws = JSON.parse(fromUtf8(file)) as Record<string, unknown>;
  const item = typeof cSig === 'string' && cSig.startsWith('{') ? (JSON.parse(cSig) as unknown) : cSig;
  return JSON.stringify({ ...jws, header: { etsiU: [toBase64Url(utf8(JSON.stringify({ cSig: item })))] } });
}

const valueOf = (file: Uint8Array): Uint8Array => readJws(file).signatures[0]?.value as Uint8Array;

describe('a counter-signature in etsiU', () => {
  it.each(['compact', 'flattened'] as const)('%s, has its own answer and signs no document', async (serialization) => {
    const file = await signed();
    const report = judge(withCounter(file, await over(valueOf(file), 'seal', serialization)));
    expect(report.verdict, JSON.stringify(report.signatures.map((one) => one.errors))).toBe('valid');
    expect(report.signatures.map((one) => one.id)).toEqual(['signature-1', 'signature-1-counter-1']);
    expect(report.signatures[1]?.covers).toEqual([{ kind: 'signature', name: 'signature-1', intact: true }]);
    expect(sentenceFor(report, 'vi').answers.sealed.text).toContain('Không có');
  });

  it('over another value is broken, and the file does not pass', async () => {
    const file = await signed();
    const other = await signed('leaderRsa');
    const report = judge(withCounter(file, await over(valueOf(other))));
    expect(report).toMatchObject({ verdict: 'invalid', decidedBySignature: 'signature-1-counter-1' });
  });

  it('that brings its own payload is over that payload, not over the signature', async () => {
    const file = await signed();
    const own = fromUtf8(await signed('seal'));
    const report = judge(withCounter(file, own));
    expect(report.verdict).not.toBe('valid');
    expect(report.decidedBySignature).toBe('signature-1-counter-1');
  });

  it('of a revoked signer keeps the file from passing', async () => {
    const file = await signed();
    expect(judge(withCounter(file, await over(valueOf(file), 'revoked')))).toMatchObject({ verdict: 'indeterminate' });
  });

  it('that is none at all is told', async () => {
    expect(judge(withCounter(await signed(), 'nonsense')).verdict).toBe('invalid');
    expect(judge(withCounter(await signed(), 7)).verdict).toBe('invalid');
  });

  it('inside counter-signatures without end stops at a limit', async () => {
    let file = await signed();
    const values = [file];
    for (let i = 0; i < 5; i++) values.push(utf8(await over(valueOf(values.at(-1) as Uint8Array))));
    let inner = fromUtf8(values.at(-1) as Uint8Array);
    for (const one of values.slice(0, -1).toReversed()) inner = withCounter(one, inner);
    file = utf8(inner);
    expect(judge(file)).toMatchObject({ verdict: 'indeterminate', decidedBy: 'limit.counter-signatures' });
  });
});

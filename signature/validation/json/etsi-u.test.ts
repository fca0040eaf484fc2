import { createHash } from 'node:crypto';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { extendJades } from '@antin/signature/jades/extend';
import { b64url, baselineOf, signedWith } from '@antin/testkit/attacks/jws';
import { contextOf } from '@antin/testkit/judging/documents';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import { sentenceFor } from '../../words/sentence.ts';
import type { ValidationContext, ValidationReport } from '../types.ts';
import { validate } from '../validate.ts';

const pki = testPki();
const MINUTE = 60_000;
const baseline = () => baselineOf(pki);
const signedBy = (header: string | object) => signedWith(pki, header);

const usual = contextOf(pki, pki.now + 60 * MINUTE);
const judge = (file: Uint8Array, more: Partial<ValidationContext> = {}): ValidationReport => {
  const { report } = validate(memorySource(file), { ...usual, ...more });
  expect(sentenceFor(report, 'vi').heading).not.toMatch(/undefined|“”/);
  return report;
};
const short = (report: ValidationReport): string => {
  const [one] = report.signatures;
  return [report.verdict, one?.subIndication, report.decidedBy].filter(Boolean).join(' ');
};
const parsed = (file: Uint8Array) => JSON.parse(fromUtf8(file)) as Record<string, never> & { header?: { etsiU: string[] } };
const written = (value: unknown) => utf8(JSON.stringify(value));

describe('etsiU', () => {
  const LEVELS = ['B-T', 'B-LT', 'B-LTA'] as const;
  async function raised(document = signedBy(baseline())) {
    let time = pki.now;
    const out: Record<string, Uint8Array> = { 'B-B': document };
    for (const level of LEVELS) {
      const timeStamp = timeStampSource(pki, () => (time += MINUTE));
      const evidenceFor = evidenceSource(pki, () => time);
      document = await extendJades(document, {
        door,
        level,
        anchors: pki.anchors,
        at: time + 10 * MINUTE,
        timeStamp,
        evidenceFor,
      });
      out[level] = document;
    }
    return out as Record<'B-B' | (typeof LEVELS)[number], Uint8Array>;
  }
  const withItems = (file: Uint8Array, change: (items: string[]) => unknown[]): Uint8Array => {
    const root = parsed(file);
    return written({ ...root, header: { ...root.header, etsiU: change(root.header?.etsiU ?? []) } });
  };
  const level = (file: Uint8Array) => {
    const report = judge(file);
    return `${report.verdict} ${report.signatures[0]?.level}`;
  };
  const clear = (item: string) => JSON.parse(Buffer.from(item, 'base64url').toString()) as object;
  const item = (value: object) => b64url(JSON.stringify(value));

  it('mixed forms, or elements that are not one named value', async () => {
    const { 'B-LT': lt } = await raised();
    expect(level(lt)).toBe('valid B-LT');
    expect(level(withItems(lt, (items) => items.map(clear)))).toBe('valid B-LT');
    const mixed = judge(withItems(lt, ([first, ...rest]) => [clear(first as string), ...rest]));
    expect(short(mixed)).toBe('invalid FORMAT_FAILURE jws.malformed');
    for (const bad of [7, item({ a: 1, b: 2 }), b64url('[]'), b64url('{"sigTst":1,"sigTst":2}')]) {
      expect(judge(withItems(lt, (items) => [...items, bad as string])).verdict).toBe('invalid');
    }
  });

  it('an archive time-stamp is over the bytes before it: moved, left out or written anew they are not', async () => {
    const { 'B-LTA': lta } = await raised();
    expect(level(lta)).toBe('valid B-LTA');
    const rewritten = (text: string) => b64url(JSON.stringify(clear(text), null, 1));
    for (const change of [
      ([a, b, ...rest]: string[]) => [b, a, ...rest],
      (items: string[]) => items.filter((_, i) => i !== 1),
      ([a, ...rest]: string[]) => [rewritten(a as string), ...rest],
      (items: string[]) => [item({ sigPSt: {} }), ...items],
      (items: string[]) => [...items.slice(-1), ...items.slice(0, -1)],
    ]) {
      const report = judge(withItems(lta, change));
      expect(report.signatures[0]?.level).not.toBe('B-LTA');
      expect(
        report.signatures[0]?.timestamps.some((one) => one.kind === 'archive-time-stamp' && one.indication === 'PASSED'),
      ).toBe(false);
    }
    // In the clear its bytes are anybody's guess: said, and not counted.
    const inClear = judge(withItems(lta, (items) => items.map(clear)));
    expect(inClear.signatures[0]?.warnings.map((one) => one.code)).toContain('time-stamp.archive-not-judged');
    expect(`${inClear.verdict} ${inClear.signatures[0]?.level}`).toBe('valid B-LT');
    // What comes behind it is not under it, and takes nothing away.
    expect(level(withItems(lta, (items) => [...items, item({ anyValData: {} })]))).toBe('valid B-LTA');
  });

  it('a time-stamp put behind the archive time-stamp is not protected by it', async () => {
    const { 'B-LTA': lta } = await raised();
    const value = parsed(lta)['signature'] as unknown as string;
    const hash = new Uint8Array(createHash('sha256').update(value).digest());
    const old = pki.timeStampToken({ digest: 'SHA-256', hash }, pki.now - MINUTE);
    const stamp = item({ sigTst: { tstTokens: [{ val: Buffer.from(old).toString('base64') }] } });
    const report = judge(withItems(lta, (items) => [...items, stamp]));
    expect(report.signatures[0]?.level).not.toBe('B-LTA');
    expect(report.signatures[0]?.warnings.map((one) => one.code)).toContain('time-stamp.archive-partial');
  });

  it('a time-stamp of another signature, a repeated one, two in one place', async () => {
    const [one, two] = [await raised(), await raised(signedBy({ ...baseline(), kid: 'other' }))];
    const foreign = withItems(one['B-T'], () => two['B-T'] && (parsed(two['B-T']).header?.etsiU ?? []));
    expect(level(foreign)).toBe('valid B-B');
    expect(judge(foreign).signatures[0]?.timestamps[0]).toMatchObject({ imprintMatches: false, indication: 'FAILED' });
    const repeated = judge(withItems(one['B-T'], (items) => [...items, ...items]));
    expect(repeated.signatures[0]?.timestamps).toHaveLength(1);
    const crowded = withItems(one['B-T'], ([text]) => {
      const { sigTst } = clear(text as string) as { sigTst: { tstTokens: object[] } };
      return [item({ sigTst: { tstTokens: [...sigTst.tstTokens, ...sigTst.tstTokens] } })];
    });
    expect(judge(crowded).signatures[0]?.levelFailures.map((f) => f.code)).toEqual(['level.one-token']);
    for (const bad of [{}, { tstTokens: 7 }, { tstTokens: [{ val: '!' }] }, { tstTokens: [{ val: 'AAAA' }] }]) {
      expect(level(withItems(one['B-T'], () => [item({ sigTst: bad })]))).toMatch(/^valid (B-B|null)$/);
    }
  });

  it('references beside the values, and a counter-signature', async () => {
    const { 'B-LT': lt } = await raised();
    const refs = judge(withItems(lt, (items) => [...items, item({ xRefs: [] })]));
    expect(refs.signatures[0]).toMatchObject({ level: 'B-T', indication: 'TOTAL_PASSED' });
    expect(refs.signatures[0]?.levelFailures.map((one) => one.code)).toEqual(['level.references-forbidden']);
    const counter = judge(withItems(lt, (items) => [...items, item({ cSig: {} })]));
    // One that is none keeps the file from passing; the signature itself stays what it is.
    expect(counter.verdict).toBe('invalid');
    expect(counter.signatures[0]?.indication).toBe('TOTAL_PASSED');
  });
});

import { createHash } from 'node:crypto';
import { openSync, closeSync, ftruncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileSource } from '@antin/adapters/files/source';
import { concatBytes, latin1, utf8 } from '@antin/formats/bytes/bytes';
import { useFolder } from '@antin/testkit/folder';
import { letter } from '@antin/testkit/judging/documents';
import { everyFormat, trustOf } from '@antin/testkit/judging/every-format';
import { testPki } from '@antin/testkit/pki/test-pki';
import { afterEach, describe, expect, it } from 'vitest';
import { askHere, judgeWith, wholeFile } from './judge.ts';
import type { Answer, Question } from './question.ts';
import { threadPool, type PoolLimits, type ThreadPool } from './thread-pool.ts';

const pki = testPki();
const folder = useFolder();
const pools: ThreadPool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.stop();
});
function poolOf(limits: Partial<PoolLimits> = {}): ThreadPool {
  const pool = threadPool(limits);
  pools.push(pool);
  return pool;
}
const question = (bytes: Uint8Array, name = 'a.pdf', more: Partial<Question> = {}): Question => ({
  ...{ name, file: { bytes }, data: [], relation: 'brought', at: pki.now },
  ...more,
});

/** A file that takes a thread for many seconds: gigabytes of nothing that must be hashed, and no room on the disk. */
function endless(): { readonly descriptor: number; readonly size: number } {
  const descriptor = openSync(join(folder.path, 'endless.pdf'), 'w+');
  writeSync(descriptor, letter());
  const size = 40 * 1024 ** 3;
  ftruncateSync(descriptor, size);
  return { descriptor, size };
}

/** A PDF of a few megabytes whose table of objects, read, is hundreds. */
function hungry(): Uint8Array {
  const count = 900_000;
  const row = latin1('0000000009 00000 n \n');
  const rows = new Uint8Array(row.length * count);
  for (let i = 0; i < count; i++) rows.set(row, i * row.length);
  const head = latin1('%PDF-1.7\n1 0 obj\n<< /Type /Catalog /A (/ByteRange) >>\nendobj\n');
  const table = concatBytes(latin1(`xref\n0 ${count}\n`), rows);
  return concatBytes(head, table, latin1(`trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${head.length}\n%%EOF\n`));
}

describe('judging in threads', () => {
  it('says what judging here says, of every format, with data beside it, in every form', async () => {
    const trust = trustOf(pki);
    const [here, there] = [judgeWith(trust, askHere), judgeWith(trust, poolOf().ask)];
    for (const sample of await everyFormat(pki, 'leader')) {
      const data = sample.data === undefined ? [] : [{ name: sample.data.name, file: { bytes: sample.data.bytes } }];
      for (const form of [undefined, 'simple', 'detailed', 'diagnostic', 'etsi'] as const) {
        const asked = question(sample.file, sample.name, { data, ...(form === undefined ? {} : { form }) });
        const answer = await there(asked);
        expect(answer).toMatchObject({ status: 'judged', report: { verdict: 'valid' } });
        expect(JSON.parse(JSON.stringify(answer))).toEqual(JSON.parse(JSON.stringify(await here(asked))));
      }
    }
    expect(await there(question(utf8('xin chào')))).toEqual({ status: 'no-format' });
  });

  it('reads files from their descriptors, whole and in part', async () => {
    const [pdf] = await everyFormat(pki, 'leader');
    const path = folder.put('form', concatBytes(utf8('--boundary\r\n'), pdf!.file, utf8('\r\n--boundary--')));
    using source = fileSource(path);
    const judge = judgeWith(trustOf(pki), poolOf().ask);
    const part = { descriptor: source.descriptor, start: 12, size: pdf!.file.length };
    const sha256 = createHash('sha256').update(pdf!.file).digest('hex');
    expect(await judge(question(pdf!.file, 'a.pdf', { file: part }))).toMatchObject({ report: { verdict: 'valid', sha256 } });
    expect(await judge(question(pdf!.file, 'a', { file: wholeFile(source) }))).toMatchObject({ report: { size: source.size } });
  });

  it('a file that does not come to an end is stopped; others are answered meanwhile and afterwards', async () => {
    const hog = endless();
    try {
      const judge = judgeWith(trustOf(pki), poolOf({ milliseconds: 3000 }).ask);
      const [pdf] = await everyFormat(pki, 'leader');
      const order: string[] = [];
      const noted = async (what: string, asked: Question) => {
        const answer = await judge(asked);
        order.push(what);
        return answer;
      };
      const stopped = noted('hog', question(pdf!.file, 'hog.pdf', { file: { ...hog, start: 0 } }));
      expect(await noted('honest', question(pdf!.file))).toMatchObject({ report: { verdict: 'valid' } });
      expect(await stopped).toEqual({ status: 'stopped', code: 'verify.time-over' });
      expect(order).toEqual(['honest', 'hog']);
      expect(await judge(question(pdf!.file))).toMatchObject({ report: { verdict: 'valid' } });
    } finally {
      closeSync(hog.descriptor);
    }
  }, 30_000);

  it('what the office made itself is judged while strangers’ files keep their threads', async () => {
    const hog = endless();
    try {
      const pool = poolOf({ milliseconds: 4000 });
      const [strangers, office] = [judgeWith(trustOf(pki), pool.ask), judgeWith(trustOf(pki), pool.askFirst)];
      const [pdf] = await everyFormat(pki, 'leader');
      const order: string[] = [];
      const noted = async (what: string, answer: Promise<Answer>) => {
        await answer;
        order.push(what);
      };
      const file = { ...hog, start: 0 };
      const work = [
        ...[1, 2].map(() => noted('hog', strangers(question(pdf!.file, 'hog.pdf', { file })))),
        noted('visitor', strangers(question(pdf!.file))),
        noted('office', office(question(pdf!.file))),
      ];
      await Promise.all(work);
      expect(order[0]).toBe('office');
      expect(order).toHaveLength(4);
    } finally {
      closeSync(hog.descriptor);
    }
  }, 30_000);

  it('a file that wants more memory than a file may cost is stopped, and the next one is judged', async () => {
    const judge = judgeWith(trustOf(pki), poolOf({ megabytes: 100, threads: 1 }).ask);
    const [pdf] = await everyFormat(pki, 'leader');
    const asked = [question(hungry()), question(pdf!.file)].map((one) => judge(one));
    expect(await asked[0]).toEqual({ status: 'stopped', code: 'verify.memory-over' });
    expect(await asked[1]).toMatchObject({ report: { verdict: 'valid' } });
  }, 30_000);

  it('more than can wait are told to come later, and a stop leaves nobody waiting', async () => {
    const pool = poolOf({ threads: 1, waiting: 1 });
    const judge = judgeWith(trustOf(pki), pool.ask);
    const asked = Promise.allSettled([1, 2, 3].map(() => judge(question(letter()))));
    const codes = (await asked).map((one) =>
      one.status === 'fulfilled' ? one.value.status : (one.reason as { code: string }).code,
    );
    expect(codes).toEqual(['judged', 'judged', 'http.unavailable']);
    const late = [judge(question(letter())), judge(question(letter()))].map((one) =>
      one.catch((fault: { code: string }) => fault.code),
    );
    await pool.stop();
    expect(await Promise.all(late)).toEqual(['http.unavailable', 'http.unavailable']);
    await expect(judge(question(letter()))).rejects.toMatchObject({ code: 'http.unavailable' });
  });
});

import type { Context } from 'hono';
import { cappedBody } from '@antin/adapters/http/body';
import { HttpRefusal } from '@antin/adapters/http/fault';
import { httpProblems, isCoded, type ProblemRows } from '@antin/adapters/http/problem';
import { temporarySource } from '@antin/adapters/files/temporary';
import type { OpenSource } from '@antin/adapters/files/source';
import type { BatchLine, BatchQuery } from '@antin/protocol/public/verification';
import { sentenceFor } from '@antin/signature/words/sentence';
import { boundaryOf, formParts } from '../verification/multipart.ts';
import type { NamedFile, Question } from '../verification/question.ts';
import { publicProblems } from './problems.ts';
import { partOf } from './received.ts';
import { policyNamed, type VerifyDoors } from './verify.ts';

export interface BatchLimits {
  readonly files: number;
  /** Of the whole body, and of one file in it. */
  readonly bytes: number;
  readonly bytesOfOne: number;
}

export const BATCH_LIMITS: BatchLimits = { files: 100, bytes: 200 * 1024 * 1024, bytesOfOne: 50 * 1024 * 1024 };

/** What the office keeps for its administrator when a file meets a fault of ours. */
export type OnFault = (fault: unknown) => void;

/**
 * Judges several files of one form: one line of JSON for each, as soon as it is judged, in the order of the form; the last line counts.
 * A signature in a file of its own is judged with the file of the form that it is over. A file that cannot be judged has its problem in
 * its line and keeps nobody else from an answer.
 *
 * The next file is judged when the line before was taken: who stops reading stops the work.
 *
 * @param take asks the caller's rate limit for so many files; seconds to wait, or 0
 * @throws {HttpRefusal} before anything is judged: `verify.form-unreadable`, `verify.no-file`, `verify.too-many-files`, `http.*`
 */
export async function batchAnswer(
  c: Context,
  query: BatchQuery,
  doors: Pick<VerifyDoors, 'judge' | 'clock' | 'policies'> & { readonly onFault?: OnFault | undefined },
  take: (files: number) => number,
  limits: BatchLimits = BATCH_LIMITS,
): Promise<Response> {
  const policy = policyNamed(query.policy, doors);
  const boundary = boundaryOf(c.req.header('content-type') ?? '');
  if (boundary === undefined) throw new HttpRefusal('http.unsupported-type');
  const body = await temporarySource(cappedBody(c, limits.bytes));
  let lines: AsyncGenerator<BatchLine>;
  try {
    const files = filesIn(body, boundary, limits);
    const wait = take(files.length);
    if (wait > 0) throw new HttpRefusal('http.too-many-requests', { headers: { 'retry-after': String(wait) } });
    const common = { relation: 'around', at: doors.clock().getTime(), policy, language: query.language } as const;
    const form = query.report === undefined ? {} : { form: query.report };
    lines = judgedOneByOne(files, { ...common, ...form }, doors, limits);
  } catch (fault) {
    body.close();
    throw fault;
  }
  return new Response(
    ndjson(lines, () => body.close()),
    {
      headers: { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    },
  );
}

function filesIn(body: OpenSource, boundary: string, limits: BatchLimits): readonly NamedFile[] {
  const parts = formParts(body, boundary, limits.files + 1);
  if (parts === 'too-many') throw new HttpRefusal('verify.too-many-files');
  if (parts === undefined) throw new HttpRefusal('verify.form-unreadable');
  const files = parts
    .filter((one) => one.name === 'file' && one.fileName !== undefined && one.fileName !== '')
    .map((one) => ({ name: one.fileName as string, file: partOf(body, one) }));
  if (files.length === 0) throw new HttpRefusal('verify.no-file');
  if (files.length > limits.files) throw new HttpRefusal('verify.too-many-files');
  return files;
}

async function* judgedOneByOne(
  files: readonly NamedFile[],
  question: Omit<Question, 'name' | 'file' | 'data'>,
  { judge, onFault }: { readonly judge: VerifyDoors['judge']; readonly onFault?: OnFault | undefined },
  limits: BatchLimits,
): AsyncGenerator<BatchLine> {
  const counts = { valid: 0, invalid: 0, indeterminate: 0, unsigned: 0, problem: 0 };
  const { language = 'vi' } = question;
  for (const [i, one] of files.entries()) {
    const head = { n: i + 1, of: files.length, file: one.name };
    const data = files.filter((_, other) => other !== i);
    try {
      requireSize(one, limits);
      const answer = await judge({ ...question, ...one, data });
      if (answer.status !== 'judged') throw new HttpRefusal(answer.status === 'stopped' ? answer.code : 'format.unsupported');
      const { report, text, over } = answer;
      counts[report.verdict] += 1;
      yield {
        ...{ ...head, verdict: report.verdict, sentence: sentenceFor(report, language).heading },
        ...(over.length === 0 ? {} : { over: over.map((position) => (data[position] as NamedFile).name) }),
        report: text === undefined ? report : (JSON.parse(text) as unknown),
      };
    } catch (fault) {
      counts.problem += 1;
      yield { ...head, problem: problemOf(fault, onFault) };
    }
  }
  yield { done: true, of: files.length, counts };
}

function requireSize({ file }: NamedFile, { bytesOfOne }: BatchLimits): void {
  if (!('size' in file)) return;
  if (file.size === 0) throw new HttpRefusal('verify.no-file');
  if (file.size > bytesOfOne) throw new HttpRefusal('http.body-too-large');
}

function problemOf(fault: unknown, onFault: OnFault | undefined): { code: string; title: { vi: string; en: string } } {
  const rows: ProblemRows = { ...httpProblems, ...publicProblems };
  const row = isCoded(fault) ? rows[fault.code] : undefined;
  if (isCoded(fault) && row !== undefined) return { code: fault.code, title: row.title };
  onFault?.(fault);
  return { code: 'http.fault', title: httpProblems['http.fault'].title };
}

/** Pulled line by line; `close` once nobody reads or writes any more. */
function ndjson(lines: AsyncGenerator<BatchLine>, close: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await lines.next().catch((fault: unknown) => {
          close();
          throw fault;
        });
        if (next.done !== true) return controller.enqueue(encoder.encode(`${JSON.stringify(next.value)}\n`));
        close();
        controller.close();
      },
      async cancel() {
        // Waits for the file under way: it is read until then.
        await lines.return(undefined);
        close();
      },
    },
    { highWaterMark: 0 },
  );
}

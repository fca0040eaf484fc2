import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ValidationReport } from '@antin/signature/validation/types';
import { corpus } from '@antin/testkit/corpora';
import { letter } from '@antin/testkit/judging/documents';
import { pdfsig, qpdfCheck, qpdfRewrite, tools } from '@antin/testkit/pdf/outside';
import { producedLetters } from '@antin/testkit/pdf/producers';
import { inProcess, signingDesk } from '@antin/testkit/signing-desk';
import type { SigningDesk } from '@antin/testkit/signing-desk';
import { main } from '../main.ts';

// What must hold of the two commands together, on files as the world makes them.

const antin = inProcess(main);
const outside = tools.pdfsig && tools.qpdf;

let desk: SigningDesk;
let trust: string[];
beforeAll(async () => void (desk = await signingDesk()));
afterAll(() => desk.close());

let n = 0;
async function sign(bytes: Uint8Array, entity: string, ...more: string[]) {
  const inPdf = desk.file(`in ${(n += 1)}.pdf`, bytes);
  const outPdf = desk.file(`out ${n}.pdf`);
  const ran = await antin(['sign', inPdf, '-o', outPdf, ...desk.key(entity), ...more]);
  expect(Buffer.compare(readFileSync(inPdf), bytes), 'the input is what it was').toBe(0);
  expect(existsSync(outPdf)).toBe(ran.code === 0);
  return { ...ran, bytes: ran.code === 0 ? new Uint8Array(readFileSync(outPdf)) : new Uint8Array() };
}

async function validate(bytes: Uint8Array): Promise<{ code: number | null; report: ValidationReport; text: string }> {
  const { code, out, err } = await antin(['validate', desk.file('judged.pdf', bytes), ...trust, '--format', 'json']);
  return { code, report: JSON.parse(out || 'null') as ValidationReport, text: out + err };
}

/** Signed up to B-T by the leader, then sealed by the organisation. */
async function signedTwice(input: Uint8Array) {
  const first = await sign(input, 'leaderRsa', '--tsa', desk.tsa);
  expect(first, first.err).toMatchObject({ code: 0 });
  const second = await sign(first.bytes, 'seal', '--tsa', desk.tsa);
  expect(second, second.err).toMatchObject({ code: 0 });
  // Revocation lists are of the moment of judging.
  trust = desk.trust();
  return { first: first.bytes, second: second.bytes };
}

/** Fixed sequence, so that a failure repeats. */
function* numbers(seed: number): Generator<number, never> {
  for (let x = seed; ;) {
    x = (Math.imul(x, 1_103_515_245) + 12_345) >>> 0;
    yield x >>> 8;
  }
}

function samples(): [name: string, bytes: Uint8Array][] {
  const folder = corpus('pyhanko-pdf');
  const hybrids = folder === undefined ? [] : globSync('minimal-{hybrid-xref*,xref}.pdf', { cwd: folder }).sort();
  return [
    ['of few bytes', letter()],
    ...(tools.qpdf ? [['with object streams', qpdfRewrite(letter(), '--object-streams=generate')] as [string, Uint8Array]] : []),
    ...producedLetters(),
    ...hybrids.map((name): [string, Uint8Array] => [`${name} of a corpus`, new Uint8Array(readFileSync(join(folder!, name)))]),
  ];
}

describe.each(samples())('a file %s', (_, input) => {
  const made: { files?: Awaited<ReturnType<typeof signedTwice>> } = {};
  const files = async () => (made.files ??= await signedTwice(input));

  it('is signed, signed again, and both signatures are valid for us', async () => {
    const { first, second } = await files();
    expect(Buffer.compare(first.subarray(0, input.length), input)).toBe(0);
    expect(Buffer.compare(second.subarray(0, first.length), first)).toBe(0);
    const one = await validate(first);
    expect(one.code, one.text).toBe(0);
    const both = await validate(second);
    expect(both.code, both.text).toBe(0);
    const found = both.report.signatures.map(({ level, indication, coverage }) => [level, indication, coverage]);
    expect(found).toEqual([
      ['B-T', 'TOTAL_PASSED', 'revision'],
      ['B-T', 'TOTAL_PASSED', 'file'],
    ]);
  });

  it.skipIf(!outside)('and both are valid for others', async () => {
    const { second } = await files();
    const answer = pdfsig(second);
    expect(answer, answer.text).toMatchObject({ signatures: 2, valid: 2 });
    const check = qpdfCheck(second);
    expect(check.status, check.text).toBe(qpdfCheck(input).status);
  });

  it('is invalid once any covered byte is flipped: never valid, never unsigned', async () => {
    const { second } = await files();
    const text = Buffer.from(second).toString('latin1');
    const [, b = 0, c = 0, d = 0] = [...text.matchAll(/\/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)/g)].at(-1)!.map(Number);
    expect(c + d).toBe(second.length);
    const random = numbers(second.length);
    const last = (word: string) => text.lastIndexOf(word);
    const places = [0, 5, b - 1, c, last('startxref'), last('startxref') + 10, last('%%EOF'), second.length - 2, input.length];
    for (let i = 0; i < 60; i++) {
      const at = random.next().value % (b + d);
      places.push(at < b ? at : at - b + c);
    }
    for (const at of places) {
      const bit = random.next().value % 8;
      const flipped = second.slice();
      flipped[at] = (flipped[at] as number) ^ (1 << bit);
      const { code, report } = await validate(flipped);
      const failed = report.signatures.filter((one) => one.indication === 'TOTAL_FAILED');
      const findings = [...failed.flatMap((one) => one.errors), ...report.errors];
      const where = `byte ${at} bit ${bit}: ${findings.map((one) => one.code).join()}`;
      expect([code, report.verdict], where).toEqual([1, 'invalid']);
      // The CMS of the first signature lies in the range of the second: its own failure may be cryptographic.
      const reasons = failed.map((one) => one.subIndication);
      if (reasons.includes('HASH_FAILURE')) continue;
      expect(reasons, where).toContain('FORMAT_FAILURE');
      // What reads well and means nothing breaks no syntax: there is no place to point at.
      const readable = findings.some(({ code }) => ['pdf.contents-missing', 'pdf.byte-range-malformed'].includes(code));
      expect(readable || findings.some((one) => one.offset !== undefined), where).toBe(true);
    }
  });
});

describe.each(['pyhanko-pdf', 'libpdf-pdf'])('every file of the corpus %s', (name) => {
  const folder = corpus(name);
  const paths = folder === undefined ? [] : globSync('**/*.pdf', { cwd: folder }).sort();
  beforeAll(() => void (trust = desk.trust()));

  it.skipIf(folder === undefined)('is there', () => expect(paths).not.toEqual([]));

  it.skipIf(folder === undefined).each(paths)(
    '%s gains one valid signature and loses none, or is refused by code',
    async (path) => {
      const input = new Uint8Array(readFileSync(join(folder as string, path)));
      const before = await validate(input);
      const made = await sign(input, 'leader');
      if (made.code !== 0) {
        expect(made.code).toBe(65);
        expect(made.err).toMatch(/^antin sign: .+ \[(pdf|pades)\.[a-z-]+\]\n$/);
        return;
      }
      const after = await validate(made.bytes);
      const found = (report: ValidationReport) =>
        report.signatures.map(({ field, indication, subIndication }) => `${field} ${indication} ${subIndication}`).sort();
      const field = /, field (.*)\n$/.exec(made.out)?.[1];
      const own = after.report.signatures.find((one) => one.field === field);
      expect(own).toMatchObject({ indication: 'TOTAL_PASSED', coverage: 'file', level: 'B-B' });
      expect(found(after.report)).toEqual([...found(before.report), `${field} TOTAL_PASSED null`].sort());
      // What was wrong before is not washed away by a signature over it; what was merely unsigned is now signed.
      expect(after.report.verdict).toBe(before.report.verdict === 'unsigned' ? 'valid' : before.report.verdict);
    },
  );
});

describe('certificates', () => {
  it.each([
    ['of an unknown issuer is not red', 'unknownIssuer', 'NO_CERTIFICATE_CHAIN_FOUND'],
    ['that is revoked says so and when', 'revoked', 'REVOKED_NO_POE'],
  ])('one %s', async (_, entity, subIndication) => {
    const { bytes } = await sign(letter(), entity);
    trust = desk.trust();
    const { code, report } = await validate(bytes);
    expect([code, report.signatures[0]?.subIndication]).toEqual([2, subIndication]);
    if (entity === 'revoked') {
      const revokedAt = desk.pki.description.entities['revoked']?.revoked?.at as string;
      expect(report.signatures[0]?.decidedAt).toBe(revokedAt);
      const { out } = await antin(['validate', desk.file('revoked.pdf', bytes), ...trust, '--lang', 'en']);
      expect(out).toContain(new Date(revokedAt).toLocaleDateString('en-GB', { timeZone: 'Asia/Ho_Chi_Minh' }));
    }
  });

  it('without revocation data is a matter of trying later, never valid', async () => {
    const { bytes } = await sign(letter(), 'leader');
    const root = desk.trust().slice(0, 2);
    const path = desk.file('judged.pdf', bytes);
    const { code, out } = await antin(['validate', path, ...root, '--offline', '--format', 'json']);
    const [one] = (JSON.parse(out) as ValidationReport).signatures;
    expect([code, one?.subIndication, one?.warnings.length]).toEqual([2, 'TRY_LATER', expect.any(Number)]);
  });
});

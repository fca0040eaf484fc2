import { readdirSync } from 'node:fs';
import { openFileStore } from '@antin/adapters/files/store';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { Sha256 } from '@antin/protocol/basics';
import { context, integer, oid, sequence, setOf } from '@antin/formats/der/writer';
import { concatBytes, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { signAsic } from '@antin/signature/asic/sign';
import { signCades } from '@antin/signature/cades/sign';
import { signXades } from '@antin/signature/xades/sign';
import { useFolder } from '@antin/testkit/folder';
import { letter, sign } from '@antin/testkit/judging/documents';
import { everyFormat, trustOf, type Sample } from '@antin/testkit/judging/every-format';
import { bytesOf, docx } from '@antin/testkit/ooxml/packages';
import { testPki } from '@antin/testkit/pki/test-pki';
import { beforeAll, describe, expect, it } from 'vitest';
import { judgeArrival } from './arrival.ts';
import { askHere, judgeWith, type Judge } from './judge.ts';
import { verificationView } from './view.ts';

const pki = testPki();
const store = openFileStore(useFolder().path);
const honest = judgeWith(trustOf(pki), askHere);
const at = new Date(pki.now);
const PDF = 'application/pdf';
const OCTETS = 'application/octet-stream';
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

type Sent = readonly [role: 'main' | 'annex', name: string, bytes: Uint8Array, mediaType?: string];

async function arrive(files: readonly Sent[], judge: Judge = honest) {
  const sent = [];
  for (const [role, name, bytes, mediaType = OCTETS] of files) {
    const { sha256, size } = await store.put(bytes);
    sent.push({ role, name, mediaType, size, sha256: Sha256.parse(sha256) });
  }
  const view = verificationView(await judgeArrival(sent, { judge, open: store.source, at: at.getTime() }), at);
  return { ...view, vi: view.sentence.vi, notes: (view.notes ?? []).map((one) => one.vi) };
}

const asPdf = (data: Uint8Array, by = 'leader'): Promise<Uint8Array> => sign(data, { pki, by });
const detachedCms = async (data: Uint8Array, by = 'leader'): Promise<Uint8Array> =>
  bytesOf(await signCades(memorySource(data), pki.signingKey(by), { door, signingTime: pki.now, packaging: 'detached' }));
const named = (name: string, data: Uint8Array) => [{ name, content: memorySource(data), mimeType: PDF }];
const options = { door, signingTime: pki.now, level: 'B-B' } as const;
const detachedXml = (name: string, data: Uint8Array, by = 'leader') =>
  signXades({ packaging: 'detached', files: named(name, data) }, pki.signingKey(by), options);
const container = async (name: string, data: Uint8Array, by = 'leader'): Promise<Uint8Array> =>
  bytesOf(await signAsic({ container: 'ASiC-S', files: named(name, data) }, pki.signingKey(by), options));

const plain = letter();
const other = letter('Phu luc');
let signed: Uint8Array;
let samples: readonly Sample[];
beforeAll(async () => {
  signed = await asPdf(plain);
  samples = await everyFormat(pki, 'leader');
});

describe('what arrived', () => {
  it('is judged in every format: green as signed, red when changed', async () => {
    for (const { name, file, data, changed } of samples) {
      const beside = (bytes: Uint8Array | undefined): Sent[] =>
        data === undefined ? [] : [['annex', data.name, bytes ?? data.bytes, 'text/plain']];
      // A signature in a file of its own is found by what it names, or by its own name.
      const main = name === 'ký rời.p7s' ? `${data!.name}.p7s` : name;
      const good = await arrive([['main', main, file], ...beside(data?.bytes)]);
      expect([good.verdict, good.notes], `${name}: ${good.vi}`).toEqual(['valid', []]);
      expect((await arrive([['main', main, changed.file], ...beside(changed.data)])).verdict, name).toBe('invalid');
    }
  });

  it('a signature beside its file counts for that file: CMS by its name, XAdES by what it names, a container by what is in it', async () => {
    const beside: [string, Uint8Array][] = [
      ['quyet-dinh.pdf.p7s', await detachedCms(plain)],
      ['Quyet-Dinh.P7S', await detachedCms(plain)],
      ['quyet-dinh.xades', await detachedXml('quyet-dinh.pdf', plain)],
      ['quyet-dinh.asics', await container('quyet-dinh.pdf', plain)],
    ];
    for (const [name, signature] of beside) {
      const view = await arrive([
        ['main', 'quyet-dinh.pdf', plain, PDF],
        ['annex', name, signature],
      ]);
      expect([view.verdict, view.notes], `${name}: ${view.vi}`).toEqual(['valid', []]);
      expect(view.vi).not.toContain('Phụ lục');
      expect(view.answers.who.vi).toContain('Nguyễn Văn An');
    }
  });

  it('a signature over another file lends its neighbour nothing, whatever it is called', async () => {
    const beside: [string, Uint8Array, string][] = [
      ['quyet-dinh.pdf.p7s', await detachedCms(other), 'invalid'],
      ['quyet-dinh.pdf.xades', await detachedXml('quyet-dinh.pdf', other), 'invalid'],
      // The container holds a good signature over what it holds; the file beside it stays unsigned.
      ['quyet-dinh.pdf.asics', await container('quyet-dinh.pdf', other), 'unsigned'],
      ['chu-ky.asics', await container('quyet-dinh.pdf', other), 'unsigned'],
      ['khac.p7s', await detachedCms(plain), 'unsigned'],
    ];
    for (const [name, signature, verdict] of beside) {
      const view = await arrive([
        ['main', 'quyet-dinh.pdf', plain, PDF],
        ['annex', name, signature],
      ]);
      expect(view.verdict, `${name}: ${view.vi}`).toBe(verdict);
    }
    // The annex it is over may have it; the main file keeps its own answer.
    const view = await arrive([
      ['main', 'quyet-dinh.pdf', plain, PDF],
      ['annex', 'phu-luc.pdf', other, PDF],
      ['annex', 'phu-luc.pdf.p7s', await detachedCms(other)],
    ]);
    expect(view.verdict).toBe('unsigned');
    expect(view.vi).not.toContain('Phụ lục');
  });

  it('a list of certificates that is called a signature signs nothing, and spoils nothing but its own answer', async () => {
    const none = setOf();
    const certificates = context(0, pki.certificate('leader').raw);
    const signedData = sequence(integer(1), none, sequence(oid('1.2.840.113549.1.7.1')), certificates, none);
    const list = sequence(oid('1.2.840.113549.1.7.2'), context(0, signedData));
    for (const [main, verdict] of [
      [signed, 'indeterminate'],
      [plain, 'unsigned'],
    ] as const) {
      const view = await arrive([
        ['main', 'quyet-dinh.pdf', main, PDF],
        ['annex', 'quyet-dinh.pdf.p7s', list],
      ]);
      expect(view.verdict, view.vi).toBe(verdict);
      expect(view.report).toMatchObject({ files: [expect.not.objectContaining({ signedBy: expect.anything() as unknown }), {}] });
    }
  });

  it('a bad signature beside a good one is named', async () => {
    const view = await arrive([
      ['main', 'quyet-dinh.pdf', signed, PDF],
      ['annex', 'quyet-dinh.pdf.p7s', await detachedCms(other)],
    ]);
    expect(view.verdict).toBe('invalid');
    expect(view.vi).toContain('Tệp chữ ký “quyet-dinh.pdf.p7s”');
  });

  it('an annex decides where it is worse, and is named; a signature in the annex does not become the main file’s', async () => {
    const [bad, stranger] = [samples[0]!.changed.file, await asPdf(other, 'unknownIssuer')];
    for (const [bytes, verdict] of [
      [bad, 'invalid'],
      [stranger, 'indeterminate'],
      [other, 'unsigned'],
    ] as const) {
      const view = await arrive([
        ['main', 'chinh.pdf', signed, PDF],
        ['annex', 'phu-luc.pdf', bytes, PDF],
      ]);
      expect([view.verdict, view.vi.startsWith('Phụ lục “phu-luc.pdf”: ')], view.vi).toEqual([verdict, true]);
    }
    const swapped = await arrive([
      ['main', 'chinh.pdf', plain, PDF],
      ['annex', 'phu-luc.pdf', signed, PDF],
    ]);
    expect(swapped.verdict).toBe('unsigned');
    expect(swapped.vi).not.toContain('Phụ lục');
  });

  it('an annex of another kind without signature makes the document neither better nor worse, and is told', async () => {
    const view = await arrive([
      ['main', 'chinh.pdf', signed, PDF],
      ['annex', 'biểu.docx', docx(), DOCX],
      ['annex', 'số liệu.csv', utf8('a;b'), 'text/csv'],
    ]);
    expect(view.verdict).toBe('valid');
    expect(view.notes).toEqual([
      'Phụ lục “biểu.docx” không có chữ ký số riêng; được nhận đúng như bên gửi gửi.',
      'Phụ lục “số liệu.csv” không có chữ ký số riêng; được nhận đúng như bên gửi gửi.',
    ]);
    const office = samples.find((one) => one.name === 'công văn.docx') as Sample;
    const bad = await arrive([
      ['main', 'chinh.pdf', signed, PDF],
      ['annex', 'biểu.docx', office.changed.file, DOCX],
    ]);
    expect([bad.verdict, bad.notes]).toEqual(['invalid', []]);
    expect(bad.vi).toContain('Phụ lục “biểu.docx”');
  });

  it('what is sent as a PDF and is none never passes, signed or not; a PDF sent as something else is judged as the PDF it is', async () => {
    const [asice, text] = [await container('x.txt', utf8('x')), utf8('PK khong phai PDF')];
    const cases: [Sent, string, string][] = [
      [['main', 'chinh.pdf', asice, PDF], 'indeterminate', 'không phải PDF'],
      [['main', 'chinh.bin', asice, PDF], 'indeterminate', 'không phải PDF'],
      [['main', 'chinh.pdf', docx(), PDF], 'indeterminate', 'không phải PDF'],
      [['main', 'chinh.pdf', text, PDF], 'indeterminate', 'không phải PDF'],
      [['annex', 'phu-luc.pdf', asice, PDF], 'indeterminate', 'không phải PDF'],
      [['annex', 'phu-luc.pdf', docx(), DOCX], 'unsigned', 'không phải PDF'],
      [['annex', 'phu-luc.bin', text, PDF], 'unsigned', 'không phải PDF'],
      [['annex', 'phu-luc.docx', other, DOCX], 'unsigned', 'Phụ lục “phu-luc.docx”'],
      [['annex', 'chu-ky.p7s', text], 'indeterminate', 'không đọc được'],
    ];
    for (const [file, verdict, words] of cases) {
      const view = await arrive(file[0] === 'main' ? [file] : [['main', 'chinh.pdf', signed, PDF], file]);
      expect([view.verdict, view.vi.includes(words)], `${file[1]}: ${view.vi}`).toEqual([verdict, true]);
    }
  });

  it('a main file that nobody can read is no conclusion, one without signature is unsigned', async () => {
    const unknown = await arrive([['main', 'van-ban.doc', concatBytes(utf8('\u00d0\u00cf'), utf8('…'))]]);
    expect(unknown.verdict).toBe('indeterminate');
    expect(unknown.vi).toContain('van-ban.doc');
    expect(unknown.answers.who.vi).toBe('Chưa kiểm tra được.');
    expect((await arrive([['main', 'van-ban.docx', docx(), DOCX]])).verdict).toBe('unsigned');
    expect((await arrive([['annex', 'phu-luc.pdf', signed, PDF]])).verdict).toBe('unsigned');
  });

  it('two main files are no document: the best signatures of both do not pass, and a bad one is invalid', async () => {
    const both = await arrive([
      ['main', 'a.pdf', signed, PDF],
      ['main', 'b.pdf', await asPdf(other), PDF],
    ]);
    expect(both.verdict).toBe('indeterminate');
    expect(both.vi).toContain('2 tệp chính (“a.pdf”, “b.pdf”)');
    const bad = await arrive([
      ['main', 'a.pdf', signed, PDF],
      ['main', 'b.pdf', samples[0]!.changed.file, PDF],
    ]);
    expect(bad.verdict).toBe('invalid');
    expect(bad.vi).toContain('Tệp chính “b.pdf”');
  });

  it('a document of very many files is judged file by file, and holds few of them open', async () => {
    const many = Array.from({ length: 250 }, (_, i): Sent => ['annex', `${i}.csv`, utf8('a;b'), 'text/csv']);
    const before = readdirSync('/proc/self/fd').length;
    let most = 0;
    const judge: Judge = (question) => {
      most = Math.max(most, readdirSync('/proc/self/fd').length - before);
      return honest(question);
    };
    const view = await arrive(
      [['main', 'quyet-dinh.pdf', plain, PDF], ['annex', 'quyet-dinh.pdf.p7s', await detachedCms(plain)], ...many],
      judge,
    );
    // Nothing passes for lack of room to look.
    expect(view.verdict).toBe('unsigned');
    expect(view.notes).toHaveLength(250);
    expect(most).toBeLessThan(10);
    expect(readdirSync('/proc/self/fd').length).toBeLessThan(before + 5);
  });

  it('a file that was stopped says so and is no conclusion, wherever it stands', async () => {
    const judge: Judge = async (question) =>
      question.name === 'nặng.pdf' ? { status: 'stopped', code: 'verify.time-over' } : honest(question);
    for (const role of ['main', 'annex'] as const) {
      const files: Sent[] = [[role, 'nặng.pdf', other, PDF]];
      const view = await arrive(role === 'main' ? files : [['main', 'chinh.pdf', signed, PDF], ...files], judge);
      expect(view.verdict).toBe('indeterminate');
      expect(view.vi).toContain('nặng.pdf');
    }
  });
});

import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { memorySource } from '@antin/formats/bytes/source';
import { contextOf } from '@antin/testkit/judging/documents';
import { bytesOf, docx, packed, relations, smallPackage } from '@antin/testkit/ooxml/packages';
import type { Items, Relation } from '@antin/testkit/ooxml/packages';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import { openOoxml } from '../../ooxml/package.ts';
import { signOoxml } from '../../ooxml/sign.ts';
import { sentenceFor } from '../../words/sentence.ts';
import { validate } from '../validate.ts';

const pki = testPki();
const base = smallPackage('docx');

/** Signed as it stands: what is asked is what a reader shows of it. */
async function judge(items: Items): Promise<unknown[]> {
  const file = openOoxml(memorySource(packed(items)), { inflateRaw });
  const options = { door, level: 'XAdES-EPES', signingTime: pki.now } as const;
  const bytes = bytesOf(await signOoxml(file, pki.signingKey('leader'), options));
  const { report } = validate(memorySource(bytes), contextOf(pki, pki.now + 600_000));
  for (const language of ['vi', 'en'] as const) {
    expect(sentenceFor(report, language).heading).not.toMatch(/(check|bước kiểm tra) "/);
  }
  expect(report.signatures).toMatchObject([{ indication: 'TOTAL_PASSED' }]);
  return [report.verdict, report.decidedBy, report.warnings.map((one) => one.code)];
}
const leads = (...more: Relation[]): Items => ({
  ...base,
  'word/_rels/document.xml.rels': relations(
    ['rId2', 'styles', 'styles.xml'],
    ['rId10', 'hyperlink', 'https://example.vn/', 'External'],
    ['rId1', 'image', '/word/media/image1.png'],
    ...more,
  ),
});
const body = (inside: string): Items => ({
  ...base,
  'word/document.xml': (base['word/document.xml'] as string).replace('<w:body>', `<w:body><w:p>${inside}</w:p>`),
});
const field = (...runs: string[]) => body(runs.map((one) => `<w:r><w:instrText>${one}</w:instrText></w:r>`).join(''));

describe('an Office file that shows what lies elsewhere', () => {
  it('does not pass: its owner decides what is seen; links and pictures inside are honest', async () => {
    expect(await judge(leads())).toEqual(['valid', null, []]);
    for (const type of ['image', 'oleObject', 'subDocument', 'aFChunk', 'video']) {
      const from = await judge(leads(['rId9', type, 'https://example.vn/dau.png', 'External']));
      expect(from, type).toEqual(['indeterminate', 'ooxml.outside-content', []]);
    }
    const strict = 'http://purl.oclc.org/ooxml/officeDocument/relationships/image';
    expect((await judge(leads(['rId9', strict, 'file:///x.png', 'External'])))[1]).toBe('ooxml.outside-content');
  });

  it('is told where it only asks for something when a person wants it', async () => {
    expect(await judge(leads(['rId9', 'attachedTemplate', 'file:///x.dotm', 'External']))).toEqual([
      ...['valid', null],
      ['ooxml.outside-link'],
    ]);
  });
});

describe('an Office file that is another tomorrow', () => {
  const TOLD = ['valid', null, ['ooxml.dynamic-content']];
  const QUIET = ['valid', null, []];

  it('is told by its fields', async () => {
    expect(await judge(field(' DATE \\@ "dd/MM/yyyy" '))).toEqual(TOLD);
    expect(await judge(field(' DA', 'TE '))).toEqual(TOLD);
    expect(await judge(field(' INCLUDEPICTURE "http://vn/a.png" '))).toEqual(TOLD);
    expect(await judge(body('<w:fldSimple w:instr=" TIME "/>'))).toEqual(TOLD);
    for (const quiet of [' PAGE ', ' HYPERLINK "http://DATE" ', ' REF _Ref1 \\h ', ' NUMPAGES \\* MERGEFORMAT ']) {
      expect(await judge(field(quiet)), quiet).toEqual(QUIET);
    }
    expect(await judge(body('<w:r><w:t>DATE, TIME</w:t></w:r>'))).toEqual(QUIET);
  });

  it('is told by its formulas', async () => {
    const sheet = (formula: string): Items => {
      const { 'xl/worksheets/sheet1.xml': cells, ...more } = smallPackage('xlsx');
      return { ...more, 'xl/worksheets/sheet1.xml': (cells as string).replace('<v>', `<f>${formula}</f><v>`) };
    };
    expect(await judge(sheet('1+TODAY()'))).toEqual(TOLD);
    expect(await judge(sheet('WEBSERVICE("http://vn")'))).toEqual(TOLD);
    expect(await judge(sheet('SUM(A1:A9)'))).toEqual(QUIET);
  });

  it('is not asked of a file that nobody signed', () => {
    const { report } = validate(memorySource(docx()), contextOf(pki, pki.now));
    expect([report.verdict, report.warnings]).toEqual(['unsigned', []]);
  });
});

import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { bytesOf, codes, judge, pki, short } from '@antin/testkit/judging/containers';
import { judgedXml } from '@antin/testkit/judging/xml';
import { ENVELOPED, EXCLUSIVE, reference, signatureByHand } from '@antin/testkit/xml/by-hand';
import { fillIn } from '@antin/testkit/xml/fill-in';
import { entriesOf, zip } from '@antin/testkit/attacks/zip';
import { describe, expect, it } from 'vitest';
import { signAsic } from '../asic/sign.ts';
import { sentenceFor } from '../words/sentence.ts';
import type { ValidationReport } from './types.ts';

/** Each signature holds, each by a certificate that is trusted; they are not over the same. */
const said = (report: ValidationReport) => {
  const { tone, heading } = sentenceFor(report, 'vi');
  return [short(report), tone, heading, codes(report).includes('signatures.cover-apart')];
};

describe('a container', () => {
  const sign = async (who: string, ...names: string[]) => {
    const files = names.map((name) => ({ name, content: memorySource(utf8(name)), mimeType: 'text/plain' }));
    const options = { door, level: 'B-B', signingTime: pki.now } as const;
    return entriesOf(bytesOf(await signAsic({ container: 'ASiC-E', files }, pki.signingKey(who), options)));
  };
  /** The signature of a second container under another name, with its files. */
  const together = async (one: Awaited<ReturnType<typeof sign>>, two: Awaited<ReturnType<typeof sign>>) => {
    const known = new Set(one.map(({ name }) => name));
    const more = two.map((entry) =>
      /^META-INF\/.*signatures.*\.xml$/.test(entry.name) ? { ...entry, name: 'META-INF/signatures9.xml' } : entry,
    );
    return judge(zip([...one, ...more.filter(({ name }) => !known.has(name))]), { inflateRaw });
  };

  it('to which a stranger added a letter of his own says who signed which', async () => {
    const report = await together(await sign('leader', 'thư.txt'), await sign('seal', 'thêm.txt'));
    const [answer, tone, heading, told] = said(report);
    expect([answer, tone, told]).toEqual(['valid', 'doubt', true]);
    expect(heading).toMatch(/mỗi người chỉ ký phần của mình: Nguyễn Văn An \(.*\) ký “thư\.txt”; .* ký “thêm\.txt”\.$/);
    expect(sentenceFor(report, 'en').heading).toMatch(/Nguyễn Văn An .* signed “thư\.txt”; .* signed “thêm\.txt”\.$/);
  });

  it('is not read otherwise by the name of a file', async () => {
    const name = 'x”; Nguyễn Văn An ký “thêm.txt';
    const { heading } = sentenceFor(await together(await sign('leader', 'thư.txt'), await sign('seal', name)), 'vi');
    expect(heading).toContain('ký “x"; Nguyễn Văn An ký "thêm.txt”.');
  });

  it('whose files all of them signed is the honest twin', async () => {
    const [answer, tone, heading, told] = said(await together(await sign('leader', 'a', 'b'), await sign('seal', 'b', 'a')));
    expect([answer, tone, told]).toEqual(['valid', 'good', false]);
    expect(heading).toMatch(/^Văn bản này còn nguyên vẹn, do Nguyễn Văn An/);
  });
});

describe('an XML document', () => {
  const part = reference('#d1');
  const whole = reference('', ENVELOPED + EXCLUSIVE);
  const signed = (first: string, second: string, around = '') => {
    const one = fillIn(`<hs xmlns="urn:vn"><so Id="d1">1</so>${around}${signatureByHand({ references: [first] })}</hs>`, {
      pki,
      by: 'leader',
    });
    const both = one.replace('</hs>', () => `${signatureByHand({ references: [second], id: 's2' })}</hs>`);
    return judgedXml(fillIn(both, { pki, by: 'seal' }), pki, pki.now + 1_800_000);
  };

  it('that a stranger signed as a whole, around the part that the leader signed, is not the leader’s', () => {
    const report = signed(part, whole, '<them>9 tỷ</them>');
    const [answer, tone, heading, told] = said(report);
    expect([answer, tone, told]).toEqual(['valid', 'doubt', true]);
    expect(heading).toMatch(/Nguyễn Văn An \(.*\) ký \/hs\/so; .* ký toàn bộ tài liệu\.$/);
  });

  it('whose part both signed names the part and both', () => {
    const [answer, tone, heading, told] = said(signed(part, part));
    expect([answer, tone, told]).toEqual(['valid', 'doubt', false]);
    expect(heading).toMatch(/^Phần được ký của tệp \(\/hs\/so\)/);
    expect(heading).toContain('Nguyễn Văn An');
  });
});

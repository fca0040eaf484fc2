import { describe, expect, it } from 'vitest';
import { fill, translator, wordFor, type Words } from './catalogue.ts';
import { dayOf, dayText, fullDayText, instantText } from './dates.ts';
import { asTitle, shortAgency } from './titles.ts';
import { answerWords } from './words/answers.ts';
import { batchWords } from './words/batch.ts';
import { certificateWords } from './words/certificates.ts';
import { deviceWords } from './words/devices.ts';
import { directoryWords } from './words/directory.ts';
import { documentWords } from './words/documents.ts';
import { draftWords } from './words/draft.ts';
import { findingWords } from './words/finding.ts';
import { incomingWords } from './words/incoming.ts';
import { issuerRequestWords } from './words/issuer-requests.ts';
import { limitWords } from './words/limits.ts';
import { listWords } from './words/lists.ts';
import { needsWords } from './words/needs.ts';
import { publicWords } from './words/public.ts';
import { registerWords } from './words/registers.ts';
import { shellWords } from './words/shell.ts';
import { signingWords } from './words/signing.ts';
import { verifierWords } from './words/verifier.ts';

const office: Record<string, Words> = {
  answerWords,
  batchWords,
  certificateWords,
  deviceWords,
  directoryWords,
  documentWords,
  draftWords,
  findingWords,
  incomingWords,
  issuerRequestWords,
  limitWords,
  listWords,
  needsWords,
  registerWords,
  shellWords,
  signingWords,
};
const parts: Record<string, Words> = { ...office, publicWords, verifierWords };
const names = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();

describe('the catalogue', () => {
  it.each(Object.keys(parts))('%s says everything in both languages with the same values', (name) => {
    for (const [key, [vi, en]] of Object.entries(parts[name] ?? {})) {
      expect(vi.trim(), key).not.toBe('');
      expect(en.trim(), key).not.toBe('');
      expect(vi, `${key} is composed (NFC)`).toBe(vi.normalize('NFC'));
      // A sentence of the history may leave out who did it in one language.
      expect(names(en), key).toEqual(names(vi));
    }
  });

  it('has no key twice, because the parts of the office are merged into one', () => {
    const keys = Object.values(office).flatMap((words) => Object.keys(words));
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it('fills values and leaves an unknown name visible', () => {
    expect(fill('{n} văn bản của {who}', { n: 2 })).toBe('2 văn bản của {who}');
    expect(translator({ a: ['một {x}', 'one {x}'] }, 'en')('a', { x: 1 })).toBe('one 1');
    expect(wordFor({ 'why.a': ['x', 'y'] }, 'why.b', 'vi')).toBeUndefined();
  });
});

describe('dates', () => {
  it('are shown in Vietnam whatever the zone of the browser', () => {
    expect(instantText('2026-11-21T20:05:00.000Z')).toBe('22/11/2026 03:05');
    expect(dayOf('2026-11-21T17:00:00.000Z')).toBe('2026-11-22');
    expect(dayOf('2026-11-21T16:59:59.999Z')).toBe('2026-11-21');
  });

  it('are written as Decree 30 asks: zero before days below 10 and months 1 and 2', () => {
    expect(fullDayText('2026-02-05')).toBe('ngày 05 tháng 02 năm 2026');
    expect(fullDayText('2026-11-21')).toBe('ngày 21 tháng 11 năm 2026');
    expect(fullDayText('2026-03-09')).toBe('ngày 09 tháng 3 năm 2026');
    expect(dayText('2026-11-21')).toBe('21/11/2026');
  });
});

it('a trích yếu becomes a title with one capital', () => {
  expect(asTitle('đề nghị báo cáo')).toBe('Đề nghị báo cáo');
  expect(asTitle('')).toBe('');
});

it('agencies are short in tables, and only as a whole first word', () => {
  expect(shortAgency('Ủy ban nhân dân xã Phú Hòa')).toBe('UBND xã Phú Hòa');
  expect(shortAgency('Văn phòng Ủy ban nhân dân tỉnh')).toBe('Văn phòng Ủy ban nhân dân tỉnh');
});

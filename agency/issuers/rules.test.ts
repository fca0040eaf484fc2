import { expect, test } from 'vitest';
import fc from 'fast-check';
import type { ItemResult } from '@antin/protocol/certificates/result';
import { contiguous, isEnd, requestStateAfter, stepOf, type ItemNow, sameName } from './rules.ts';

const at = '2026-11-22T00:00:00.000Z';
const id = '11111111-1111-4111-8111-111111111111';
const issued: ItemResult = { itemId: id, status: 'issued', certificate: '', chain: [], at };
const refused: ItemResult = { itemId: id, status: 'refused', code: 'x', text: '', at };
const received: ItemResult = { itemId: id, status: 'received' };
const approved: ItemResult = { itemId: id, status: 'approved', at };
const question: ItemResult = { itemId: id, status: 'question', questionId: id, text: '?', at };
const fresh: ItemNow = { act: 'new', state: 'waiting', sequence: 0, certificateSha256: null };

test('a question takes an approval back only when it is the later word', () => {
  expect(stepOf({ ...fresh, state: 'approved', sequence: 3 }, question, 2, null)).toEqual({ step: 'nothing' });
  expect(stepOf({ ...fresh, state: 'approved', sequence: 3 }, question, 4, null)).toEqual({ step: 'advance', state: 'question' });
});

test('an end holds against everything that comes after it, and other ends are contradictions', () => {
  const ended: ItemNow = { ...fresh, state: 'issued', sequence: 5, certificateSha256: 'a' };
  for (const late of [received, approved, question]) expect(stepOf(ended, late, 9, null)).toEqual({ step: 'nothing' });
  expect(stepOf(ended, issued, 9, 'a')).toEqual({ step: 'nothing' });
  expect(stepOf(ended, issued, 9, 'b')).toEqual({ step: 'contradiction' });
  expect(stepOf(ended, refused, 9, null)).toEqual({ step: 'contradiction' });
});

test('an act ends only as it can: nobody revokes what was to be issued', () => {
  const revoked: ItemResult = { itemId: id, status: 'revoked', certificate: { issuerSha256: 'a' as never, serialHex: '01' }, at };
  expect(stepOf(fresh, revoked, 1, null)).toEqual({ step: 'contradiction' });
  expect(stepOf({ ...fresh, act: 'revoke' }, revoked, 1, null)).toEqual({ step: 'advance', state: 'revoked' });
  expect(stepOf({ ...fresh, act: 'revoke' }, issued, 1, 'a')).toEqual({ step: 'contradiction' });
});

test('in whatever order and however often answers come, the item ends the same and advances to its end once', () => {
  const words = [received, question, received, approved, issued].map((result, i) => ({ result, sequence: i + 1 }));
  fc.assert(
    fc.property(fc.shuffledSubarray([...words, ...words], { minLength: 10, maxLength: 10 }), (order) => {
      let item = fresh;
      let ends = 0;
      for (const { result, sequence } of order) {
        const step = stepOf(item, result, sequence, result.status === 'issued' ? 'a' : null);
        if (step.step !== 'advance') continue;
        if (isEnd(step.state)) ends += 1;
        item = {
          ...item,
          state: step.state,
          sequence,
          certificateSha256: result.status === 'issued' ? 'a' : item.certificateSha256,
        };
      }
      expect([item.state, ends]).toEqual(['issued', 1]);
    }),
  );
});

test('batches count as known up to the first gap', () => {
  expect(contiguous(new Set([1, 2, 4]), 0)).toBe(2);
  expect(contiguous(new Set([1, 2, 3, 4]), 2)).toBe(4);
  expect(contiguous(new Set([5]), 0)).toBe(0);
});

test('a request is finished with its last item, not while it is only prepared', () => {
  expect(requestStateAfter('sent', 0)).toBe('finished');
  expect(requestStateAfter('sent', 1)).toBe('sent');
  expect(requestStateAfter('prepared', 0)).toBe('prepared');
});

test.each([
  ['Nguyễn Văn An', 'NGUYỄN VĂN AN', true],
  ['Phan Thị Hoà', 'Phan Thị Hòa', true],
  ['Nguyễn Văn An'.normalize('NFD'), 'Nguyễn  Văn An', true],
  ['Nguyen Van An', 'Nguyễn Văn Ân', true],
  ['Nguyễn Văn Ân', 'Nguyễn Văn An', false],
  ['Lê Thị Đào', 'Lê Thị Dào', false],
  ['Hoàng Thị Em', 'Hoàng Văn Em', false],
  ['', 'Lê Thị Đào', false],
])('%s in a certificate for %s: %s', (certificate, asked, same) => {
  expect(sameName(certificate, asked)).toBe(same);
});

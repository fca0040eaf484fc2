import { describe, expect, test } from 'vitest';
import { statementHeading, statementLines, statementTitle } from './statement-words.ts';
import type { Said } from './taken.ts';

const revocation: Said = {
  type: 'antin.revocation',
  statement: {
    ...{ type: 'antin.revocation', certificate: { issuerSha256: 'ab'.repeat(32) as never, serialHex: '0badcafe' } },
    ...{
      cause: 'device-lost',
      since: '2026-11-01',
      reason: 'Báo mất qua điện thoại',
      officerId: 'x',
      at: '2026-11-22T05:00:00Z',
    },
  },
};

describe('a revocation without a request, before the key signs it', () => {
  test('says the certificate, the legal cause, since when, and the grounds', () => {
    const text = statementLines([revocation])
      .map((line) => `${line.label.vi}: ${line.value}`)
      .join('\n');
    expect(text).toContain('0badcafe');
    expect(text).toMatch(/Lý do pháp lý: .*từ 2026-11-01/);
    expect(text).toContain('Lý do: Báo mất qua điện thoại');
    expect(statementTitle(revocation)).toBe('Thu hồi: 0badcafe');
    expect(statementHeading([revocation]).vi).toBe('Ký: Thu hồi');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDomainName, isMailbox } from './names-syntax.ts';

// The grammars as they stand in the documents, slow and plain.
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
const TOP_LABEL = /^([a-z]{2,63}|xn--[a-z0-9-]{1,58}[a-z0-9])$/i;
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;

function domainByGrammar(text: string): boolean {
  const labels = text.split('.');
  const top = labels.pop() as string;
  return labels.length > 0 && TOP_LABEL.test(top) && labels.every((label) => LABEL.test(label));
}

const character = fc.constantFrom(...'abcXZ019-._@!~ \u00e1\u017f\u212a\u0000');
const part = fc.oneof(
  fc.constantFrom(
    'vn',
    'gov',
    'noivu',
    'xn--bc-tka',
    'xn--',
    'xn--a',
    '',
    '-',
    'a-',
    '7',
    'a'.repeat(63),
    'a'.repeat(64),
    `xn--${'b'.repeat(59)}`,
  ),
  fc.string({ unit: character, maxLength: 6 }),
);
const domain = fc.array(part, { maxLength: 4 }).map((parts) => parts.join('.'));

describe('names', () => {
  it('are host names exactly where the grammar says so', () => {
    fc.assert(
      fc.property(domain, (text) => isDomainName(text) === domainByGrammar(text)),
      { numRuns: 5000 },
    );
  });

  it('are mailboxes exactly where the grammar says so', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 3 }), domain, (local, host) => {
        const before = local.join('.');
        const fits = before.length > 0 && before.length <= 64 && host.length <= 253 && !host.includes('@');
        const text = `${before}@${host}`;
        // An @ further on would divide the text elsewhere.
        fc.pre(!host.includes('@'));
        expect(isMailbox(text), text).toBe(fits && LOCAL.test(before) && domainByGrammar(host));
      }),
      { numRuns: 5000 },
    );
  });
});

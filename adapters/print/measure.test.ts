import { describe, expect, test } from 'vitest';
import { DeviceSubject } from '@antin/protocol/certificates/subject';
import { processorSince } from '@antin/testkit/processor-time';
import { breakLines, textWidth } from './measure.ts';

/** What is wider than its cell is drawn over its neighbours and off the paper: then a paper does not say what it is held to say. */
describe('lines of a paragraph', () => {
  const WIDTH = 120;
  const host = `${'rat-dai-'.repeat(7)}x.${'va-dai-hon-'.repeat(5)}x.gov.vn`;
  const broken = (text: string) => breakLines(text, 'regular', 9, WIDTH, 0);

  test('are none wider than there is room, wherever a long word stands', () => {
    for (const text of [host, `a ${host}`, `${host} a`, `a.vn, ${host}, b.vn, ${host}`, `${'x'.repeat(27)} ${host} ${host}`]) {
      const lines = broken(text);
      expect(lines.filter((line) => textWidth(line, 'regular', 9) > WIDTH)).toEqual([]);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }
    // As ever where nothing is long.
    expect(broken('Ủy ban nhân dân tỉnh Nam Hà và các sở')).toEqual(['Ủy ban nhân dân tỉnh Nam Hà', 'và các sở']);
    expect(broken('')).toEqual(['']);
  });

  test('of one word as long as a book cost what the book is long, not its square', () => {
    const [short, long] = [20_000, 160_000].map((length) => {
      const word = 'a'.repeat(length);
      const before = process.cpuUsage();
      broken(word);
      return processorSince(before);
    }) as [number, number];
    expect(long).toBeLessThan(Math.max(short, 20) * 24);
  });
});

test('a host name is no longer than one can be', () => {
  const keeper = { fullName: 'Lê Văn Cường', title: 'Văn thư', mail: 'cuong@namha.gov.vn', phone: '0912345679' };
  const device = (name: string) =>
    DeviceSubject.safeParse({ form: '03', name: 'Cổng', use: 'tls-server', hostNames: [name], owner: 'Sở', keeper }).success;
  const longest = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`;
  expect([device(longest), device(`${longest}d`), device(`${'a.'.repeat(50_000)}vn`)]).toEqual([true, false, false]);
});

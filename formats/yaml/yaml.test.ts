import { describe, expect, it } from 'vitest';
import { readYaml } from './read.ts';
import type { YamlValue } from './read.ts';

function plain(value: YamlValue): unknown {
  if (value.kind === 'text') return value.text;
  if (value.kind === 'list') return value.items.map(plain);
  return Object.fromEntries([...value.members].map(([key, one]) => [key, plain(one)]));
}
const read = (text: string) => plain(readYaml(text));

describe('the strict part of YAML', () => {
  it('reads mappings, lists, comments and quotes', () => {
    const text = [
      '---',
      '# Lễ tạo khóa',
      'title: Lễ tạo khóa gốc  # tên',
      'place: "Hà Nội: \\"trụ sở\\""',
      "quoted: 'it''s'",
      'subject:',
      '  - C: VN',
      '  - CN: CA gốc',
      'witnesses:',
      '- name: An',
      '  role: Trưởng ban',
      '-',
      '  name: Bình',
      '  role: thư ký # bí mật',
      'plain:',
      '  - một',
      '  - "2"',
      'when: 2026-12-01T02:00:00Z',
      'number: 0x10',
      'no: no',
    ].join('\r\n');
    expect(read(text)).toEqual({
      title: 'Lễ tạo khóa gốc',
      place: 'Hà Nội: "trụ sở"',
      quoted: "it's",
      subject: [{ C: 'VN' }, { CN: 'CA gốc' }],
      witnesses: [
        { name: 'An', role: 'Trưởng ban' },
        { name: 'Bình', role: 'thư ký' },
      ],
      plain: ['một', '2'],
      when: '2026-12-01T02:00:00Z',
      number: '0x10',
      no: 'no',
    });
  });

  it('names the line of every value', () => {
    const value = readYaml('a: 1\n\n# x\nb:\n  c: 2\n');
    const b = value.kind === 'map' ? value.members.get('b') : undefined;
    expect(b).toMatchObject({ kind: 'map', line: 5 });
  });

  it.each([
    ['an anchor', 'a: &x 1', 'yaml.unsupported'],
    ['an alias', 'a: *x', 'yaml.unsupported'],
    ['a tag', 'a: !!int 1', 'yaml.unsupported'],
    ['a flow list', 'a: [1, 2]', 'yaml.unsupported'],
    ['a flow mapping', 'a: {b: 1}', 'yaml.unsupported'],
    ['a block scalar', 'a: |\n  x', 'yaml.unsupported'],
    ['a nested plain mapping', 'a: b: c', 'yaml.unsupported'],
    ['null', 'a: ~', 'yaml.unsupported'],
    ['a key twice', 'a: 1\na: 2', 'yaml.duplicate-key'],
    ['the merge key', '<<: x', 'yaml.syntax'],
    ['a tab', 'a:\n\tb: 1', 'yaml.tab'],
    ['a direction mark', 'a: x\u202ey', 'yaml.hidden-character'],
    ['a key without a value', 'a:\nb: 1', 'yaml.no-value'],
    ['a deeper stray line', 'a: 1\n   b: 2', 'yaml.indent'],
    ['a shallower stray line', '  a: 1\nb: 2', 'yaml.indent'],
    ['a second document', 'a: 1\n---\nb: 2', 'yaml.syntax'],
    ['an open quote', 'a: "x', 'yaml.quotes'],
    ['text behind a quote', "a: 'x' y", 'yaml.quotes'],
    ['a bare line', 'just words', 'yaml.syntax'],
    ['a list that becomes a mapping', '- a\nb: 1', 'yaml.indent'],
    ['nothing', '# only a comment\n', 'yaml.empty'],
    ['nesting without end', Array.from({ length: 40 }, (_, n) => `${' '.repeat(n)}a:`).join('\n'), 'yaml.depth'],
  ])('refuses %s', (_, text, code) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code }) as Error);
  });
});

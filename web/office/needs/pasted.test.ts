import { expect, it } from 'vitest';
import { pastedCells } from './pasted.ts';

it('tabs part cells, lines part rows, and the empty end of a copy is nothing', () => {
  expect(pastedCells('An\t001\r\nBình\t002\r\n')).toEqual([
    ['An', '001'],
    ['Bình', '002'],
  ]);
  expect(pastedCells('')).toEqual([]);
  expect(pastedCells('một')).toEqual([['một']]);
});

it('a cell in quotation marks keeps tabs and becomes one line', () => {
  expect(pastedCells('"Sở ""Tài chính"""\t"a\nb\tc"\n')).toEqual([['Sở "Tài chính"', 'a b\tc']]);
});

it('an empty cell between others keeps its place', () => {
  expect(pastedCells('a\t\tb\n\t\tc')).toEqual([
    ['a', '', 'b'],
    ['', '', 'c'],
  ]);
});

import { printedPdf } from '@antin/adapters/print/pages';
import type { LaidOutLetter } from './layout.ts';

/** One page of a sample letter. */
export function letterPdf(letter: LaidOutLetter, title: string): Uint8Array {
  const { width, height } = letter;
  return printedPdf({ width, height, pages: [letter], title, producer: 'Antin sample letters', language: 'vi-VN' });
}

import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileSource } from '@antin/adapters/files/source';
import { RenderFault } from '@antin/adapters/render/fault';
import type { Box, PageDifference } from '@antin/adapters/render/messages';
import { visualDifference } from '@antin/adapters/render/visual-difference';
import type { VisualDifference } from '@antin/adapters/render/visual-difference';
import type { ValidationReport } from '@antin/signature/validation/types';
import type { Language } from '@antin/signature/words/catalogue';
import { UsageFault } from './options.ts';

const WORDS = {
  vi: {
    heading: 'Khác biệt nhìn thấy được giữa bản đã ký và bản cuối (giúp người xem; không làm thay đổi kết luận ở trên):',
    notPdf: 'chỉ có với PDF đã ký',
    last: 'không có gì được ghi thêm sau khi ký',
    none: 'các trang trông như khi ký',
    page: 'trang',
    share: 'diện tích trang',
    added: 'trang được thêm',
    removed: 'trang bị bỏ',
    points: 'điểm',
    more: 'vùng khác',
    left: 'trang chưa được so sánh',
    pictures: 'ảnh:',
    failed: 'không vẽ được',
  },
  en: {
    heading: 'Visible difference between what was signed and the last revision (a help for people; the verdict above stands):',
    notPdf: 'for signed PDF files only',
    last: 'nothing was appended after signing',
    none: 'the pages look as they did when signed',
    page: 'page',
    share: 'of the page',
    added: 'page added',
    removed: 'page removed',
    points: 'points',
    more: 'other places',
    left: 'pages were not compared',
    pictures: 'pictures:',
    failed: 'could not be drawn',
  },
} as const;

/** Boxes listed for a page; the picture shows them all. */
const LISTED = 12;

export interface VisualArguments {
  /** For the pictures, see `makeFolder`. */
  readonly folder: string;
  readonly language: Language;
  readonly password: string | undefined;
}

/** Nothing is judged for pictures that could not be written. @throws {UsageFault} */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch {
    throw new UsageFault(`--visual needs a folder that can be written to, not ${folder}`);
  }
}

/**
 * For each signed revision, where the last one looks otherwise; pictures go into the folder.
 *
 * A help for people: no verdict depends on it, and pages that cannot be drawn are said so and nothing more.
 *
 * @returns lines of text
 */
export async function visualText(report: ValidationReport, path: string, options: VisualArguments): Promise<string> {
  const words = WORDS[options.language];
  const lines: string[] = [words.heading];
  const ends = report.revisions?.map((one) => one.end) ?? [];
  const signed = report.signatures.filter((one) => one.revision !== undefined && ends[one.revision - 1] !== undefined);
  if (signed.length === 0) lines.push(`  ${words.notPdf}`);
  using source = fileSource(path);
  for (const { id, revision } of signed) {
    const end = ends[(revision as number) - 1] as number;
    if (revision === ends.length) {
      lines.push(`  ${id}: ${words.last}`);
      continue;
    }
    try {
      const { password } = options;
      const found = await visualDifference(source, end, { pictures: true, ...(password === undefined ? {} : { password }) });
      lines.push(...differenceLines(id, found, options.language));
      lines.push(...writePictures(id, found.pages, options.folder).map((file) => `    ${words.pictures} ${file}`));
    } catch (error) {
      if (!(error instanceof RenderFault)) throw error;
      lines.push(`  ${id}: ${words.failed}: ${error.message} [${error.code}]`);
    }
  }
  return `\n${lines.join('\n')}\n`;
}

function differenceLines(id: string, { pages, pagesLeft }: VisualDifference, language: Language): string[] {
  const words = WORDS[language];
  const changed = pages.filter((one) => one.changed);
  const lines = changed.map((one) => `  ${id}: ${pageLine(one, language)}`);
  if (changed.length === 0) lines.push(`  ${id}: ${words.none}`);
  if (pagesLeft > 0) lines.push(`  ${id}: ${pagesLeft} ${words.left}`);
  return lines;
}

function pageLine({ page, boxes, share, only }: PageDifference, language: Language): string {
  const words = WORDS[language];
  if (only !== undefined) return `${words.page} ${page}: ${only === 'after' ? words.added : words.removed}`;
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumSignificantDigits: 2 }).format(share);
  const listed = boxes.slice(0, LISTED).map((box: Box) => `[${box.join(' ')}]`);
  const more = boxes.length > LISTED ? `, + ${boxes.length - LISTED} ${words.more}` : '';
  return `${words.page} ${page}: ${percent} ${words.share}; ${listed.join(', ')} ${words.points}${more}`;
}

/** @returns paths of what was written */
function writePictures(id: string, pages: readonly PageDifference[], folder: string): string[] {
  const out: string[] = [];
  for (const { page, pictures } of pages) {
    for (const kind of ['before', 'after', 'marked'] as const) {
      const png = pictures?.[kind];
      if (png === undefined) continue;
      const path = join(folder, `${id}-page-${page}-${kind}.png`);
      writeFileSync(path, png);
      out.push(path);
    }
  }
  return out;
}

import { fromLatin1 } from '@antin/formats/bytes/bytes';
import type { OoxmlPackage } from '../../ooxml/package.ts';
import { instructionsIn } from '../../ooxml/shown-properties.ts';
import type { Finding } from '../types.ts';

/** What a reader fetches and shows in its place in the document, by the last word of the relationship type. */
const SHOWN: ReadonlySet<string> = new Set([
  ...['image', 'video', 'audio', 'media', 'oleObject', 'package', 'frame', 'subDocument', 'aFChunk', 'control'],
  ...['slide', 'chart', 'worksheet', 'header', 'footer'],
]);
/** Where a link leads is signed, and nobody takes what lies there for a part of the document. */
const LINKS: ReadonlySet<string> = new Set(['hyperlink']);

/** Fields that readers fill in themselves: with the day, the name of the file or of its reader, with what lies elsewhere. */
const FIELDS =
  /\b(DATE|TIME|FILENAME|FILESIZE|USERNAME|USERINITIALS|USERADDRESS|INCLUDEPICTURE|INCLUDETEXT|INCLUDE|IMPORT|DDE|DDEAUTO|LINK|DATABASE|TEMPLATE|EDITTIME)\b/i;
/** Functions of spreadsheets whose value is another tomorrow. */
const VOLATILE = /<(?:\w+:)?f[ >][^<]*\b(TODAY|NOW|RAND|RANDBETWEEN|RANDARRAY|WEBSERVICE|RTD|CELL|INFO)\s*\(/i;
const ACTING = /vbaProject|activeX|ms-word\.attachedToolbars/i;
const MOST = 20;

/**
 * What an Office file shows that is not in it, or not the same tomorrow. Its signatures hold: what they are over says itself that
 * something else be shown. A picture that is fetched when the file is opened is whatever its owner puts there, so that nothing passes
 * with one; what changes by itself is told, as with PDF.
 */
export function outsideContent(file: OoxmlPackage): {
  readonly doubts: readonly Finding[];
  readonly warnings: readonly Finding[];
} {
  const doubts: Finding[] = [];
  const warnings: Finding[] = [];
  const add = (list: Finding[], code: string, clause: string, message: string): void => {
    if (list.length < MOST) list.push({ code, clause, message });
  };
  for (const { external, type, source, id, target } of file.relationships) {
    const kind = type.slice(type.lastIndexOf('/') + 1);
    if (!external || LINKS.has(kind)) continue;
    const message = `"${source}#${id}" (${kind}) leads to "${target}", which nobody signed`;
    if (SHOWN.has(kind)) add(doubts, 'ooxml.outside-content', 'ECMA-376 Part 2 9.3', message);
    else add(warnings, 'ooxml.outside-link', 'ECMA-376 Part 2 9.3', message);
  }
  for (const part of file.parts) {
    const what = ACTING.test(part.contentType ?? '') ? 'is a program' : acting(file, part);
    if (what !== undefined) add(warnings, 'ooxml.dynamic-content', 'ECMA-376 Part 1 17.16', `"${part.name}" ${what}`);
  }
  return { doubts, warnings };
}

function acting(file: OoxmlPackage, part: OoxmlPackage['parts'][number]): string | undefined {
  if (part.contentType?.endsWith('xml') !== true) return undefined;
  const content = file.content(part);
  // In UTF-16, either order, zero bytes stand between the letters.
  const text = fromLatin1(content.read(0, content.size)).replaceAll('\0', '');
  const instructions = instructionsIn(text);
  // Letters written as numbers: nobody does, so somebody hides something.
  if (instructions.includes('&#')) return 'has a field whose instruction is hidden';
  const field = FIELDS.exec(instructions)?.[1];
  if (field !== undefined) return `has a field that readers fill in by themselves (${field.toUpperCase()})`;
  const formula = VOLATILE.exec(text)?.[1];
  return formula === undefined ? undefined : `has a formula whose value changes (${formula.toUpperCase()})`;
}

import { fromLatin1 } from '@antin/formats/bytes/bytes';
import type { OoxmlPackage } from './package.ts';

/** What a document shows of parts that no page of it is made of. */
export interface Shown {
  /** Content controls bound to XML data: custom data, and properties too. */
  readonly data: boolean;
  /** Fields, content controls or links that take from properties: title, author, base of links. Readers fill them in when they open it. */
  readonly properties: boolean;
}

/** Fields of WordprocessingML that show a property (ECMA-376 Part 1 §17.16.5). Numbers of pages are counted, not kept. */
const FIELDS = /\b(TITLE|SUBJECT|AUTHOR|KEYWORDS|COMMENTS|LASTSAVEDBY|REVNUM|CREATEDATE|SAVEDATE|PRINTDATE|INFO|DOCPROPERTY)\b/i;

const known = new WeakMap<OoxmlPackage, Shown>();

/** @see docs/decisions/2026-11-21-office-files-are-covered-whole.md */
export function shownBy(file: OoxmlPackage): Shown {
  let shown = known.get(file);
  if (shown === undefined) known.set(file, (shown = look(file)));
  return shown;
}

function look(file: OoxmlPackage): Shown {
  let [data, fields] = [false, false];
  for (const part of file.parts) {
    if (part.contentType?.endsWith('xml') !== true) continue;
    const content = file.content(part);
    // In UTF-16, either order, zero bytes stand between the letters.
    const text = fromLatin1(content.read(0, content.size)).replaceAll('\0', '');
    data ||= text.includes('dataBinding');
    fields ||= showsProperty(text);
  }
  // A link without a scheme goes wherever HyperlinkBase among the properties says.
  const based = file.relationships.some(({ external, target }) => external && !/^[a-z][a-z0-9+.-]*:/i.test(target));
  return { data, properties: data || fields || based };
}

function showsProperty(text: string): boolean {
  const instructions = instructionsIn(text);
  // Letters written as numbers: nobody does, so somebody hides something.
  return /&#/.test(instructions) || FIELDS.test(instructions);
}

/** Instructions of all fields of a part, one behind the other. What stands in quotes, an address or a name, is left out. */
export function instructionsIn(text: string): string {
  // An instruction may be cut into runs. Every letter is looked at once, however many instructions there are.
  const cut = behind(text, 'instrText').map((rest) => rest.slice(rest.indexOf('>') + 1).split('<', 1)[0] as string);
  const whole = behind(text, /:instr\s*=\s*/).map((rest) => rest.slice(1).split(rest[0] ?? '"', 1)[0] as string);
  return `${cut.join('')} ${whole.join(' ')}`.replaceAll('&quot;', '"').replace(/"[^"]*"/g, ' ');
}

function behind(text: string, mark: string | RegExp): string[] {
  return text.split(mark).slice(1);
}

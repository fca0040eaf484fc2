import type { PdfFile } from '@antin/formats/pdf/file';
import { isArray, isDict, isName, isStream, type PdfObject } from '@antin/formats/pdf/objects';

/** Actions that run something, reach out, or change what is shown (ISO 32000-2 Table 201). Going to a page or an address is reading. */
const ACTIONS = new Set([
  'JavaScript',
  'Launch',
  'ImportData',
  'SubmitForm',
  'ResetForm',
  'Rendition',
  'RichMediaExecute',
  'Hide',
  'SetOCGState',
]);
const SUBTYPES = new Set(['RichMedia', 'Movie', 'Screen', '3D', 'FileAttachment']);

/** Enough for honest files; one that needs more is not looked through to the end, and so refused. */
const MAX_OBJECTS = 500_000;
/** Uploads are looked at while others wait for the same process. */
const MAX_MS = 5000;

/**
 * What in a PDF could make the reader see something else than the signer saw, or run something: scripts, launched
 * programs, embedded files, media, XFA forms. Looks at every object of the cross-reference, not only at reachable ones:
 * a later revision could reach them.
 *
 * @returns what was found first, `too-complex` when the file was not looked through to its end, or undefined
 */
export function activeContent(file: PdfFile): string | undefined {
  const revision = file.last;
  const numbers = new Set<number>();
  for (const each of file.revisions) for (const num of each.own.keys()) numbers.add(num);
  if (numbers.size > MAX_OBJECTS) return 'too-complex';
  const end = performance.now() + MAX_MS;
  for (const num of numbers) {
    if (performance.now() > end) return 'too-complex';
    const object = revision.object(num);
    // A name written as an object of its own may be the kind of an action that refers to it.
    if (isName(object) && (ACTIONS.has(object.value) || SUBTYPES.has(object.value))) return object.value;
    const found = inObject(object, 0);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inObject(object: PdfObject, depth: number): string | undefined {
  if (depth > 60) return 'too-complex';
  if (isStream(object))
    return isName(object.dict.entries.get('Type'), 'EmbeddedFile') ? 'EmbeddedFile' : inObject(object.dict, depth);
  if (isArray(object)) return firstOf(object.items, depth);
  if (!isDict(object)) return undefined;
  const { entries } = object;
  const action = entries.get('S');
  if (isName(action) && ACTIONS.has(action.value)) return action.value;
  const subtype = entries.get('Subtype');
  if (isName(subtype) && SUBTYPES.has(subtype.value)) return subtype.value;
  if (entries.has('JS')) return 'JavaScript';
  if (entries.has('XFA')) return 'XFA';
  if (entries.has('EF') && isDict(entries.get('EF'))) return 'EmbeddedFile';
  return firstOf(entries.values(), depth);
}

function firstOf(items: Iterable<PdfObject>, depth: number): string | undefined {
  for (const item of items) {
    const found = inObject(item, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

import { FormatFault } from '@antin/formats/fault';
import { isArray, isDict, isName } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import type { Finding } from '../types.ts';
import { formFields } from './fields.ts';

/** Moves the reader about, or asks before it opens an address: nothing that is shown changes (ISO 32000-2 12.6.4). */
const HARMLESS: ReadonlySet<string> = new Set(['GoTo', 'GoToR', 'Named', 'Thread', 'URI']);
/** Annotations that play something (12.5.6.18 and following); 3D views turn by themselves. */
const PLAYING: ReadonlySet<string> = new Set(['Movie', 'Screen', 'RichMedia', '3D', 'Sound']);
/** Pages and annotations looked at: what a long file costs must not depend on its pages. */
const MOST_PAGES = 100;
const MOST_ANNOTATIONS = 2000;
const MOST_TOLD = 20;

export interface DynamicContent {
  readonly warnings: Finding[];
  /** Told where not every page was looked at. */
  readonly information: readonly Finding[];
}

/**
 * What a file does by itself or at a touch: scripts and other actions of the catalog, of form fields, of pages and annotations.
 *
 * Such a file can show another text tomorrow, or in another viewer, without a byte being changed: whoever reads the verdict is
 * told. Actions that came in after signing are a change like every other and are judged as that.
 */
export function dynamicContent(revision: PdfRevision): DynamicContent {
  const places: string[] = [];
  let whole = true;
  const look: Look = (dict, owner) => {
    for (const key of ['A', 'AA']) {
      if (dict.entries.has(key) && acts(revision, dict.entries.get(key), key === 'AA')) places.push(`/${key} of ${owner}`);
    }
  };
  try {
    lookAtCatalog(revision, places);
    lookAtFields(revision, look);
    whole = lookAtPages(revision, look, places);
  } catch (error) {
    // What cannot be read here is judged elsewhere, where it matters.
    if (!(error instanceof FormatFault)) throw error;
    whole = false;
  }
  const all = [...new Set(places)];
  const told = all.length > MOST_TOLD ? [...all.slice(0, MOST_TOLD), `${all.length - MOST_TOLD} other places`] : all;
  const clause = 'ISO 32000-2 12.6';
  const message = `whether a page acts by itself was looked at on the first ${MOST_PAGES} pages and ${MOST_ANNOTATIONS} annotations alone`;
  return {
    warnings: told.map((what) => ({ code: 'pdf.dynamic-content', clause, message: `the file acts by itself: ${what}` })),
    information: whole ? [] : [{ code: 'pdf.dynamic-content-limit', clause, message }],
  };
}

type Look = (dict: PdfDict, owner: string) => void;

function lookAtCatalog(revision: PdfRevision, places: string[]): void {
  const { catalog } = revision;
  if (acts(revision, catalog.entries.get('OpenAction'), false)) places.push('/OpenAction');
  if (catalog.entries.has('AA')) places.push('/AA');
  const names = revision.resolve(catalog.entries.get('Names'));
  if (isDict(names) && names.entries.has('JavaScript')) places.push('/JavaScript');
}

function lookAtFields(revision: PdfRevision, look: Look): void {
  for (const field of formFields(revision)) {
    look(field.dict, `field "${field.fullName}"`);
    for (const widget of field.widgets) if (widget.dict !== field.dict) look(widget.dict, `field "${field.fullName}"`);
  }
}

/** @returns were all pages looked at? */
function lookAtPages(revision: PdfRevision, look: Look, places: string[]): boolean {
  let left = MOST_ANNOTATIONS;
  for (const page of revision.walkPages()) {
    if (page.index >= MOST_PAGES) return false;
    look(page.dict, `page ${page.index + 1}`);
    const annots = revision.resolve(page.dict.entries.get('Annots'));
    for (const item of isArray(annots) ? annots.items : []) {
      if (left-- <= 0) return false;
      const annotation = revision.resolve(item);
      if (!isDict(annotation)) continue;
      const subtype = revision.resolve(annotation.entries.get('Subtype'));
      // Those of fields are named with their field.
      if (isName(subtype, 'Widget')) continue;
      look(annotation, `an annotation on page ${page.index + 1}`);
      if (isName(subtype) && PLAYING.has(subtype.value)) places.push(`/${subtype.value} on page ${page.index + 1}`);
    }
  }
  return true;
}

/** @param additional `/AA` lists an action for each event, elsewhere it is one action; each may lead to a next */
function acts(revision: PdfRevision, value: PdfObject | undefined, additional: boolean): boolean {
  const first = revision.resolve(value);
  // An array is a destination.
  if (!isDict(first)) return false;
  const stack = additional ? [...first.entries.values()] : [first];
  const seen = new Set<PdfObject>();
  while (stack.length > 0) {
    const action = revision.resolve(stack.pop());
    if (isArray(action)) stack.push(...action.items);
    if (!isDict(action) || seen.has(action)) continue;
    if (seen.size > 1000) return true;
    seen.add(action);
    const kind = revision.resolve(action.entries.get('S'));
    if (!isName(kind) || !HARMLESS.has(kind.value)) return true;
    if (action.entries.has('Next')) stack.push(action.entries.get('Next') as PdfObject);
  }
  return false;
}

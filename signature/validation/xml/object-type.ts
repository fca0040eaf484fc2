import type { XmlElement } from '@antin/formats/xml/element';
import { DS } from '../../xmldsig/names.ts';
import type { Finding } from '../types.ts';
import { pathOf } from './covers.ts';
import type { Covered, ObjectFormat } from './covers.ts';

type CoveredElement = Extract<Covered, { readonly kind: 'element' }>;

/** All that XMLDSIG §4.6 lets a ds:Object say. */
const KNOWN: ReadonlySet<string> = new Set(['Id', 'MimeType', 'Encoding']);

/**
 * What a ds:Object says about its content where a reference is over the content alone: by its base64 text, or by an element in it.
 * Anybody may write another type there, and a program that goes by it shows the same bytes as something else. The type that counts
 * is the one of the signed DataObjectFormat (EN 319 132-1 §5.2.4): where the object contradicts it, nothing passes.
 */
export function objectTypes(covered: readonly Covered[]): {
  readonly doubts: readonly Finding[];
  readonly warnings: readonly Finding[];
} {
  const doubts: Finding[] = [];
  const warnings: Finding[] = [];
  const byElement = new Map<XmlElement, CoveredElement[]>();
  const byObject = new Map<XmlElement, CoveredElement[]>();
  for (const one of covered) {
    if (one.kind !== 'element') continue;
    addTo(byElement, one.element, one);
    for (const around of upFrom(one.element)) if (around.is(DS, 'Object')) addTo(byObject, around, one);
  }
  for (const [object, inside] of byObject) {
    if (object.attributes.length === 0) continue;
    if (upFrom(object).some((around) => byElement.get(around)?.some((one) => coversTag(one, object)) === true)) continue;
    const say = (code: string, what: string): Finding => {
      return { code, clause: 'EN 319 132-1 5.2.4', message: `${pathOf(object)} ${what}` };
    };
    const stranger = object.attributes.find((one) => one.namespace !== '' || !KNOWN.has(one.localName));
    if (stranger !== undefined)
      doubts.push(say('xml.unsigned-object', `has the attribute ${stranger.localName}, signed by nobody`));
    const formats = inside.flatMap((one) => one.format ?? []);
    const text = inside.some((one) => one.how === 'text');
    const encoding = object.attribute('Encoding');
    // Without the attribute, the text is shown as it stands, to nobody's profit.
    if (encoding !== undefined && encoding !== '' && contradicts(encoding, formats, 'encoding', text ? BASE64 : undefined)) {
      doubts.push(say('xml.type-contradicted', `says that it is encoded as "${encoding}", which is not what was signed`));
    }
    const mimeType = object.attribute('MimeType');
    if (mimeType === undefined || mimeType === '') continue;
    const said = formats.filter((one) => one.mimeType !== undefined);
    if (said.length === 0) warnings.push(say('xml.type-not-signed', `says that it is "${mimeType}"; nobody signed that`));
    else if (contradicts(mimeType, said, 'mimeType')) {
      const signed = said.map((one) => one.mimeType).join(', ');
      doubts.push(say('xml.type-contradicted', `says that it is "${mimeType}", signed was "${signed}"`));
    }
  }
  return { doubts, warnings };
}

function addTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

/** The element and all around it. */
function upFrom(element: XmlElement): XmlElement[] {
  const out: XmlElement[] = [];
  for (let at: XmlElement | undefined = element; at !== undefined; at = at.parent) out.push(at);
  return out;
}

const BASE64 = `${DS}base64`;

function contradicts(value: string, formats: readonly ObjectFormat[], name: keyof ObjectFormat, else_?: string): boolean {
  const signed = formats.flatMap((one) => one[name] ?? []);
  const wanted = signed.length > 0 ? signed : else_ === undefined ? [] : [else_];
  return wanted.length > 0 && !wanted.some((one) => plain(one) === plain(value));
}

/** RFC 7303: one type under two names. */
function plain(type: string): string {
  return type
    .toLowerCase()
    .replace(/\s/g, '')
    .replace(/^application\/xml\b/, 'text/xml');
}

/** Is the tag of the element itself under the digest? */
function coversTag({ element, how }: CoveredElement, object: XmlElement): boolean {
  if (how === 'text' || !element.contains(object)) return false;
  if (how === 'whole' || element === object) return true;
  return how !== 'but-signatures' && !how.contains(object);
}

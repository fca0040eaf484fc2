import type { Markup } from '@antin/formats/xml/write';
import { element } from '@antin/formats/xml/write';
import { XADES } from './names.ts';
import type { XadesSignature } from './read-signed.ts';

/** The document's text with more unsigned properties behind those a signature has; nothing else changes. */
export function addUnsignedProperties(
  text: string,
  { qualifyingProperties, unsigned }: XadesSignature,
  properties: readonly Markup[],
): string {
  const bound = { 'xmlns:xades': XADES };
  if (unsigned !== undefined) return inside(text, unsigned, properties);
  const around = element('xades:UnsignedSignatureProperties', {}, ...properties);
  const holder = qualifyingProperties.child(XADES, 'UnsignedProperties');
  // UnsignedSignatureProperties comes before UnsignedDataObjectProperties (XAdES schema), so at the beginning.
  if (holder !== undefined && holder.closeStart < holder.end) {
    const own = element('xades:UnsignedSignatureProperties', bound, ...properties);
    return text.slice(0, holder.openEnd) + own.xml + text.slice(holder.openEnd);
  }
  if (holder !== undefined) return inside(text, holder, [element('xades:UnsignedSignatureProperties', bound, ...properties)]);
  return inside(text, qualifyingProperties, [element('xades:UnsignedProperties', bound, around)]);
}

type Place = Pick<XadesSignature['qualifyingProperties'], 'name' | 'closeStart' | 'end'>;

/** As last children; an empty-element tag is opened. */
function inside(text: string, { name, closeStart, end }: Place, children: readonly Markup[]): string {
  const xml = children.map((one) => one.xml).join('');
  if (closeStart < end) return text.slice(0, closeStart) + xml + text.slice(closeStart);
  const slash = text.lastIndexOf('/', end - 1);
  return `${text.slice(0, slash)}>${xml}</${name}>${text.slice(end)}`;
}

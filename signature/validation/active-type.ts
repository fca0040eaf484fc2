import type { XmlTree } from '@antin/formats/xml/document';
import type { XmlElement } from '@antin/formats/xml/element';
import type { Container } from './recognise.ts';
import type { Finding } from './types.ts';

/** Names under which a file is laid out as a web page, by rules that no signature format knows: of comments, of what is text. */
const PAGE = /\.(html?|shtml?|hta|mhtml?|mht)$/i;
/** The same by the rules of XML, and programs. */
const RUN = /\.(xhtml?|xht|svgz?|m?js|jse|vb[es]|ws[fh]|ps1|bat|cmd|com|exe|scr|msi|jar|apk|sh|lnk|url|chm|swf)$/i;

const XHTML = 'http://www.w3.org/1999/xhtml';
const SVG = 'http://www.w3.org/2000/svg';
/** Puts other documents in its place, for readers that follow it. */
const XINCLUDE = 'http://www.w3.org/2001/XInclude';
const ACTIVE: ReadonlySet<string> = new Set([
  ...['script', 'iframe', 'frame', 'object', 'embed', 'link', 'style', 'base', 'meta', 'foreignObject'],
  ...['animate', 'animateMotion', 'animateTransform', 'set', 'handler'],
]);

export function isActiveName(name: string): boolean {
  return PAGE.test(name) || RUN.test(name);
}

/**
 * A name that has programs run the file, or show it as a page: what people then see is not what was judged. A reader of pages ends a
 * comment at `--!>` and a CDATA section at the first `>`, where XML goes on.
 */
export function activeName(kind: Container['kind'], fileName: string): readonly Finding[] {
  // Browsers read these as XML, as this engine does; what acts in them is looked at.
  const asXml = kind === 'xml' && /\.(xhtml?|xht|svg)$/i.test(fileName);
  if (asXml || !isActiveName(fileName)) return [];
  const ending = fileName.slice(fileName.lastIndexOf('.'));
  const message = `the name ends in "${ending}": programs run it or show it as a page, and see another content than was judged`;
  return [{ code: 'file.active-name', clause: 'EN 319 102-1 5.2.2', message }];
}

/**
 * What of a signed XML document acts when a browser shows it, under whatever name: it can show tomorrow what it did not show today. A
 * page that envelops its signature also shows the words of that signature which nobody signed, names of keys for one.
 */
export function activeXml({ root, elements, text }: XmlTree): { readonly doubts: Finding[]; readonly warnings: Finding[] } {
  const find = (message: string): Finding => ({ code: 'xml.active-content', clause: 'EN 319 102-1 5.2.2', message });
  const sheet = styleSheet(text, root);
  const doubts =
    sheet === undefined ? [] : [{ code: 'xml.style-sheet', clause: 'xml-stylesheet 1', message: `it is shown through ${sheet}` }];
  if (root.namespace === XHTML) return { doubts: [...doubts, find('the document is a web page')], warnings: [] };
  if (![XHTML, SVG, XINCLUDE].some((one) => text.includes(one))) return { doubts, warnings: [] };
  const acting = elements.find((one) => acts(one));
  if (acting === undefined) return { doubts, warnings: [] };
  const finding = find(`${acting.name} acts, or brings something from elsewhere, where a browser shows the document`);
  return root.namespace === SVG ? { doubts: [...doubts, finding], warnings: [] } : { doubts, warnings: [finding] };
}

function acts(element: XmlElement): boolean {
  const { namespace } = element;
  if (namespace === XINCLUDE) return true;
  if (namespace !== XHTML && namespace !== SVG) return false;
  if (ACTIVE.has(element.localName)) return true;
  return element.attributes.some(
    ({ localName, value }) =>
      /^on/i.test(localName) ||
      (/^(href|src)$/i.test(localName) && element.localName !== 'a' && !/^(#|data:image\/(png|jpeg|gif);)/i.test(value.trim())) ||
      /^javascript:/i.test(value.trim()) ||
      /url\(["'\s]*[^#"'\s]/i.test(value),
  );
}

/** A style sheet that lies outside, so that whoever keeps it decides what is shown. One in the document or in `data:` is signed. */
function styleSheet(text: string, { start }: XmlElement): string | undefined {
  const prolog = text.slice(0, start).replace(/<!--[\s\S]*?-->/g, '');
  for (const [, data = ''] of prolog.matchAll(/<\?xml-stylesheet(\s[\s\S]*?)\?>/g)) {
    const href = /\shref\s*=\s*("[^"]*"|'[^']*')/.exec(data)?.[1]?.slice(1, -1);
    if (href === undefined || !/^(#[\w.-]+$|data:)/i.test(href.trim()))
      return `a style sheet that is not signed (${href ?? 'without a place'})`;
  }
  return undefined;
}

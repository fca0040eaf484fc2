import { FormatFault } from '../fault.ts';

/** Text and attribute values as they are written: what the canonical form would write, so that both agree byte for byte. */
function escapeText(text: string): string {
  return allowed(text).replace(/[&<>\r]/g, (c) => ESCAPES[c] as string);
}

function escapeAttribute(value: string): string {
  return allowed(value).replace(/[&<"\t\n\r]/g, (c) => ESCAPES[c] as string);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

/** XML 1.0 §2.2: nothing can write other characters. */
function allowed(text: string): string {
  // oxlint-disable-next-line no-control-regex -- exactly the characters XML forbids
  const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
  if (forbidden.test(text) || !text.isWellFormed()) throw new FormatFault('xml.character', 'a character that XML cannot carry');
  return text;
}

/** Markup that is already escaped; made by `element` only. */
export interface Markup {
  readonly xml: string;
}

/**
 * `<name a="…">…</name>`, never the empty-element form, no white space of its own: already canonical when attributes come in
 * canonical order. Strings among the children are text and get escaped.
 */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  ...children: readonly (Markup | string)[]
): Markup {
  const written = Object.entries(attributes)
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`);
  // Added up, not joined: strings are then only tied together, and an enveloped file is copied once, when somebody reads it.
  let xml = `<${name}${written.join('')}>`;
  for (const child of children) xml += typeof child === 'string' ? escapeText(child) : child.xml;
  return { xml: `${xml}</${name}>` };
}

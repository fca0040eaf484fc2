import type * as Libxml from 'libxml2-wasm';

/**
 * Stands in for `libxml2-wasm` in the browser: its names are empty until somebody needs XML, so that whoever checks a PDF on a
 * commune's line does not wait for a parser of a megabyte. The engine reads the names when it parses, never while it loads.
 */
export let ParseOption: typeof Libxml.ParseOption;
export let XmlC14NMode: typeof Libxml.XmlC14NMode;
export let XmlDocument: typeof Libxml.XmlDocument;
export let XmlElement: typeof Libxml.XmlElement;

/** Loads the parser from this installation; once. */
export async function loadXmlParser(): Promise<void> {
  if (XmlDocument !== undefined) return;
  const parser = (await import('libxml2-wasm/lib/index.mjs')) as typeof Libxml;
  ({ ParseOption, XmlC14NMode, XmlDocument, XmlElement } = parser);
}

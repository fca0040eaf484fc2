// oxlint-disable-next-line no-control-regex -- exactly the characters that must not reach a terminal or page
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** Longer names are cut: enough spaces would push the end of a sentence out of sight, and another one to its place. */
const LONGEST = 160;

/**
 * A name out of a file or certificate, which may be a stranger's, as a part of a sentence: nothing in it may move the cursor, turn the
 * writing direction, begin a new line, fill the screen, or end the quotation marks around it.
 */
export function printable(name: string): string {
  const plain = name
    .replace(CONTROLS, '\ufffd')
    .replace(/\s+/gu, ' ')
    .replace(/[“”„‟]/g, '"')
    .trim();
  // By characters: half of one is none.
  const characters = [...plain];
  return characters.length <= LONGEST ? plain : `${characters.slice(0, LONGEST).join('')}…`;
}

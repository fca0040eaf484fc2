// oxlint-disable-next-line no-control-regex -- exactly what must not reach a terminal
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** Names, labels and reasons come from strangers: nothing in them may move the cursor or turn the writing direction. */
export function printable(text: string): string {
  return text.replace(CONTROLS, '\ufffd');
}

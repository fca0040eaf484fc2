/** Names, labels and reasons come from strangers: nothing in them may move the cursor or turn the writing direction. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- exactly what must not reach a terminal
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

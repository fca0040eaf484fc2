/** A trích yếu is written after "V/v" in small letters; as a title it begins with a capital. */
export function asTitle(text: string): string {
  const [first = ''] = text;
  return first.toLocaleUpperCase('vi') + text.slice(first.length);
}

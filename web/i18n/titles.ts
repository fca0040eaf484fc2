/** A trích yếu is written after "V/v" in small letters; as a title it begins with a capital. */
export function asTitle(text: string): string {
  const [first = ''] = text;
  return first.toLocaleUpperCase('vi') + text.slice(first.length);
}

/** In tables as in daily use: `UBND xã Phú Hòa`. Heads, receipts and registers keep the full name. */
export function shortAgency(name: string): string {
  return name.replace(/^Ủy ban nhân dân(?= )/, 'UBND').replace(/^Hội đồng nhân dân(?= )/, 'HĐND');
}

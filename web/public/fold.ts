/** Lower case without diacritics, `đ` as `d`: what a person types who looks for something. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase().trim();
}

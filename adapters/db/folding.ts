/** Text for searching without caring for case or Vietnamese marks: `Đề án Chuyển đổi` → `de an chuyen doi`. */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}

/** A LIKE pattern that finds the folded words anywhere; `%`, `_` and `\` of the reader mean themselves. */
export function likeAnywhere(text: string): string {
  return `%${fold(text).replace(/[\\%_]/g, (special) => `\\${special}`)}%`;
}

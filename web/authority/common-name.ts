/** The common name of a subject in words (`CN=Đỗ Thị Tiếp, …`); the whole subject when it has none. */
export function commonName(subject: string): string {
  return /(?:^|[,+]\s*)CN=((?:\\.|[^,+\\])+)/.exec(subject)?.[1]?.replace(/\\(.)/g, '$1').trim() ?? subject;
}

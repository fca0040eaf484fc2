/** The organisation of a subject in words (`…, O=Sở Tài chính, …`); undefined when it names none. */
export function organisationOf(subject: string): string | undefined {
  return /(?:^|[,+]\s*)O=((?:\\.|[^+\\])+?)(?=[,+]\s*[A-Za-z0-9.]+=|$)/.exec(subject)?.[1]?.replace(/\\(.)/g, '$1').trim();
}

/** The common name of a subject in words (`CN=Đỗ Thị Tiếp, …`); the whole subject when it has none. */
export function commonName(subject: string): string {
  return /(?:^|[,+]\s*)CN=((?:\\.|[^,+\\])+)/.exec(subject)?.[1]?.replace(/\\(.)/g, '$1').trim() ?? subject;
}

/** One `type=value` after the other, from the beginning: what stands inside a value, behind its escapes, is no attribute (RFC 4514 §3). */
const ATTRIBUTE = /(?:^|[,+]\s*)([A-Za-z][\w-]*|[\d.]+)=((?:\\.|[^\\])*?)(?=[,+]\s*(?:[A-Za-z][\w-]*|[\d.]+)=|$)/gsuy;

/** Text of the first attribute of this type. */
function attributeOf(subject: string, type: string): string | undefined {
  for (const [, name, value] of subject.matchAll(ATTRIBUTE))
    if (name === type) return (value as string).replace(/\\(.)/gsu, '$1').trim();
  return undefined;
}

/** The organisation of a subject in words (`…, O=Sở Tài chính, …`); undefined when it names none. */
export function organisationOf(subject: string): string | undefined {
  return attributeOf(subject, 'O');
}

/** The common name of a subject in words (`CN=Đỗ Thị Tiếp, …`); the whole subject when it has none. */
export function commonName(subject: string): string {
  return attributeOf(subject, 'CN') ?? subject;
}

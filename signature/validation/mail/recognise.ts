import { fromLatin1 } from '@antin/formats/bytes/bytes';

/** Fields with which mails begin, one of which every mail has. */
const OF_MAIL = /^(mime-version|content-type|from|received|return-path|delivered-to|message-id|date|subject|to):/im;

/** @param head the first bytes of a file */
export function beginsAsMail(head: Uint8Array): boolean {
  const header = (fromLatin1(head).split(/\r?\n\r?\n/, 1)[0] as string).replace(/\r?\n[ \t]+/g, ' ');
  const lines = header.split(/\r?\n/);
  // The last line may be cut by the end of what was read.
  const whole = lines.length > 1 ? lines.slice(0, -1) : lines;
  return whole.every((line) => /^[\x21-\x39\x3b-\x7e]+[ \t]*:/.test(line)) && OF_MAIL.test(header);
}

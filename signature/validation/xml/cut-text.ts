import type { XmlTree } from '@antin/formats/xml/document';
import type { Finding } from '../types.ts';

/**
 * Text with a comment in the middle. Canonical forms leave comments out, so that anybody may put one there, and programs that take
 * the first piece of text of an element then read 1 where 1000 was signed. People see no difference, hence a warning and no more.
 */
export function cutText({ text }: XmlTree): readonly Finding[] {
  for (let at = text.indexOf('<!--'); at >= 0;) {
    const end = text.indexOf('-->', at + 4);
    if (end < 0) return [];
    const before =
      text
        .slice(Math.max(0, at - LOOK), at)
        .trimEnd()
        .at(-1) ?? '>';
    const after = text.slice(end + 3, end + 3 + LOOK).trimStart()[0] ?? '<';
    if (before !== '>' && after !== '<') {
      const message = 'a comment stands in the middle of a text; no signature is over comments, and some programs stop there';
      return [{ code: 'xml.comment-in-text', clause: 'XMLDSIG 4.4.3.3', message, offset: at }];
    }
    at = text.indexOf('<!--', end + 3);
  }
  return [];
}

/** White space beside a comment is looked through this far. */
const LOOK = 200;

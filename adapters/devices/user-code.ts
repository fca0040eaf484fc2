import { randomInt } from 'node:crypto';

/** Letters of RFC 8628 §6.1: no vowels (no words), none that look like another; 20^8 codes, ten minutes each. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';

/** `XXXX-XXXX` */
export function newUserCode(): string {
  const letters = Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

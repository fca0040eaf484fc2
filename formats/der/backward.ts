import { utf8 } from '../bytes/bytes.ts';

/**
 * Writes DER from its last octet to its first: every length is known when its header is written, so nested values are
 * neither measured nor copied on their way out. One at a time; `finish` gives the value and starts anew.
 */
export class BackwardDer {
  #buffer = new Uint8Array(4096);
  #at = 4096;

  /** Octets written so far; the mark from which `close` counts. */
  get size(): number {
    return this.#buffer.length - this.#at;
  }

  /** Room for `count` more octets; their first place. */
  #room(count: number): number {
    if (this.#at < count) {
      const written = this.#buffer.subarray(this.#at);
      const buffer = new Uint8Array(Math.max(this.#buffer.length * 2, written.length + count));
      buffer.set(written, buffer.length - written.length);
      this.#buffer = buffer;
      this.#at = buffer.length - written.length;
    }
    return (this.#at -= count);
  }

  octet(value: number): void {
    const at = this.#room(1);
    this.#buffer[at] = value;
  }

  bytes(value: Uint8Array): void {
    const { length } = value;
    const at = this.#room(length);
    if (length > 48) this.#buffer.set(value, at);
    else {
      const buffer = this.#buffer;
      for (let i = 0; i < length; i++) buffer[at + i] = value[i] as number;
    }
  }

  /** Identifier and length octets over all that was written since the mark. */
  close(tag: number, mark: number): void {
    const length = this.size - mark;
    if (length < 0x80) this.octet(length);
    else {
      let count = 0;
      for (let rest = length; rest > 0; rest = Math.floor(rest / 256), count++) this.octet(rest % 256);
      this.octet(0x80 | count);
    }
    this.octet(tag);
  }

  value(tag: number, content: Uint8Array): void {
    const mark = this.size;
    this.bytes(content);
    this.close(tag, mark);
  }

  /** A string as UTF-8, of which ASCII is a part. */
  text(tag: number, text: string): void {
    const mark = this.size;
    let length = 0;
    let simple = true;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      length += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
      simple &&= code < 0xd800 || code > 0xdfff;
    }
    if (simple) {
      const at = this.#room(length);
      writeUtf8(text, this.#buffer, at);
    } else this.bytes(utf8(text));
    this.close(tag, mark);
  }

  finish(): Uint8Array {
    const out = this.#buffer.slice(this.#at);
    this.#at = this.#buffer.length;
    return out;
  }

  /** Forgets what a fault left behind. */
  begin(): void {
    this.#at = this.#buffer.length;
  }
}

/** Characters of the basic plane; the platform's encoder costs more than a name is long. */
function writeUtf8(text: string, into: Uint8Array, start: number): void {
  let at = start;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) into[at++] = code;
    else {
      if (code < 0x800) into[at++] = 0xc0 | (code >> 6);
      else {
        into[at++] = 0xe0 | (code >> 12);
        into[at++] = 0x80 | ((code >> 6) & 0x3f);
      }
      into[at++] = 0x80 | (code & 0x3f);
    }
  }
}

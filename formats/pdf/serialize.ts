import { fromLatin1 } from '../bytes/bytes.ts';
import { FormatFault } from '../fault.ts';
import type { PdfObject } from './objects.ts';

const KEEP = 1 << 20;
/** The buffer of the last sink that finished: one allocation less for each of a day's thousands of updates. */
let spare: Uint8Array | undefined;

/** Bytes that grow; positions are relative to the first byte written. */
export class ByteSink {
  private buffer: Uint8Array;
  length = 0;

  constructor() {
    this.buffer = spare ?? new Uint8Array(16_384);
    spare = undefined;
  }

  private room(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, this.buffer.length * 2));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }

  bytes(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** One byte per character. */
  text(text: string): void {
    this.room(text.length);
    for (let i = 0; i < text.length; i++) this.buffer[this.length++] = text.charCodeAt(i);
  }

  /** A whole number from 0 to 2^53 in decimal, with zeros in front up to `width`; no string is made of it. */
  digits(value: number, width = 1): void {
    let count = width;
    for (let limit = 10 ** width; value >= limit; limit *= 10) count++;
    this.room(count);
    for (let i = this.length + count - 1, rest = value; i >= this.length; i--) {
      const tens = Math.floor(rest / 10);
      this.buffer[i] = 0x30 + rest - 10 * tens;
      rest = tens;
    }
    this.length += count;
  }

  byte(byte: number): void {
    this.room(1);
    this.buffer[this.length++] = byte;
  }

  /** A copy; the sink is used up. */
  finish(): Uint8Array {
    const out = this.buffer.slice(0, this.length);
    if (this.buffer.length <= KEEP) spare = this.buffer;
    this.buffer = new Uint8Array(0);
    return out;
  }
}

export type Mark = (mark: string, start: number, end: number) => void;

/** Writes one object as ISO 32000-2 §7.3 spells it. Streams are written by their owner, not nested. */
export function writeObject(sink: ByteSink, object: PdfObject, mark: Mark, depth = 0): void {
  if (depth > 256) throw new FormatFault('pdf.budget', 'an object to be written is nested deeper than 256');
  if (object === null) sink.text('null');
  else if (typeof object === 'boolean') sink.text(object ? 'true' : 'false');
  else if (typeof object === 'number') {
    if (Number.isSafeInteger(object) && object >= 0 && object < 1e15) sink.digits(object);
    else sink.text(numberText(object));
  } else {
    switch (object.kind) {
      case 'name':
        return writeName(sink, object.value);
      case 'string':
        return writeString(sink, object.bytes, object.hex);
      case 'ref':
        sink.digits(object.num);
        sink.byte(SPACE);
        sink.digits(object.gen);
        return sink.text(' R');
      case 'array':
        sink.byte(0x5b);
        object.items.forEach((item, i) => {
          if (i > 0) sink.byte(SPACE);
          writeObject(sink, item, mark, depth + 1);
        });
        return sink.byte(0x5d);
      case 'dict':
        sink.text('<<');
        object.entries.forEach((value, key) => {
          writeName(sink, key);
          sink.byte(SPACE);
          writeObject(sink, value, mark, depth + 1);
          sink.byte(LINE_FEED);
        });
        return sink.text('>>');
      case 'raw': {
        const start = sink.length;
        sink.bytes(object.bytes);
        return mark(object.mark, start, sink.length);
      }
      case 'stream':
        throw new FormatFault('pdf.syntax', 'a stream cannot stand inside another object');
    }
  }
}

/** Never an exponent (§7.3.3); five decimals are more than any device shows. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new FormatFault('pdf.syntax', 'a number to be written is not finite');
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const text = value.toFixed(5).replace(/\.?0+$/, '');
  return text === '-0' ? '0' : text;
}

const SPACE = 0x20;
const LINE_FEED = 0x0a;
const HEX = '0123456789abcdef';
/** Bytes a name holds as they are (§7.3.5); the others are written as `#` and two digits. */
const plainInName = new Uint8Array(256);
for (let code = 0x21; code < 0x7f; code++) if (!'#()<>[]{}/%'.includes(String.fromCharCode(code))) plainInName[code] = 1;

/** A name as it stands in a content stream or a default appearance. */
export function nameText(value: string): string {
  const sink = new ByteSink();
  writeName(sink, value);
  return fromLatin1(sink.finish());
}

function writeName(sink: ByteSink, value: string): void {
  sink.byte(0x2f);
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code > 0xff) throw new FormatFault('pdf.syntax', 'names hold one byte per character');
    if (plainInName[code] === 1) sink.byte(code);
    else {
      sink.byte(0x23);
      writeHexByte(sink, code);
    }
  }
}

function writeHexByte(sink: ByteSink, byte: number): void {
  sink.byte(HEX.charCodeAt(byte >> 4));
  sink.byte(HEX.charCodeAt(byte & 15));
}

function writeString(sink: ByteSink, bytes: Uint8Array, hex: boolean): void {
  if (hex) {
    sink.byte(0x3c);
    for (const b of bytes) writeHexByte(sink, b);
    return sink.byte(0x3e);
  }
  sink.byte(0x28);
  for (const b of bytes) {
    // A bare CR would be read back as LF.
    if (b === 0x0d) sink.text('\\r');
    else {
      if (b === 0x28 || b === 0x29 || b === 0x5c) sink.byte(0x5c);
      sink.byte(b);
    }
  }
  sink.byte(0x29);
}

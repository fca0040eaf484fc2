import { memorySource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { defaultPdfBudget } from '@antin/formats/pdf/budget';
import type { PdfObject } from '@antin/formats/pdf/objects';
import { PdfScanner } from '@antin/formats/pdf/scanner';

export interface Operation {
  readonly operator: string;
  readonly operands: readonly PdfObject[];
}

/**
 * The operations of a content stream in order (ISO 32000-2 §7.8.2). An inline image is one `BI` with its dictionary's
 * entries as operands; its data is passed over.
 *
 * @throws {FormatFault} `pdf.*` where the stream is not content
 */
export function* operationsOf(content: Uint8Array): Generator<Operation> {
  const scanner = new PdfScanner(memorySource(content), { budget: defaultPdfBudget, positions: false });
  let operands: PdfObject[] = [];
  for (;;) {
    scanner.skipSpace();
    const byte = scanner.peek();
    if (byte === -1) return;
    if (startsObject(byte)) {
      operands.push(scanner.object());
      if (operands.length > 4096) throw new FormatFault('pdf.content', 'too many operands', scanner.pos);
      continue;
    }
    const word = readWord(scanner);
    if (word === 'true' || word === 'false') operands.push(word === 'true');
    else if (word === 'null') operands.push(null);
    else if (word === 'ID') {
      skipImageData(scanner, content);
      yield { operator: 'BI', operands };
      operands = [];
    } else {
      if (word !== 'BI') yield { operator: word, operands };
      operands = [];
    }
  }
}

function startsObject(b: number): boolean {
  return (
    (b >= 0x30 && b <= 0x39) || b === 0x2b || b === 0x2d || b === 0x2e || b === 0x2f || b === 0x28 || b === 0x3c || b === 0x5b
  );
}

function readWord(scanner: PdfScanner): string {
  const start = scanner.pos;
  let word = '';
  for (let b = scanner.peek(); b > 0x20 && !'()<>[]{}/%'.includes(String.fromCharCode(b)); b = scanner.peek()) {
    word += String.fromCharCode(b);
    scanner.pos++;
    if (word.length > 32) break;
  }
  if (word === '') throw new FormatFault('pdf.content', 'expected an operator', start);
  return word;
}

/** Raw image data ends at `EI` between white space; what follows must look like content again. */
function skipImageData(scanner: PdfScanner, content: Uint8Array): void {
  for (let at = scanner.pos + 1; at + 2 <= content.length; at++) {
    if (content[at] !== 0x45 || content[at + 1] !== 0x49) continue;
    const before = content[at - 1] as number;
    const after = content[at + 2];
    if (before <= 0x20 && (after === undefined || after <= 0x20)) {
      scanner.pos = at + 2;
      return;
    }
  }
  throw new FormatFault('pdf.content', 'inline image without its end', scanner.pos);
}

import type { Inflate } from '../bytes/source.ts';
import { FormatFault } from '../fault.ts';
import { decodeAscii85, decodeAsciiHex, decodeLzw, decodeRunLength } from './filters-old.ts';
import type { PdfDict, PdfObject, PdfStream } from './objects.ts';
import { isArray, isDict, isInteger, isName } from './objects.ts';
import { undoPredictor } from './predictor.ts';

export interface FilterDoor {
  readonly inflate: Inflate;
  readonly resolve: (object: PdfObject | undefined) => PdfObject;
  readonly maxFilters: number;
}

/**
 * The stream's data with all filters undone (ISO 32000-2 §7.4).
 *
 * Image filters (DCT, JPX, CCITT, JBIG2) are not decoded: `pdf.filter-unsupported`. `/Crypt` likewise.
 *
 * @param maxBytes refuses more output with `pdf.budget`, at every step of the chain: a bomb never unfolds
 * @throws {FormatFault} `pdf.filter-unsupported`, `pdf.filter-damaged`, `pdf.budget`
 */
export function decodeStreamData(stream: PdfStream, door: FilterDoor, maxBytes: number): Uint8Array {
  const { filters, parameters } = filterChain(stream.dict, door);
  let data = stream.raw();
  filters.forEach((filter, i) => {
    data = decodeOne(filter, data, parameters[i], door, maxBytes);
    if (data.length > maxBytes) throw new FormatFault('pdf.budget', `stream unfolds to more than ${maxBytes} bytes`);
  });
  return data;
}

function filterChain(dict: PdfDict, door: FilterDoor): { filters: string[]; parameters: (PdfDict | undefined)[] } {
  const one = (key: string, short: string): PdfObject[] => {
    const value = door.resolve(dict.entries.get(key) ?? dict.entries.get(short));
    if (value === null) return [];
    return isArray(value) ? value.items.map(door.resolve) : [value];
  };
  const names = one('Filter', 'F');
  if (names.length > door.maxFilters) throw new FormatFault('pdf.budget', 'more filters on a stream than budget.filters');
  const filters = names.map((name) => {
    if (!isName(name)) throw new FormatFault('pdf.filter-damaged', '/Filter is not a name');
    return name.value;
  });
  const parameters = one('DecodeParms', 'DP').map((p) => (isDict(p) ? p : undefined));
  return { filters, parameters };
}

function decodeOne(
  filter: string,
  data: Uint8Array,
  parameters: PdfDict | undefined,
  door: FilterDoor,
  maxBytes: number,
): Uint8Array {
  const number = (key: string, otherwise: number): number => {
    const value = door.resolve(parameters?.entries.get(key));
    return isInteger(value) ? value : otherwise;
  };
  const predicted = (plain: Uint8Array): Uint8Array =>
    undoPredictor(plain, {
      predictor: number('Predictor', 1),
      colors: number('Colors', 1),
      bitsPerComponent: number('BitsPerComponent', 8),
      columns: number('Columns', 1),
    });
  switch (filter) {
    case 'FlateDecode':
    case 'Fl':
      return predicted(inflated(data, door.inflate, maxBytes));
    case 'LZWDecode':
    case 'LZW':
      return predicted(decodeLzw(data, number('EarlyChange', 1), maxBytes));
    case 'ASCIIHexDecode':
    case 'AHx':
      return decodeAsciiHex(data);
    case 'ASCII85Decode':
    case 'A85':
      return decodeAscii85(data, maxBytes);
    case 'RunLengthDecode':
    case 'RL':
      return decodeRunLength(data, maxBytes);
    default:
      throw new FormatFault('pdf.filter-unsupported', `filter ${filter} is not decoded`);
  }
}

function inflated(data: Uint8Array, inflate: Inflate, maxBytes: number): Uint8Array {
  try {
    return inflate(data, maxBytes);
  } catch (cause) {
    if (cause instanceof FormatFault && cause.code === 'inflate.budget') {
      throw new FormatFault('pdf.budget', `stream unfolds to more than ${maxBytes} bytes`, undefined, { cause });
    }
    throw new FormatFault('pdf.filter-damaged', 'FlateDecode data is damaged', undefined, { cause });
  }
}

import { FormatFault } from '../fault.ts';

export interface PredictorParameters {
  readonly predictor: number;
  readonly colors: number;
  readonly bitsPerComponent: number;
  readonly columns: number;
}

/** Undoes the PNG (10-15) and TIFF (2) predictors of ISO 32000-2 §7.4.4.4. @throws {FormatFault} `pdf.filter-damaged` */
export function undoPredictor(data: Uint8Array, p: PredictorParameters): Uint8Array {
  if (p.predictor === 1) return data;
  const sane = p.colors >= 1 && p.colors <= 64 && [1, 2, 4, 8, 16].includes(p.bitsPerComponent) && p.columns >= 1;
  if (!sane || p.columns > 1 << 26) throw new FormatFault('pdf.filter-damaged', 'impossible predictor parameters');
  const bytesPerPixel = Math.max(1, (p.colors * p.bitsPerComponent) >> 3);
  const rowBytes = Math.ceil((p.colors * p.bitsPerComponent * p.columns) / 8);
  if (p.predictor === 2) return undoTiff(data, p, rowBytes);
  if (p.predictor < 10 || p.predictor > 15) throw new FormatFault('pdf.filter-damaged', `predictor ${p.predictor} is unknown`);
  return undoPng(data, bytesPerPixel, rowBytes);
}

/** PNG filters (RFC 2083 §6): each row starts with its own filter type. A short last row is allowed, as in PDF streams. */
export function undoPng(data: Uint8Array, bytesPerPixel: number, rowBytes: number): Uint8Array {
  const rows = Math.ceil(data.length / (rowBytes + 1));
  const out = new Uint8Array(Math.max(0, data.length - rows));
  let from = 0;
  let to = 0;
  let above = -1;
  while (from < data.length) {
    const type = data[from++] as number;
    if (type > 4) throw new FormatFault('pdf.filter-damaged', `PNG filter type ${type}`, from - 1);
    const length = Math.min(rowBytes, data.length - from);
    for (let i = 0; i < length; i++) {
      const left = i >= bytesPerPixel ? (out[to + i - bytesPerPixel] as number) : 0;
      const up = above >= 0 ? (out[above + i] as number) : 0;
      const upLeft = above >= 0 && i >= bytesPerPixel ? (out[above + i - bytesPerPixel] as number) : 0;
      out[to + i] = (data[from + i] as number) + predicted(type, left, up, upLeft);
    }
    above = to;
    from += length;
    to += length;
  }
  return out;
}

function predicted(type: number, left: number, up: number, upLeft: number): number {
  if (type === 0) return 0;
  if (type === 1) return left;
  if (type === 2) return up;
  if (type === 3) return (left + up) >> 1;
  const p = left + up - upLeft;
  const a = Math.abs(p - left);
  const b = Math.abs(p - up);
  const c = Math.abs(p - upLeft);
  return a <= b && a <= c ? left : b <= c ? up : upLeft;
}

function undoTiff(data: Uint8Array, p: PredictorParameters, rowBytes: number): Uint8Array {
  if (p.bitsPerComponent !== 8) throw new FormatFault('pdf.filter-unsupported', 'TIFF predictor with other than 8 bits');
  const out = data.slice();
  for (let row = 0; row < out.length; row += rowBytes) {
    const end = Math.min(row + rowBytes, out.length);
    for (let i = row + p.colors; i < end; i++) out[i] = (out[i] as number) + (out[i - p.colors] as number);
  }
  return out;
}

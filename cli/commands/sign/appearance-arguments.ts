import { readFileSync } from 'node:fs';
import type { PlacedAppearance } from '@antin/signature/pades/appearance';
import { UsageFault } from '../validate-arguments.ts';
import { forbid } from './options.ts';
import type { Values } from './options.ts';

/** What is to be seen of a signature in a PDF. */
export interface AppearanceArguments {
  readonly file: string;
  /** 1-based. */
  readonly page: number;
  /** Points of the displayed page from its bottom-left corner; undefined: the place of the existing field. */
  readonly rect: readonly [x: number, y: number, width: number, height: number] | undefined;
}

/** @throws {UsageFault} */
export function readAppearance(values: Values): AppearanceArguments | undefined {
  const { appearance: file, page, rect, field } = values;
  if (file === undefined) {
    forbid(values, ['page', 'rect'], 'a signature without --appearance');
    return undefined;
  }
  if (rect === undefined && field === undefined) throw new UsageFault('--appearance needs --rect x,y,w,h, or --field NAME');
  if (page !== undefined && !/^[1-9]\d{0,5}$/.test(page)) throw new UsageFault(`--page is "${page}"; expected 1, 2, 3 …`);
  return { file, page: Number(page ?? 1), rect: rect === undefined ? undefined : rectangle(rect) };
}

/** The picture with its place. @throws {UsageFault} when the file cannot be read */
export function placed({ file, page, rect }: AppearanceArguments): PlacedAppearance {
  let image: Uint8Array;
  try {
    image = new Uint8Array(readFileSync(file));
  } catch (cause) {
    throw new UsageFault(`${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
  // Without a rectangle only an existing field has a place; a new one is then refused with `pades.placement`.
  return { image, page, rect: rect ?? [0, 0, 0, 0] };
}

function rectangle(value: string): readonly [number, number, number, number] {
  const parts = value.split(',').map((part) => part.trim());
  const [x = NaN, y = NaN, width = NaN, height = NaN] = parts.map((part) => (/^-?\d+(\.\d+)?$/.test(part) ? Number(part) : NaN));
  if (parts.length !== 4 || [x, y, width, height].some(Number.isNaN) || width <= 0 || height <= 0) {
    throw new UsageFault(`--rect is "${value}"; expected x,y,width,height in points, e.g. 360,120,140,60`);
  }
  return [x, y, width, height];
}

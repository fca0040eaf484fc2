import { readFileSync } from 'node:fs';
import type { AnchoredAppearance, TextAnchor } from '@antin/signature/pades/anchor';
import type { PlacedAppearance } from '@antin/signature/pades/appearance';
import type { Certification } from '@antin/signature/pades/certification';
import type { FieldLock } from '@antin/signature/pades/permissions';
import { UsageFault, oneOf } from '../options.ts';
import { forbid } from './options.ts';
import type { Values } from './options.ts';

/** What has a meaning in PDF documents only; the reason also in Office files. */
export interface PdfArguments {
  readonly field: string | undefined;
  readonly appearance: AppearanceArguments | undefined;
  readonly reason: string | undefined;
  readonly location: string | undefined;
  readonly certify: Certification | undefined;
  readonly lock: FieldLock | undefined;
}

/** A picture, and where it stands: a rectangle, above words of the page, or (without place) in an existing field. */
export interface AppearanceArguments {
  readonly file: string;
  /** 1-based. */
  readonly page: number | undefined;
  /** Points of the displayed page from its bottom-left corner. */
  readonly rect: readonly [x: number, y: number, width: number, height: number] | undefined;
  readonly anchor: TextAnchor | undefined;
}

const PERMISSIONS = { 'no-changes': 1, forms: 2, annotations: 3 } as const;

/** @throws {UsageFault} */
export function readPdfArguments(values: Values): PdfArguments {
  const { certify, lock } = values;
  const kind = certify === undefined ? undefined : oneOf(certify, ['no-changes', 'forms', 'annotations'], '--certify');
  const fields = lock?.split(',').map((one) => one.trim());
  if (fields?.includes('') === true) throw new UsageFault('--lock needs "all", or names of fields with commas between');
  return {
    field: values.field,
    appearance: appearance(values),
    reason: values.reason,
    location: values.location,
    // Asked for in words, it is the caller's word.
    certify: kind === undefined ? undefined : { permission: PERMISSIONS[kind], nothingFollows: kind === 'no-changes' },
    lock: fields === undefined ? undefined : lock === 'all' ? { action: 'All' } : { action: 'Include', fields },
  };
}

function appearance(values: Values): AppearanceArguments | undefined {
  const { appearance: file, page, rect, field, anchor } = values;
  if (file === undefined) {
    forbid(values, ['page', 'rect', 'anchor', 'occurrence', 'size'], 'a signature without --appearance');
    return undefined;
  }
  if (anchor !== undefined) forbid(values, ['rect', 'field'], '--anchor');
  else forbid(values, ['occurrence', 'size'], 'an --appearance without --anchor');
  if (rect === undefined && field === undefined && anchor === undefined) {
    throw new UsageFault('--appearance needs --rect x,y,w,h, --anchor TEXT, or --field NAME');
  }
  if (page !== undefined && !/^[1-9]\d{0,5}$/.test(page)) throw new UsageFault(`--page is "${page}"; expected 1, 2, 3 …`);
  return {
    file,
    page: page === undefined ? undefined : Number(page),
    rect: rect === undefined ? undefined : rectangle(rect),
    anchor: anchor === undefined ? undefined : anchorOf(anchor, values),
  };
}

function anchorOf(text: string, { occurrence, size }: Values): TextAnchor {
  const [width = 0, height = 0] = numbers('--size', size ?? '140,60', 'width,height in points, e.g. 140,60', 2);
  const anchor = { text, size: { width, height } };
  if (occurrence === undefined) return anchor;
  if (occurrence === 'first' || occurrence === 'last') return { ...anchor, occurrence };
  if (!/^[1-9]\d{0,3}$/.test(occurrence)) throw new UsageFault(`--occurrence is "${occurrence}"; expected first, last, 1, 2 …`);
  return { ...anchor, occurrence: Number(occurrence) };
}

/** The picture with its place. @throws {UsageFault} when the file cannot be read */
export function placed({ file, page, rect, anchor }: AppearanceArguments): PlacedAppearance | AnchoredAppearance {
  let image: Uint8Array;
  try {
    image = new Uint8Array(readFileSync(file));
  } catch (cause) {
    throw new UsageFault(`${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
  if (anchor !== undefined) return { image, anchor: { ...anchor, ...(page === undefined ? {} : { page }) } };
  // Without a rectangle only an existing field has a place; a new one is then refused with `pades.placement`.
  return { image, page: page ?? 1, rect: rect ?? [0, 0, 0, 0] };
}

function rectangle(value: string): readonly [number, number, number, number] {
  const [x = 0, y = 0, width = 0, height = 0] = numbers('--rect', value, 'x,y,width,height in points, e.g. 360,120,140,60', 4);
  return [x, y, width, height];
}

/** The last two are a width and a height. */
function numbers(option: string, value: string, shape: string, count: number): number[] {
  const parts = value.split(',').map((part) => part.trim());
  const found = parts.map((part) => (/^-?\d+(\.\d+)?$/.test(part) ? Number(part) : NaN));
  if (parts.length !== count || found.some(Number.isNaN) || found.slice(-2).some((one) => one <= 0)) {
    throw new UsageFault(`${option} is "${value}"; expected ${shape}`);
  }
  return found;
}

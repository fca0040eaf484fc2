import { PDFiumModule } from '@hyzyla/pdfium';
import { RenderFault } from './fault.ts';
import type { Box } from './messages.ts';

/** The part of PDFium that is used, as its C headers call it. Pointers and handles are numbers. */
interface Pdfium {
  readonly HEAPU8: Uint8Array;
  readonly wasmExports: { malloc(size: number): number; free(pointer: number): void };
  _FPDF_InitLibrary(): void;
  _FPDF_LoadMemDocument(data: number, size: number, password: number): number;
  _FPDF_GetLastError(): number;
  _FPDF_GetPageCount(document: number): number;
  _FPDFDOC_InitFormFillEnvironment(document: number, info: number): number;
  _FPDF_LoadPage(document: number, index: number): number;
  _FPDF_ClosePage(page: number): void;
  _FORM_OnAfterLoadPage(page: number, form: number): void;
  _FORM_OnBeforeClosePage(page: number, form: number): void;
  _FPDF_GetPageWidth(page: number): number;
  _FPDF_GetPageHeight(page: number): number;
  _FPDFBitmap_CreateEx(width: number, height: number, format: number, buffer: number, stride: number): number;
  _FPDFBitmap_FillRect(bitmap: number, left: number, top: number, width: number, height: number, color: number): void;
  _FPDFBitmap_Destroy(bitmap: number): void;
  _FPDF_RenderPageBitmap(bitmap: number, page: number, x: number, y: number, w: number, h: number, r: number, f: number): void;
  _FPDF_FFLDraw(
    form: number,
    bitmap: number,
    page: number,
    x: number,
    y: number,
    w: number,
    h: number,
    r: number,
    f: number,
  ): void;
  _FPDF_DeviceToPage(page: number, ...rest: readonly number[]): number;
}

const BGRX = 3;
const DRAW_ANNOTATIONS = 0x01;
const REVERSE_BYTE_ORDER = 0x10;
const FORM_INFO_BYTES = 256;
const WASM_PAGE = 65_536;

/** A page as pixels, four bytes each (red, green, blue, unused), from the top left. */
export interface Drawn {
  readonly width: number;
  readonly height: number;
  /** Size of the page as shown, in points. */
  readonly points: readonly [width: number, height: number];
  readonly pixels: Uint8Array;
  /** From pixels `[left, top, right, bottom]` to the page's own coordinates, turned and cropped pages included. */
  toPage(left: number, top: number, right: number, bottom: number): Box;
}

export interface OpenDocument {
  readonly pages: number;
  /** @param scale pixels a point for a page of this size in points. @returns undefined for a page that cannot be loaded */
  draw(page: number, scale: (width: number, height: number) => number): Drawn | undefined;
}

/** Node's own; the types come only with those of a browser. */
declare const WebAssembly: { readonly Memory: { readonly prototype: WasmMemory } };

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

let refused = false;

/** Was the renderer refused memory? Whatever went wrong afterwards is the consequence. */
export const outOfMemory = (): boolean => refused;

/** The renderer may not grow beyond what it was given: a small file can ask for gigabytes of pictures. */
function capMemory(bytes: number): void {
  const { prototype } = WebAssembly.Memory;
  const { grow } = prototype;
  prototype.grow = function (this: WasmMemory, pages: number): number {
    if (this.buffer.byteLength + pages * WASM_PAGE > bytes) {
      refused = true;
      throw new RangeError('the renderer is at its limit of memory');
    }
    return grow.call(this, pages);
  };
}

/**
 * Loads PDFium into this thread, which must be a worker that serves nothing else: its memory is capped for good.
 *
 * No scripts are run (this build has none), no file and no address is opened, no font of the system is used: the same bytes
 * are drawn alike everywhere.
 */
export async function loadEngine(file: Uint8Array, megabytes: number): Promise<{ open: Open }> {
  capMemory(megabytes << 20);
  const silent = { print: () => {}, printErr: () => {} };
  const pdfium = (await PDFiumModule(silent as Parameters<typeof PDFiumModule>[0])) as unknown as Pdfium;
  pdfium._FPDF_InitLibrary();
  const data = allocate(pdfium, file.length);
  pdfium.HEAPU8.set(file, data);
  return { open: (end, password) => open(pdfium, data, end, password) };
}

/** Opens the file as it was when it ended at `end`. @throws {RenderFault} `render.unreadable`, `render.password` */
export type Open = (end: number, password: string | undefined) => OpenDocument;

function allocate(pdfium: Pdfium, size: number): number {
  const pointer = pdfium.wasmExports.malloc(size);
  if (pointer === 0) throw new RenderFault('render.memory', 'the renderer has no memory left');
  return pointer;
}

function open(pdfium: Pdfium, data: number, end: number, password: string | undefined): OpenDocument {
  const secret = new TextEncoder().encode(`${password ?? ''}\0`);
  const pointer = allocate(pdfium, secret.length);
  pdfium.HEAPU8.set(secret, pointer);
  const document = pdfium._FPDF_LoadMemDocument(data, end, password === undefined ? 0 : pointer);
  pdfium.HEAPU8.fill(0, pointer, pointer + secret.length);
  pdfium.wasmExports.free(pointer);
  if (document === 0) {
    const locked = pdfium._FPDF_GetLastError() === 4;
    throw locked
      ? new RenderFault('render.password', 'the file is encrypted and the password does not open it')
      : new RenderFault('render.unreadable', `the renderer cannot read the file that ends at byte ${end}`);
  }
  const form = openForm(pdfium, document);
  return {
    pages: pdfium._FPDF_GetPageCount(document),
    draw(number, scale) {
      const page = pdfium._FPDF_LoadPage(document, number - 1);
      if (page === 0) return undefined;
      // A page that is left open does no harm: the thread ends with its job.
      const drawn = draw(pdfium, page, form, scale);
      pdfium._FPDF_ClosePage(page);
      return drawn;
    },
  };
}

/** Form fields and signatures are drawn by PDFium's form filler only; version 2 of its interface, all callbacks empty. */
function openForm(pdfium: Pdfium, document: number): number {
  const info = allocate(pdfium, FORM_INFO_BYTES);
  pdfium.HEAPU8.fill(0, info, info + FORM_INFO_BYTES);
  pdfium.HEAPU8[info] = 2;
  return pdfium._FPDFDOC_InitFormFillEnvironment(document, info);
}

function draw(pdfium: Pdfium, page: number, form: number, scale: (width: number, height: number) => number): Drawn {
  const points = [pdfium._FPDF_GetPageWidth(page), pdfium._FPDF_GetPageHeight(page)] as const;
  const dots = scale(...points);
  const width = Math.max(1, Math.round(points[0] * dots));
  const height = Math.max(1, Math.round(points[1] * dots));
  const buffer = allocate(pdfium, width * height * 4);
  const bitmap = pdfium._FPDFBitmap_CreateEx(width, height, BGRX, buffer, width * 4);
  pdfium._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xffffffff);
  pdfium._FORM_OnAfterLoadPage(page, form);
  pdfium._FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, DRAW_ANNOTATIONS | REVERSE_BYTE_ORDER);
  pdfium._FPDF_FFLDraw(form, bitmap, page, 0, 0, width, height, 0, REVERSE_BYTE_ORDER);
  const pixels = pdfium.HEAPU8.slice(buffer, buffer + width * height * 4);
  const corners = cornersOf(pdfium, page, width, height);
  pdfium._FORM_OnBeforeClosePage(page, form);
  pdfium._FPDFBitmap_Destroy(bitmap);
  pdfium.wasmExports.free(buffer);
  return { width, height, points, pixels, toPage: (l, t, r, b) => boxOf(corners(l, t), corners(r, b)) };
}

/** The map from pixels to the page is linear: three corners tell all of it. */
function cornersOf(
  pdfium: Pdfium,
  page: number,
  width: number,
  height: number,
): (x: number, y: number) => readonly [number, number] {
  const out = allocate(pdfium, 16);
  const at = (x: number, y: number): readonly [number, number] => {
    pdfium._FPDF_DeviceToPage(page, 0, 0, width, height, 0, x, y, out, out + 8);
    const view = new DataView(pdfium.HEAPU8.buffer, out, 16);
    return [view.getFloat64(0, true), view.getFloat64(8, true)];
  };
  const o = at(0, 0);
  const u = at(width, 0);
  const v = at(0, height);
  pdfium.wasmExports.free(out);
  return (x, y) => [
    o[0] + ((u[0] - o[0]) * x) / width + ((v[0] - o[0]) * y) / height,
    o[1] + ((u[1] - o[1]) * x) / width + ((v[1] - o[1]) * y) / height,
  ];
}

function boxOf(a: readonly [number, number], b: readonly [number, number]): Box {
  const x = Math.min(a[0], b[0]);
  const y = Math.min(a[1], b[1]);
  return [tenth(x), tenth(y), tenth(Math.abs(a[0] - b[0])), tenth(Math.abs(a[1] - b[1]))];
}

const tenth = (value: number): number => Math.round(value * 10) / 10;

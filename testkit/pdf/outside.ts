import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function installed(tool: string, flag: string): boolean {
  if (spawnSync(tool, [flag], { stdio: 'ignore' }).error === undefined) return true;
  console.warn(`SKIPPED: ${tool} is not installed, no second opinion from it on PDFs`);
  return false;
}

/** Which outside tools there are; each missing one is said once, loudly. */
export const tools = {
  pdfsig: installed('pdfsig', '-v'),
  qpdf: installed('qpdf', '--version'),
  pdftotext: installed('pdftotext', '-v'),
  pdftoppm: installed('pdftoppm', '-v'),
} as const;

function withFile<T>(bytes: Uint8Array, use: (path: string, folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'antin-pdf-'));
  try {
    const path = join(folder, 'in.pdf');
    writeFileSync(path, bytes);
    return use(path, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface PdfsigAnswer {
  readonly signatures: number;
  readonly valid: number;
  readonly text: string;
}

/** What poppler says about the signatures, certificates not considered. */
export function pdfsig(bytes: Uint8Array, ...options: readonly string[]): PdfsigAnswer {
  return withFile(bytes, (path) => {
    const { stdout, stderr } = spawnSync('pdfsig', ['-nocert', ...options, path], { encoding: 'utf8' });
    return {
      signatures: (stdout.match(/^Signature #/gm) ?? []).length,
      valid: (stdout.match(/Signature is Valid\./g) ?? []).length,
      text: stdout + stderr,
    };
  });
}

/** `qpdf --check`: 0 no finding, 3 warnings, 2 errors. */
export function qpdfCheck(bytes: Uint8Array, ...options: readonly string[]): { readonly status: number; readonly text: string } {
  return withFile(bytes, (path) => {
    const { status, stdout, stderr } = spawnSync('qpdf', ['--check', ...options, path], { encoding: 'utf8' });
    return { status: status ?? -1, text: stdout + stderr };
  });
}

/** The file rewritten by qpdf. */
export function qpdfRewrite(bytes: Uint8Array, ...options: readonly string[]): Uint8Array {
  return withFile(bytes, (path, folder) => {
    const out = join(folder, 'out.pdf');
    const { stderr, status } = spawnSync('qpdf', [...options, path, out], { encoding: 'utf8' });
    if (status !== 0 && status !== 3) throw new Error(`qpdf failed: ${stderr}`);
    return new Uint8Array(readFileSync(out));
  });
}

/** Text as poppler reads it, appearances of fields included. */
export function pdfText(bytes: Uint8Array, ...options: readonly string[]): string {
  return withFile(bytes, (path) => spawnSync('pdftotext', ['-layout', ...options, path, '-'], { encoding: 'utf8' }).stdout);
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue at a place counted from the top-left corner. */
  at(x: number, y: number): readonly [number, number, number];
}

/** One page at 72 dpi: a pixel is a point of the displayed page. */
export function renderPage(bytes: Uint8Array, page = 1): Picture {
  return withFile(bytes, (path) => {
    const args = ['-r', '72', '-cropbox', '-f', String(page), '-l', String(page), path];
    const { stdout, stderr } = spawnSync('pdftoppm', args, { maxBuffer: 64 * 1024 * 1024 });
    const head = /^P6\s(\d+)\s(\d+)\s255\s/.exec(stdout.subarray(0, 64).toString('latin1'));
    if (!head) throw new Error(`pdftoppm made no picture: ${stderr.toString()}`);
    const [width, height] = [Number(head[1]), Number(head[2])];
    const pixels = stdout.subarray(head[0].length);
    return {
      width,
      height,
      at: (x, y) =>
        [0, 1, 2].map((c) => pixels[3 * (Math.round(y) * width + Math.round(x)) + c] ?? -1) as [number, number, number],
    };
  });
}

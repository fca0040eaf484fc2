import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { qpdfRewrite, tools } from './outside.ts';

const LETTER = `<!doctype html><html lang="vi"><meta charset="utf-8"><title>Công văn</title>
<style>@page { size: A4; margin: 20mm 20mm 20mm 30mm } body { font: 13pt 'Times New Roman', 'Liberation Serif', serif }</style>
<table width="100%"><tr><td align="center">UBND TỈNH MẪU<br><b>SỞ TÀI CHÍNH</b></td>
<td align="center"><b>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM<br>Độc lập - Tự do - Hạnh phúc</b></td></tr></table>
<p>Kính gửi: Ủy ban nhân dân các xã, phường.</p>
<p>Căn cứ Nghị định số 30/2020/NĐ-CP về công tác văn thư; Sở Tài chính đề nghị các đơn vị rà soát nhu cầu chữ ký số.</p>
<p align="right"><b>KT. GIÁM ĐỐC<br>PHÓ GIÁM ĐỐC<br><br><br>Nguyễn Thị Ngọc Quỳnh</b></p></html>`;

const SKIPPED = 'is not installed, its PDFs are not signed in this run';

function produce(command: string, args: (folder: string) => readonly string[]): Uint8Array | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'antin-producer-'));
  try {
    writeFileSync(join(folder, 'letter.html'), LETTER);
    const { error } = spawnSync(command, args(folder), { stdio: 'ignore', timeout: 50_000 });
    const out = join(folder, 'letter.pdf');
    if (error !== undefined || !existsSync(out)) {
      console.warn(`SKIPPED: ${command} ${SKIPPED}`);
      return undefined;
    }
    return new Uint8Array(readFileSync(out));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same letter printed by Chromium. */
export function printedByChromium(): Uint8Array | undefined {
  return produce('chromium', (folder) => [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    `--user-data-dir=${join(folder, 'profile')}`,
    '--no-pdf-header-footer',
    `--print-to-pdf=${join(folder, 'letter.pdf')}`,
    join(folder, 'letter.html'),
  ]);
}

/** The same letter exported by LibreOffice; `options` are its PDF export options. */
export function exportedByLibreOffice(options = ''): Uint8Array | undefined {
  return produce('soffice', (folder) => [
    `-env:UserInstallation=file://${join(folder, 'profile')}`,
    '--headless',
    '--infilter=HTML (StarWriter)',
    '--convert-to',
    `pdf:writer_pdf_Export${options}`,
    '--outdir',
    folder,
    join(folder, 'letter.html'),
  ]);
}

/** Every way a letter may arrive; what is missing here was said on the console. */
export function producedLetters(): [name: string, bytes: Uint8Array][] {
  const chromium = printedByChromium();
  const writer = exportedByLibreOffice();
  const pdfA = exportedByLibreOffice(
    ':{"SelectPdfVersion":{"type":"long","value":"2"},"UseTaggedPDF":{"type":"boolean","value":"true"}}',
  );
  const letters: [string, Uint8Array | undefined][] = [
    ['printed by Chromium', chromium],
    ['exported by LibreOffice', writer],
    ['exported by LibreOffice as tagged PDF/A-2', pdfA],
    ['with object streams by qpdf', chromium && tools.qpdf ? qpdfRewrite(chromium, '--object-streams=generate') : undefined],
    ['linearised by qpdf', writer && tools.qpdf ? qpdfRewrite(writer, '--linearize') : undefined],
  ];
  return letters.filter((letter): letter is [string, Uint8Array] => letter[1] !== undefined);
}

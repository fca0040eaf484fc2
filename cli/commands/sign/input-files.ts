import { basename, extname } from 'node:path';
import { fileSource } from '@antin/adapters/files/source';
import type { ByteSource } from '@antin/formats/bytes/source';
import { stat } from '../validate-inputs.ts';
import { UsageFault } from '../options.ts';
import { SignFault } from './fault.ts';

/** A file on its way into a signature; read in place, never held as a whole by itself. */
export interface InputFile {
  readonly path: string;
  /** As it is called inside a container or in a reference: without folders. */
  readonly name: string;
  readonly source: ByteSource;
  readonly mimeType: string;
}

export interface OpenFiles extends Disposable {
  readonly files: readonly InputFile[];
}

/**
 * @param mimeType of all of them; by the ending of each name when absent
 * @throws {UsageFault} when one is no file
 * @throws {SignFault} `sign.input-unreadable`
 */
export function openFiles(paths: readonly string[], mimeType?: string): OpenFiles {
  using stack = new DisposableStack();
  const files = paths.map((path): InputFile => {
    if (!stat(path).isFile()) throw new UsageFault(`${path} is no file`);
    return { path, name: basename(path), source: stack.use(readable(path)), mimeType: mimeType ?? mimeTypeOf(path) };
  });
  const opened = stack.move();
  return { files, [Symbol.dispose]: () => opened.dispose() };
}

function readable(path: string) {
  try {
    return fileSource(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new SignFault('sign.input-unreadable', `${path} cannot be read (${code})`, { cause });
  }
}

const TYPES: Readonly<Record<string, string>> = {
  '.pdf': 'application/pdf',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.pptx': 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  '.odt': 'application/vnd.oasis.opendocument.text',
  '.ods': 'application/vnd.oasis.opendocument.spreadsheet',
  '.xml': 'text/xml',
  '.json': 'application/json',
  '.txt': 'text/plain',
  '.csv': 'text/csv',
  '.html': 'text/html',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
  '.zip': 'application/zip',
};

/** Only a hint for whoever opens it later; `--mimetype` says it exactly. */
function mimeTypeOf(path: string): string {
  return TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
}

import type { Context } from 'hono';
import type { z } from 'zod';
import { receiveFile } from '@antin/adapters/http/body';
import type { FileStore, Stored } from '@antin/adapters/files/store';
import type { Inflate } from '@antin/formats/bytes/source';
import type { Sha256 } from '@antin/protocol/basics';
import type { UploadedFile } from '@antin/protocol/office/documents';
import { must, Refusal } from '@antin/adapters/http/refusal';
import type { Caller } from '../session/caller.ts';
import type { Clock } from '@antin/adapters/clock/clock';
import { inTransaction, type Db } from '@antin/adapters/db/transaction';
import { inspectPdf } from './inspect-pdf.ts';
import { mediaTypeOf } from './media-types.ts';
import { insertUpload } from './upload-store.ts';

export const MAX_UPLOAD_BYTES = 100 * 1024 * 1024;

export interface UploadDoors {
  readonly db: Db;
  readonly files: FileStore;
  readonly clock: Clock;
  readonly inflate: Inflate;
  readonly maxUploadBytes?: number;
}

/**
 * Stores the body of a request as one file by content, after looking at it.
 *
 * @throws {Refusal} those of `keepUpload`, `upload.name-missing`
 * @throws {HttpRefusal} `http.body-too-large`
 */
export async function takeUpload(doors: UploadDoors, c: Context, caller: Caller): Promise<z.input<typeof UploadedFile>> {
  const name = fileName(c.req.header('x-file-name'));
  return keepUpload(
    doors,
    caller,
    name,
    await receiveFile(c, doors.files, { maxBytes: doors.maxUploadBytes ?? MAX_UPLOAD_BYTES }),
  );
}

/** @throws {Refusal} `upload.empty`, `upload.type-not-accepted`, those of `inspectPdf` */
async function keepUpload(
  doors: UploadDoors,
  caller: Caller,
  name: string,
  stored: Stored,
): Promise<z.input<typeof UploadedFile>> {
  if (stored.size === 0) throw new Refusal('upload.empty');
  using source = doors.files.source(stored.sha256);
  const mediaType = mediaTypeOf(name, source.read(0, Math.min(1024, source.size)));
  if (mediaType === undefined) throw new Refusal('upload.type-not-accepted');
  const pdf = mediaType === 'application/pdf' ? must(inspectPdf(source, doors.inflate)) : null;
  await inTransaction(doors.db, (tx) =>
    insertUpload(tx, {
      sha256: stored.sha256,
      size: stored.size,
      mediaType,
      pdf,
      agencyId: caller.position.agencyId,
      personId: caller.personId,
      at: doors.clock(),
    }),
  );
  return { sha256: stored.sha256 as Sha256, size: stored.size, name, mediaType, ...(pdf === null ? {} : { pdf }) };
}

/** The last part of the name, without what would leave a folder or break a header later. */
export function fileName(header: string | undefined): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(header ?? '');
  } catch {
    throw new Refusal('upload.name-missing');
  }
  return cleanFileName(decoded);
}

export function cleanFileName(name: string): string {
  const last = name
    .normalize('NFC')
    .split(/[\\/]/)
    .at(-1)!
    // Control characters and marks that turn the direction of text: `phu-luc‮fdp.exe` reads as a PDF.
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim();
  if (last === '' || last === '.' || last === '..' || last.length > 255) throw new Refusal('upload.name-missing');
  return last;
}

import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';

export interface UploadRecord {
  readonly sha256: string;
  readonly size: number;
  readonly mediaType: string;
  readonly pdf: { readonly pages: { width: number; height: number }[]; readonly signatures: number } | null;
}

export async function insertUpload(
  tx: Tx,
  upload: UploadRecord & { agencyId: string; personId: string; at: Date },
): Promise<void> {
  await sql`
    insert into agency.upload (agency_id, sha256, size, media_type, pdf, person_id, uploaded_at)
    values (${upload.agencyId}, ${upload.sha256}, ${upload.size}, ${upload.mediaType},
      ${upload.pdf === null ? null : JSON.stringify(upload.pdf)}::jsonb, ${upload.personId}, ${upload.at})
    on conflict (agency_id, sha256) do update set media_type = excluded.media_type, pdf = excluded.pdf`.execute(tx);
}

/** Uploads of this agency among those hashes. */
export async function uploadsOf(db: Db, agencyId: string, hashes: readonly string[]): Promise<Map<string, UploadRecord>> {
  const { rows } = await sql<UploadRecord>`
    select sha256, size, media_type as "mediaType", pdf from agency.upload
    where agency_id = ${agencyId} and sha256 = any(${[...hashes]}::text[])`.execute(db);
  return new Map(rows.map((row) => [row.sha256, row]));
}

import { sql } from 'kysely';
import type { DocumentState, Places } from '@antin/protocol/office/documents';
import { fold, likeAnywhere } from '@antin/adapters/db/folding';
import type { Db, Tx } from '@antin/adapters/db/transaction';

export interface DocumentRecord {
  readonly id: string;
  readonly agencyId: string;
  readonly state: DocumentState;
  readonly typeCode: string;
  readonly subject: string;
  readonly notation: string;
  readonly urgency: 'normal' | 'urgent' | 'very-urgent' | 'flash';
  readonly drafterPositionId: string;
  readonly signerPositionId: string;
  readonly places: Places | null;
  readonly returnReason: string | null;
  readonly entryId: string | null;
  readonly number: number | null;
  readonly numberAndNotation: string | null;
  readonly date: string | null;
  readonly reservedAt: Date | null;
  readonly signedAt: Date | null;
  readonly issuedAt: Date | null;
  readonly waitingSince: Date;
  readonly version: number;
}

export interface FileRecord {
  readonly id: string;
  readonly role: 'main' | 'annex';
  readonly ordinal: number;
  readonly name: string;
  readonly mediaType: string;
  readonly originalSha256: string;
  readonly originalSize: number;
  readonly sha256: string;
  readonly size: number;
  readonly binding: 'signed' | 'hash';
}

const columns = sql`
  d.id, d.agency_id as "agencyId", d.state, d.type_code as "typeCode", d.subject, d.notation, d.urgency,
  d.drafter_position_id as "drafterPositionId", d.signer_position_id as "signerPositionId", d.places,
  d.return_reason as "returnReason", d.entry_id as "entryId", d.number, d.number_and_notation as "numberAndNotation", d.date,
  d.reserved_at as "reservedAt", d.signed_at as "signedAt", d.issued_at as "issuedAt", d.waiting_since as "waitingSince", d.version`;

export async function documentById(db: Db, id: string): Promise<DocumentRecord | undefined> {
  const { rows } = await sql<DocumentRecord>`select ${columns} from agency.document d where d.id = ${id}`.execute(db);
  return rows[0];
}

/** The document with its row locked: everything that changes it goes through here first. */
export async function lockDocument(tx: Tx, id: string): Promise<DocumentRecord | undefined> {
  const { rows } = await sql<DocumentRecord>`select ${columns} from agency.document d where d.id = ${id} for update`.execute(tx);
  return rows[0];
}

export async function filesOf(db: Db, documentId: string): Promise<FileRecord[]> {
  const { rows } = await sql<FileRecord>`
    select id, role, ordinal, name, media_type as "mediaType", original_sha256 as "originalSha256",
      original_size as "originalSize", sha256, size, binding
    from agency.document_file where document_id = ${documentId} order by role desc, ordinal`.execute(db);
  return rows;
}

/** By the names of the document's day; a draft has today's. */
export async function addresseesOf(db: Db, documentId: string): Promise<{ id: string; name: string }[]> {
  const { rows } = await sql<{ id: string; name: string }>`
    select a.id, case when d.date is null then a.name else agency.agency_name_on(a.id, d.date) end as name
    from agency.document_addressee t join agency.agency a on a.id = t.agency_id join agency.document d on d.id = t.document_id
    where t.document_id = ${documentId} order by t.ordinal`.execute(db);
  return rows;
}

export interface NewDocument {
  readonly id: string;
  readonly agencyId: string;
  readonly typeCode: string;
  readonly subject: string;
  readonly notation: string;
  readonly urgency: string;
  readonly drafterPositionId: string;
  readonly signerPositionId: string;
  readonly places: Places | null;
  readonly search: string;
  readonly at: Date;
}

export async function insertDocument(tx: Tx, d: NewDocument): Promise<void> {
  await sql`
    insert into agency.document (id, agency_id, state, type_code, subject, notation, urgency, drafter_position_id, signer_position_id,
      places, waiting_since, created_at, version, search)
    values (${d.id}, ${d.agencyId}, 'draft', ${d.typeCode}, ${d.subject}, ${d.notation}, ${d.urgency}, ${d.drafterPositionId},
      ${d.signerPositionId}, ${d.places === null ? null : JSON.stringify(d.places)}::jsonb, ${d.at}, ${d.at}, 1, ${d.search})`.execute(
    tx,
  );
}

export async function updateFields(tx: Tx, d: Omit<NewDocument, 'agencyId' | 'drafterPositionId' | 'at'>): Promise<void> {
  await sql`
    update agency.document set type_code = ${d.typeCode}, subject = ${d.subject}, notation = ${d.notation}, urgency = ${d.urgency},
      signer_position_id = ${d.signerPositionId}, places = ${JSON.stringify(d.places)}::jsonb, search = ${d.search},
      version = version + 1
    where id = ${d.id}`.execute(tx);
}

export async function replaceAddressees(tx: Tx, documentId: string, agencyIds: readonly string[]): Promise<void> {
  await sql`delete from agency.document_addressee where document_id = ${documentId}`.execute(tx);
  await sql`
    insert into agency.document_addressee (document_id, agency_id, ordinal)
    select ${documentId}, id, ordinal from unnest(${[...agencyIds]}::uuid[]) with ordinality as t (id, ordinal)`.execute(tx);
}

export async function replaceFiles(
  tx: Tx,
  documentId: string,
  files: readonly Pick<
    FileRecord,
    'id' | 'role' | 'ordinal' | 'name' | 'mediaType' | 'originalSha256' | 'originalSize' | 'binding'
  >[],
): Promise<void> {
  await sql`delete from agency.document_file where document_id = ${documentId}`.execute(tx);
  for (const f of files) {
    await sql`
      insert into agency.document_file (id, document_id, role, ordinal, name, media_type, original_sha256, original_size, sha256, size, binding)
      values (${f.id}, ${documentId}, ${f.role}, ${f.ordinal}, ${f.name}, ${f.mediaType}, ${f.originalSha256}, ${f.originalSize},
        ${f.originalSha256}, ${f.originalSize}, ${f.binding})`.execute(tx);
  }
}

/** The file's newest content. */
export async function setFileContent(tx: Tx, fileId: string, content: { sha256: string; size: number }): Promise<void> {
  await sql`update agency.document_file set sha256 = ${content.sha256}, size = ${content.size} where id = ${fileId}`.execute(tx);
}

export async function resetFiles(tx: Tx, documentId: string): Promise<void> {
  await sql`update agency.document_file set sha256 = original_sha256, size = original_size where document_id = ${documentId}`.execute(
    tx,
  );
}

/** Writes a new state with what belongs to it; values left out become empty, as the table's checks demand. */
export async function setState(
  tx: Tx,
  id: string,
  to: {
    state: DocumentState;
    at: Date;
    returnReason?: string;
    signedAt?: Date | null;
    issuedAt?: Date;
    reservation?: { entryId: string; number: number; numberAndNotation: string; date: string; reservedAt: Date };
  },
): Promise<void> {
  const r = to.reservation;
  await sql`
    update agency.document set state = ${to.state}, waiting_since = ${to.at}, version = version + 1,
      return_reason = ${to.returnReason ?? null}, signed_at = ${to.signedAt ?? null}, issued_at = ${to.issuedAt ?? null},
      entry_id = ${r?.entryId ?? null}, number = ${r?.number ?? null}, number_and_notation = ${r?.numberAndNotation ?? null},
      date = ${r?.date ?? null}::date, reserved_at = ${r?.reservedAt ?? null},
      number_search = ${r === undefined ? null : fold(r.numberAndNotation)}
    where id = ${id}`.execute(tx);
}

export async function deleteDocument(tx: Tx, id: string): Promise<void> {
  await sql`delete from agency.document where id = ${id}`.execute(tx);
}

export interface DocumentLine extends DocumentRecord {
  readonly drafterName: string;
  readonly signerName: string;
  readonly addressees: readonly string[];
}

export interface DocumentQuery {
  /** Own agency first; those whose successor it is after it. */
  readonly agencyIds: readonly string[];
  readonly q?: string | undefined;
  readonly state?: DocumentState | undefined;
  readonly mine?: 'to-sign' | 'to-issue' | 'drafts' | undefined;
  /** The asking position. */
  readonly positionId: string;
  readonly page: number;
  readonly pageSize: number;
}

/** One page of an agency's outgoing documents, the longest untouched last. */
export async function findDocuments(db: Db, query: DocumentQuery): Promise<{ items: DocumentLine[]; total: number }> {
  const conditions = [sql`d.agency_id = any(${[...query.agencyIds]}::uuid[])`];
  if (query.state !== undefined) conditions.push(sql`d.state = ${query.state}`);
  if (query.mine === 'to-sign')
    conditions.push(sql`d.state = 'awaiting-signature' and d.signer_position_id = ${query.positionId}`);
  if (query.mine === 'to-issue')
    conditions.push(sql`d.state in ('signed', 'awaiting-seal') and d.agency_id = ${query.agencyIds[0]!}`);
  if (query.mine === 'drafts')
    conditions.push(sql`d.state in ('draft', 'returned') and d.drafter_position_id = ${query.positionId}`);
  for (const word of (query.q ?? '').split(/\s+/).filter((one) => one !== '')) {
    conditions.push(sql`(d.search like ${likeAnywhere(word)} or d.number_search like ${likeAnywhere(word)})`);
  }
  const where = sql.join(conditions, sql` and `);
  const counted = await sql<{ total: number }>`select count(*) as total from agency.document d where ${where}`.execute(db);
  const { rows } = await sql<DocumentLine>`
    select ${columns}, dn.full_name as "drafterName", sn.full_name as "signerName",
      coalesce((select jsonb_agg(case when d.date is null then a.name else agency.agency_name_on(a.id, d.date) end order by t.ordinal) from agency.document_addressee t
        join agency.agency a on a.id = t.agency_id where t.document_id = d.id), '[]'::jsonb) as addressees
    from agency.document d
      join agency.position dp on dp.id = d.drafter_position_id join agency.person dn on dn.id = dp.person_id
      join agency.position sp on sp.id = d.signer_position_id join agency.person sn on sn.id = sp.person_id
    where ${where} order by d.waiting_since desc, d.id
    limit ${query.pageSize} offset ${(query.page - 1) * query.pageSize}`.execute(db);
  return { items: rows, total: counted.rows[0]!.total };
}

/** What waits for a position, for the numbers of the navigation. */
export async function countWaiting(
  db: Db,
  who: { agencyId: string; positionId: string },
): Promise<{ drafts: number; toSign: number; toIssue: number }> {
  const { rows } = await sql<{ drafts: number; toSign: number; toIssue: number }>`
    select count(*) filter (where state in ('draft', 'returned') and drafter_position_id = ${who.positionId}) as drafts,
      count(*) filter (where state = 'awaiting-signature' and signer_position_id = ${who.positionId}) as "toSign",
      count(*) filter (where state in ('signed', 'awaiting-seal')) as "toIssue"
    from agency.document where agency_id = ${who.agencyId} and state <> 'issued'`.execute(db);
  return rows[0]!;
}

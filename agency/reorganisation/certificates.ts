import { createHash, randomUUID } from 'node:crypto';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { equalBytes } from '@antin/formats/bytes/bytes';
import type { Db } from '@antin/adapters/db/transaction';
import { RequestItem, type RevocationCause } from '@antin/protocol/certificates/request';
import type { CitizenNumbers } from '../directory/citizen-number.ts';
import { personForRequest } from '../directory/people.ts';
import type { ItemPlan, Managing, NextHolder } from './item-plan.ts';
import type { AffectedRow } from './store.ts';

/** What an item of the batch is about: a certificate that ends, and for whom a new one is asked. */
export interface WantedItem {
  readonly row: AffectedRow;
  readonly holder: string;
  readonly cause: RevocationCause;
  /** The same certificate with other information, in place of an end and a new one. */
  readonly change: boolean;
  /** Absent: nothing new is asked for. */
  readonly next?: NextHolder;
}

export interface MadeItem {
  readonly id: string;
  readonly act: RequestItem['act'];
  readonly plan: ItemPlan;
  /** Undefined when something is missing that the issuer asks for. */
  readonly item: RequestItem | undefined;
  readonly missing: readonly string[];
  readonly sha256: string | null;
  readonly holdingId: string | null;
  readonly holder: string;
  readonly form: '01' | '02';
}

export interface ItemDoors {
  readonly numbers: CitizenNumbers;
  readonly day: string;
  /** Issuers of a certificate, nearest first, as far as this installation knows them. */
  readonly chainOf: (der: Uint8Array) => Promise<readonly Uint8Array[]>;
}

/** SHA-256 of the certificate of the issuer: from the register, or found among the known authorities by its name. */
export async function issuerOf(
  doors: Pick<ItemDoors, 'chainOf'>,
  row: Pick<AffectedRow, 'issuerSha256' | 'der'>,
): Promise<string | undefined> {
  if (row.issuerSha256 !== null) return row.issuerSha256;
  const { issuer } = parseCertificate(new Uint8Array(row.der));
  const chain = await doors.chainOf(new Uint8Array(row.der));
  const found = chain.find((der) => equalBytes(parseCertificate(der).subject.raw, issuer.raw));
  return found === undefined ? undefined : createHash('sha256').update(found).digest('hex');
}

/** Items for one certificate: its end (with the legal cause), and the new one in the same batch. */
export async function itemsFor(db: Db, doors: ItemDoors, wanted: WantedItem, managing: Managing): Promise<MadeItem[]> {
  const { row, holder, cause, change, next } = wanted;
  const issuerSha256 = (await issuerOf(doors, row)) ?? null;
  const certificate = { serialHex: row.serialHex, sha256: row.sha256, issuerSha256 };
  const about = { sha256: row.sha256, holdingId: row.holdingId, holder, form: row.agencyId === null ? '01' : '02' } as const;
  const device = row.device ?? 'pki-token';
  const old = { managing: managingOf(managing), device, certificate };
  if (change && next !== undefined) {
    const plan = { ...old, act: 'change' as const, managing: managingOf(next.agency), next };
    return [await makeItem(db, doors, plan, about)];
  }
  const items = [await makeItem(db, doors, { ...old, act: 'revoke', cause }, about)];
  if (next !== undefined) items.push(await newItem(db, doors, next, holder, device));
  return items;
}

function managingOf({ code, name, place }: Managing) {
  return { code, name, place };
}

type About = Pick<MadeItem, 'sha256' | 'holdingId' | 'holder' | 'form'>;

/** Makes an item from its plan with what the directory says now, whole or with the names of what is missing. */
export async function makeItem(
  db: Db,
  doors: ItemDoors,
  plan: ItemPlan,
  about: About,
  id: string = randomUUID(),
): Promise<MadeItem> {
  const { act, certificate, next } = plan;
  const subject = next === undefined ? undefined : await subjectOf(db, doors, next);
  const issuer = certificate?.issuerSha256 ?? undefined;
  const draft = {
    ...{ id, act, managingAgency: plan.managing, attachments: [] },
    ...(certificate === undefined ? {} : { certificate: { issuerSha256: issuer, serialHex: certificate.serialHex } }),
    ...(plan.cause === undefined ? {} : { cause: plan.cause }),
    ...(subject === undefined ? {} : { subject: subject.fields, device: plan.device }),
  };
  const missing = [...(certificate !== undefined && issuer === undefined ? ['issuer'] : []), ...(subject?.missing ?? [])];
  const parsed = RequestItem.safeParse(draft);
  // What the schema refuses and nobody named yet: a name too long for a certificate, say. Without a keeper nothing of them is there.
  const refused =
    parsed.success || missing.includes('keeper') ? [] : parsed.error.issues.map((issue) => String(issue.path.at(-1)));
  const all = [...new Set([...missing, ...refused])];
  return { id, act, plan, item: parsed.success && all.length === 0 ? parsed.data : undefined, missing: all, ...about };
}

async function subjectOf(
  db: Db,
  doors: ItemDoors,
  next: NextHolder,
): Promise<{ fields: Record<string, unknown>; missing: string[] }> {
  if (next.form === '01') {
    const person = await identityOf(db, doors, next.personId);
    const { title, unit } = next;
    return { fields: { form: '01', ...person.fields, ...birth(person), title, unit }, missing: person.missing };
  }
  const { agency, foundedBy, keeper } = next;
  const person = keeper === undefined ? { fields: {}, missing: ['keeper'] } : await identityOf(db, doors, keeper.personId);
  const fields = {
    ...{
      form: '02',
      name: agency.name.slice(0, 64).toLocaleUpperCase('vi'),
      code: agency.code,
      address: agency.place,
      foundedBy,
    },
    keeper: { ...person.fields, title: keeper?.title },
  };
  return { fields, missing: person.missing };
}

const birth = (person: { birthDay?: string | null }) => (person.birthDay == null ? {} : { birthDay: person.birthDay });

/** Form 01 asks for number, mail and telephone; which of them the directory does not have is said, not invented. */
async function identityOf(db: Db, doors: ItemDoors, personId: string) {
  const person = await personForRequest(db, doors.numbers, personId, doors.day);
  const { fullName, citizenNumber, mail, phone, birthDay } = person!;
  const missing = Object.entries({ citizenNumber, mail, phone }).flatMap(([key, value]) => (value === null ? [key] : []));
  return { fields: { fullName, citizenNumber, mail, phone }, missing, birthDay };
}

/** A new certificate: of somebody who goes elsewhere, or the first of an organisation that is opened. */
export async function newItem(
  db: Db,
  doors: ItemDoors,
  next: NextHolder,
  holder: string,
  device = 'pki-token',
): Promise<MadeItem> {
  const plan = { act: 'new' as const, managing: managingOf(next.agency), device, next };
  return makeItem(db, doors, plan, { sha256: null, holdingId: null, holder, form: next.form });
}

import { randomUUID } from 'node:crypto';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { Tx } from '@antin/adapters/db/transaction';
import { must, Refusal } from '@antin/adapters/http/refusal';
import type { EvidenceKind, SignedStatement } from '@antin/protocol/authority/registration';
import type { RequestItem } from '@antin/protocol/certificates/request';
import { recordEvent } from '../journal/record.ts';
import type { Officer } from '../officers/caller.ts';
import { checkStatement } from '../officers/signed-statement.ts';
import type { HeldStatement } from '../officers/signed-statement.ts';
import { tellSender } from './answers.ts';
import { sha256Hex } from './content.ts';
import type { RegistrationDoors } from './doors.ts';
import { answerQuestion, insertAct, insertEvidence, insertQuestion, insertVersion, itemOfQuestion } from './parts-store.ts';
import { refresh, sharedOf } from './refresh.ts';
import { decide, evolve } from './rules.ts';
import type { Command, Event, ItemState } from './rules.ts';
import { lockItem, markClosed, markProposed, stateOf } from './store.ts';
import type { ItemRecord } from './store.ts';
import { submissionById } from './submission-store.ts';
import type { SubmissionRecord } from './submission-store.ts';

interface Locked {
  readonly row: ItemRecord;
  readonly before: ItemState;
  readonly event: Event;
}

/** Locks the request and asks the rules. @throws {Refusal} `http.not-found`, and what `decide` refuses */
export async function lockAndDecide(tx: Tx, id: string, command: Command): Promise<Locked> {
  const row = await lockItem(tx, id);
  if (row === undefined) throw new Refusal('http.not-found');
  const before = stateOf(row);
  return { row, before, event: must(decide(before, command)) };
}

async function submissionOf(tx: Tx, row: ItemRecord): Promise<SubmissionRecord> {
  const submission = await submissionById(tx, row.submissionId);
  if (submission === undefined) throw new TypeError('a request without its submission');
  return submission;
}

/** Everything that changes what is shown ends here: new checks, new document, proposal and approval void. */
async function changeContent(
  tx: Tx,
  { row, before, event }: Locked,
  now: Date,
  content: { readonly item: RequestItem; readonly version: number } = { item: row.current, version: row.version },
): Promise<void> {
  const after = evolve(before, event);
  const { state, tookPart } = after;
  await refresh(tx, await submissionOf(tx, row), row, { ...content, state, tookPart }, now);
}

/** Requests of one commit while looking at what just came. */
const CHECKED_AT_ONCE = 50;

/** Looks at requests that just came; nobody took part in that. @returns how many */
export async function checkNew({ doors, clock }: RegistrationDoors, ids: readonly string[]): Promise<number> {
  let checked = 0;
  for (let i = 0; i < ids.length; i += CHECKED_AT_ONCE) {
    const some = ids.slice(i, i + CHECKED_AT_ONCE);
    checked += await inTransaction(doors.as('antin_registration'), async (tx) => {
      const shared = await sharedOf(tx, clock());
      const submissions = new Map<string, SubmissionRecord>();
      let done = 0;
      for (const id of some) {
        const row = await lockItem(tx, id);
        if (row === undefined || row.state !== 'received' || row.shownSha256 !== null) continue;
        const submission = submissions.get(row.submissionId) ?? (await submissionOf(tx, row));
        submissions.set(row.submissionId, submission);
        const { current, version, editors } = row;
        await refresh(tx, submission, row, { state: 'received', tookPart: editors, item: current, version }, clock(), shared);
        done += 1;
      }
      return done;
    });
  }
  return checked;
}

/** Papers came, or the register changed: the checks once more. Without `by` the sender's own paper. */
export async function recheck({ doors, clock }: RegistrationDoors, id: string, by: Officer | undefined): Promise<void> {
  const now = clock();
  await inTransaction(doors.as('antin_registration'), async (tx) => {
    if (by !== undefined) {
      await changeContent(tx, await lockAndDecide(tx, id, { type: 'recheck', by }), now);
      return;
    }
    const row = await lockItem(tx, id);
    if (row === undefined || (row.state !== 'received' && row.state !== 'question')) return;
    const { state, current, version, editors } = row;
    await refresh(tx, await submissionOf(tx, row), row, { state, tookPart: editors, item: current, version }, now);
  });
}

/** A correction by an officer: a new version beside the original. @throws {Refusal} `request.version-changed`, `request.act-fixed` */
export async function edit(
  { doors, clock }: RegistrationDoors,
  by: Officer,
  id: string,
  wish: { readonly itemVersion: number; readonly item: RequestItem; readonly reason: string },
): Promise<void> {
  const now = clock();
  await inTransaction(doors.as('antin_registration'), async (tx) => {
    const locked = await lockAndDecide(tx, id, { type: 'edit', by });
    const { row } = locked;
    if (row.version !== wish.itemVersion) throw new Refusal('request.version-changed');
    // Another act, another certificate or another id would be another request.
    const sameTarget =
      !('certificate' in wish.item) ||
      ('certificate' in row.current &&
        row.current.certificate.serialHex === wish.item.certificate.serialHex &&
        row.current.certificate.issuerSha256 === wish.item.certificate.issuerSha256);
    if (wish.item.act !== row.act || wish.item.id !== row.itemId || !sameTarget) throw new Refusal('request.act-fixed');
    const version = row.version + 1;
    await insertVersion(tx, { itemId: id, version, item: wish.item, by: by.id, at: now, reason: wish.reason });
    await changeContent(tx, locked, now, { item: wish.item, version });
    await insertAct(tx, { itemId: id, act: 'edit', at: now, officerId: by.id, note: wish.reason });
    const voided = row.state === 'proposed' || row.state === 'approved' ? { voided: row.state } : {};
    await recordEvent(tx, now.getTime(), 'request.edited', undefined, { requestItemId: id, by: by.id, version, ...voided });
  });
}

export async function addEvidence(
  { doors, clock }: RegistrationDoors,
  by: Officer,
  id: string,
  wish: { readonly kind: EvidenceKind; readonly note: string; readonly sha256: string | undefined },
): Promise<void> {
  const now = clock();
  await inTransaction(doors.as('antin_registration'), async (tx) => {
    const locked = await lockAndDecide(tx, id, { type: 'add-evidence', by });
    await insertEvidence(tx, { id: randomUUID(), itemId: id, ...wish, by: by.id, at: now });
    await changeContent(tx, locked, now);
    await insertAct(tx, { itemId: id, act: 'add-evidence', at: now, officerId: by.id, note: wish.kind });
    const detail = {
      requestItemId: id,
      by: by.id,
      kind: wish.kind,
      ...(wish.sha256 === undefined ? {} : { sha256: wish.sha256 }),
    };
    await recordEvent(tx, now.getTime(), 'request.evidence-added', undefined, detail);
  });
}

export async function ask({ doors, clock }: RegistrationDoors, by: Officer, id: string, text: string): Promise<void> {
  const now = clock();
  await inTransaction(doors.as('antin_registration'), async (tx) => {
    const locked = await lockAndDecide(tx, id, { type: 'ask', by });
    const { row } = locked;
    const questionId = randomUUID();
    await insertQuestion(tx, { id: questionId, itemId: id, text, by: by.id, at: now });
    await changeContent(tx, locked, now);
    await insertAct(tx, { itemId: id, act: 'ask', at: now, officerId: by.id, note: text });
    const said = { itemId: row.itemId, status: 'question' as const, questionId, text, at: now.toISOString() };
    await tellSender(tx, row.submissionId, said);
    await recordEvent(tx, now.getTime(), 'request.asked', undefined, { requestItemId: id, by: by.id, questionId });
  });
}

/** @param by the officer who wrote down an answer on paper; undefined: the sender's own system */
export async function answer(
  { doors, clock }: RegistrationDoors,
  by: Officer | { readonly sender: string; readonly submissionId: string },
  questionId: string,
  text: string,
  itemId?: string,
): Promise<void> {
  const now = clock();
  await inTransaction(doors.as('antin_registration'), async (tx) => {
    const officer = 'sender' in by ? undefined : by;
    const id = itemId ?? ('sender' in by ? await itemOfQuestion(tx, by.submissionId, questionId) : undefined);
    if (id === undefined) throw new Refusal('http.not-found');
    const locked = await lockAndDecide(tx, id, { type: 'answer', ...(officer === undefined ? {} : { by: officer }) });
    if (!(await answerQuestion(tx, { id: questionId, itemId: id, text, by: officer?.id, at: now })))
      throw new Refusal('request.no-open-question');
    await changeContent(tx, locked, now);
    const who = 'sender' in by ? { bySender: by.sender } : { officerId: by.id };
    await insertAct(tx, { itemId: id, act: 'answer', at: now, ...who, note: text });
    const detail = { requestItemId: id, questionId, ...('sender' in by ? { sender: by.sender } : { by: by.id }) };
    await recordEvent(tx, now.getTime(), 'request.answered', undefined, detail);
  });
}

export async function propose(parts: RegistrationDoors, by: Officer, id: string, said: SignedStatement): Promise<void> {
  const now = parts.clock();
  const held = await checkStatement(parts, by, { requestItemId: id, act: 'propose' }, said, now.getTime());
  const { shownSha256 } = said.statement;
  await inTransaction(parts.doors.as('antin_registration'), async (tx) => {
    const { row } = await lockAndDecide(tx, id, { type: 'propose', by, shownSha256 });
    if (!(await markProposed(tx, id, by.id, shownSha256))) throw new Refusal('request.shown-changed');
    await signedAct(tx, row, 'propose', by, held, now);
    await recordEvent(tx, now.getTime(), 'request.proposed', undefined, {
      requestItemId: id,
      by: by.id,
      shownSha256,
      ...how(held),
    });
  });
}

/** @throws {Refusal} `request.*` */
export async function refuseRequest(
  parts: RegistrationDoors,
  by: Officer,
  id: string,
  said: SignedStatement,
  reason: { readonly code: string; readonly text: string },
): Promise<void> {
  const now = parts.clock();
  const held = await checkStatement(parts, by, { requestItemId: id, act: 'refuse' }, said, now.getTime());
  const { shownSha256 } = said.statement;
  const role = by.roles.includes('registration')
    ? 'antin_registration'
    : by.roles.includes('approval')
      ? 'antin_approval'
      : 'antin_revocation';
  await inTransaction(parts.doors.as(role), async (tx) => {
    const { row } = await lockAndDecide(tx, id, { type: 'refuse', by, shownSha256 });
    if (!(await markClosed(tx, id, row.state, 'refused', now))) throw new Refusal('request.decided');
    await signedAct(tx, row, 'refuse', by, held, now, `${reason.code}: ${reason.text}`);
    await tellSender(tx, row.submissionId, { itemId: row.itemId, status: 'refused', ...reason, at: now.toISOString() });
    const detail = { requestItemId: id, by: by.id, shownSha256, code: reason.code, ...how(held) };
    await recordEvent(tx, now.getTime(), 'request.refused', undefined, detail);
  });
}

/** The sender takes it back; by an officer when it came on paper. */
export async function withdraw(
  { doors, clock }: RegistrationDoors,
  by: Officer | { readonly sender: string },
  id: string,
  reason: string,
): Promise<void> {
  await inTransaction(doors.as('antin_registration'), (tx) => withdrawWithin(tx, by, id, reason, clock()));
}

/**
 * What a sender takes back at once: all that may still be taken back, or, after a fault, nothing of it.
 *
 * @returns those that were withdrawn; the others were decided already
 */
export async function withdrawAll(
  { doors, clock }: RegistrationDoors,
  sender: string,
  ids: readonly string[],
  reason: string,
): Promise<ReadonlySet<string>> {
  return inTransaction(doors.as('antin_registration'), async (tx) => {
    const withdrawn = new Set<string>();
    // In one order, so that two requests about the same items wait and do not lock each other out.
    for (const id of ids.toSorted()) {
      try {
        await withdrawWithin(tx, { sender }, id, reason, clock());
        withdrawn.add(id);
      } catch (fault) {
        // A rule said no, before anything was written.
        if (!(fault instanceof Refusal)) throw fault;
      }
    }
    return withdrawn;
  });
}

async function withdrawWithin(
  tx: Tx,
  by: Officer | { readonly sender: string },
  id: string,
  reason: string,
  now: Date,
): Promise<void> {
  const officer = 'sender' in by ? {} : { by };
  const { row } = await lockAndDecide(tx, id, { type: 'withdraw', ...officer });
  if (!(await markClosed(tx, id, row.state, 'withdrawn', now))) throw new Refusal('request.decided');
  const who = 'sender' in by ? { bySender: by.sender } : { officerId: by.id };
  await insertAct(tx, { itemId: id, act: 'withdraw', at: now, ...who, note: reason });
  if (!('sender' in by)) {
    const text = reason.slice(0, 2000);
    await tellSender(tx, row.submissionId, {
      itemId: row.itemId,
      status: 'refused',
      code: 'withdrawn',
      text,
      at: now.toISOString(),
    });
  }
  const detail = { requestItemId: id, reason, ...('sender' in by ? { sender: by.sender } : { by: by.id }) };
  await recordEvent(tx, now.getTime(), 'request.withdrawn', undefined, detail);
}

/** Leaves the act with the very text that was shown. */
export async function signedAct(
  tx: Tx,
  row: ItemRecord,
  act: string,
  by: Officer,
  held: HeldStatement,
  at: Date,
  note?: string,
): Promise<void> {
  await insertAct(tx, {
    ...{ itemId: row.id, act, at, officerId: by.id, held },
    ...(row.shownSha256 === null || row.shown === null ? {} : { shown: { sha256: row.shownSha256, text: row.shown } }),
    ...(note === undefined ? {} : { note }),
  });
}

/** For the journal: signed by which certificate, or the plain fact that it was not. */
export function how(held: HeldStatement): object {
  return held.signature === 'signed'
    ? { signature: 'signed', certificateSha256: held.certificateSha256, statementSha256: statementHash(held) }
    : { signature: 'unsigned' };
}

function statementHash(held: HeldStatement): string {
  return sha256Hex(held.statement);
}

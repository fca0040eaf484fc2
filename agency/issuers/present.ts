import type { z } from 'zod';
import type { Sha256 } from '@antin/protocol/basics';
import type { IssuerQuestion, IssuerRequest, IssuerRequestItem, ItemState, Unmatched } from '@antin/protocol/office/issuers';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { commonName, nameText } from '@antin/pki/x509/name';
import type { Db } from '@antin/adapters/db/transaction';
import type { IssuerDeps } from './deps.ts';
import type { QuestionRecord, UnmatchedRecord } from './open-store.ts';
import { connectorOf } from './requests.ts';
import { leaderRule } from './leader-rule.ts';
import { shredDay, withdrawnDays } from './shred.ts';
import { lastSignings, leaderSignings, type SigningRecord } from './signing-store.ts';
import { itemStates, type ItemRecord, type RequestRecord } from './store.ts';

export async function requestViews(
  deps: Pick<IssuerDeps, 'connectors' | 'unsealed' | 'limits'>,
  db: Db,
  requests: readonly RequestRecord[],
): Promise<z.input<typeof IssuerRequest>[]> {
  const ids = requests.map((one) => one.id);
  const states = await itemStates(db, ids);
  const signings = await lastSignings(db, ids);
  const leaders = await leaderSignings(db, ids);
  const rule = await leaderRule(deps, db);
  const keptDays = await withdrawnDays(deps, db);
  return requests.map((request) => {
    const own: Partial<Record<ItemState, number>> = states.get(request.id) ?? {};
    return {
      id: request.id,
      state: request.state,
      connector: request.connector,
      capabilities: connectorOf(deps, request.connector).capabilities,
      createdAt: request.createdAt.toISOString(),
      createdBy: request.createdBy,
      sha256: request.sha256 as Sha256,
      ...(request.sealedBy === null ? {} : { sealedBy: request.sealedBy }),
      ...signingOf(request, signings.get(request.id)),
      ...leaderOf(leaders.get(request.id)),
      ...withdrawnOf(request, keptDays),
      leaderRule: rule,
      byInstallation: deps.unsealed === 'when-said',
      items: Object.values(own).reduce((sum, n) => sum + n, 0),
      states: own,
      lastSequence: request.lastSequence,
      ...(request.number === null ? {} : { number: request.number }),
      ...(request.roundId === null ? {} : { roundId: request.roundId }),
      ...(request.lastError === null ? {} : { lastError: request.lastError }),
      ...(request.sentAt === null ? {} : { sentAt: request.sentAt.toISOString() }),
    };
  });
}

function signingOf(request: RequestRecord, last: SigningRecord | undefined): Pick<z.input<typeof IssuerRequest>, 'signing'> {
  if (request.sealedBy !== null || last === undefined || last.state === 'done') return {};
  const { jobId, role, state, signer, reason } = last;
  return { signing: { jobId, as: role, state, signer, ...(reason === null ? {} : { reason }) } };
}

function leaderOf(leader: SigningRecord | undefined): Pick<z.input<typeof IssuerRequest>, 'leader'> {
  if (leader?.doneAt == null) return {};
  return { leader: { signer: leader.signer, at: leader.doneAt.toISOString() } };
}

function withdrawnOf(
  { withdrawnAt, shreddedAt }: RequestRecord,
  keptDays: number,
): Pick<z.input<typeof IssuerRequest>, 'withdrawnAt' | 'shredsAt' | 'shreddedAt'> {
  if (withdrawnAt === null) return {};
  return {
    withdrawnAt: withdrawnAt.toISOString(),
    ...(shreddedAt === null
      ? { shredsAt: shredDay(withdrawnAt, keptDays).toISOString() }
      : { shreddedAt: shreddedAt.toISOString() }),
  };
}

export function itemView(item: ItemRecord): z.input<typeof IssuerRequestItem> {
  const { id, ordinal, act, name, agencyName, state } = item;
  return {
    ...{ id, ordinal, act, name, agencyName, state },
    ...(item.form === null ? {} : { form: item.form }),
    ...(item.text === null ? {} : { text: item.text }),
    ...(item.certificateId === null ? {} : { certificateId: item.certificateId }),
  };
}

export function questionView(question: QuestionRecord): z.input<typeof IssuerQuestion> {
  const { id, requestId, itemId, name, agencyName, text } = question;
  return {
    ...{ id, requestId, itemId, name, agencyName, text, askedAt: question.askedAt.toISOString() },
    ...(question.answer === null ? {} : { answer: question.answer }),
    ...(question.answeredAt === null ? {} : { answeredAt: question.answeredAt.toISOString() }),
  };
}

export function unmatchedView(one: UnmatchedRecord): z.input<typeof Unmatched> {
  return {
    ...{ id: one.id, requestId: one.requestId, reason: one.reason, at: one.at.toISOString() },
    ...(one.fileName === null ? {} : { fileName: one.fileName }),
    ...(one.subject === null ? {} : { subject: one.subject }),
    ...(one.serialHex === null ? {} : { serialHex: one.serialHex }),
    ...(one.detail === null ? {} : { detail: one.detail }),
    settable: one.der !== null && one.settledAt === null,
    ...(one.der === null ? {} : certificateFacts(one.der)),
    ...(one.itemName === null ? {} : { itemName: one.itemName }),
    ...(one.requestNumber === null ? {} : { requestNumber: one.requestNumber }),
    ...(one.settledAt === null ? {} : { settledAt: one.settledAt.toISOString() }),
    ...(one.settledBy === null ? {} : { settledBy: one.settledBy }),
    ...(one.settledAs === null ? {} : { settledAs: one.settledAs.replace(/^none: /, '') }),
  };
}

/** It was read when it was listed. */
function certificateFacts(der: Uint8Array) {
  const certificate = parseCertificate(der);
  const name = commonName(certificate.subject);
  return {
    ...(name === undefined ? {} : { commonName: name }),
    issuer: nameText(certificate.issuer),
    notAfter: new Date(certificate.notAfter).toISOString(),
  };
}

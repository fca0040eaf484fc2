import type { z } from 'zod';
import type { Db } from '@antin/adapters/db/transaction';
import type { ShownRequest } from '@antin/protocol/authority/registration';
import { canonicalJson } from '@antin/protocol/canonical-json';
import type { RequestItem } from '@antin/protocol/certificates/request';
import type { CheckResult, TargetCertificate } from './checks.ts';
import { sha256Hex } from './content.ts';
import { attachmentsOf, evidenceOf, questionsOf, versionsOf } from './parts-store.ts';
import type { ItemRecord } from './store.ts';
import type { SubmissionRecord } from './submission-store.ts';

export interface ShownDocument {
  readonly text: string;
  readonly sha256: string;
}

/**
 * The request as an officer sees it, as canonical JSON: one text for one content, whose SHA-256 is what is approved. Made
 * in the transaction that changed something of it.
 *
 * @param fresh nobody has asked, edited or given evidence yet
 */
export async function shownDocument(
  db: Db,
  submission: SubmissionRecord,
  row: Pick<ItemRecord, 'id' | 'originalSha256'>,
  content: {
    readonly version: number;
    readonly item: RequestItem;
    readonly checks: readonly CheckResult[];
    readonly spkiSha256: string | undefined;
    readonly target?: TargetCertificate | undefined;
  },
  fresh = false,
): Promise<ShownDocument> {
  const { item, target } = content;
  const named = item.attachments.length === 0 ? [] : await attachmentsOf(db, submission.id, item.attachments);
  const present = new Map(named.map((one) => [one.sha256, one]));
  const versions = fresh ? [] : await versionsOf(db, row.id);
  const evidence = fresh ? [] : await evidenceOf(db, row.id);
  const questions = fresh ? [] : await questionsOf(db, row.id);
  const document: z.input<typeof ShownRequest> = {
    type: 'antin.request-as-shown',
    version: 1,
    requestItemId: row.id,
    submission: {
      id: submission.id,
      requestId: submission.requestId!,
      from: { code: submission.fromCode!, name: submission.fromName!, place: submission.fromPlace! },
      createdAt: submission.createdAt!.toISOString(),
      sha256: submission.requestSha256!,
      ...(submission.number === null ? {} : { number: submission.number }),
      ...(submission.roundName === null ? {} : { round: submission.roundName }),
      authenticatedBy: submission.authenticatedBy as 'signature' | 'token' | 'officer',
      ...(submission.signer === null ? {} : { signer: submission.signer }),
      ...(submission.leader === null ? {} : { leader: submission.leader }),
    },
    itemVersion: content.version,
    originalSha256: row.originalSha256,
    item,
    ...(target === undefined ? {} : { holder: holderOf(target) }),
    edits: versions.map(({ version, by, byName, at, reason }) => ({
      ...{ version, by: { id: by, fullName: byName }, at: at.toISOString(), reason },
    })),
    attachments: item.attachments.map((sha256) => {
      const here = present.get(sha256);
      if (here === undefined) return { sha256, present: false };
      return {
        ...{ sha256, present: true, size: here.size },
        ...(here.name === null ? {} : { name: here.name }),
        ...(here.mediaType === null ? {} : { mediaType: here.mediaType }),
      };
    }),
    evidence: evidence.map(({ kind, note, sha256, seenBy, seenByName, at }) => ({
      kind: kind as 'other',
      note,
      ...(sha256 === null ? {} : { sha256 }),
      seenBy: { id: seenBy, fullName: seenByName },
      at: at.toISOString(),
    })),
    questions: questions.map((one) => ({
      id: one.id,
      text: one.text,
      askedBy: { id: one.askedBy, fullName: one.askedByName },
      askedAt: one.askedAt.toISOString(),
      ...(one.answer === null ? {} : { answer: one.answer }),
      ...(one.answeredAt === null ? {} : { answeredAt: one.answeredAt.toISOString() }),
    })),
    checks: content.checks.map((one) => ({ ...one })),
    ...(content.spkiSha256 === undefined ? {} : { spkiSha256: content.spkiSha256 }),
  };
  const text = canonicalJson(document);
  return { text, sha256: sha256Hex(text) };
}

/** Whose certificate it is: a serial number says nothing to who decides about it. */
function holderOf({
  subject,
  notAfter,
  agencyCode: code,
  agencyName: name,
}: TargetCertificate): z.input<typeof ShownRequest>['holder'] {
  const agency = code === undefined || name === undefined ? {} : { agency: { code, name } };
  return { subject, notAfter: new Date(notAfter).toISOString(), ...agency };
}

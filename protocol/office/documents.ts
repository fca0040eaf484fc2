import { z } from 'zod';
import { Day, Id, Instant, Page, Sha256, pageOf } from '../basics.ts';
import { route } from '../route.ts';

/** A rectangle in PDF points as the reader sees the page: origin bottom-left of the upright page, `[x, y, width, height]`. */
export const Rect = z.tuple([z.number(), z.number(), z.number().positive(), z.number().positive()]);
export const PlaceOnPage = z.object({ page: z.number().int().min(1), rect: Rect });
export type PlaceOnPage = z.infer<typeof PlaceOnPage>;

/** `number`: `12`; `number-and-notation`: `12/STC-NS`. */
export const NumberFormat = z.enum(['number', 'number-and-notation']);
/** `full`: `ngày 21 tháng 11 năm 2026`; `short`: `21/11/2026`; `day`: `21`. */
export const DateFormat = z.enum(['full', 'short', 'day']);

/** Where number and date will be filled; confirmed by the drafter, empty until the clerk's act. */
export const Places = z.object({
  number: PlaceOnPage.extend({ format: NumberFormat }),
  date: PlaceOnPage.extend({ format: DateFormat }),
  /** Proposed place of the leader's signature (they may move it). */
  signature: PlaceOnPage.optional(),
});
export type Places = z.infer<typeof Places>;

export const DocumentState = z.enum(['draft', 'awaiting-signature', 'returned', 'signed', 'awaiting-seal', 'issued']);
export type DocumentState = z.infer<typeof DocumentState>;

export const Urgency = z.enum(['normal', 'urgent', 'very-urgent', 'flash']);

export const UploadedFile = z.object({
  sha256: Sha256,
  size: z.number().int(),
  name: z.string(),
  mediaType: z.string(),
  /** Present for PDF files. */
  pdf: z.object({ pages: z.array(z.object({ width: z.number(), height: z.number() })), signatures: z.number().int() }).optional(),
});
export type UploadedFile = z.infer<typeof UploadedFile>;

export const DocumentFile = z.object({
  id: Id,
  role: z.enum(['main', 'annex']),
  name: z.string(),
  mediaType: z.string(),
  size: z.number().int(),
  sha256: Sha256,
  /** PDF annexes get the organisation's signature in their own file; others are bound by hash in the register entry. */
  binding: z.enum(['signed', 'hash']),
});
export type DocumentFile = z.infer<typeof DocumentFile>;

export const DeliveryState = z.enum(['queued', 'arrived', 'registered', 'assigned', 'done', 'refused']);

export const Delivery = z.object({
  agencyId: Id,
  agencyName: z.string(),
  /** Name of the closed agency that was addressed, when its successor received the message. */
  addressedAs: z.string().optional(),
  state: DeliveryState,
  sequence: z.number().int().optional(),
  queuedAt: Instant,
  arrivedAt: Instant.optional(),
  registeredAt: Instant.optional(),
  incomingNumber: z.number().int().optional(),
  refusal: z.object({ code: z.string(), note: z.string() }).optional(),
  lastError: z.string().optional(),
  attempts: z.number().int(),
});
export type Delivery = z.infer<typeof Delivery>;

/** An act on the page: allowed, or the reason why not, as a code of the catalogue. */
export const Act = z.object({
  act: z.enum([
    'edit',
    'submit',
    'delete',
    'sign',
    'return',
    'issue',
    'retry-seal',
    'cancel-seal',
    'register',
    'assign',
    'refuse',
    'finish',
  ]),
  allowed: z.boolean(),
  why: z.string().optional(),
});
export type Act = z.infer<typeof Act>;

export const HistoryEntry = z.object({
  at: Instant,
  event: z.string(),
  who: z.string(),
  position: z.string().optional(),
  detail: z.record(z.string(), z.string()).optional(),
});

/** The signatures of the main file as the engine judges them now. */
export const SignatureLine = z.object({
  kind: z.enum(['person', 'organisation']),
  name: z.string(),
  title: z.string().optional(),
  at: Instant,
  level: z.string().nullable(),
  /** Signed, and its time-stamp is still to come. */
  timeStampPending: z.literal(true).optional(),
  status: z.enum(['valid', 'invalid', 'indeterminate']),
});

export const DocumentRow = z.object({
  id: Id,
  state: DocumentState,
  typeCode: z.string(),
  typeName: z.string(),
  /** `12/STC-NS`, absent until numbered. */
  numberAndNotation: z.string().optional(),
  date: Day.optional(),
  subject: z.string(),
  urgency: Urgency,
  drafterName: z.string(),
  signerName: z.string(),
  addressees: z.array(z.string()),
  waitingSince: Instant,
  /** A person has signed while the time-stamp authority was away; the platform adds the time-stamp by itself. */
  timeStampPending: z.literal(true).optional(),
});
export type DocumentRow = z.infer<typeof DocumentRow>;

export const DocumentView = DocumentRow.extend({
  agencyId: Id,
  agencyName: z.string(),
  notation: z.string(),
  signerPositionId: Id,
  signerTitle: z.string(),
  addresseeIds: z.array(Id),
  files: z.array(DocumentFile),
  places: Places.optional(),
  returnReason: z.string().optional(),
  signatures: z.array(SignatureLine),
  deliveries: z.array(Delivery),
  history: z.array(HistoryEntry),
  acts: z.array(Act),
  /** The signing job under way, if any. */
  jobId: Id.optional(),
  /** Present from the reservation on. */
  reservation: z.object({ number: z.number().int(), date: Day, reservedAt: Instant }).optional(),
  /** Optimistic lock: send it back with every change. */
  version: z.number().int(),
});
export type DocumentView = z.infer<typeof DocumentView>;

export const DraftFields = z.object({
  typeCode: z.string().max(10),
  subject: z.string().trim().min(3).max(500),
  notation: z.string().trim().min(1).max(30),
  urgency: Urgency,
  addresseeIds: z.array(Id).min(1).max(400),
  signerPositionId: Id,
  main: z.object({ sha256: Sha256, name: z.string().min(1).max(255) }),
  annexes: z.array(z.object({ sha256: Sha256, name: z.string().min(1).max(255) })).max(50),
  places: Places,
});
export type DraftFields = z.infer<typeof DraftFields>;

const ById = z.object({ id: Id });
const Versioned = z.object({ version: z.number().int() });

export const documentRoutes = {
  upload: route({
    method: 'PUT',
    path: '/api/files',
    summary: 'Store one file by content; name in header `X-File-Name` (URI-encoded)',
    caller: 'person',
    rawBody: 'application/octet-stream',
    answer: UploadedFile,
  }),
  list: route({
    method: 'GET',
    path: '/api/documents',
    summary: 'Outgoing documents of my agency',
    caller: 'person',
    query: Page.extend({
      q: z.string().max(200).optional(),
      state: DocumentState.optional(),
      mine: z.enum(['to-sign', 'to-issue', 'drafts']).optional(),
    }),
    answer: pageOf(DocumentRow),
  }),
  create: route({
    method: 'POST',
    path: '/api/documents',
    summary: 'New draft',
    caller: 'person',
    body: DraftFields,
    answer: DocumentView,
  }),
  view: route({
    method: 'GET',
    path: '/api/documents/:id',
    summary: 'One document',
    caller: 'person',
    params: ById,
    answer: DocumentView,
  }),
  change: route({
    method: 'PUT',
    path: '/api/documents/:id',
    summary: 'Change a draft',
    caller: 'person',
    params: ById,
    body: DraftFields.extend({ version: z.number().int() }),
    answer: DocumentView,
  }),
  remove: route({
    method: 'DELETE',
    path: '/api/documents/:id',
    summary: 'Delete a draft',
    caller: 'person',
    params: ById,
    answer: z.object({}),
  }),
  submit: route({
    method: 'POST',
    path: '/api/documents/:id/submit',
    summary: 'Send to the leader: adds the empty fields',
    caller: 'person',
    params: ById,
    body: Versioned,
    answer: DocumentView,
  }),
  giveBack: route({
    method: 'POST',
    path: '/api/documents/:id/return',
    summary: 'Leader or clerk returns it to the drafter',
    caller: 'person',
    params: ById,
    body: Versioned.extend({ reason: z.string().trim().min(3).max(1000) }),
    answer: DocumentView,
  }),
  file: route({
    method: 'GET',
    path: '/api/documents/:id/files/:fileId',
    summary: 'Bytes of a file of the document',
    caller: 'person',
    params: z.object({ id: Id, fileId: Id }),
    answer: z.unknown(),
  }),
};

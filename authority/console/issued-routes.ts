import { Hono } from 'hono';
import type { z } from 'zod';
import { mount } from '@antin/adapters/http/mount';
import { Refusal } from '@antin/adapters/http/refusal';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { writeZip } from '@antin/formats/zip/writer';
import { issuedRoutes as routes } from '@antin/protocol/authority/issued';
import type { IssuedDetail, IssuedRow, IssuedState, SuspendedRow } from '@antin/protocol/authority/issued';
import type { OfficerRole } from '@antin/protocol/authority/session';
import { MIME_TYPE } from '@antin/signature/asic/names';
import { commonName, organisationOf } from '@antin/web/authority/common-name';
import type { Officer, OfficerEnv } from '../officers/caller.ts';
import { requireOfficer } from '../officers/require-officer.ts';
import { PROFILES, SUBSCRIBER_PROFILES } from '../profiles/table.ts';
import { sha256Hex } from '../registration/content.ts';
import type { ConsoleDoors } from './doors.ts';
import { actsAbout, entriesAbout, heldNow, issuedPage, oneIssued, requestsAbout, signedAct } from './issued-store.ts';
import type { ActAbout, EntryAbout, IssuedRecord, OneIssued } from './issued-store.ts';
import { revokeByStatement } from './revoke.ts';

const ISSUED_ROLES: Readonly<Record<keyof typeof routes, 'every' | readonly OfficerRole[]>> = {
  list: 'every',
  suspended: 'every',
  detail: 'every',
  file: 'every',
  statement: 'every',
  revoke: ['revocation'],
};

/** CRLReason certificateHold (RFC 5280 §5.3.1). */
const HOLD = 6;
const OPEN: ReadonlySet<string> = new Set(['received', 'question', 'proposed', 'approved', 'issuing']);
/** Acts that are about the certificate itself stand in the journal with what was signed. */
const ASKED = /^(?:suspension\.(suspending|lifting)-asked|revocation\.asked)$/;

/** The register of issued certificates for officers; reading goes through the role that only reads. */
export function issuedApp(parts: ConsoleDoors): Hono<OfficerEnv> {
  const { doors, clock, looks } = parts;
  const reading = doors.as('antin_audit');
  const app = new Hono<OfficerEnv>();
  const session = { db: doors.as('antin_session'), clock };
  const by = (name: keyof typeof routes) => [requireOfficer(session, ISSUED_ROLES[name])];

  mount(app, routes.list, by('list'), async ({ query }) => {
    const { after, limit, ...filters } = query;
    const now = clock();
    const { rows } = await issuedPage(filters, { after, limit: limit + 1 }, now).execute(reading);
    const items = rows.slice(0, limit);
    return {
      items: items.map((row) => rowView(row, now.getTime())),
      ...(rows.length > limit ? { next: String(items.at(-1)?.id) } : {}),
    };
  });
  mount(app, routes.suspended, by('suspended'), async ({ c }) => ({
    items: (await heldNow(reading)).map((row) => ({
      certificate: { issuerSha256: row.issuerSha256, serialHex: row.serialHex },
      ...{ name: commonName(row.subject), profile: row.profile, notAfter: row.notAfter.toISOString() },
      suspendedAt: row.revokedAt.toISOString(),
      ...(row.by === null || row.byName === null ? {} : { by: { id: row.by, fullName: row.byName } }),
      ...(row.reason === null ? {} : { reason: row.reason }),
      mine: row.by === c.var.officer.id,
    })) as z.input<typeof SuspendedRow>[],
    profiles: SUBSCRIBER_PROFILES.filter((name) => PROFILES[name].suspendable),
  }));
  // Before the address of one certificate: `revocation` is no issuer.
  mount(app, routes.revoke, by('revoke'), async ({ body, c }) => {
    await revokeByStatement(parts, c.var.officer, body);
    return { certificate: body.statement.certificate, status: 'revoked' as const };
  });
  mount(app, routes.detail, by('detail'), async ({ params, c }) => {
    const [one, requests, entries] = await Promise.all([
      oneIssued(reading, params),
      requestsAbout(reading, params),
      entriesAbout(reading, params),
    ]);
    if (one === undefined) throw new Refusal('http.not-found');
    const acts = await actsAbout(
      reading,
      requests.map((request) => request.id),
    );
    const ocsp = await looks.ocsp(params.issuerSha256, params.serialHex).catch(() => undefined);
    return detailView(one, requests, acts, entries, ocsp, c.var.officer, clock().getTime());
  });
  mount(app, routes.file, by('file'), async ({ params }) => {
    const one = await oneIssued(reading, params);
    if (one === undefined) throw new Refusal('http.not-found');
    return download(new Uint8Array(one.der), 'application/pkix-cert', `${params.serialHex}.cer`);
  });
  mount(app, routes.statement, by('statement'), async ({ params }) => {
    const found = await signedAct(reading, params.id);
    if (found === undefined) throw new Refusal('http.not-found');
    return download(asicS(found, clock().getTime()), MIME_TYPE['ASiC-S'], `van-ban-ky-${params.id}.asics`);
  });
  return app;
}

/** EN 319 162-1 §4.3: one file and one detached CAdES over it, which any verifier opens. */
function asicS({ statement, cms }: { readonly statement: string; readonly cms: Uint8Array }, at: number): Uint8Array {
  const entry = (name: string, bytes: Uint8Array) => ({ name, content: memorySource(bytes) });
  const container = writeZip(
    [
      entry('mimetype', utf8(MIME_TYPE['ASiC-S'])),
      entry('statement.json', utf8(statement)),
      entry('META-INF/signature.p7s', cms),
    ],
    at,
  );
  return container.read(0, container.size);
}

function download(bytes: Uint8Array, type: string, name: string): Response {
  return new Response(new Uint8Array(bytes), {
    headers: { 'content-type': type, 'content-disposition': `attachment; filename="${name}"`, 'cache-control': 'no-store' },
  });
}

export function stateOf(row: Pick<IssuedRecord, 'reason' | 'revokedAt' | 'notBefore' | 'notAfter'>, now: number): IssuedState {
  if (row.revokedAt !== null) return row.reason === HOLD ? 'suspended' : 'revoked';
  if (now < row.notBefore.getTime()) return 'not-yet-valid';
  return now > row.notAfter.getTime() ? 'expired' : 'valid';
}

function rowView(row: Omit<IssuedRecord, 'id'>, now: number): IssuedRow {
  const organisation = organisationOf(row.subject);
  return {
    certificate: { issuerSha256: row.issuerSha256, serialHex: row.serialHex },
    ...{ sha256: row.fingerprint, profile: row.profile, name: commonName(row.subject), state: stateOf(row, now) },
    ...(organisation === undefined ? {} : { organisation }),
    ...(row.agencyCode === null ? {} : { agency: { code: row.agencyCode, name: row.agencyName ?? '' } }),
    notBefore: row.notBefore.toISOString(),
    notAfter: row.notAfter.toISOString(),
    ...(row.revokedAt === null ? {} : { revokedAt: row.revokedAt.toISOString() }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.cause === null ? {} : { cause: row.cause }),
  } as IssuedRow;
}

function detailView(
  one: OneIssued,
  requests: Awaited<ReturnType<typeof requestsAbout>>,
  acts: readonly ActAbout[],
  entries: readonly EntryAbout[],
  ocsp: Uint8Array | undefined,
  officer: Officer,
  now: number,
): z.input<typeof IssuedDetail> {
  const { issuedAt } = one;
  const request = requests.find((item) => item.id === one.requestId);
  const row = rowView({ ...one, fingerprint: sha256Hex(new Uint8Array(one.der)) }, now);
  return {
    row,
    issuerName: one.issuerName ?? '',
    der: toBase64(new Uint8Array(one.der)),
    ...(issuedAt === null ? {} : { issuedAt: issuedAt.toISOString() }),
    ...(ocsp === undefined ? {} : { ocsp: toBase64(ocsp) }),
    ...(request === undefined ? {} : { request: requestView(request) }),
    ...(one.revokedBy === null || one.revokedByName === null
      ? {}
      : { revokedBy: { id: one.revokedBy, fullName: one.revokedByName } }),
    acts: [...acts.map(actOfRequest), ...entries.flatMap(actOfEntry)].toSorted((a, b) => (a.at < b.at ? -1 : 1)),
    happenings: entries.map((entry) => ({
      number: Number(entry.id),
      at: entry.at.toISOString(),
      kind: entry.kind,
      ...(entry.leafIndex === null ? {} : { leafIndex: entry.leafIndex }),
      ...(entry.byName === null ? {} : { by: entry.byName }),
    })),
    open: requests
      .filter((item) => item.id !== one.requestId && OPEN.has(item.state))
      .map(({ id, act, state }) => ({ id, act, state: state as 'received' })),
    may: officer.roles.includes('revocation') ? mayDo(one, row.state, officer) : [],
  };
}

function requestView({ id, subject, state, act, receivedAt, number }: Awaited<ReturnType<typeof requestsAbout>>[number]) {
  const numbered = number === null ? {} : { number };
  return { id, subject, act, state: state as 'received', receivedAt: receivedAt.toISOString(), ...numbered };
}

function actOfRequest(one: ActAbout): z.input<typeof IssuedDetail>['acts'][number] {
  return {
    ...{ act: one.act, at: one.at.toISOString(), signature: one.signature, requestId: one.requestId },
    ...(one.signature === 'signed' ? { statement: `a${one.id}` } : {}),
    ...(one.officerId === null || one.officerName === null ? {} : { by: { id: one.officerId, fullName: one.officerName } }),
    ...(one.bySender === null ? {} : { bySender: one.bySender }),
    ...(one.note === null ? {} : { note: one.note }),
  };
}

function actOfEntry(entry: EntryAbout): z.input<typeof IssuedDetail>['acts'] {
  const asked = ASKED.exec(entry.kind);
  if (asked === null) return [];
  const { reason, signature, statement } = entry.detail as { reason?: string; signature?: string; statement?: string };
  return [
    {
      act: asked[1] === undefined ? 'revoke' : asked[1] === 'lifting' ? 'lift' : 'suspend',
      at: entry.at.toISOString(),
      signature: signature === 'signed' ? 'signed' : 'unsigned',
      ...(signature === 'signed' && statement !== undefined ? { statement: `j${entry.id}` } : {}),
      ...(entry.byId === null || entry.byName === null ? {} : { by: { id: entry.byId, fullName: entry.byName } }),
      ...(reason === undefined ? {} : { note: reason }),
    },
  ];
}

/** As the acts themselves decide: see `revocation/rules.ts` and `revoke.ts`. */
function mayDo(one: OneIssued, state: IssuedState, officer: Officer): ('revoke' | 'suspend' | 'lift')[] {
  const subscriber = (SUBSCRIBER_PROFILES as readonly string[]).includes(one.profile);
  const suspendable = (PROFILES as Record<string, { readonly suspendable: boolean }>)[one.profile]?.suspendable === true;
  const may: ('revoke' | 'suspend' | 'lift')[] = [];
  if (state === 'suspended' && one.revokedBy !== null && one.revokedBy !== officer.id) may.push('lift');
  if (state === 'valid' && suspendable) may.push('suspend');
  if (state !== 'revoked' && subscriber) may.push('revoke');
  return may;
}

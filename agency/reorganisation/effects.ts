import type { Db } from '@antin/adapters/db/transaction';
import type { z } from 'zod';
import { nameText } from '@antin/pki/x509/name';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { ReorganisationEffects } from '@antin/protocol/office/reorganisation';
import { codeIsTaken, openChildren, placedAgency, versionsOf, type PlacedAgency } from '../directory/agency-store.ts';
import { codeForm } from '../directory/codes.ts';
import { postById, postsOfAgencies, type PostRecord } from '../directory/people-store.ts';
import { existsOn } from '../directory/rules.ts';
import { agenciesById, type AgencyRecord } from '../directory/store.ts';
import { itemsFor, newItem, type ItemDoors, type MadeItem, type WantedItem } from './certificates.ts';
import type { Managing, NextHolder } from './item-plan.ts';
import { movesOf, stepsOf, type MovedPost, type Steps } from './rules.ts';
import { certificatesOf, documentsInProgress, openSeries, type ReorganisationRecord } from './store.ts';

export interface WorkedOut {
  readonly steps: Steps;
  readonly posts: ReadonlyMap<string, PostRecord>;
  readonly moves: readonly MovedPost[];
  readonly items: readonly MadeItem[];
  readonly effects: z.input<typeof ReorganisationEffects>;
}

type Problem = ReorganisationEffects['problems'][number];

/**
 * Everything that a plan would do on its day, as the directory is now: for looking at, for comparing with what was looked at,
 * and for doing it.
 */
export async function workOut(db: Db, doors: Omit<ItemDoors, 'day'>, one: ReorganisationRecord): Promise<WorkedOut> {
  const day = one.effectiveOn;
  const steps = stepsOf(one.plan);
  const problems: Problem[] = [];
  const known = await agenciesOf(db, one, steps);
  await checkAgencies(db, one, steps, known, problems);

  const closing = steps.closes.map((close) => close.agencyId);
  const there = new Map((await postsOfAgencies(db, closing, day)).map((post) => [post.id, post]));
  for (const move of one.moves) {
    const post = there.get(move.positionId) ?? (await postById(db, move.positionId));
    if (post === undefined) problems.push(stop('directory.position-unknown', move.positionId));
    else there.set(post.id, post);
  }
  const moves = movesOf(steps, [...there.values()], one.moves);
  const scope = (await placedAgency(db, one.agencyId))!;
  for (const post of there.values()) {
    const agency = known.placed.get(post.agencyId) ?? (await placedAgency(db, post.agencyId))!;
    if (!agency.path.startsWith(scope.path)) problems.push(stop('directory.not-yours', `${post.fullName} - ${post.title}`));
    if (post.validTo !== null && post.validTo <= day)
      problems.push(stop('directory.ended-already', `${post.fullName} - ${post.title}`));
    if (post.validFrom >= day) problems.push(stop('directory.days-order', `${post.fullName} - ${post.title}`));
  }
  for (const move of moves) {
    if (move.to !== null && known.managing(move.to.agency) === undefined)
      problems.push(stop('directory.agency-unknown', move.to.agency));
  }

  const { wanted, fresh } = await wantedOf(db, one, steps, there, moves, known);
  const items: MadeItem[] = [];
  const certificates: z.input<typeof ReorganisationEffects>['certificates'] = [];
  for (const { item, agencyName, managing } of wanted) {
    const made = await itemsFor(db, { ...doors, day }, item, managing);
    items.push(...made);
    certificates.push({
      ...{ sha256: item.row.sha256, serialHex: item.row.serialHex, agencyName, cause: item.cause },
      // The certificate says the name of before; what is asked for is asked in the name of the day.
      holder: item.row.agencyId === null ? item.holder : agencyName,
      subject: nameText(parseCertificate(new Uint8Array(item.row.der)).subject),
      notAfter: item.row.notAfter.toISOString(),
      reissue: item.next !== undefined || (item.row.agencyId !== null && fresh.length > 0),
      missing: [...new Set(made.flatMap((part) => part.missing))],
    });
  }
  for (const next of fresh) {
    const made = await newItem(db, { ...doors, day }, next, next.agency.name);
    items.push(made);
    if (made.missing.length > 0)
      problems.push({
        code: 'reorganisation.certificate-incomplete',
        about: next.agency.name,
        stops: false,
        missing: [...made.missing],
      });
  }

  const documents = await documentsInProgress(db, closing);
  if (documents.length > 0)
    problems.push({ code: 'reorganisation.documents-in-progress', about: String(documents.length), stops: false });
  const series = await openSeries(db, closing, Number(day.slice(0, 4)));
  const name = (ref: string) => known.managing(ref)?.name ?? ref;
  return {
    ...{ steps, posts: there, moves, items },
    effects: {
      agencies: [
        ...closing.map((id) => ({ id, name: name(id), act: 'closes' as const })),
        ...steps.opens.map((opened) => ({ id: `new:${opened.key}`, name: opened.name, act: 'opens' as const })),
        ...steps.changes.map(({ agencyId, set }) => ({
          id: agencyId,
          name: `${known.nameBefore(agencyId)} → ${set.name}`,
          act: 'renames' as const,
        })),
        ...steps.receives.map((id) => ({ id, name: name(id), act: 'receives' as const })),
      ],
      positions: moves.map((move) => {
        const post = there.get(move.positionId)!;
        const to = move.to === null ? null : name(move.to.agency);
        return {
          positionId: post.id,
          fullName: post.fullName,
          title: post.title,
          from: post.agencyName,
          to,
          toTitle: move.to?.title ?? null,
        };
      }),
      documents,
      series: [
        ...series.map((one_) => ({ ...one_, act: 'closes' as const })),
        ...steps.opens.map((opened) => ({
          agencyName: opened.name,
          name: `Văn bản hành chính năm ${day.slice(0, 4)}`,
          act: 'opens' as const,
          lastNumber: 0,
        })),
      ],
      certificates,
      problems,
      counts: {
        agencies: closing.length + steps.opens.length + steps.changes.length + steps.receives.length,
        positions: moves.length,
        documents: documents.length,
        series: series.length + steps.opens.length,
        certificates: certificates.length,
      },
    },
  };
}

const stop = (code: string, about: string): Problem => ({ code, about, stops: true });

interface KnownAgencies {
  readonly placed: ReadonlyMap<string, PlacedAgency>;
  /** An agency by id or `new:key`, as it will be called on the day. */
  readonly managing: (ref: string) => Managing | undefined;
  /** As it is called until then; a new one by its only name. */
  readonly nameBefore: (ref: string) => string;
}

async function agenciesOf(db: Db, one: ReorganisationRecord, steps: Steps): Promise<KnownAgencies> {
  const refs = [
    ...steps.closes.flatMap((close) => [close.agencyId, ...close.to]),
    ...steps.changes.map((change) => change.agencyId),
    ...steps.receives,
    ...steps.opens.flatMap((opened) => (opened.parentId === null ? [] : [opened.parentId])),
    ...one.moves.flatMap((move) => (move.to === undefined ? [] : [move.to.agency])),
  ].filter((ref) => !ref.startsWith('new:'));
  const records = new Map<string, AgencyRecord>(
    (await agenciesById(db, [...new Set(refs)])).map((agency) => [agency.id, agency]),
  );
  const placed = new Map<string, PlacedAgency>();
  for (const id of records.keys()) placed.set(id, (await placedAgency(db, id))!);
  const changes = new Map(steps.changes.map((change) => [change.agencyId, change.set]));
  const managing = (ref: string): Managing | undefined => {
    if (ref.startsWith('new:')) return steps.opens.find((opened) => `new:${opened.key}` === ref);
    const record = records.get(ref);
    return record === undefined ? undefined : { code: record.code, name: record.name, place: record.place, ...changes.get(ref) };
  };
  return { placed, managing, nameBefore: (ref) => records.get(ref)?.name ?? managing(ref)?.name ?? ref };
}

async function checkAgencies(
  db: Db,
  one: ReorganisationRecord,
  steps: Steps,
  known: KnownAgencies,
  problems: Problem[],
): Promise<void> {
  const day = one.effectiveOn;
  const scope = (await placedAgency(db, one.agencyId))!;
  const closing = new Set(steps.closes.map((close) => close.agencyId));
  const about = known.nameBefore;
  const decided = [...closing, ...steps.changes.map((change) => change.agencyId)];
  for (const id of new Set([...decided, ...steps.receives])) {
    const agency = known.placed.get(id);
    if (agency === undefined) {
      problems.push(stop('directory.agency-unknown', id));
      continue;
    }
    if (!agency.path.startsWith(scope.path)) problems.push(stop('directory.not-yours', agency.name));
    // What an agency is called and whether it is, only those above it say; at the very top it does itself.
    else if (decided.includes(id) && agency.id === scope.id && agency.parentId !== null)
      problems.push(stop('directory.own-name', agency.name));
    if (!existsOn(agency, day) || agency.validTo !== null) problems.push(stop('directory.closed-then', agency.name));
    const last = (await versionsOf(db, id)).at(-1)!;
    if (decided.includes(id) && last.validFrom >= day) problems.push(stop('directory.later-change-first', agency.name));
  }
  for (const id of closing) {
    if (!known.placed.has(id)) continue;
    const below = await openChildren(db, id, day);
    const closingBelow = [...closing].filter((other) => known.placed.get(other)?.parentId === id).length;
    if (below > closingBelow) problems.push(stop('directory.has-children', about(id)));
  }
  for (const close of steps.closes) {
    for (const ref of close.to) if (closing.has(ref)) problems.push(stop('directory.successor-unknown', about(ref)));
  }
  const codes = new Set<string>();
  for (const { code, exceptId, name } of [
    ...steps.opens.map((opened) => ({ code: opened.code, exceptId: undefined, name: opened.name })),
    ...steps.changes.flatMap(({ agencyId, set }) =>
      set.code === undefined ? [] : [{ code: set.code, exceptId: agencyId, name: about(agencyId) }],
    ),
  ]) {
    if (codeForm(code) === undefined) problems.push(stop('directory.code-form', `${name}: ${code}`));
    else if (codes.has(code) || (await codeIsTaken(db, code, exceptId)))
      problems.push(stop('directory.code-taken', `${name}: ${code}`));
    codes.add(code);
  }
  for (const opened of steps.opens) {
    const parent = opened.parentId === null ? undefined : known.placed.get(opened.parentId);
    if (opened.parentId === null || parent === undefined) {
      if (opened.parentId !== null || scope.parentId !== null) problems.push(stop('directory.agency-unknown', opened.name));
      continue;
    }
    if (!parent.path.startsWith(scope.path)) problems.push(stop('directory.not-yours', parent.name));
    if (!existsOn(parent, day) || closing.has(parent.id)) problems.push(stop('directory.parent-not-there', opened.name));
    if (opened.level !== undefined && opened.level <= parent.level) problems.push(stop('directory.level-not-below', opened.name));
  }
}

/** Certificates that end or change, and organisations that need their first. */
async function wantedOf(
  db: Db,
  one: ReorganisationRecord,
  steps: Steps,
  posts: ReadonlyMap<string, PostRecord>,
  moves: readonly MovedPost[],
  known: KnownAgencies,
): Promise<{
  wanted: { item: WantedItem; agencyName: string; managing: Managing }[];
  fresh: (NextHolder & { form: '02' })[];
}> {
  const day = one.effectiveOn;
  const founded = `${one.groundsNumber} (${one.groundsDate})`;
  const renamed = steps.changes.map((change) => change.agencyId);
  const closing = steps.closes.map((close) => close.agencyId);
  const staying = renamed.length === 0 ? [] : await postsOfAgencies(db, renamed, day);
  const movedBy = new Map(moves.map((move) => [posts.get(move.positionId)!.personId, move]));
  const stayingBy = new Map(staying.map((post) => [post.personId, post]));
  const rows = await certificatesOf(db, {
    agencyIds: [...closing, ...renamed],
    personIds: [...new Set([...movedBy.keys(), ...stayingBy.keys()])],
    day,
  });
  const clerkOf = (ref: string) => {
    const goes = moves.find((move) => move.to?.agency === ref && posts.get(move.positionId)!.roles.includes('clerk'));
    const post =
      goes === undefined
        ? staying.find((held) => held.agencyId === ref && held.roles.includes('clerk'))
        : posts.get(goes.positionId)!;
    return post === undefined ? undefined : { personId: post.personId, title: goes?.to?.title ?? post.title };
  };
  const organisation = (ref: string): NextHolder & { form: '02' } => ({
    ...{ form: '02', agency: known.managing(ref)!, foundedBy: founded, keeper: clerkOf(ref) },
  });
  const wanted: { item: WantedItem; agencyName: string; managing: Managing }[] = [];
  for (const row of rows) {
    if (row.agencyId !== null) {
      const managing = known.managing(row.agencyId)!;
      const change = renamed.includes(row.agencyId);
      const next = change ? { next: organisation(row.agencyId) } : {};
      wanted.push({
        item: { row, holder: managing.name, cause: steps.cause, change, ...next },
        agencyName: known.nameBefore(row.agencyId),
        managing,
      });
      continue;
    }
    const move = movedBy.get(row.personId!);
    const post = move === undefined ? stayingBy.get(row.personId!)! : posts.get(move.positionId)!;
    const managing = known.managing(post.agencyId) ?? { code: '', name: post.agencyName, place: '' };
    const ref = move === undefined ? post.agencyId : move.to?.agency;
    const agency = ref === undefined ? undefined : known.managing(ref);
    const { title, unit } = move?.to ?? post;
    const next =
      agency === undefined
        ? {}
        : { next: { form: '01' as const, personId: row.personId!, title, unit: unit ?? agency.name, agency } };
    const cause = move?.cause ?? 'information-changed';
    wanted.push({
      item: { row, holder: post.fullName, cause, change: move === undefined, ...next },
      agencyName: post.agencyName,
      managing,
    });
  }
  const had = rows.some((row) => row.agencyId !== null && closing.includes(row.agencyId));
  const fresh = had || one.plan.kind === 'split' ? steps.opens.map((opened) => organisation(`new:${opened.key}`)) : [];
  return { wanted, fresh };
}

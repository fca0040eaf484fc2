import type { z } from 'zod';
import type { OpenedAgency, PostMove, ReorganisationPlan } from '@antin/protocol/office/reorganisation';
import type { Chosen } from './AgencyChoice.tsx';

export type Kind = ReorganisationPlan['kind'];

export interface Opened {
  readonly name: string;
  readonly shortName: string;
  readonly code: string;
  readonly levelName: string;
  readonly place: string;
  readonly notation: string;
}

export interface Draft {
  readonly name: string;
  readonly kind: Kind | undefined;
  readonly agencies: readonly Chosen[];
  readonly successors: readonly Chosen[];
  readonly intoNew: boolean;
  readonly opens: readonly Opened[];
  readonly keeps: boolean;
  readonly newName: string;
  readonly newCode: string;
  readonly moves: readonly z.input<typeof PostMove>[];
  readonly effectiveOn: string;
  readonly groundsNumber: string;
  readonly groundsDate: string;
}

export const emptyOpened: Opened = { name: '', shortName: '', code: '', levelName: '', place: '', notation: '' };

/** What is opened stands below the parent of the agency it comes from. */
export interface Origin {
  readonly parentId: string | null;
}

const opened = (given: Opened, index: number, origin: Origin): z.input<typeof OpenedAgency> => ({
  ...given,
  key: `moi-${index + 1}`,
  parentId: origin.parentId,
});

/** One may leave an agency that stays; an agency that ends is parted in two at least. */
export const fewest = (draft: Draft): number => (draft.kind === 'split' && !draft.keeps ? 2 : 1);

/** Controls that what is said still needs, by their id; none when `planOf` knows the plan. */
export function lacksOf(draft: Draft): readonly string[] {
  const { kind } = draft;
  if (kind === undefined) return ['kind-dissolve'];
  const opensSome = kind === 'split' || (kind === 'merge' && draft.intoNew);
  return [
    ...(draft.agencies.length === 0 ? ['reorg-agencies'] : []),
    ...((kind === 'dissolve' || (kind === 'merge' && !draft.intoNew)) && draft.successors.length === 0
      ? ['reorg-successors']
      : []),
    ...(opensSome
      ? draft.opens.flatMap((one, index) =>
          Object.entries(one).flatMap(([name, value]) => (value.trim() === '' ? [`opens-${index}-${name}`] : [])),
        )
      : []),
    ...(opensSome && draft.opens.length < fewest(draft) ? ['opens-add'] : []),
    ...(kind === 'rename' && draft.newName.trim() === '' ? ['reorg-new-name'] : []),
    ...(kind === 'change-posts' && draft.agencies.length > 0 && draft.moves.length === 0 ? ['reorg-moves'] : []),
  ];
}

/** The plan that a draft says, or undefined while something is missing. */
export function planOf(draft: Draft, origin: Origin | undefined): z.input<typeof ReorganisationPlan> | undefined {
  const [first] = draft.agencies;
  const full = draft.opens.every((one) => Object.values(one).every((value) => value.trim() !== ''));
  const successorIds = draft.successors.map((one) => one.id);
  switch (draft.kind) {
    case 'dissolve':
      return first === undefined || successorIds.length === 0
        ? undefined
        : { kind: 'dissolve', agencyId: first.id, successorIds };
    case 'merge': {
      const agencyIds = draft.agencies.map((one) => one.id);
      const [into] = draft.successors;
      const [one] = draft.opens;
      if (agencyIds.length === 0) return undefined;
      if (!draft.intoNew) return into === undefined ? undefined : { kind: 'merge', agencyIds, into: { agencyId: into.id } };
      if (one === undefined || !full || origin === undefined) return undefined;
      return { kind: 'merge', agencyIds, into: { opens: opened(one, 0, origin) } };
    }
    case 'split':
      if (first === undefined || draft.opens.length < fewest(draft) || !full || origin === undefined) return undefined;
      return {
        kind: 'split',
        agencyId: first.id,
        opens: draft.opens.map((one, index) => opened(one, index, origin)),
        keeps: draft.keeps,
      };
    case 'rename':
      if (first === undefined || draft.newName.trim() === '') return undefined;
      return {
        kind: 'rename',
        agencyId: first.id,
        name: draft.newName.trim(),
        ...(draft.newCode.trim() === '' ? {} : { code: draft.newCode.trim() }),
      };
    case 'change-posts':
      return draft.moves.length === 0 ? undefined : { kind: 'change-posts' };
    case undefined:
      return undefined;
  }
}

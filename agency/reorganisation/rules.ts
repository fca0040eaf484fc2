import type { z } from 'zod';
import type { RevocationCause } from '@antin/protocol/certificates/request';
import type { OpenedAgency, PostMove, ReorganisationPlan } from '@antin/protocol/office/reorganisation';

export type Move = z.infer<typeof PostMove>;
export type Opened = z.infer<typeof OpenedAgency>;

/** Every plan, said in the same words: what opens, what changes, what closes and who takes over, where posts go by themselves. */
export interface Steps {
  readonly opens: readonly Opened[];
  readonly changes: readonly {
    readonly agencyId: string;
    readonly set: { readonly name?: string; readonly shortName?: string; readonly code?: string; readonly notation?: string };
  }[];
  /** `to`: ids, or `new:key`; the first receives what is addressed to it. */
  readonly closes: readonly { readonly agencyId: string; readonly to: readonly string[] }[];
  /** Agencies that take over and stay what they are. */
  readonly receives: readonly string[];
  /** Why certificates of the closing or renamed bodies end. */
  readonly cause: RevocationCause;
}

export function stepsOf(plan: ReorganisationPlan): Steps {
  switch (plan.kind) {
    case 'dissolve':
      return {
        ...nothing('organisation-dissolved'),
        closes: [{ agencyId: plan.agencyId, to: plan.successorIds }],
        receives: plan.successorIds,
      };
    case 'merge': {
      const into = 'agencyId' in plan.into ? plan.into.agencyId : `new:${plan.into.opens.key}`;
      const closing = plan.agencyIds.filter((id) => id !== into);
      return {
        ...nothing('organisation-merged'),
        opens: 'opens' in plan.into ? [plan.into.opens] : [],
        closes: closing.map((agencyId) => ({ agencyId, to: [into] })),
        receives: 'agencyId' in plan.into ? [into] : [],
      };
    }
    case 'split':
      return {
        ...nothing('organisation-split'),
        opens: plan.opens,
        closes: plan.keeps ? [] : [{ agencyId: plan.agencyId, to: plan.opens.map((one) => `new:${one.key}`) }],
        receives: plan.keeps ? [plan.agencyId] : [],
      };
    case 'rename': {
      const { agencyId, name, shortName, code, notation } = plan;
      const set = { name, ...given({ shortName, code, notation }) };
      return { ...nothing('information-changed'), changes: [{ agencyId, set }] };
    }
    case 'change-posts':
      return nothing('post-changed');
  }
}

const nothing = (cause: RevocationCause): Steps => ({ opens: [], changes: [], closes: [], receives: [], cause });

function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

export interface HeldPost {
  readonly id: string;
  readonly agencyId: string;
  readonly title: string;
  readonly unit: string | null;
}

/** Where one post goes: another agency or title, or nowhere. */
export interface MovedPost {
  readonly positionId: string;
  readonly to: { readonly agency: string; readonly title: string; readonly unit: string | null } | null;
  readonly cause: Move['cause'];
}

/** What is said of a post goes before what would happen by itself: to the first successor, in the same title and unit. */
export function movesOf(steps: Steps, posts: readonly HeldPost[], moves: readonly Move[]): MovedPost[] {
  const said = new Map(moves.map((move) => [move.positionId, move]));
  const closing = new Map(steps.closes.map((close) => [close.agencyId, close.to[0]]));
  return posts.flatMap((post): MovedPost[] => {
    const move = said.get(post.id);
    if (move !== undefined) return [{ positionId: post.id, to: move.to ?? null, cause: move.cause }];
    const successor = closing.get(post.agencyId);
    if (successor === undefined) return [];
    return [{ positionId: post.id, to: { agency: successor, title: post.title, unit: post.unit }, cause: 'post-changed' }];
  });
}

export type State = 'draft' | 'checked' | 'scheduled' | 'effective' | 'cancelled';
export type Act = 'change' | 'check' | 'schedule' | 'cancel' | 'take-effect';

const TABLE: Readonly<Record<Act, Partial<Record<State, State>>>> = {
  change: { draft: 'draft', checked: 'draft' },
  check: { draft: 'checked', checked: 'checked' },
  schedule: { checked: 'scheduled' },
  cancel: { draft: 'cancelled', checked: 'cancelled', scheduled: 'cancelled' },
  'take-effect': { scheduled: 'effective' },
};

/** The state after an act; undefined where it may not be done. */
export function after(state: State, act: Act): State | undefined {
  return TABLE[act][state];
}

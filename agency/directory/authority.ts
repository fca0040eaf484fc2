import type { Capacity } from './types.ts';
import { existsOn } from './rules.ts';

/** Who may sign what, in which capacity, from when to when (Decree 30/2020 Art. 13). */
export interface SigningAuthority {
  readonly capacity: Capacity;
  readonly onBehalfOf: string | null;
  /** Null: documents of every type. */
  readonly typeCodes: readonly string[] | null;
  readonly delegatedBy: string | null;
  readonly validFrom: string;
  readonly validTo: string | null;
}

/** What a position signs as when nothing is written down about it: its own capacity, every type. */
export interface PlainAuthority {
  readonly capacity: Capacity;
  readonly onBehalfOf: string | null;
}

/**
 * The authority under which a position signs a document of that type on a day; undefined when it may not.
 *
 * A position without any written authority signs as its own capacity says. With one, only what is written counts: a deputy
 * whose authority has ended does not fall back to signing everything. The one that names the type goes before one for all.
 */
export function authorityFor(
  position: { readonly capacity: Capacity },
  authorities: readonly SigningAuthority[],
  document: { readonly typeCode: string; readonly day: string },
): PlainAuthority | undefined {
  if (authorities.length === 0) return { capacity: position.capacity, onBehalfOf: null };
  const open = authorities.filter(
    (one) => existsOn(one, document.day) && (one.typeCodes === null || one.typeCodes.includes(document.typeCode)),
  );
  return open.find((one) => one.typeCodes !== null) ?? open[0];
}

/**
 * What stands against writing an authority down: a stable code, or undefined.
 *
 * - TM. names the collective; KT., TL. and TUQ. are given by somebody.
 * - TUQ. is for a time, in writing, and is not handed on (Decree 30/2020 Art. 13 (3)).
 * - Nobody gives more than they have: types, days.
 *
 * @param giver what the delegating position may do itself; absent without delegation
 */
export function whyNotGive(
  asked: SigningAuthority,
  post: { readonly validFrom: string; readonly validTo: string | null },
  giver?: {
    readonly post: { readonly validFrom: string; readonly validTo: string | null; readonly capacity: Capacity };
    readonly authorities: readonly SigningAuthority[];
  },
): string | undefined {
  if (asked.validTo !== null && asked.validTo <= asked.validFrom) return 'directory.days-order';
  if (asked.validFrom < post.validFrom || endsAfter(asked.validTo, post.validTo)) return 'directory.authority-beyond-post';
  if (asked.capacity === 'TM.' && asked.onBehalfOf === null) return 'directory.authority-for-whom';
  if (asked.capacity === 'TUQ.' && asked.validTo === null) return 'directory.authority-without-end';
  if (asked.capacity === 'TUQ.' && giver === undefined) return 'directory.authority-without-giver';
  if (giver === undefined) return undefined;
  if (giver.authorities.some((one) => one.capacity === 'TUQ.' && existsOn(one, asked.validFrom)))
    return 'directory.authority-handed-on';
  if (asked.validFrom < giver.post.validFrom || endsAfter(asked.validTo, giver.post.validTo))
    return 'directory.authority-beyond-giver';
  if (giver.authorities.length === 0) return undefined;
  const own = giver.authorities.filter((one) => existsOn(one, asked.validFrom) && !endsAfter(asked.validTo, one.validTo));
  const covers = own.some(
    (one) =>
      one.typeCodes === null || (asked.typeCodes !== null && asked.typeCodes.every((code) => one.typeCodes!.includes(code))),
  );
  return covers ? undefined : 'directory.authority-beyond-giver';
}

function endsAfter(one: string | null, other: string | null): boolean {
  return other !== null && (one === null || one > other);
}

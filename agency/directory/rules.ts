import type { Role } from '@antin/protocol/office/session';

interface Dated {
  readonly validFrom: string;
  readonly validTo: string | null;
}

/** Days are compared as text: `yyyy-MM-dd` sorts as the calendar does. `validTo` is the first day on which it is no more. */
export function existsOn(dated: Dated, day: string): boolean {
  return dated.validFrom <= day && (dated.validTo === null || day < dated.validTo);
}

export function hasRole(position: { readonly roles: readonly Role[] }, ...roles: readonly Role[]): boolean {
  return roles.some((role) => position.roles.includes(role));
}

/**
 * Where a message to an agency goes on a day: the agency itself, or the first successor that exists, followed through
 * several reforms. Undefined when nobody took over.
 *
 * A circle in the data (two agencies naming each other) ends the walk instead of the server.
 */
export function receiverOf<A extends Dated & { readonly id: string; readonly successors: readonly { readonly id: string }[] }>(
  agencies: ReadonlyMap<string, A>,
  id: string,
  day: string,
): A | undefined {
  const seen = new Set<string>();
  const waiting = [id];
  while (waiting.length > 0) {
    const next = waiting.shift()!;
    if (seen.has(next)) continue;
    seen.add(next);
    const agency = agencies.get(next);
    if (agency === undefined) continue;
    if (existsOn(agency, day)) return agency;
    waiting.push(...agency.successors.map((successor) => successor.id));
  }
  return undefined;
}

/** The line above the name: `KT. GIÁM ĐỐC`. */
export function signingTitle(position: { readonly capacity: string; readonly title: string }): string {
  return position.capacity === '' ? position.title : `${position.capacity} ${position.title}`;
}

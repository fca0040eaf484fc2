import type { TrustAnchor } from '@antin/pki/path/validate';
import type { Finding } from '../validation/types.ts';
import { VIETNAM_POLICY } from '../validation/policy.ts';
import { anchorsOf } from './anchors.ts';
import { judgeTrustedList } from './judge.ts';
import type { KnownVersion, ListRefusal, TrustedListOptions } from './judge.ts';
import type { TrustedList } from './parse.ts';

export interface TrustFromLists {
  readonly anchors: readonly TrustAnchor[];
  readonly lists: readonly TrustedList[];
  readonly refused: readonly { readonly name: string; readonly code: ListRefusal; readonly message: string }[];
  readonly warnings: readonly Finding[];
  /** What must be remembered, so that no older list is believed later. */
  readonly known: ReadonlyMap<string, KnownVersion>;
}

/**
 * Anchors of several trusted lists. Of versions of one list the newest counts and the others are refused, in whatever order they
 * come. A list that is refused gives nothing; the others stand.
 *
 * @param files bytes by name; the name is for messages
 */
export function trustFromLists(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  options: TrustedListOptions,
): TrustFromLists {
  const known = new Map(options.known);
  const refused: { name: string; code: ListRefusal; message: string }[] = [];
  const accepted = files.flatMap(({ name, bytes }) => {
    const judged = judgeTrustedList(bytes, { ...options, known });
    if (judged.status === 'refused') {
      refused.push({ name, code: judged.code, message: judged.message });
      return [];
    }
    const { identity, sequenceNumber, issuedAt } = judged.list;
    known.set(identity, { sequenceNumber, issuedAt });
    return [{ name, list: judged.list }];
  });
  const newest = accepted.filter(({ name, list }) => {
    const last = known.get(list.identity) as KnownVersion;
    if (last.sequenceNumber === list.sequenceNumber && last.issuedAt === list.issuedAt) return true;
    const message = `number ${list.sequenceNumber}; number ${last.sequenceNumber} is at hand too`;
    refused.push({ name, code: 'trusted-list.rolled-back', message });
    return false;
  });
  const warnings: Finding[] = [];
  const anchors = newest.flatMap(({ name, list }) => {
    const ended = endOf(list);
    const over = ended < options.at;
    const { constraints } = options.policy ?? VIETNAM_POLICY;
    const level = constraints?.[EXPIRED] ?? 'fail';
    if (over && level !== 'ignore' && level !== 'inform') {
      const message = `${name}: the list ended at ${new Date(ended).toISOString()}`;
      warnings.push({ code: EXPIRED, clause: 'TS 119 612 5.3.15', message });
    }
    const { door } = options;
    return anchorsOf(list, over && level === 'fail' ? { door, until: ended } : { door });
  });
  return { anchors, lists: newest.map((one) => one.list), refused, warnings, known };
}

/** Key of the policy: `fail` ends the trust of a list with the list; `warn` goes on and says so. */
export const EXPIRED = 'trusted-list.expired';

/** A closed list says nothing about the time after it was closed. */
function endOf({ nextUpdate, issuedAt }: TrustedList): number {
  return nextUpdate ?? issuedAt;
}

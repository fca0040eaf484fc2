import { AuthorityFault } from '../fault.ts';

/** When an issuer's lists are built anew. */
export interface CrlSchedule {
  /** A list older than this is built anew, also when nobody was revoked: lists lapse otherwise. */
  readonly everyMs: number;
  /** From thisUpdate to nextUpdate. */
  readonly validMs: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
export const ISSUING_SCHEDULE: CrlSchedule = { everyMs: 6 * HOUR, validMs: 72 * HOUR };
export const ROOT_SCHEDULE: CrlSchedule = { everyMs: 30 * DAY, validMs: 180 * DAY };

/** A long full list beside shards waits this long after it was last built: its readers are few and each build is megabytes. */
const SETTLE_MS = 5 * MINUTE;
const LONG_LIST = 10_000;

/**
 * At least one build may fail completely before a list lapses.
 *
 * @throws {AuthorityFault} `crl.period-too-long` when the period is not below half of the validity
 */
export function checkSchedule({ everyMs, validMs }: CrlSchedule): void {
  if (!(everyMs >= MINUTE && everyMs * 2 < validMs)) {
    throw new AuthorityFault(
      'crl.period-too-long',
      `lists valid for ${validMs / HOUR} h must be built more often than every ${validMs / HOUR / 2} h, not every ${everyMs / HOUR} h`,
    );
  }
}

/** @param draw 0 … 1, drawn anew each time: a thousand shards of one ceremony must not come back in step */
export function nextBuild(builtAt: number, { everyMs }: CrlSchedule, draw: number): number {
  return Math.floor(builtAt + everyMs * (1 - 0.2 * draw));
}

/** The first moment at which a list may answer to a revocation. */
export function settledAt(list: {
  readonly full: boolean;
  readonly besideShards: boolean;
  readonly entries: number;
  readonly thisUpdate: number;
}): number {
  return list.full && list.besideShards && list.entries > LONG_LIST ? list.thisUpdate + SETTLE_MS : 0;
}

/** A list that has less than this left was missed more than once: somebody must look. */
export function alarmBelow({ everyMs, validMs }: CrlSchedule): number {
  return Math.max(validMs / 4, validMs - 2 * everyMs);
}

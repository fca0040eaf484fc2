import type { Counts } from '@antin/protocol/office/session';

/** Everything that waits for me: each count is of one kind of it. */
export const waitingFor = (counts: Counts): number => Object.values(counts).reduce((sum, n) => sum + n, 0);

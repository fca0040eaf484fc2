/** One figure of `npm run bench`, printed as one JSON line. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** Per second of processor time, see `measure`. */
  readonly unit: '1/s';
  /** What is physically possible, or a peer, measured in the same run. */
  readonly limit: number;
  /** value / limit: the number that is compared over time; absolute rates depend on the machine. */
  readonly ratio: number;
}

export interface Contest {
  readonly name: string;
  /** The work that is judged. */
  readonly work: () => void;
  /** The least that anybody would have to do. */
  readonly limit: () => void;
}

const ROUNDS = 15;
const TURN_MS = 100;
/** Until the compiler has seen what it needs: what is measured is a service that runs, not its first second. */
const WARM_MS = 2000;

/**
 * Runs work and limit in turns and gives the medians of their rates and of the ratios of neighbouring turns.
 *
 * Seconds are those of the processor that this process took, on all its threads, garbage collection included: all of it is
 * one synchronous thread, so on an idle machine they are those of the clock, and on a shared one a neighbour's load does not
 * decide which of the two looks slow.
 */
export function measure(contest: Contest): Figure {
  const works: number[] = [];
  const limits: number[] = [];
  const ratios: number[] = [];
  rate(contest.work, WARM_MS);
  rate(contest.limit, WARM_MS / 2);
  for (let round = 0; round < ROUNDS; round++) {
    const work = rate(contest.work, TURN_MS);
    const limit = rate(contest.limit, TURN_MS);
    works.push(work);
    limits.push(limit);
    ratios.push(work / limit);
  }
  return {
    name: contest.name,
    value: fourDigits(median(works)),
    unit: '1/s',
    limit: fourDigits(median(limits)),
    ratio: fourDigits(median(ratios)),
  };
}

/** How often the work was done per second of processor time, over about `milliseconds` of it. */
function rate(work: () => void, milliseconds: number): number {
  const before = process.cpuUsage();
  let done = 0;
  for (;;) {
    // Asking what time it took costs a microsecond, so not after every one.
    for (let i = 0; i < 8; i++) work();
    done += 8;
    const { user, system } = process.cpuUsage(before);
    if (user + system >= milliseconds * 1000) return (done * 1_000_000) / (user + system);
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

function fourDigits(value: number): number {
  return Number(value.toPrecision(4));
}

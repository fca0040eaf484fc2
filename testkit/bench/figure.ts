/** One figure of `npm run bench`, printed as one JSON line. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
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

const ROUNDS = 9;
const ROUND_MS = 250;

/**
 * Runs work and limit in turns and gives the medians of their rates, so that a neighbour's burst of load on a shared
 * machine hits both.
 */
export function measure(contest: Contest): Figure {
  const works: number[] = [];
  const limits: number[] = [];
  const ratios: number[] = [];
  rate(contest.work, ROUND_MS / 2);
  rate(contest.limit, ROUND_MS / 2);
  for (let round = 0; round < ROUNDS; round++) {
    const work = rate(contest.work, ROUND_MS);
    const limit = rate(contest.limit, ROUND_MS);
    works.push(work);
    limits.push(limit);
    ratios.push(work / limit);
  }
  return {
    name: contest.name,
    value: round3(median(works)),
    unit: '1/s',
    limit: round3(median(limits)),
    ratio: round3(median(ratios)),
  };
}

function rate(work: () => void, milliseconds: number): number {
  const begin = performance.now();
  let done = 0;
  let now = begin;
  do {
    work();
    done += 1;
    now = performance.now();
  } while (now - begin < milliseconds);
  return (done * 1000) / (now - begin);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

function round3(value: number): number {
  return Number(value.toPrecision(4));
}

/** One figure of `npm run bench`, printed as one JSON line. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** Per second of processor time, see `measure`; memory in millions of bytes. */
  readonly unit: '1/s' | 'MB';
  /** What is physically possible, or a peer, measured in the same run. */
  readonly limit: number;
  /** value / limit: the number that is compared over time; absolute rates depend on the machine. */
  readonly ratio: number;
  /** The ratio that is asked of the work, where one is. */
  readonly asked?: number;
}

export type Work = () => void | Promise<unknown>;

export interface Contest {
  readonly name: string;
  /** The work that is judged. */
  readonly work: Work;
  /** The least that anybody would have to do. */
  readonly limit: Work;
  readonly asked?: number;
  /** Longer than usual where more code has to become warm. */
  readonly warmMs?: number;
}

/** Its files are made only when it is measured. */
export interface Planned {
  readonly name: string;
  readonly make: () => Omit<Contest, 'name'> | Promise<Omit<Contest, 'name'>>;
}

const ROUNDS = 15;
const TURN_MS = 100;
/** Until the compiler has seen what it needs: what is measured is a service that runs, not its first second. */
const WARM_MS = 2000;

/**
 * Runs work and limit in turns and gives the medians of their rates and of the ratios of neighbouring turns.
 *
 * Seconds are those of the processor that this process took, on all its threads, garbage collection included: so on an idle
 * machine they are those of the clock, and on a shared one a neighbour's load does not decide which of the two looks slow.
 */
export async function measure({ name, work, limit, asked, warmMs = WARM_MS }: Contest): Promise<Figure> {
  const works: number[] = [];
  const limits: number[] = [];
  const ratios: number[] = [];
  await rate(work, warmMs);
  await rate(limit, WARM_MS / 2);
  for (let round = 0; round < ROUNDS; round++) {
    const done = await rate(work, TURN_MS);
    const least = await rate(limit, TURN_MS);
    works.push(done);
    limits.push(least);
    ratios.push(done / least);
  }
  return {
    name,
    value: fourDigits(median(works)),
    unit: '1/s',
    limit: fourDigits(median(limits)),
    ratio: fourDigits(median(ratios)),
    ...(asked === undefined ? {} : { asked }),
  };
}

/** How often the work was done per second of processor time, over about `milliseconds` of it. */
async function rate(work: Work, milliseconds: number): Promise<number> {
  const before = process.cpuUsage();
  let done = 0;
  for (let turns = 1; ;) {
    // Asking what time it took costs a microsecond, so not after every one of the quick.
    for (let i = 0; i < turns; i++) {
      const promise = work();
      if (promise !== undefined) await promise;
    }
    done += turns;
    const { user, system } = process.cpuUsage(before);
    if (user + system >= milliseconds * 1000) return (done * 1_000_000) / (user + system);
    if (turns < 8 && (user + system) / done < 2000) turns *= 2;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

function fourDigits(value: number): number {
  return Number(value.toPrecision(4));
}

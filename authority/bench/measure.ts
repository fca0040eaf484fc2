/** One line of the bench, in the shape of `testkit/bench/figure.ts`. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: '1/s' | 'MB' | 'ms';
  readonly limit?: number;
  readonly ratio?: number;
  readonly asked?: number;
}

// A reader that has seen enough (`| head`) ends the run.
process.stdout.on('error', () => process.exit());

export const print = (figure: Figure): void => void process.stdout.write(`${JSON.stringify(figure)}\n`);
export const fourDigits = (value: number): number => Number(value.toPrecision(4));

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

/** How often something was done per second of processor time. */
export type Rate = () => Promise<number>;

const ROUNDS = 11;

/** Measures work and limit in turns; the ratio is the median of those of neighbouring turns, so that a neighbour's load decides nothing. */
export async function contest(
  name: string,
  parts: { readonly work: Rate; readonly limit: Rate; readonly asked?: number },
): Promise<Figure> {
  const [works, limits, ratios]: [number[], number[], number[]] = [[], [], []];
  await parts.work();
  await parts.limit();
  for (let round = 0; round < ROUNDS; round++) {
    const done = await parts.work();
    const least = await parts.limit();
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
    ...(parts.asked === undefined ? {} : { asked: parts.asked }),
  };
}

/** Until the compiler has seen what it needs: what is measured is a service that runs, not its first second. */
const WARM_MS = 1500;
/** Asking what time it took costs a microsecond, so not after every one of the quick. */
const TURNS = 8;

/** The rate of work in this process, over about so many milliseconds of its processor time. */
export function here(work: () => unknown, milliseconds = 150): Rate {
  let warm = false;
  return async () => {
    if (!warm) await run(work, WARM_MS);
    warm = true;
    return run(work, milliseconds);
  };
}

async function run(work: () => unknown, milliseconds: number): Promise<number> {
  const before = process.cpuUsage();
  for (let done = 0, turns = 1; ;) {
    for (let i = 0; i < turns; i++) {
      const promise = work();
      if (promise instanceof Promise) await promise;
    }
    done += turns;
    const { user, system } = process.cpuUsage(before);
    if (user + system >= milliseconds * 1000) return (done * 1_000_000) / (user + system);
    if ((user + system) / done < 2000) turns = TURNS;
  }
}

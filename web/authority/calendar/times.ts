interface Dated {
  readonly name: string;
  readonly from: string;
}

/** `now` holds today, `ahead` will, `over` did: one name has one that holds. Rows come newest first. */
export function timesOf<Limit extends Dated>(
  limits: readonly Limit[],
  today: string,
): ReadonlyMap<Limit, 'now' | 'ahead' | 'over'> {
  const holding = new Set<string>();
  return new Map(
    limits.map((one) => {
      if (one.from > today) return [one, 'ahead'] as const;
      if (holding.has(one.name)) return [one, 'over'] as const;
      holding.add(one.name);
      return [one, 'now'] as const;
    }),
  );
}

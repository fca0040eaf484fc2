/** A limit of the policy was reached: the answer is INDETERMINATE and names it; never a pass, never a crash. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached';
  readonly limit: string;

  constructor(limit: string, value: number) {
    super(`limit "${limit}" (${value}) reached`);
    this.limit = limit;
  }
}

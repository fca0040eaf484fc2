import type { BothLanguages } from '@antin/protocol/basics';

/**
 * A rule said no, inside a transaction that must not be committed: thrown to leave it, answered as RFC 9457 problem.
 *
 * `code` is a key of `problems.ts`. Rules themselves return `Decision` values; only operations turn them into this.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  /** What exactly, for the reader: a file's name, a date. */
  readonly detail: BothLanguages | undefined;
  readonly fields: readonly { readonly path: string; readonly code: string }[] | undefined;

  constructor(
    code: string,
    extra: { detail?: BothLanguages; fields?: readonly { path: string; code: string }[]; cause?: unknown } = {},
  ) {
    super(code, { cause: extra.cause });
    this.code = code;
    this.detail = extra.detail;
    this.fields = extra.fields;
  }
}

/** What a pure rule answers: the value it decided, or the code of the reason why not. */
export type Decision<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: string };

export const allowed = <T>(value: T): Decision<T> => ({ ok: true, value });
export const refused = (code: string): { readonly ok: false; readonly code: string } => ({ ok: false, code });

/** The decided value, or leaves the operation with its reason. */
export function must<T>(decision: Decision<T>): T {
  if (!decision.ok) throw new Refusal(decision.code);
  return decision.value;
}

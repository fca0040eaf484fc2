/** The first rows are soon there; who wants more wants many. */
export const pageAfter = (after: string): { readonly limit: number; readonly after?: string } =>
  after === '' ? { limit: 50 } : { limit: 200, after };

interface Kept {
  readonly state: { readonly data?: { readonly pages: readonly unknown[] } | undefined };
}

/** A list is asked for again by itself while it is short: a thousand rows would be asked for page by page, under a reader's eyes. */
export const againWhileShort =
  (everyMs: number) =>
  (query: Kept): number | false =>
    (query.state.data?.pages.length ?? 1) > 1 ? false : everyMs;

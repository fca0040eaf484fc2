/**
 * A request that cannot be answered as asked. `code` is a row of the catalogue of problems; thrown by readers of
 * requests and turned into `application/problem+json` by the app.
 */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';
  readonly code: string;
  readonly fields: readonly { readonly path: string; readonly code: string }[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: string,
    extra: { fields?: readonly { path: string; code: string }[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(code, { cause: extra.cause });
    this.code = code;
    this.fields = extra.fields;
    this.headers = extra.headers ?? {};
  }
}

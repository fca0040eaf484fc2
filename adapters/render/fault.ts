/**
 * Pages could not be drawn. Codes: `render.too-large`, `render.timeout`, `render.memory`, `render.unreadable`,
 * `render.password`, `render.no-such-page`, `render.failed`.
 */
export class RenderFault extends Error {
  override readonly name = 'RenderFault';
  readonly code: RenderCode;

  constructor(code: RenderCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

export type RenderCode =
  | 'render.too-large'
  | 'render.timeout'
  | 'render.memory'
  | 'render.unreadable'
  | 'render.password'
  | 'render.no-such-page'
  | 'render.failed';

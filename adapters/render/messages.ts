import type { RenderCode } from './fault.ts';

/** What drawing somebody's file may cost. */
export interface RenderLimits {
  /** Size of the file. */
  readonly bytes: number;
  /** Pages looked at in one call. */
  readonly pages: number;
  /** Of one picture; larger pages are drawn smaller. */
  readonly pixels: number;
  /** The renderer's own memory, which holds the file too. */
  readonly megabytes: number;
  /** Of the wall, for everything together. */
  readonly milliseconds: number;
}

export const RENDER_LIMITS: RenderLimits = {
  bytes: 64 << 20,
  pages: 200,
  pixels: 4_000_000,
  megabytes: 512,
  milliseconds: 30_000,
};

/** `[x, y, width, height]` in points of the page's own coordinates, as in /Rect: the origin is at the bottom left. */
export type Box = readonly [x: number, y: number, width: number, height: number];

/** One page of two revisions side by side. */
export interface PageDifference {
  /** 1-based. */
  readonly page: number;
  readonly changed: boolean;
  /** Where it looks otherwise; empty when nothing does. */
  readonly boxes: readonly Box[];
  /** Of the page's pixels, between 0 and 1. */
  readonly share: number;
  /** The page stands in one of the two revisions only, or can be drawn in one only. */
  readonly only?: 'before' | 'after';
  /** PNG files, where they were asked for and the page looks otherwise. */
  readonly pictures?: Pictures;
}

export interface Pictures {
  readonly before?: Uint8Array;
  readonly after?: Uint8Array;
  /** The page as it is now, faded but for what changed, which is framed. */
  readonly marked: Uint8Array;
}

/** To the worker. */
export interface RenderJob {
  /** The whole file; what was signed is its beginning. */
  readonly file: Uint8Array;
  /** Ends of the revisions to draw: of two they are compared, one is drawn alone. */
  readonly ends: readonly number[];
  /** 1-based; undefined: all of them. */
  readonly pages: readonly number[] | undefined;
  readonly dotsPerPoint: number;
  readonly pictures: boolean;
  readonly password: string | undefined;
  readonly limits: RenderLimits;
}

/** From the worker; the first message says how many pages were asked for, the last one is `done` or `fault`. */
export type RenderReply =
  | { readonly asked: number }
  | { readonly page: PageDifference }
  | { readonly picture: Uint8Array }
  | { readonly done: true }
  | { readonly fault: RenderCode; readonly message: string };

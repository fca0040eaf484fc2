/** A rectangle in the space of its page, in points. */
export type Rect = readonly [left: number, bottom: number, right: number, top: number];

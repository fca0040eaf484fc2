/** What is printed: a tree of labels and values. */
export type Structure = {
  readonly [label: string]: string | number | boolean | null | Structure | readonly Structure[] | readonly string[];
};

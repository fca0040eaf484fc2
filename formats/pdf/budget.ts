/** Every limit of the PDF reader by name; exceeding one is a `FormatFault` `pdf.budget`, never a hang (see `openPdf`). */
export interface PdfBudget {
  /** Nesting of arrays and dictionaries. */
  readonly depth: number;
  /** Cross-reference sections in one file: revisions, hybrid parts and linearised parts together. */
  readonly sections: number;
  /** Cross-reference entries over all sections. */
  readonly entries: number;
  /** Tokens in one indirect object. */
  readonly tokens: number;
  /** Bytes out of one stream after all filters. */
  readonly decodedBytes: number;
  /** Bytes of all object streams together, since they stay in memory. */
  readonly objectStreamBytes: number;
  /** Filters on one stream. */
  readonly filters: number;
  /** Nodes of the page tree, leaves included. */
  readonly pageNodes: number;
  readonly pageDepth: number;
  /** References followed to reach one direct object, `/Length` included. */
  readonly references: number;
}

export const defaultPdfBudget: PdfBudget = {
  depth: 256,
  sections: 2_000,
  entries: 1_000_000,
  tokens: 4_000_000,
  decodedBytes: 128 * 1024 * 1024,
  objectStreamBytes: 256 * 1024 * 1024,
  filters: 8,
  pageNodes: 200_000,
  pageDepth: 64,
  references: 32,
};

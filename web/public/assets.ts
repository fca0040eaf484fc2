/** What one page loads, as absolute paths on the same origin. */
export interface PageAssets {
  readonly script: string;
  readonly styles: readonly string[];
  readonly preload: readonly string[];
}

export interface WebAssets {
  readonly office: PageAssets;
  /** The console of the issuing authority. */
  readonly authority: PageAssets;
  readonly verifier: PageAssets;
  readonly public: PageAssets;
}

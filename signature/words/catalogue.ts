/** Shapes of the words: what a language must be able to say, and what comes out. */
export type Language = 'vi' | 'en';

/** What a directory of agencies and authorities adds; without it nothing is said about being entitled. */
export interface DirectoryAnswer {
  /** Was authority of every signer checked for the time of signing, and found? */
  readonly authorityChecked: boolean;
  /** Position of the signer, agency, by signature id. */
  readonly signers?: Readonly<Record<string, { readonly position?: string; readonly agency?: string }>>;
  /** Is the document itself still in force, as far as its issuer says? */
  readonly inForce?: 'in-force' | 'replaced' | 'recalled';
  /** Number or title of what replaced it. */
  readonly replacedBy?: string;
}

export type Tone = 'good' | 'doubt' | 'bad' | 'neutral';

export interface Answer {
  readonly tone: Tone;
  readonly text: string;
}

/** The simple report: one sentence, four answers, and what to do next. */
export interface Sentence {
  readonly tone: Tone;
  readonly heading: string;
  /** What to do next; absent when nothing is to be done. */
  readonly next?: string;
  readonly answers: {
    readonly changed: Answer;
    readonly signed: Answer;
    readonly sealed: Answer;
    readonly inForce: Answer;
  };
}

/** One catalogue a language; keys are verdicts and deciding checks, never free text. */
export interface Catalogue {
  readonly valid: (who: Who) => string;
  /** Of a mail: its header is nobody's word. */
  readonly validMail: (who: Who) => string;
  readonly replaced: (by: string) => string;
  readonly recalled: () => string;
  readonly unsigned: () => string;
  readonly unsignedNext: () => string;
  /** Reason by deciding check; `{when}` and the like are arguments. */
  readonly invalid: (reason: string) => string;
  readonly indeterminate: (reason: string) => string;
  readonly reasons: Readonly<Record<string, (facts: ReasonFacts) => string>>;
  readonly next: Readonly<Record<string, string>>;
  readonly otherReason: (code: string) => string;
  readonly changed: {
    readonly no: () => string;
    readonly allowed: (list: readonly string[]) => string;
    /** Names of fields filled after the last signature. */
    readonly unsignedFill: (fields: readonly string[]) => string;
    /** Only these elements are signed; none named: something stands beside what is signed. */
    readonly partly: (parts: readonly string[]) => string;
    readonly yes: () => string;
    readonly broken: () => string;
    readonly unknown: () => string;
    readonly unsigned: () => string;
  };
  readonly changeNames: Readonly<Record<string, (field: string) => string>>;
  readonly signed: {
    readonly one: (name: string, when: string, proven: boolean) => string;
    readonly authorityKnown: () => string;
    readonly authorityUnknown: () => string;
    readonly none: () => string;
    readonly onlyClaimed: (names: readonly string[]) => string;
  };
  readonly sealed: {
    readonly one: (organisation: string, when: string, proven: boolean) => string;
    readonly none: () => string;
    readonly onlyClaimed: (names: readonly string[]) => string;
  };
  readonly inForce: {
    readonly yes: () => string;
    readonly replaced: (by: string) => string;
    readonly recalled: () => string;
    readonly unknown: () => string;
  };
  readonly and: (parts: readonly string[]) => string;
  readonly wholeDocument: () => string;
}

export interface Who {
  readonly persons: readonly string[];
  readonly seals: readonly string[];
  readonly authorityChecked: boolean;
  /** Fields filled after the last signature: no signature vouches for their values. */
  readonly unsignedFields: readonly string[];
  /** Where no signature covers the whole file: the elements that are signed. Nothing is said about the rest. */
  readonly parts: readonly string[];
  /** Where the signatures are not over the same: who signed what. */
  readonly apart: readonly { readonly who: string; readonly parts: readonly string[] }[];
}

export interface ReasonFacts {
  /** `dd/MM/yyyy HH:mm`, Vietnam time, of the moment the check is about; empty without one. */
  readonly when: string;
  readonly signer: string;
  readonly issuer: string;
  readonly detail: string;
}

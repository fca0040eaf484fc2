import type { Role } from '@antin/protocol/office/session';

/** `yyyy-MM-dd` in Asia/Ho_Chi_Minh. */
export type Day = string;

/** The prefix before a signer's title (Decree 30 Appendix I): for the collective, acting, for the head, by order, by sub-authorisation. */
export type Capacity = '' | 'TM.' | 'Q.' | 'KT.' | 'TL.' | 'TUQ.';

/** One number series of an agency in a year; numbers start after `lastNumber` (0 when left out). */
export interface SeriesSeed {
  readonly key: string;
  readonly name: string;
  /** Codes of `documents/kinds.ts` numbered here (công văn is `CV`); `all` takes what no other series of the year names. */
  readonly typeCodes: readonly string[] | 'all';
  readonly lastNumber?: number;
}

/** Books of one year. A later year opens by itself with the same books and series when its first number is asked for. */
export interface BooksSeed {
  readonly year: number;
  readonly outgoing: string;
  readonly incoming: string;
  readonly series: readonly SeriesSeed[];
  /** First day on which nothing more is entered: the agency closed in mid-year. */
  readonly closedOn?: Day;
  readonly lastIncomingNumber?: number;
}

export interface AgencySeed {
  /** Name of the agency inside this seed. */
  readonly key: string;
  readonly code: string;
  readonly codeAliases?: readonly { readonly code: string; readonly validFrom: Day; readonly validTo?: Day }[];
  readonly name: string;
  readonly shortName: string;
  /** 1 is the top; how many levels there are is the seed's business. */
  readonly level: number;
  readonly levelName: string;
  /** Key of the parent; absent at the top. */
  readonly parent?: string;
  readonly validFrom: Day;
  /** First day on which it exists no more. */
  readonly validTo?: Day;
  /** Keys of the agencies that took over; the first receives what is addressed to a closed one. */
  readonly successors?: readonly string[];
  /** Place before the date: `Nam Hà` in `Nam Hà, ngày … tháng … năm …`. */
  readonly place: string;
  /** Default notation proposed to drafters: `UBND`, `STC-NS`. */
  readonly notation: string;
  /** PNG of the seal in the file store. */
  readonly sealImageSha256?: string;
  readonly books: readonly BooksSeed[];
}

export interface PositionSeed {
  /** Unique in the seed. */
  readonly key: string;
  readonly agency: string;
  readonly title: string;
  readonly unit?: string;
  readonly capacity?: Capacity;
  readonly roles: readonly Role[];
  readonly validFrom: Day;
  readonly validTo?: Day;
  /** What the post may sign, written down; without any it signs as its capacity says. */
  readonly authorities?: readonly AuthoritySeed[];
}

export interface AuthoritySeed {
  readonly capacity: Capacity;
  readonly onBehalfOf?: string;
  /** Absent: documents of every type. */
  readonly typeCodes?: readonly string[];
  readonly scope?: string;
  /** Key of the position that gives it. */
  readonly delegatedBy?: string;
  readonly grounds: { readonly number: string; readonly date: Day };
  readonly validFrom: Day;
  readonly validTo?: Day;
}

export interface PersonSeed {
  readonly signInName: string;
  readonly fullName: string;
  readonly mail?: string;
  readonly phone?: string;
  /** Kept only when the loader is given how to seal it. */
  readonly citizenNumber?: string;
  /** argon2 hash made by the caller; absent: this person cannot sign in (left the office). */
  readonly passwordHash?: string;
  /** PNG of the handwritten signature in the file store. */
  readonly signatureImageSha256?: string;
  readonly positions: readonly PositionSeed[];
}

/** A document issued before this installation began: visible in the register of its (perhaps closed) agency. */
export interface PastDocumentSeed {
  readonly agency: string;
  readonly typeCode: string;
  readonly subject: string;
  readonly notation: string;
  readonly number: number;
  readonly series: string;
  readonly date: Day;
  readonly drafterPosition: string;
  readonly signerPosition: string;
  readonly addressees: readonly string[];
  readonly files: readonly {
    readonly role: 'main' | 'annex';
    readonly name: string;
    readonly mediaType: string;
    readonly sha256: string;
    readonly size: number;
  }[];
}

export interface DirectorySeed {
  readonly agencies: readonly AgencySeed[];
  readonly people: readonly PersonSeed[];
}

/** Ids given to the keys of a seed. */
export interface LoadedDirectory {
  readonly agencies: ReadonlyMap<string, string>;
  /** By sign-in name. */
  readonly people: ReadonlyMap<string, string>;
  readonly positions: ReadonlyMap<string, string>;
}

/** An official certificate put into the directory: whose it is follows from issuer and serial here, never from DN text. */
export interface CertificateBinding {
  readonly der: Uint8Array;
  readonly owner: { readonly personId: string } | { readonly agencyId: string };
}

import type { AgencySeed, PersonSeed } from '@antin/agency/directory/types';
import type { Letter } from './letter/layout.ts';

/** What a demo tells about an agency beyond the directory's own fields. */
export interface DemoAgency extends Omit<AgencySeed, 'books' | 'sealImageSha256'> {
  /** Words of the seal: upper arc and centre lines. */
  readonly seal: { readonly upper: string; readonly centre: readonly string[]; readonly diameterMm?: number };
  /** Last numbers given before the demo begins, so that it does not look like the first day of the year. */
  readonly lastNumber: number;
  readonly lastIncomingNumber: number;
}

export interface DemoPerson extends Omit<PersonSeed, 'passwordHash' | 'signatureImageSha256'> {
  readonly email: string;
}

/** A document issued by an agency before its end, with keys that died with it. */
export interface DemoPastDocument {
  readonly agency: string;
  readonly drafterPosition: string;
  readonly signerPosition: string;
  readonly addressees: readonly string[];
  readonly number: number;
  readonly date: string;
  readonly letter: Letter;
  readonly typeCode: string;
}

/** A draft that waits on the first day, so that every role has something to do. */
export interface DemoDraft {
  readonly drafterPosition: string;
  readonly signerPosition: string;
  readonly addressees: readonly string[];
  readonly typeCode: string;
  readonly letter: Letter;
  /** How far it has come: only drafted, or already with the leader. */
  readonly stage: 'draft' | 'awaiting-signature';
}

export interface Demo {
  readonly name: string;
  readonly agencies: readonly DemoAgency[];
  readonly people: readonly DemoPerson[];
  readonly past: readonly DemoPastDocument[];
  readonly drafts: readonly DemoDraft[];
}

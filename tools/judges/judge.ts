import type { Certificate } from '@antin/pki/x509/certificate';
import type { Detached, Level, ShapeName } from './making/make.ts';
import type { Kind } from './making/people.ts';

/** One file that is shown to the judges. */
export interface Asked {
  readonly name: string;
  readonly shape: ShapeName;
  readonly kind: Kind;
  readonly level: Level;
  readonly bytes: Uint8Array;
  readonly detached?: Detached;
  readonly signer: Certificate;
}

export interface Answer {
  readonly accepted: boolean;
  /** In the judge's own words: why not, or what it did not look at. */
  readonly why: string;
}

/** Somebody else's engine, or ours. */
export interface Judge {
  readonly name: string;
  /** Undefined where it is not installed or could not be fetched: nobody is asked then, and a line has said so. */
  readonly version: string | undefined;
  /** What it looks at, for the reader of the matrix. */
  readonly looksAt: string;
  /** Whether this kind of file is anything for it at all; the rest is unjudged. */
  takes(shape: ShapeName, level: Level): boolean;
  /** One answer a file, in order. */
  ask(files: readonly Asked[]): Promise<readonly Answer[]>;
}

export const yes = (why = ''): Answer => ({ accepted: true, why });
export const no = (why: string): Answer => ({ accepted: false, why: why.replaceAll(/\s+/g, ' ').trim().slice(0, 400) });

import type { ByteSource } from '@antin/formats/bytes/source';
import type { PdfDecryption } from '@antin/formats/pdf/encryption';
import type { DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import type { Certificate } from '@antin/pki/x509/certificate';
import type { TimeStampSource } from '@antin/signature/making/time-stamp-source';
import type { AnchoredAppearance } from '@antin/signature/pades/anchor';
import type { PlacedAppearance } from '@antin/signature/pades/appearance';
import type { Certification } from '@antin/signature/pades/certification';
import type { FieldLock } from '@antin/signature/pades/permissions';
import type { Choice } from './choice.ts';
import type { InputFile } from './input-files.ts';

/** One signature to be made over its files. */
export interface Document {
  readonly files: readonly InputFile[];
  /** The data of a detached signature that gets one more. */
  readonly detached: readonly InputFile[];
  readonly choice: Choice;
}

/** What is the same for all documents of a run. */
export interface Making {
  readonly certificate: Certificate;
  readonly chain: readonly Uint8Array[];
  readonly algorithm: SignatureAlgorithm;
  /** Of the data objects; undefined: that of the signature. */
  readonly digest: DigestAlgorithm | undefined;
  /** Milliseconds since 1970. */
  readonly signingTime: number;
  /** A time-stamp over the value will follow. */
  readonly stamped: boolean;
  readonly pdf: {
    readonly fieldName?: string;
    readonly reason?: string;
    readonly location?: string;
    readonly appearance?: PlacedAppearance | AnchoredAppearance;
    readonly certify?: Certification;
    readonly lock?: FieldLock;
    /** For a file that is encrypted. */
    readonly decryption?: PdfDecryption | undefined;
  };
}

/** A document that waits for its value. Holds no content: the files are given again. */
export interface Prepared {
  /** What the key signs. */
  readonly data: Uint8Array;
  /** What is worth saying about it. */
  readonly detail?: string;
  /** Full name of the signature field in a PDF. */
  readonly field?: string;
  /** @param timeStamp for B-T @returns the signed file, content read in place */
  finish(document: Document, value: Uint8Array, timeStamp: TimeStampSource | undefined): Promise<ByteSource>;
}

export type Prepare = (document: Document, making: Making) => Prepared;

/** The only file. */
export function onlyFile({ files }: Pick<Document, 'files'>): InputFile {
  const [file] = files;
  if (file === undefined) throw new TypeError('a document without file');
  return file;
}

export function wholeOf({ source }: Pick<InputFile, 'source'>): Uint8Array {
  return source.read(0, source.size);
}

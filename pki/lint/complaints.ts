import { FormatFault } from '@antin/formats/fault';
import { PkiFault } from '../fault.ts';

/** Something that could not be read: where, and what the reader said. A finding, not an exception. */
export interface SyntaxComplaint {
  /** `tbsCertificate.subject`, `extension 2.5.29.15`, … */
  readonly place: string;
  readonly code: string;
  readonly message: string;
}

/** Reads parts one by one, so that a damaged one does not hide the others. */
export class Attempts {
  readonly complaints: SyntaxComplaint[] = [];

  read<T>(place: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof FormatFault || error instanceof PkiFault)) throw error;
      this.complaints.push({ place, code: error.code, message: error.message });
      return undefined;
    }
  }

  complain(place: string, code: string, message: string): void {
    this.complaints.push({ place, code, message });
  }
}

/** Text of a hostile file inside a message: quoted, one line, not endless. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}

import { fromBase64, toBase64 } from '@antin/formats/bytes/text-encodings';
import { PkiFault } from '../fault.ts';
import { HASH_LENGTH } from './hash.ts';

/** What is said about a log at one moment: whose it is, how many entries it has and the head over them. */
export interface Checkpoint {
  /** Name of the log, unique: a host name with path, printable ASCII without spaces and plus signs. */
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/**
 * The signed text of a head: origin, size in decimal, head in base64, one a line.
 *
 * The form is that of C2SP tlog-checkpoint, so that witnesses of other logs can read it; ours is signed as CMS beside it.
 */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** @throws {PkiFault} `log.checkpoint-damaged` */
export function parseCheckpoint(text: string): Checkpoint {
  const match = /^([!-*,-~]{1,200})\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n$/.exec(text);
  const root = match === null ? undefined : fromBase64(match[3] as string);
  const size = Number(match?.[2]);
  if (match === null || root?.length !== HASH_LENGTH || !Number.isSafeInteger(size)) {
    throw new PkiFault('log.checkpoint-damaged', 'a checkpoint has three lines: origin, size, head in base64');
  }
  return { origin: match[1] as string, size, root };
}

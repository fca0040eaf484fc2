import type { ByteSource } from '@antin/formats/bytes/source';
import { SignatureFault } from '@antin/signature/fault';
import { extendPades } from '@antin/signature/pades/extend';
import type { SigningDoors } from './doors.ts';
import type { IssueLevel } from './issue-level.ts';
import { timeStampOver } from './time-stamping.ts';

/** So often the issuers are asked for revocation data, with the back-off of the queue in between: half a minute. */
const EVIDENCE_TRIES = 5;

/** The issuers do not answer now: the act waits and is tried again. */
export class EvidenceAway extends Error {
  override readonly name = 'EvidenceAway';
}

export interface Raised {
  /** Bytes to append. */
  readonly appended: Uint8Array;
  readonly level: IssueLevel;
  /** Why the level of the installation was not reached. */
  readonly missed?: string;
}

/**
 * Raises the named signatures of a file to the installation's level. One without a time-stamp of its own gets a document
 * time-stamp here, whatever the level.
 *
 * Evidence that cannot be had does not hold a document for ever: it then leaves with level B-T, which the journal says, and
 * can be raised by anybody at any time. A missing time-stamp does hold it, because nobody can add it later with this time.
 *
 * @param tries how often this act was begun
 * @throws {EvidenceAway} worth another try; {SignatureFault} of `extendPades`; what the authority throws
 */
export async function raised(doors: SigningDoors, source: ByteSource, fields: readonly string[], tries: number): Promise<Raised> {
  const extend = (level: IssueLevel): Promise<Uint8Array> =>
    extendPades(source, {
      ...{ door: doors.crypto, inflate: doors.inflate, anchors: doors.anchors(), evidenceFor: doors.evidenceFor, level, fields },
      ...(doors.deflate === undefined ? {} : { deflate: doors.deflate }),
      at: doors.clock().getTime(),
      timeStamp: ({ hash }) => timeStampOver(doors, hash),
    });
  const level = doors.issueLevel();
  if (level === 'B-T') return { appended: await extend(level), level };
  try {
    return { appended: await extend(level), level };
  } catch (fault) {
    const code = fault instanceof SignatureFault ? fault.code : '';
    if (code !== 'extend.evidence-missing' && code !== 'extend.no-chain') throw fault;
    // A chain that nobody here trusts will not be trusted in half a minute either.
    if (code === 'extend.evidence-missing' && tries < EVIDENCE_TRIES) {
      throw new EvidenceAway('revocation data cannot be had now', { cause: fault });
    }
    return { appended: await extend('B-T'), level: 'B-T', missed: code };
  }
}

import { fromLatin1 } from '@antin/formats/bytes/bytes';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readTime } from '@antin/formats/der/values';
import { FormatFault } from '@antin/formats/fault';

export interface TimeFacts {
  readonly form: 'utc' | 'generalized';
  readonly text: string;
  /** Milliseconds since 1970; undefined when the text is not in the one form PKIX allows. */
  readonly at: number | undefined;
}

/** @throws {FormatFault} `der.time` when it is neither UTCTime nor GeneralizedTime */
export function readTimeFacts(node: DerNode): TimeFacts {
  if (node.tag !== TAG.UTC_TIME && node.tag !== TAG.GENERALIZED_TIME) {
    throw new FormatFault('der.time', 'expected UTCTime or GeneralizedTime', node.start);
  }
  const form = node.tag === TAG.UTC_TIME ? 'utc' : 'generalized';
  return { form, text: fromLatin1(node.content), at: momentOf(node) };
}

function momentOf(node: DerNode): number | undefined {
  try {
    return readTime(node);
  } catch (error) {
    if (error instanceof FormatFault) return undefined;
    throw error;
  }
}

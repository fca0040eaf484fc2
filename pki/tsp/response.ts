import { decodeDer } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readNamedBits, readSmallInteger, readText } from '@antin/formats/der/values';
import { integer, namedBits, sequence, utf8String } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';

/** `PKIFailureInfo` of RFC 3161 §2.4.2 by bit position. */
const FAILURES = [
  ['badAlg', 0],
  ['badRequest', 2],
  ['badDataFormat', 5],
  ['timeNotAvailable', 14],
  ['unacceptedPolicy', 15],
  ['unacceptedExtension', 16],
  ['addInfoNotAvailable', 17],
  ['systemFailure', 25],
] as const;
export type FailureInfo = (typeof FAILURES)[number][0];

/** PKIStatus: 0 granted, 1 granted with modifications, 2 rejection, 3 waiting, 4 and 5 revocation notices. */
export interface TimeStampResponse {
  readonly status: number;
  readonly statusText?: string;
  readonly failInfo?: readonly FailureInfo[];
  /** The ContentInfo, verbatim; present exactly when granted. */
  readonly token?: Uint8Array;
}

/**
 * `TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken OPTIONAL }`
 *
 * @throws {FormatFault} `tsp.response` also when status and token contradict each other, `der.*`
 */
export function parseTimeStampResponse(der: Uint8Array): TimeStampResponse {
  const root = decodeDer(der);
  const [info, token, ...more] = root.expect(TAG.SEQUENCE, 'TimeStampResp').children();
  if (info === undefined || more.length > 0)
    throw new FormatFault('tsp.response', 'TimeStampResp has one or two members', root.start);
  const [code, ...rest] = info.expect(TAG.SEQUENCE, 'PKIStatusInfo').children();
  if (code === undefined) throw new FormatFault('tsp.response', 'PKIStatusInfo without status', info.start);
  const status = readSmallInteger(code);
  const texts = rest[0]?.tag === TAG.SEQUENCE ? rest.shift() : undefined;
  const bits = rest[0]?.tag === TAG.BIT_STRING ? rest.shift() : undefined;
  if (rest[0] !== undefined) throw new FormatFault('tsp.response', 'unexpected member of PKIStatusInfo', rest[0].start);
  const granted = status === 0 || status === 1;
  if (granted !== (token !== undefined)) {
    throw new FormatFault('tsp.response', `status ${status} ${granted ? 'without' : 'with'} a token`, root.start);
  }
  return {
    status,
    ...(texts === undefined ? {} : { statusText: texts.children().map(readText).join('; ') }),
    ...(bits === undefined ? {} : { failInfo: failures(readNamedBits(bits)) }),
    ...(token === undefined ? {} : { token: token.expect(TAG.SEQUENCE, 'TimeStampToken').raw }),
  };
}

function failures(bits: ReadonlySet<number>): FailureInfo[] {
  return FAILURES.filter(([, position]) => bits.has(position)).map(([name]) => name);
}

/** A granted answer has a token, a refusal its reason; the two never mix. */
export function buildTimeStampResponse(
  answer:
    | { readonly status: 0 | 1; readonly token: Uint8Array }
    | { readonly status: 2 | 3; readonly statusText?: string; readonly failInfo?: FailureInfo },
): Uint8Array {
  if ('token' in answer) return sequence(sequence(integer(answer.status)), answer.token);
  const text = answer.statusText === undefined ? [] : [sequence(utf8String(answer.statusText))];
  const position = FAILURES.find(([name]) => name === answer.failInfo)?.[1];
  return sequence(sequence(integer(answer.status), ...text, ...(position === undefined ? [] : [namedBits(position)])));
}

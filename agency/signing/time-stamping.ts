import { equalBytes } from '@antin/formats/bytes/bytes';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import type { SigningDoors } from './doors.ts';

/** A person waits in front of the page: after this the signature goes on without its time-stamp, and a job gets one. */
const PATIENCE_MS = 20_000;
/** After a failure nobody of the next signatures waits again for the same authority; the jobs keep asking. */
const AWAY_MS = 30_000;

type TimeStamp = SigningDoors['timeStamp'];

/** A time-stamp over exactly this imprint. @throws what the authority throws, or an error when the token is about something else */
export async function timeStampOver(doors: { readonly timeStamp: TimeStamp }, imprint: Uint8Array): Promise<Uint8Array> {
  const token = await doors.timeStamp(imprint);
  const { info } = parseTimeStampToken(token);
  if (!equalBytes(info.messageImprint.hash, imprint)) throw new Error('the token is about something else');
  return token;
}

/** Ms since 1970. */
export function genTimeOf(token: Uint8Array): number {
  return parseTimeStampToken(token).info.genTime;
}

/**
 * The authority with a memory of whether it answered last time. The memory is this process's own: it only saves people
 * from waiting, so losing it costs nothing.
 */
export function watchedAuthority(
  ask: TimeStamp,
  now: () => number = () => performance.now(),
): { readonly timeStamp: TimeStamp; readonly away: () => boolean; readonly noteSilence: () => void } {
  let awayUntil = -Infinity;
  const noteSilence = () => void (awayUntil = now() + AWAY_MS);
  return {
    async timeStamp(imprint) {
      try {
        const token = await ask(imprint);
        awayUntil = -Infinity;
        return token;
      } catch (fault) {
        noteSilence();
        throw fault;
      }
    },
    away: () => now() < awayUntil,
    noteSilence,
  };
}

/** Asks for a time-stamp as long as a person may be kept waiting; undefined when none came. */
export async function patientTimeStamp(
  doors: Pick<SigningDoors, 'timeStamp' | 'authority' | 'patienceMs'>,
  imprint: Uint8Array,
): Promise<Uint8Array | undefined> {
  if (doors.authority?.away() === true) return undefined;
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      doors.authority?.noteSilence();
      resolve(undefined);
    }, doors.patienceMs ?? PATIENCE_MS);
  });
  // An answer that comes later is dropped: embedded /Contents is never rewritten, the job asks for a document time-stamp.
  const token = await Promise.race([timeStampOver(doors, imprint).catch(() => undefined), enough]);
  clearTimeout(timer);
  return token;
}

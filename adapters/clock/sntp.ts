import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { ClockFault } from './fault.ts';

/** A time server; port 123 when left out. */
export interface TimeServer {
  readonly host: string;
  readonly port?: number;
}

/** What one answer says of our clock. */
export interface TimeSample {
  /** Server minus us, in milliseconds: positive when our clock is behind. */
  readonly offsetMs: number;
  /** There and back without the server's own time; the offset is uncertain by half of it and by `dispersionMs`. */
  readonly delayMs: number;
  /** How far the server itself may be from the true time by its own word (root delay / 2 + root dispersion). */
  readonly dispersionMs: number;
  readonly stratum: number;
}

/** Seconds between 1900 (NTP era 0) and 1970. */
const NTP_EPOCH = 2_208_988_800;
const PACKET = 48;

/**
 * Asks one server once (SNTP, RFC 4330; packet of RFC 5905 §7.3).
 *
 * The transmit time that we send is 64 random bits and comes back as originate time: whoever cannot read our packet cannot
 * make an answer up (RFC 9769's reason, without its keys). Answers from elsewhere, or to something else, are not looked at.
 *
 * @param now our clock, milliseconds since 1970
 * @throws {ClockFault} `clock.*`
 */
export function askTime(
  server: TimeServer,
  options: { readonly now: () => number; readonly timeoutMs: number },
): Promise<TimeSample> {
  const { now, timeoutMs } = options;
  const socket = createSocket(isIP(server.host) === 6 ? 'udp6' : 'udp4');
  const cookie = randomBytes(8);
  const question = new Uint8Array(PACKET);
  question[0] = (4 << 3) | 3; // version 4, client
  question.set(cookie, 40);
  return new Promise<TimeSample>((resolve, reject) => {
    const timer = setTimeout(() => reject(new ClockFault('clock.no-answer', `${server.host} did not answer`)), timeoutMs);
    const away = (cause: unknown) => reject(new ClockFault('clock.no-answer', `${server.host} cannot be reached`, { cause }));
    socket.on('error', away);
    // Connected: the system drops what comes from another address.
    socket.connect(server.port ?? 123, server.host, (fault?: unknown) => {
      if (fault) return away(fault);
      let sentAt = now();
      let sentMono = performance.now();
      socket.on('message', (answer) => {
        const elapsed = performance.now() - sentMono;
        if (answer.length < PACKET || !answer.subarray(24, 32).equals(cookie)) return;
        clearTimeout(timer);
        try {
          resolve(readAnswer(answer, sentAt, elapsed));
        } catch (fault) {
          reject(fault);
        }
      });
      sentAt = now();
      sentMono = performance.now();
      socket.send(question, (fault) => fault !== null && away(fault));
    });
  }).finally(() => socket.close());
}

/** @param elapsedMs by the monotonic clock: ours may be stepped while we wait */
function readAnswer(answer: Buffer, sentAt: number, elapsedMs: number): TimeSample {
  const leap = (answer[0] as number) >> 6;
  const mode = (answer[0] as number) & 7;
  const stratum = answer[1] as number;
  if (mode !== 4) throw new ClockFault('clock.bad-answer', `mode ${mode} where a server's answer was expected`);
  if (stratum === 0) throw new ClockFault('clock.kiss-of-death', `the server says ${answer.toString('latin1', 12, 16)}`);
  if (leap === 3 || stratum > 15) throw new ClockFault('clock.not-synchronised', 'the server does not know the time itself');
  const received = timestamp(answer, 32, sentAt);
  const sent = timestamp(answer, 40, sentAt);
  const atServer = sent - received;
  if (atServer < 0 || atServer > elapsedMs + 1)
    throw new ClockFault('clock.bad-answer', 'the server answered before it was asked');
  return {
    // RFC 5905 §8: θ = ((T2 − T1) + (T3 − T4)) / 2, δ = (T4 − T1) − (T3 − T2)
    offsetMs: (received - sentAt + (sent - (sentAt + elapsedMs))) / 2,
    delayMs: Math.max(0, elapsedMs - atServer),
    dispersionMs: (answer.readUInt32BE(4) / 65_536 / 2 + answer.readUInt32BE(8) / 65_536) * 1000,
    stratum,
  };
}

/** 32 bits of seconds and 32 of fractions; of all eras the one nearest to our own clock (RFC 5905 §6: 2036). */
function timestamp(packet: Buffer, at: number, near: number): number {
  const seconds = packet.readUInt32BE(at);
  const fraction = packet.readUInt32BE(at + 4);
  if (seconds === 0 && fraction === 0) throw new ClockFault('clock.bad-answer', 'the server left a time empty');
  const era = Math.round((near / 1000 + NTP_EPOCH - seconds) / 2 ** 32);
  return (seconds + era * 2 ** 32 - NTP_EPOCH + fraction / 2 ** 32) * 1000;
}

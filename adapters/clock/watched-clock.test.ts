import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { judgeClock } from './quorum.ts';
import { askTime } from './sntp.ts';
import type { TimeServer } from './sntp.ts';
import { localClock, timeServersFrom, watchedClock } from './watched-clock.ts';

const NTP_EPOCH = 2_208_988_800;
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

/** Where an answer differs from an honest one. */
interface Lie {
  offsetMs?: number;
  stratum?: number;
  leap?: number;
  mode?: number;
  silent?: boolean;
  cookie?: boolean;
  short?: boolean;
  empty?: boolean;
  dispersionMs?: number;
}

/** A time server on a loopback port, right by this computer's clock unless told to lie. */
async function server(lie: Lie = {}): Promise<TimeServer> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.on('message', (question, peer) => {
    if (lie.silent === true) return;
    const answer = Buffer.alloc(lie.short === true ? 40 : 48);
    answer[0] = ((lie.leap ?? 0) << 6) | (4 << 3) | (lie.mode ?? 4);
    answer[1] = lie.stratum ?? 2;
    answer.writeUInt32BE(Math.round(((lie.dispersionMs ?? 1) / 1000) * 65_536), 8);
    if (lie.stratum === 0) answer.write('RATE', 12, 'latin1');
    if (lie.cookie !== false) question.copy(answer, 24, 40, 48);
    if (lie.empty !== true && lie.short !== true) for (const at of [32, 40]) stamp(answer, at, Date.now() + (lie.offsetMs ?? 0));
    socket.send(answer, peer.port, peer.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { host: '127.0.0.1', port: (socket.address() as AddressInfo).port };
}

function stamp(packet: Buffer, at: number, milliseconds: number): void {
  const seconds = milliseconds / 1000 + NTP_EPOCH;
  packet.writeUInt32BE(Math.floor(seconds) % 2 ** 32, at);
  packet.writeUInt32BE(Math.floor((seconds % 1) * 2 ** 32), at + 4);
}

const options = { now: Date.now, timeoutMs: 10_000 };
/** For servers that never answer. */
const impatient = { ...options, timeoutMs: 150 };

describe('one time server', () => {
  test('tells how far our clock is off', async () => {
    const sample = await askTime(await server({ offsetMs: 5000 }), options);
    // Half of the way there and back is what nobody can know (RFC 5905 §8).
    expect(Math.abs(sample.offsetMs - 5000)).toBeLessThanOrEqual(sample.delayMs / 2 + 2);
    expect(sample.stratum).toBe(2);
    expect(sample.delayMs).toBeGreaterThanOrEqual(0);
  });

  test('is understood after the numbers wrap in 2036', async () => {
    const later = Date.UTC(2040, 0);
    const wrapped = await server({ offsetMs: later - Date.now() });
    const sample = await askTime(wrapped, { ...options, now: () => later + (Date.now() - started) });
    expect(Math.abs(sample.offsetMs)).toBeLessThan(60_000);
  });
  const started = Date.now();

  test.each<[string, Lie, string]>([
    ['is silent', { silent: true }, 'clock.no-answer'],
    ['did not see our question (an answer made up elsewhere)', { cookie: false }, 'clock.no-answer'],
    ['sends half a packet', { short: true }, 'clock.no-answer'],
    ['asks us to stay away', { stratum: 0 }, 'clock.kiss-of-death'],
    ['has no time itself', { leap: 3 }, 'clock.not-synchronised'],
    ['is further from any clock than there are steps', { stratum: 16 }, 'clock.not-synchronised'],
    ['answers in another mode', { mode: 3 }, 'clock.bad-answer'],
    ['leaves its times empty', { empty: true }, 'clock.bad-answer'],
  ])('is not believed when it %s', async (_, lie, code) => {
    const asked = askTime(await server(lie), code === 'clock.no-answer' ? impatient : options);
    await expect(asked).rejects.toMatchObject({ code });
  });

  test('that is not there is no answer', async () => {
    await expect(askTime({ host: 'nowhere.invalid' }, options)).rejects.toMatchObject({ code: 'clock.no-answer' });
  });
});

describe('the quorum', () => {
  const sample = (offsetMs: number) => ({ offsetMs, delayMs: 10, dispersionMs: 1, stratum: 2 });
  test.each([
    ['all agree', [1, 2, 3, 4], true],
    ['one of four lies', [1, 2, 3, 9000], true],
    ['one of four is silent', [1, 2, 3, undefined], true],
    ['two of four lie', [1, 2, 9000, 9000], false],
    ['two of four are silent: silence is no consent', [1, 2, undefined, undefined], false],
    ['most agree with each other and not with us', [9000, 9001, 9002, 1], false],
    ['nobody answers', [undefined, undefined, undefined], false],
    ['nobody is asked', [], false],
  ] as [string, (number | undefined)[], boolean][])('when %s', (_, offsets, trusted) => {
    const samples = offsets.map((offset) => (offset === undefined ? undefined : sample(offset)));
    expect(judgeClock(samples, { maxDriftMs: 500 }).trusted).toBe(trusted);
  });

  test('an answer that took long is worth little, and so is a server that doubts itself', () => {
    const slow = { ...sample(0), delayMs: 1200 };
    const unsure = { ...sample(0), dispersionMs: 600 };
    expect(judgeClock([slow, slow, slow], { maxDriftMs: 500 }).trusted).toBe(false);
    expect(judgeClock([unsure, unsure, unsure], { maxDriftMs: 500 }).trusted).toBe(false);
  });
});

describe('a watched clock', () => {
  const watch = (servers: TimeServer[], more: object = {}) =>
    watchedClock({ servers, now: Date.now, maxDriftMs: 5000, timeoutMs: 10_000, ...more });

  test('is trusted after a quorum said so, and never before', async () => {
    const clock = watch([await server(), await server(), await server({ offsetMs: 60_000 })]);
    expect(clock.trust().trusted).toBe(false);
    expect(await clock.check()).toEqual({ trusted: true });
    expect(clock.trust()).toEqual({ trusted: true });
  });

  test('is not trusted when most servers disagree with it', async () => {
    const changes: boolean[] = [];
    const off = { offsetMs: -20_000 };
    const clock = watch([await server(off), await server(off), await server()], {
      onChange: (one: { trusted: boolean }) => changes.push(one.trusted),
    });
    expect((await clock.check()).trusted).toBe(false);
    expect(changes).toEqual([false]);
  });

  test('loses trust in the moment it is stepped, not a minute later', async () => {
    let step = 0;
    const clock = watch([await server(), await server(), await server()], { now: () => Date.now() + step });
    await clock.check();
    step = 3_600_000;
    expect(clock.trust()).toMatchObject({ trusted: false, reason: expect.stringContaining('stepped') });
    step = -3_600_000;
    expect(clock.trust().trusted).toBe(false);
    step = 0;
    expect(clock.trust().trusted).toBe(true);
  });

  test('outlives one failure of the network and not three', async () => {
    let mono = 0;
    const lie: Lie = {};
    const one = await server(lie);
    let wall = Date.now();
    const clock = watch([one, one, one], { monotonic: () => mono, now: () => wall, timeoutMs: 2000 });
    wall = Date.now();
    expect((await clock.check()).trusted).toBe(true);
    lie.silent = true;
    mono += 60_000;
    wall += 60_000;
    expect((await clock.check()).trusted).toBe(true);
    mono += 130_000;
    wall += 130_000;
    expect(clock.trust()).toMatchObject({ trusted: false, reason: expect.stringContaining('too long ago') });
  });

  test('of a closed network is taken at its word, by name', () => {
    expect(localClock().trust()).toEqual({ trusted: true });
  });

  test('servers are written as people write them', () => {
    expect(timeServersFrom('a.vn, 10.0.0.1:1123 ,[2001:db8::1]:123,')).toEqual([
      { host: 'a.vn' },
      { host: '10.0.0.1', port: 1123 },
      { host: '2001:db8::1', port: 123 },
    ]);
    expect(() => timeServersFrom('http://a.vn')).toThrow(TypeError);
    expect(() => timeServersFrom('a.vn:99999')).toThrow(TypeError);
  });
});

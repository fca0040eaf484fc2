import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { TimeServer } from '../clock/sntp.ts';
import { timeServersFrom } from '../clock/watched-clock.ts';

/** `practice`: software keys, demo people, plain HTTP on this computer. `production`: none of these. */
export type Profile = 'practice' | 'production';

export interface Settings {
  readonly profile: Profile;
  /** Absolute. */
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  /** Where people reach the installation, without a slash at the end; the listening address when left out. */
  readonly publicUrl: string | undefined;
  /**
   * Where lists, issuers' certificates and OCSP are fetched, as certificates say it. Plain HTTP: who checks a server's certificate
   * would have to check another one first (RFC 5280 §8).
   */
  readonly statusUrl: string | undefined;
  /** A PostgreSQL of one's own; the embedded one when left out. */
  readonly databaseUrl: string | undefined;
  /** Begin again: forget all data of the folder first. */
  readonly fresh: boolean;
  /** Demo data of the first start. */
  readonly seed: 'province' | 'four-level' | 'none';
  /** Which services this process runs. */
  readonly services: readonly string[];
  readonly logLevel: string;
  /** Finished jobs are kept this long. */
  readonly keepJobsDays: number;
  /** Time servers that the time-stamp clock is held against; empty: the computer's own clock is taken at its word. */
  readonly timeServers: readonly TimeServer[];
  /** IP addresses of proxies in front whose word about a client is believed: its address, and the certificate it showed in TLS. */
  readonly trustedProxies: readonly string[];
  readonly help: boolean;
}

/** A setting is wrong: `config.invalid`; the message names it, what was found and what is expected. */
export class ConfigFault extends Error {
  override readonly name = 'ConfigFault';
  readonly code = 'config.invalid';
}

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/**
 * Settings from flags, then from the environment, then from what is built in.
 *
 * @param defaults what the caller knows: where data lies, which services there are
 * @throws {ConfigFault}, and errors of `node:util` parseArgs for unknown flags
 */
export function readSettings(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  defaults: { readonly dataDir: string; readonly services: readonly string[] },
): Settings {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      data: { type: 'string' },
      profile: { type: 'string' },
      'public-url': { type: 'string' },
      seed: { type: 'string' },
      services: { type: 'string' },
      'log-level': { type: 'string' },
      fresh: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const pick = (flag: keyof typeof values & string, name: string): string | undefined => {
    const said = values[flag] ?? env[name];
    return typeof said === 'string' && said !== '' ? said : undefined;
  };
  const profile = oneOf('--profile', pick('profile', 'ANTIN_PROFILE') ?? 'practice', ['practice', 'production'] as const);
  const fresh = values.fresh === true;
  if (fresh && profile === 'production')
    throw new ConfigFault('--fresh forgets all data and is refused in the production profile');
  if (fresh && (env['DATABASE_URL'] ?? '') !== '') {
    throw new ConfigFault('--fresh cannot forget the data behind DATABASE_URL: make an empty database and name that one');
  }
  const services = (pick('services', 'ANTIN_SERVICES')?.split(',') ?? defaults.services).map((name) =>
    oneOf('--services', name.trim(), defaults.services),
  );
  return {
    profile,
    dataDir: resolve(pick('data', 'ANTIN_DATA') ?? defaults.dataDir),
    host: pick('host', 'ANTIN_HOST') ?? '127.0.0.1',
    port: portOf(pick('port', 'ANTIN_PORT') ?? '8080'),
    publicUrl: urlOf(pick('public-url', 'ANTIN_PUBLIC_URL'), profile),
    statusUrl: statusUrlOf(env['ANTIN_STATUS_URL']),
    databaseUrl: databaseOf(env['DATABASE_URL']),
    fresh,
    seed: oneOf('--seed', pick('seed', 'ANTIN_SEED') ?? (profile === 'practice' ? 'province' : 'none'), [
      'province',
      'four-level',
      'none',
    ] as const),
    services,
    logLevel: oneOf('--log-level', pick('log-level', 'ANTIN_LOG_LEVEL') ?? 'warn', LEVELS),
    keepJobsDays: daysOf(env['ANTIN_KEEP_JOBS_DAYS']),
    timeServers: timeServersOf(env['ANTIN_TIME_SERVERS'], profile, services),
    trustedProxies: proxiesOf(env['ANTIN_TRUSTED_PROXIES']),
    help: values.help === true,
  };
}

function oneOf<T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new ConfigFault(`${flag} is "${value}"; expected one of ${allowed.join(', ')}`);
  return found;
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new ConfigFault(`--port is "${text}"; expected a number from 0 (any free one) to 65535`);
  return port;
}

/** `local`, or names separated by commas. Time-stamps of a real authority need one or the other said aloud. */
function timeServersOf(text: string | undefined, profile: Profile, services: readonly string[]): readonly TimeServer[] {
  if (text === undefined || text === '') {
    if (profile !== 'production' || !services.includes('authority')) return [];
    throw new ConfigFault(
      'ANTIN_TIME_SERVERS is needed: in production an authority stamps the time of a clock that is held against three time servers ' +
        'at least; on a closed network say "local", and this computer is taken at its word',
    );
  }
  if (text === 'local') return [];
  try {
    const servers = timeServersFrom(text);
    // Of two that disagree nobody knows which one is right.
    if (profile === 'production' && servers.length < 3) throw new TypeError('fewer than three cannot outvote one that is wrong');
    return servers;
  } catch (fault) {
    throw new ConfigFault(`ANTIN_TIME_SERVERS: ${(fault as Error).message}; expected "local" or host[:port], host[:port], …`);
  }
}

/** Addresses alone: a name would be believed of whoever answers for it today. */
function proxiesOf(text: string | undefined): readonly string[] {
  const all = (text ?? '').split(',').map((one) => one.trim());
  const given = all.filter((one) => one !== '');
  const odd = given.find((one) => isIP(one) === 0);
  if (odd !== undefined) throw new ConfigFault(`ANTIN_TRUSTED_PROXIES has "${odd}"; expected IP addresses, separated by commas`);
  return given;
}

function daysOf(text: string | undefined): number {
  if (text === undefined || text === '') return 30;
  const days = Number(text);
  if (!/^\d{1,5}$/.test(text) || days < 1) throw new ConfigFault(`ANTIN_KEEP_JOBS_DAYS is "${text}"; expected days, 1 or more`);
  return days;
}

function urlOf(text: string | undefined, profile: Profile): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.pathname !== '/' || url.search !== '') {
    throw new ConfigFault(`--public-url is "${text}"; expected an origin such as https://office.example.gov.vn`);
  }
  // Session cookies and signing requests must not cross a network in the clear.
  if (profile === 'production' && url.protocol !== 'https:')
    throw new ConfigFault('--public-url must be https in the production profile');
  return url.origin;
}

function statusUrlOf(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' || url.pathname !== '/' || url.search !== '')
    throw new ConfigFault(`ANTIN_STATUS_URL is "${text}"; expected an origin such as http://ca.example.gov.vn`);
  return url.origin;
}

/** The URL may hold a password: no message quotes it. */
function databaseOf(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^postgres(ql)?:\/\//.test(text)) throw new ConfigFault('DATABASE_URL must start with postgresql://');
  return text;
}

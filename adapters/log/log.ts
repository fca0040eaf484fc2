import { pino, type DestinationStream, type Logger } from 'pino';

export type Log = Logger;

/**
 * What must never be read in a log, whatever a caller hands over. Paths are pino's; the last resort, not the first:
 * callers log ids and codes, not objects of people.
 */
const SECRETS = [
  'password',
  'pass',
  'passphrase',
  'pin',
  'puk',
  'secret',
  'token',
  'cookie',
  'authorization',
  'privateKey',
  'pkcs8',
  'p12',
  'key',
  'sad',
  'otp',
];

/** JSON lines to stderr (or `destination`), so that stdout stays for what a person or a script asked for. */
export function createLog(options: { level?: string; service?: string; destination?: DestinationStream } = {}): Log {
  const redact = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino(
    {
      level: options.level ?? 'info',
      base: options.service === undefined ? null : { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: [...redact, '*.headers.authorization', '*.headers.cookie'], censor: '[hidden]' },
      serializers: { err: faultForLog, fault: faultForLog },
    },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
}

/** Code, message, stack and causes; none of the other properties (drivers hang queries with their values on errors). */
function faultForLog(fault: unknown, depth = 0): unknown {
  if (!(fault instanceof Error)) return String(fault);
  const { code } = fault as { code?: unknown };
  return {
    name: fault.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: fault.message,
    stack: fault.stack,
    ...(fault.cause !== undefined && depth < 3 ? { cause: faultForLog(fault.cause, depth + 1) } : {}),
  };
}

/** For tests and commands that print their own lines. */
export const silentLog: Log = pino({ level: 'silent' });

import { parseArgs } from 'node:util';
import { raisingOptions } from '../extend/raising-arguments.ts';
import { UsageFault } from '../options.ts';

const text = { type: 'string' } as const;
const options = {
  output: { ...text, short: 'o' },
  'out-dir': text,
  json: { type: 'boolean' },
  force: { type: 'boolean' },
  p12: text,
  'pass-file': text,
  pkcs11: text,
  slot: text,
  'pin-file': text,
  alias: text,
  chain: { ...text, multiple: true },
  profile: text,
  format: text,
  packaging: text,
  level: text,
  tsa: text,
  digest: text,
  pss: { type: 'boolean' },
  mimetype: text,
  detached: { ...text, multiple: true },
  ...raisingOptions,
  field: text,
  appearance: text,
  anchor: text,
  occurrence: text,
  size: text,
  page: text,
  rect: text,
  reason: text,
  location: text,
  certify: text,
  lock: text,
  'open-pass-file': text,
  help: { type: 'boolean', short: 'h' },
} as const;

/** @throws {UsageFault} */
export function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, tokens: true });
  } catch (fault) {
    const { code, message } = fault as { code?: unknown; message: string };
    if (typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS')) throw new UsageFault(message, { cause: fault });
    throw fault;
  }
}

export type Values = ReturnType<typeof parsed>['values'];

/** @throws {UsageFault} when one of the options stands beside something it has no meaning for */
export function forbid(values: Values, names: readonly (keyof Values)[], beside: string): void {
  const found = names.find((name) => values[name] !== undefined);
  if (found !== undefined) throw new UsageFault(`--${found} means nothing beside ${beside}`);
}

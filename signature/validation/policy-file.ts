import { parseJson } from '@antin/formats/json/scan';
import type { JsonObject, JsonValue } from '@antin/formats/json/value';
import { FormatFault } from '@antin/formats/fault';
import { CHECKS } from './checks.ts';
import { OF_TRUSTED_LISTS, WARNABLE_OF_DOCUMENTS } from './constraints.ts';
import { VIETNAM_POLICY } from './policy.ts';
import type { ConstraintLevel, GoodUntil, Level, ValidationPolicy } from './policy.ts';

const LEVELS: readonly ConstraintLevel[] = ['fail', 'warn', 'inform', 'ignore'];
const SIGNATURE_LEVELS: readonly Level[] = ['B-B', 'B-T', 'B-LT', 'B-LTA'];
const DIGESTS = Object.keys(VIETNAM_POLICY.digests);
const SCHEMES = Object.keys(VIETNAM_POLICY.schemes);
const SHA1 = 'sha1OnPinnedCaEvidenceUntil';
const LIMITS = Object.keys(VIETNAM_POLICY.limits);

/**
 * A policy from its file: JSON that says what differs from the default for Vietnam. Dates are `YYYY-MM-DD`: the first day on which
 * the algorithm no longer counts; `null` = good until further notice; `"never"` = not accepted at all.
 *
 * ```json
 * { "name": "so-noi-vu-2027", "digests": { "SHA-224": "never" }, "rsaBits": [{ "atLeast": 3072, "goodUntil": null }],
 *   "constraints": { "trust.revocation-known": "warn" }, "minimumLevel": "B-T", "limits": { "signatures": 50 } }
 * ```
 *
 * @throws {FormatFault} `json.*`; `policy.unknown-key`, `policy.value`, and `policy.not-loosenable` for a check that no policy may
 *   make less of
 */
export function readPolicy(bytes: Uint8Array): ValidationPolicy {
  const root = object(parseJson(bytes), 'the policy');
  const known = ['name', 'digests', 'essDigests', 'schemes', 'rsaBits', 'ecBits', 'constraints', 'minimumLevel', 'limits', SHA1];
  requireKnown(root, known, '');
  const name = text(root.members.get('name'), 'name');
  if (name === '') throw new FormatFault('policy.value', 'a policy has a name: it stands in every report');
  const base = VIETNAM_POLICY;
  const level = root.members.get('minimumLevel');
  const sha1 = root.members.get(SHA1);
  return {
    ...base,
    name,
    digests: dates(root, 'digests', base.digests, DIGESTS),
    essDigests: dates(root, 'essDigests', base.essDigests, DIGESTS),
    schemes: dates(root, 'schemes', base.schemes, SCHEMES),
    rsaBits: sizes(root, 'rsaBits', base.rsaBits),
    ecBits: sizes(root, 'ecBits', base.ecBits),
    ...(sha1 === undefined ? {} : { [SHA1]: goodUntil(sha1, SHA1) }),
    constraints: constraints(root),
    ...(level === undefined ? {} : { minimumLevel: oneOf(level, SIGNATURE_LEVELS, 'minimumLevel') }),
    limits: limits(root),
  };
}

function constraints(root: JsonObject): Record<string, ConstraintLevel> {
  const out: Record<string, ConstraintLevel> = {};
  for (const [key, value] of members(root, 'constraints')) {
    const level = oneOf(value, LEVELS, `constraints.${key}`);
    if (WARNABLE_OF_DOCUMENTS.has(key)) {
      if (level !== 'fail' && level !== 'warn') throw new FormatFault('policy.not-loosenable', `"${key}" is at least a warning`);
      out[key] = level;
      continue;
    }
    if (OF_TRUSTED_LISTS.has(key)) {
      out[key] = level;
      continue;
    }
    const check = CHECKS.find((one) => one.id === key);
    // Codes of findings belong to the check of their area; they are looked up where the check listens to policies at all.
    const near = CHECKS.filter((one) => one.id.split('.')[0] === key.split('.')[0]);
    if (near.length === 0) throw new FormatFault('policy.unknown-key', `there is no check "${key}"`);
    const area = near.some((one) => one.loosenable === true);
    if (level !== 'fail' && (check === undefined ? !area : check.loosenable !== true)) {
      throw new FormatFault('policy.not-loosenable', `no policy makes less of "${key}"`);
    }
    out[key] = level;
  }
  return out;
}

function dates<K extends string>(
  root: JsonObject,
  key: string,
  base: Readonly<Partial<Record<K, GoodUntil>>>,
  allowed: readonly string[],
): Partial<Record<K, GoodUntil>> {
  const out: Partial<Record<K, GoodUntil>> = { ...base };
  for (const [name, value] of members(root, key)) {
    if (!allowed.includes(name)) throw new FormatFault('policy.unknown-key', `${key}.${name} is no algorithm this engine knows`);
    if (value.kind === 'string' && value.text === 'never') delete out[name as K];
    else out[name as K] = goodUntil(value, `${key}.${name}`);
  }
  return out;
}

function sizes(root: JsonObject, key: string, base: ValidationPolicy['rsaBits']): ValidationPolicy['rsaBits'] {
  const value = root.members.get(key);
  if (value === undefined) return base;
  if (value.kind !== 'array' || value.items.length === 0) throw wrong(key, 'a list of { atLeast, goodUntil }');
  const rows = value.items.map((one, i) => {
    const row = object(one, `${key}[${i}]`);
    requireKnown(row, ['atLeast', 'goodUntil'], `${key}[${i}].`);
    return {
      atLeast: whole(row.members.get('atLeast'), `${key}[${i}].atLeast`),
      goodUntil: goodUntil(row.members.get('goodUntil'), `${key}[${i}].goodUntil`),
    };
  });
  return rows.sort((a, b) => b.atLeast - a.atLeast);
}

function limits(root: JsonObject): ValidationPolicy['limits'] {
  const out: Record<string, number> = { ...VIETNAM_POLICY.limits };
  for (const [name, value] of members(root, 'limits')) {
    if (!LIMITS.includes(name)) throw new FormatFault('policy.unknown-key', `there is no limit "${name}"`);
    out[name] = whole(value, `limits.${name}`);
  }
  return out as ValidationPolicy['limits'];
}

function goodUntil(value: JsonValue | undefined, where: string): GoodUntil {
  if (value?.kind === 'literal' && value.value === null) return null;
  const day =
    value?.kind === 'string' && /^\d{4}-\d\d-\d\d$/.test(value.text) ? Date.parse(`${value.text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(day)) throw wrong(where, 'a day YYYY-MM-DD or null');
  return day;
}

function whole(value: JsonValue | undefined, where: string): number {
  const number = value?.kind === 'number' ? value.value : Number.NaN;
  if (!Number.isSafeInteger(number) || number < 1) throw wrong(where, 'a whole number above zero');
  return number;
}

function members(root: JsonObject, key: string): Iterable<readonly [string, JsonValue]> {
  const value = root.members.get(key);
  return value === undefined ? [] : object(value, key).members;
}

function object(value: JsonValue, where: string): JsonObject {
  if (value.kind !== 'object') throw wrong(where, 'an object');
  return value;
}

function text(value: JsonValue | undefined, where: string): string {
  if (value?.kind !== 'string') throw wrong(where, 'a text');
  return value.text;
}

function oneOf<T extends string>(value: JsonValue, allowed: readonly T[], where: string): T {
  const found = allowed.find((one) => value.kind === 'string' && value.text === one);
  if (found === undefined) throw wrong(where, `one of ${allowed.join(', ')}`);
  return found;
}

function requireKnown(one: JsonObject, known: readonly string[], where: string): void {
  for (const key of one.members.keys()) {
    if (!known.includes(key)) throw new FormatFault('policy.unknown-key', `there is no "${where}${key}" in a policy`);
  }
}

function wrong(where: string, what: string): FormatFault {
  return new FormatFault('policy.value', `${where} must be ${what}`);
}

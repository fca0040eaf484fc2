import { textOf } from '@antin/formats/json/value';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import type { Finding } from '../validation/types.ts';
import type { ProtectedHeader } from './header.ts';
import type { CarriedTimeStamp, JadesSignature } from './read-signed.ts';

export type JadesLevel = 'B-B' | 'B-T' | 'B-LT' | 'B-LTA';

interface Rule {
  readonly level: JadesLevel;
  readonly code: string;
  readonly message: string;
  readonly holds: (found: JadesSignature) => boolean;
}

/** What the rules of level B look at. */
export type JadesForm = Pick<JadesSignature, 'signature' | 'etsiU'>;

interface BasicRule extends Rule {
  readonly level: 'B-B';
  readonly holds: (found: JadesForm) => boolean;
}

const CLAUSE = 'TS 119 182-1 6.3';
/** From then on `sigT` may no longer be written (requirement a). */
const IAT_MANDATORY = Date.parse('2025-07-15T00:00:00Z');
export const FORBIDDEN = ['xRefs', 'axRefs', 'rRefs', 'arRefs', 'sigRTst', 'rfsTst'];

const BASIC: readonly BasicRule[] = [
  {
    level: 'B-B',
    code: 'level.signing-time',
    message: 'iat must be present, before 15 July 2025 iat or sigT; never both',
    holds: ({ signature: { header } }) => {
      const { members } = header;
      const time = claimedSigningTime(header);
      if (time === undefined || (members.has('iat') && members.has('sigT'))) return false;
      return members.has('iat') || time < IAT_MANDATORY;
    },
  },
  {
    level: 'B-B',
    code: 'level.critical-members',
    message: 'sigD and b64 must be marked critical',
    holds: ({ signature: { header } }) =>
      ['sigD', 'b64'].every((name) => !header.members.has(name) || header.crit.includes(name)),
  },
  {
    level: 'B-B',
    code: 'level.content-type',
    message: 'cty must not stand beside sigD',
    holds: ({ signature: { header } }) => !(header.members.has('cty') && header.members.has('sigD')),
  },
  {
    level: 'B-B',
    code: 'level.signature-policy-store',
    message: 'sigPSt at most once, and only with the hash of a policy',
    holds: ({ signature: { header }, etsiU }) => {
      const stores = etsiU.items.filter((one) => one.name === 'sigPSt').length;
      const policy = header.members.get('sigPId');
      return stores === 0 || (stores === 1 && policy?.kind === 'object' && policy.members.has('hashAV'));
    },
  },
];

const RULES: readonly Rule[] = [
  ...BASIC,
  {
    level: 'B-T',
    code: 'level.signature-time-stamp',
    message: 'sigTst must be present',
    holds: ({ timeStamps }) => timeStamps.some((one) => one.kind === 'signature'),
  },
  {
    level: 'B-T',
    code: 'level.one-token',
    message: 'each sigTst must hold exactly one token',
    holds: ({ timeStamps, etsiU }) => {
      const places = timeStamps.filter((one) => one.kind === 'signature').map((one) => one.before.length);
      const containers = etsiU.items.filter((one) => one.name === 'sigTst').length;
      return new Set(places).size === places.length && places.length === containers;
    },
  },
  {
    level: 'B-T',
    code: 'level.time-stamp-in-time',
    message: 'sigTst must be made before the signing certificate ends',
    holds: ({ timeStamps, certificate }) =>
      timeStamps.every((one) => one.kind === 'archive' || genTimeOf(one) <= certificate.notAfter),
  },
  {
    level: 'B-LT',
    code: 'level.certificate-values',
    message: 'xVals or axVals must be present',
    holds: (found) => carries(found, ['xVals', 'axVals']),
  },
  {
    level: 'B-LT',
    code: 'level.revocation-values',
    message: 'rVals must be present',
    holds: (found) => carries(found, ['rVals', 'arVals']),
  },
  {
    level: 'B-LT',
    code: 'level.references-forbidden',
    message: `${FORBIDDEN.join(', ')} must be absent`,
    holds: ({ etsiU }) => !etsiU.items.some((one) => FORBIDDEN.includes(one.name)),
  },
  {
    level: 'B-LTA',
    code: 'level.archive-time-stamp',
    message: 'arcTst must be present',
    holds: ({ timeStamps }) => timeStamps.some((one) => one.kind === 'archive'),
  },
];

const LEVELS: readonly JadesLevel[] = ['B-B', 'B-T', 'B-LT', 'B-LTA'];

/**
 * The highest level without a failed rule of it or of one below, and what the next ones miss. Form only: whether values and
 * time-stamps hold, and whether the evidence suffices, is for the judge.
 */
export function jadesLevel(found: JadesSignature): {
  readonly level: JadesLevel | undefined;
  readonly failures: readonly Finding[];
} {
  const failed = RULES.filter((rule) => !rule.holds(found));
  const reached = LEVELS.findIndex((level) => failed.some((rule) => rule.level === level));
  const level = reached < 0 ? 'B-LTA' : LEVELS[reached - 1];
  return { level, failures: failed.map(({ code, message }) => ({ code, clause: CLAUSE, message })) };
}

/** Rules of level B that do not hold. */
export function basicFailures(found: JadesForm): readonly Finding[] {
  return BASIC.filter((rule) => !rule.holds(found)).map(({ code, message }) => ({ code, clause: CLAUSE, message }));
}

/** `iat` or `sigT`, ms since 1970, claimed by the signer; undefined when neither can be read. */
export function claimedSigningTime({ members }: ProtectedHeader): number | undefined {
  const iat = members.get('iat');
  if (iat !== undefined) return iat.kind === 'number' ? iat.value * 1000 : undefined;
  const text = textOf(members.get('sigT')) ?? '';
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function carries({ etsiU }: JadesSignature, names: readonly string[]): boolean {
  return etsiU.items.some(({ name, value }) => {
    if (names.includes(name)) return true;
    return ['tstVD', 'anyValData'].includes(name) && value.kind === 'object' && names.some((one) => value.members.has(one));
  });
}

function genTimeOf({ token }: CarriedTimeStamp): number {
  return parseTimeStampToken(token).info.genTime;
}

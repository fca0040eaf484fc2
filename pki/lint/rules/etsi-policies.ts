import { OID } from '../../oids.ts';
import type { CertificateFacts } from '../facts.ts';
import type { Kind, Rule } from '../rule.ts';

/** EN 319 411-1 §5.3 and EN 319 411-2 §5.3. */
const ARC_411_1 = '0.4.0.2042.1.';
const ARC_411_2 = '0.4.0.194112.1.';
const RESERVED: ReadonlySet<string> = new Set([1, 2, 3, 4, 6, 7, 8].map((n) => `${ARC_411_1}${n}`));
const QUALIFIED: ReadonlySet<string> = new Set([0, 1, 2, 3, 4, 5, 6].map((n) => `${ARC_411_2}${n}`));
const PSD2 = '0.4.0.19495.3.1';
const BROWSER_POLICY = { dv: `${ARC_411_1}6`, iv: `${ARC_411_1}8`, ov: `${ARC_411_1}7`, ev: `${ARC_411_1}4`, none: '' } as const;

const policies = (facts: CertificateFacts): string[] => (facts.value(OID.certificatePolicies) ?? []).map(({ policy }) => policy);
const among = (facts: CertificateFacts, set: ReadonlySet<string>) =>
  [...new Set(policies(facts))].filter((policy) => set.has(policy));

/** The identifier of EN 319 411-2 that says what this kind is; undefined where none is recommended. */
function typePolicy({ qualified, web, browser, qscd, person, commitment }: Kind): string | undefined {
  if (qscd === true && person === 'natural' && commitment === true) return `${ARC_411_2}2`;
  if (qualified !== 'eu' || web !== true) return undefined;
  if (browser === 'ev') return `${ARC_411_2}4`;
  return browser === undefined ? `${ARC_411_2}6` : `${ARC_411_2}5`;
}

const readable = (facts: CertificateFacts) => facts.value(OID.certificatePolicies) !== undefined;

export const ETSI_POLICY_RULES: readonly Rule<CertificateFacts>[] = [
  {
    id: 'en319411-1.reserved-policies',
    severity: 'error',
    clause: 'EN 319 411-1 GEN-6.3.3-12',
    applies: (facts, { kind }) => kind.browser !== undefined && readable(facts),
    check: (facts) => among(facts, RESERVED).length <= 1 || among(facts, RESERVED).join(', '),
  },
  {
    id: 'en319411-1.reserved-policy-of-another-kind',
    severity: 'error',
    clause: 'EN 319 411-1 GEN-6.3.3-12',
    applies: (facts, { kind }) => kind.browser !== undefined && among(facts, RESERVED).length === 1,
    check: (facts, { kind }) => among(facts, RESERVED).includes(BROWSER_POLICY[kind.browser ?? 'none']),
  },
  {
    id: 'en319412-2.type-policy-missing',
    severity: 'warning',
    clause: 'EN 319 412-2 QCS-5.2-1',
    applies: (facts, { kind }) => typePolicy(kind) !== undefined && readable(facts),
    check: (facts, { kind }) => among(facts, QUALIFIED).length > 0 || (typePolicy(kind) ?? false),
  },
  {
    id: 'en319412-2.type-policies',
    severity: 'error',
    clause: 'EN 319 412-2 QCS-5.2-1',
    applies: (facts, { kind }) => typePolicy(kind) !== undefined && readable(facts),
    check: (facts) => among(facts, QUALIFIED).length <= 1 || among(facts, QUALIFIED).join(', '),
  },
  {
    id: 'en319412-2.type-policy-of-another-kind',
    severity: 'error',
    clause: 'EN 319 412-2 QCS-5.2-2',
    applies: (facts, { kind }) => typePolicy(kind) !== undefined && among(facts, QUALIFIED).length === 1,
    check: (facts, { kind }) => among(facts, QUALIFIED)[0] === typePolicy(kind) || (among(facts, QUALIFIED)[0] ?? false),
  },
  {
    id: 'ts119495.psd2-policy',
    severity: 'error',
    clause: 'TS 119 495 OVR-6.1-3',
    applies: (facts, { kind }) => kind.psd2 !== true && readable(facts),
    check: (facts) => !policies(facts).includes(PSD2),
  },
];

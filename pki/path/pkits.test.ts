import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FormatFault } from '@antin/formats/fault';
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../adapters/crypto/node.ts';
import { corpus } from '../../testkit/corpora.ts';
import { parseCrl } from '../crl/parse.ts';
import type { Crl } from '../crl/parse.ts';
import { PkiFault } from '../fault.ts';
import { parseCertificate } from '../x509/certificate.ts';
import type { Certificate } from '../x509/certificate.ts';
import { judgePath } from './judge.ts';
import type { TrustAnchor } from './validate.ts';

/**
 * NIST PKITS 1.0.1 (public domain), read in place. Every case runs three ways: the given path, the same certificates as a
 * shuffled pool, and all 181 intermediates of all cases as one pool.
 */
const pkits = corpus('pkits');
const AT = 1_302_825_600_000;
const DSA = new Set(['4.1.4', '4.1.5']);

/** What may refuse an invalid case of each section: a refusal for another reason would hide a bug. */
const CRL_PROBLEM = ['revocation.unknown', 'revocation.revoked', 'revocation.no-evidence', 'crl.issuer-not-authorised'];
const REASONS: Record<string, string[]> = {
  // The badly signed objects of PKITS have a damaged BIT STRING; a strict reader notices before any key is asked.
  '01': ['path.signature-invalid', 'der.bit-string', 'path.none'],
  '02': ['path.not-yet-valid', 'path.expired'],
  '03': ['path.none'],
  '04': [...CRL_PROBLEM, 'der.bit-string', 'crl.unknown-critical-extension', 'crl.stale'],
  '05': ['revocation.revoked', 'path.not-a-ca', 'path.key-usage'],
  '06': ['path.not-a-ca', 'path.length-exceeded'],
  '07': ['path.key-usage', ...CRL_PROBLEM],
  '08': ['path.policy-required'],
  '09': ['path.policy-required'],
  '10': ['path.policy-required', 'path.policy-mapping'],
  '11': ['path.policy-required'],
  '12': ['path.policy-required'],
  '13': ['path.name-constraints'],
  '14': [...CRL_PROBLEM, 'crl.out-of-scope', 'revocation.reasons-incomplete', 'crl.indirect-not-announced'],
  '15': [...CRL_PROBLEM, 'crl.stale', 'crl.delta-without-base'],
  '16': ['path.unknown-critical-extension'],
};

interface Case {
  id: string;
  section: string;
  anchor: string;
  target: string;
  intermediates: string[];
  crls: string[];
  policies: string[];
  explicit: boolean;
  inhibitMapping: boolean;
  inhibitAny: boolean;
  valid: boolean;
  userPolicies: string[];
}

const policyOid = (name: string) => (name === 'anyPolicy' ? '2.5.29.32.0' : `2.16.840.1.101.3.2.1.48.${name.split('-').at(-1)}`);
const list = (cell: string, separator: string) =>
  cell === '-' || cell === '(empty)' || cell === '' ? [] : cell.split(separator);

function readCases(): Case[] {
  const [, ...lines] = readFileSync(join(pkits ?? '', 'cases.tsv'), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => {
    const c = line.split('\t') as [string, ...string[]];
    const cell = (i: number) => c[i] as string;
    return {
      id: c[0],
      section: cell(2),
      anchor: cell(4),
      target: cell(5),
      intermediates: list(cell(6), ';'),
      crls: list(cell(7), ';'),
      policies: list(cell(8), ',').map(policyOid),
      explicit: cell(9) === 'true',
      inhibitMapping: cell(10) === 'true',
      inhibitAny: cell(11) === 'true',
      valid: cell(12) === 'true',
      userPolicies: list(cell(13), ',').map(policyOid),
    };
  });
}

const certificates = new Map<string, Certificate | Error>();
const crls = new Map<string, Crl | Error>();
function cached<T>(known: Map<string, T | Error>, file: string, folder: string, parse: (der: Uint8Array) => T): T {
  let value = known.get(file);
  if (value === undefined) {
    try {
      value = parse(new Uint8Array(readFileSync(join(pkits ?? '', folder, file))));
    } catch (error) {
      value = error as Error;
    }
    known.set(file, value);
  }
  if (value instanceof Error) throw value;
  return value;
}
const certificate = (file: string) => cached(certificates, file, 'certs', parseCertificate);
const crl = (file: string) => cached(crls, file, 'crls', parseCrl);

interface Outcome {
  status: 'valid' | 'invalid' | 'unsupported';
  codes: string[];
  policies: readonly string[];
}

/** The best outcome over all paths the pool offers. */
function judgePool(one: Case, pool: Certificate[]): Outcome {
  const anchors: TrustAnchor[] = [{ certificate: certificate(one.anchor), purposes: ['signer'] }];
  const verdict = judgePath(certificate(one.target), {
    at: AT,
    door: nodeCrypto,
    anchors,
    candidates: pool,
    crls: one.crls.map(crl),
    ocsps: [],
    policies: one.policies,
    explicitPolicy: one.explicit,
    inhibitMapping: one.inhibitMapping,
    inhibitAnyPolicy: one.inhibitAny,
  });
  const { policies, problems } = verdict;
  if (verdict.valid) return { status: 'valid', codes: [], policies };
  if (problems.length > 0 && problems.every((problem) => problem.code === 'path.unsupported-algorithm')) {
    return { status: 'unsupported', codes: problems.map((problem) => problem.code), policies };
  }
  const bad = verdict.revocation.filter((finding) => finding.status !== 'good');
  const why = bad.flatMap((finding) => [`revocation.${finding.status}`, ...(finding.why ?? [])]);
  const codes = [...problems.map((problem): string => problem.code), ...why];
  return { status: 'invalid', codes: codes.length > 0 ? codes : [verdict.code ?? ''], policies };
}

function guarded(work: () => Outcome): Outcome {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof FormatFault || error instanceof PkiFault)) throw error;
    return { status: 'invalid', codes: [error.code], policies: [] };
  }
}

const present = pkits !== undefined;

describe.skipIf(!present)('PKITS', () => {
  const cases = present ? readCases() : [];
  const everything = () =>
    [...new Set(cases.flatMap((one) => one.intermediates))].flatMap((file) => {
      try {
        return [certificate(file)];
      } catch {
        return [];
      }
    });

  const ways: [string, (one: Case) => Outcome][] = [
    ['from its intermediates in order', (one) => judgePool(one, one.intermediates.map(certificate))],
    ['from its intermediates the other way round', (one) => judgePool(one, one.intermediates.map(certificate).toReversed())],
    ['from the pool of all intermediates', (one) => judgePool(one, everything())],
  ];

  test.each(ways)('every case ends as NIST says, the path %s', (name, run) => {
    const table = new Map<string, { cases: number; right: number }>();
    const wrong: string[] = [];
    const unsupported: string[] = [];
    for (const one of cases) {
      const outcome = guarded(() => run(one));
      const row = table.get(one.section) ?? { cases: 0, right: 0 };
      table.set(one.section, row);
      row.cases++;
      if (outcome.status === 'unsupported') {
        unsupported.push(one.id);
        continue;
      }
      const expected = REASONS[one.section.slice(0, 2)];
      const strange = one.valid ? [] : outcome.codes.filter((code) => expected?.includes(code) !== true);
      if (strange.length > 0) wrong.push(`${one.id}: refused for ${strange.join(' ')}`);
      const policiesRight =
        !one.valid || JSON.stringify([...outcome.policies].sort()) === JSON.stringify([...one.userPolicies].sort());
      if ((outcome.status === 'valid') === one.valid && policiesRight) row.right++;
      else
        wrong.push(
          `${one.id} ${one.target}: expected ${one.valid}, got ${outcome.status} ${outcome.codes.join(' ')} ${policiesRight ? '' : `policies ${outcome.policies.join()} instead of ${one.userPolicies.join()}`}`,
        );
    }
    const lines = [...table].map(([section, row]) => `  ${section.padEnd(36)} ${row.right}/${row.cases}`);
    console.info(`PKITS, ${name}:\n${lines.join('\n')}\n  unsupported: ${unsupported.join(', ')}`);
    expect(wrong).toEqual([]);
    expect(new Set(unsupported)).toEqual(DSA);
  });
});

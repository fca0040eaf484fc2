import { FormatFault } from '@antin/formats/fault';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { DAY, HOUR, contextOf, letter, sign } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import { CHECKS } from './checks.ts';
import { detail } from './detailed.ts';
import { readPolicy } from './policy-file.ts';
import { VIETNAM_POLICY } from './policy.ts';
import { validate } from './validate.ts';

const pki = testPki();
const read = (policy: object) => readPolicy(utf8(JSON.stringify(policy)));
const code = (policy: object): string | undefined => {
  try {
    read(policy);
    return undefined;
  } catch (error) {
    if (error instanceof FormatFault) return error.code;
    throw error;
  }
};
const nothing = { certificates: [], crls: [], ocsps: [] };

describe('a policy file', () => {
  it('says what differs from the default', () => {
    const policy = read({ name: 'a', digests: { 'SHA-256': '2030-01-01', 'SHA-384': 'never' }, limits: { signatures: 3 } });
    expect(policy.digests['SHA-256']).toBe(Date.parse('2030-01-01T00:00:00Z'));
    expect('SHA-384' in policy.digests).toBe(false);
    expect(policy.digests['SHA-512']).toBeNull();
    expect(policy.limits).toEqual({ ...VIETNAM_POLICY.limits, signatures: 3 });
  });

  it('says until when SHA-1 counts under pinned authorities, and what becomes of lists that have ended', () => {
    const constraints = { 'trusted-list.expired': 'warn' };
    const policy = read({ name: 'a', sha1OnPinnedCaEvidenceUntil: '2027-01-01', constraints });
    expect([policy.sha1OnPinnedCaEvidenceUntil, policy.constraints]).toEqual([Date.parse('2027-01-01T00:00:00Z'), constraints]);
    expect(read({ name: 'a' }).sha1OnPinnedCaEvidenceUntil).toBe(VIETNAM_POLICY.sha1OnPinnedCaEvidenceUntil);
    expect(code({ name: 'a', sha1OnPinnedCaEvidenceUntil: 'always' })).toBe('policy.value');
  });

  it.each([
    ['a word nobody knows', { name: 'a', digest: {} }, 'policy.unknown-key'],
    ['an algorithm nobody knows', { name: 'a', digests: { MD5: null } }, 'policy.unknown-key'],
    ['a check nobody knows', { name: 'a', constraints: { 'luck.good': 'warn' } }, 'policy.unknown-key'],
    ['a date that is none', { name: 'a', digests: { 'SHA-1': 'soon' } }, 'policy.value'],
    ['no name', { digests: {} }, 'policy.value'],
    ['a level that is none', { name: 'a', minimumLevel: 'B-X' }, 'policy.value'],
    ['a broken signature to pass', { name: 'a', constraints: { 'integrity.digest': 'warn' } }, 'policy.not-loosenable'],
    ['a stranger to pass', { name: 'a', constraints: { 'trust.chain-found': 'ignore' } }, 'policy.not-loosenable'],
  ])('is refused for %s', (_what, policy, expected) => {
    expect(code(policy)).toBe(expected);
  });

  it('cannot be used from inside either to pass what no policy may pass', async () => {
    const file = await sign(letter(), { pki, by: 'leader' });
    file[60] = (file[60] as number) ^ 1;
    const constraints = Object.fromEntries(CHECKS.map((one) => [one.id, 'ignore' as const]));
    const { report } = validate(memorySource(file), contextOf(pki, pki.now, { policy: { ...VIETNAM_POLICY, constraints } }));
    expect(report.verdict).toBe('invalid');
  });
});

describe('constraint levels', () => {
  it.each([
    ['fail', 'indeterminate', 'failed'],
    ['warn', 'valid', 'warned'],
    ['inform', 'valid', 'informed'],
    ['ignore', 'valid', 'ignored'],
  ] as const)('an unknown status of revocation under "%s" is %s', async (level, verdict, status) => {
    const policy = read({ name: 'a', constraints: { 'trust.revocation-known': level } });
    const file = await sign(letter(), { pki, by: 'leader' });
    const at = pki.now + HOUR;
    const { report, settled } = validate(memorySource(file), contextOf(pki, at, { policy, evidence: nothing }));
    expect(report.verdict).toBe(verdict);
    expect(report.policy).toBe('a');
    const [one] = report.signatures;
    const told = (list: readonly { code: string }[] | undefined) =>
      (list ?? []).some((each) => each.code === 'trust.revocation-known');
    expect([told(one?.warnings), told(one?.information)]).toEqual([level === 'warn' || level === 'fail', level === 'inform']);
    const check = settled.map((each) => detail(each, policy, at))[0]?.checks.find((each) => each.id === 'trust.revocation-known');
    expect(check?.status).toBe(status);
  });

  it('a revoked signer stays revoked where only unknown status is let pass', async () => {
    const policy = read({ name: 'a', constraints: { 'trust.revocation-known': 'ignore' } });
    const { report } = validate(memorySource(await sign(letter(), { pki, by: 'revoked' })), contextOf(pki, pki.now, { policy }));
    expect(report.signatures[0]?.subIndication).toBe('REVOKED_NO_POE');
  });

  it('a level that is asked for makes the difference, and nothing worse than a doubt', async () => {
    const policy = read({ name: 'a', minimumLevel: 'B-T' });
    const at = pki.now + DAY;
    const judge = (file: Uint8Array) => validate(memorySource(file), contextOf(pki, at, { policy })).report;
    expect(judge(await sign(letter(), { pki, by: 'leader' }))).toMatchObject({
      verdict: 'indeterminate',
      decidedBy: 'policy.level',
    });
    expect(judge(await sign(letter(), { pki, by: 'leader', stampedAt: pki.now }))).toMatchObject({ verdict: 'valid' });
  });
});

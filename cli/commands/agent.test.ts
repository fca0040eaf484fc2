import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signingDesk } from '@antin/testkit/signing-desk';
import type { SigningDesk } from '@antin/testkit/signing-desk';

describe('antin agent', () => {
  let desk: SigningDesk;
  beforeAll(async () => void (desk = await signingDesk()));
  afterAll(() => desk.close());
  const agent = (...args: string[]) =>
    desk.antin(['agent', '--folder', desk.file('agent'), ...args], { env: { ANTIN_AGENT_OPENER: 'none' } });

  it('explains itself', async () => {
    const { code, out } = await agent('--help');
    expect(code).toBe(0);
    for (const option of ['--server', '--pkcs11', '--p12']) expect(out).toContain(option);
  });

  it.each([
    ['without a key', [], 64, 'agent.usage'],
    ['never paired and without an office', ['--p12', 'leader.p12', '--pass-file', 'pass'], 64, 'agent.not-paired'],
    ['with a passphrase that others may read', ['--p12', 'leader.p12', '--pass-file', 'open'], 64, 'secret-file.too-open'],
    [
      'with an office that does not answer',
      ['--server', 'http://127.0.0.1:1', '--p12', 'leader.p12', '--pass-file', 'pass'],
      69,
      'agent.server-unreachable',
    ],
  ])('%s says why and ends', async (_, args, code, reason) => {
    desk.p12('leader');
    desk.file('open', 'x', 0o644);
    const ran = await agent(...args);
    expect(ran.err).toContain(`[${reason}]`);
    expect(ran.code).toBe(code);
  });

  it('calls an option that there is not wrong usage', async () => {
    expect(await agent('--pin', '1234')).toMatchObject({ code: 64 });
  });
});

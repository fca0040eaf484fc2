import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { utf8 } from '@antin/formats/bytes/bytes';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { digestOf } from '@antin/pki/crypto';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { SERVICE_TYPE, STATUS_WITHDRAWN, TSL_SIGNING } from '@antin/signature/trust-list/names';
import { HOUR, letter, sign } from '@antin/testkit/judging/documents';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';
import { runCommand } from '@antin/testkit/run-command';
import { signedList } from '@antin/testkit/trust-list/list';
import type { ListedPeriod } from '@antin/testkit/trust-list/list';
import { beforeAll, describe, expect, it } from 'vitest';
import { useFolder } from '@antin/testkit/folder';
import type { Io } from '../io.ts';
import { run } from './validate.ts';

const pki = testPki({
  ...DEFAULT_PKI,
  entities: {
    ...DEFAULT_PKI.entities,
    lister: {
      profile: 'person',
      issuer: 'foreignRoot',
      key: 'p-256',
      subject: [['CN', 'Đơn vị công bố']],
      extKeyUsage: [TSL_SIGNING],
    },
  },
});
const dir = useFolder().path;
const path = (name: string): string => join(dir, name);
const at = new Date(pki.now + 2 * HOUR).toISOString();
const since: ListedPeriod = { from: '2025-01-01T00:00:00Z' };
const ca = (...periods: ListedPeriod[]) => ({ name: 'CA', certificates: [pki.certificate('issuing')], periods });
const tsa = { name: 'TSA', type: SERVICE_TYPE.tsa, certificates: [pki.certificate('tsa')], periods: [since] };

beforeAll(async () => {
  const list = async (name: string, services: Parameters<typeof signedList>[0]['services'], sequenceNumber = 7) =>
    writeFileSync(path(name), await signedList({ services, sequenceNumber }, pki.signingKey('lister'), pki.now - HOUR));
  await list('list.xml', [ca(since), tsa]);
  await list('withdrawn.xml', [ca({ from: '2026-03-01T00:00:00Z', status: STATUS_WITHDRAWN }, since), tsa], 8);
  writeFileSync(path('lister.crt'), pki.certificate('lister').raw);
  writeFileSync(path('other.crt'), pki.certificate('seal').raw);
  writeFileSync(path('issuing.crl'), pki.crlAt(Date.parse(at)));
  writeFileSync(path('root.crl'), pki.crlAt(Date.parse(at), 'root'));
  writeFileSync(path('root.crt'), pki.certificate('root').raw);
  writeFileSync(path('letter.pdf'), await sign(letter(), { pki, by: 'leader', stampedAt: pki.now }));
  writeFileSync(
    path('broken.json'),
    utf8('{"format":"antin-trust-store-1","anchors":[{"file":"none.crt","purposes":["signer"]}]}'),
  );
  const sha256 = toHex(digestOf(nodeCrypto, 'SHA-256', pki.certificate('root').raw));
  const stored = (more: object) =>
    JSON.stringify({
      format: 'antin-trust-store-1',
      anchors: [{ file: 'root.crt', sha256, purposes: ['signer', 'time-stamp'], label: 'Gốc', ...more }],
    });
  writeFileSync(path('store.json'), stored({}));
  writeFileSync(path('practice.json'), stored({ practice: true }));
  writeFileSync(path('ended.json'), stored({ validUntil: '2026-03-01T00:00:00Z' }));
});

const antin = (argv: string[], env: Record<string, string> = {}) =>
  runCommand(
    (words, io: Io) => run(words, { ...io, env }),
    [path('letter.pdf'), '--crl', path('issuing.crl'), path('root.crl'), '--at', at, '--offline', '--lang', 'en', ...argv],
  );
const listed = (...lists: string[]) => ['--trust-list', ...lists.map(path), '--trust-list-signer', path('lister.crt')];

describe('antin validate by trusted lists', () => {
  it('trusts what a pinned signer listed, and no longer what was withdrawn', async () => {
    expect(await antin(listed('list.xml'))).toMatchObject({ code: 0, err: '' });
    const withdrawn = await antin([...listed('withdrawn.xml'), '--format', 'json']);
    expect(withdrawn.code).toBe(2);
    expect(withdrawn.out).toContain('is trusted here no longer than 2026-02-28T23:59:59.999Z');
  });

  it('refuses a list by anybody else, an older one beside a newer, and a list without its signer, by code', async () => {
    const stranger = await antin(['--trust-list', path('list.xml'), '--trust-list-signer', path('other.crt')]);
    expect([stranger.code, stranger.err]).toEqual([64, expect.stringContaining('[trusted-list.signer-not-pinned]')]);
    const both = await antin(listed('withdrawn.xml', 'list.xml'));
    expect([both.code, both.err]).toEqual([64, expect.stringContaining('[trusted-list.rolled-back]')]);
    expect((await antin(['--trust-list', path('list.xml')])).code).toBe(64);
  });

  it('says that a list has ended', async () => {
    const later = ['--at', '2027-01-01T00:00:00Z'];
    const done = await runCommand(run, [path('letter.pdf'), '--offline', ...later, ...listed('list.xml')]);
    expect(done.code).toBe(2);
    expect(done.err).toContain('[trusted-list.expired]');
  });
});

describe('antin validate by a trust store', () => {
  it('honours its dates, and names what is wrong with it', async () => {
    expect((await antin(['--trust', path('store.json')])).code).toBe(0);
    expect((await antin(['--trust', path('ended.json')])).code).toBe(2);
    const broken = await antin(['--trust', path('broken.json')]);
    expect([broken.code, broken.err]).toEqual([64, expect.stringContaining('[trust-store.no-certificate]')]);
  });

  it('refuses practice anchors where the duties are real', async () => {
    const production = { ANTIN_PROFILE: 'production' };
    expect((await antin(['--trust', path('practice.json')])).code).toBe(0);
    expect((await antin(['--trust', path('store.json')], production)).code).toBe(0);
    const refused = await antin(['--trust', path('practice.json')], production);
    expect([refused.code, refused.err]).toEqual([64, expect.stringContaining('[trust.practice-anchor]')]);
  });
});

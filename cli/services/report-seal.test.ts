import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { PRACTICE_POLICY } from '@antin/pki/path/practice';
import { certificatePolicies } from '@antin/pki/x509/build';
import { writePkcs12 } from '@antin/pki/pkcs12/write';
import { useFolder } from '@antin/testkit/folder';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';
import { softHsmModule, softToken, type SoftToken } from '@antin/testkit/softhsm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configuredReportSeal, type SealOptions } from './report-seal.ts';

const { entities } = DEFAULT_PKI;
const practised = { ...entities['seal']!, moreExtensions: [certificatePolicies([PRACTICE_POLICY])] };
const pki = testPki({ ...DEFAULT_PKI, entities: { ...entities, practised } });
const folder = useFolder();
const path = (name: string): string => join(folder.path, name);
let now = pki.now;
const options = (profile: SealOptions['profile'] = 'production'): SealOptions => ({
  profile,
  clock: () => new Date(now),
  io: { stdin: process.stdin, stderr: process.stderr },
});
const configured = (content: unknown, profile?: SealOptions['profile']) => {
  writeFileSync(path('seal.json'), JSON.stringify(content));
  return configuredReportSeal(path('seal.json'), options(profile));
};
const p12 = (name: string, by: string): void => {
  const { pkcs8, certificate } = pki.entity(by);
  const file = writePkcs12({ pkcs8, certificates: [certificate.raw], friendlyName: by }, 'mật khẩu', nodeSecrets, {
    iterations: 2048,
  });
  writeFileSync(path(name), file, { mode: 0o600 });
};

describe('a seal from a file', () => {
  beforeAll(() => {
    p12('seal.p12', 'seal');
    p12('practice.p12', 'practised');
    writeFileSync(path('pass'), 'mật khẩu\n', { mode: 0o600 });
    writeFileSync(path('wrong'), 'sai\n', { mode: 0o600 });
    writeFileSync(path('issuing.crt'), pki.certificate('issuing').raw);
  });
  const own = { file: 'seal.p12', passFile: 'pass' };

  it('signs in production with the chain that was named, as long as its certificate is valid', async () => {
    const seal = await configured({ p12: own, chain: ['issuing.crt'] });
    const key = await seal();
    expect(key.certificate.raw).toEqual(pki.certificate('seal').raw);
    expect(key.chain.map((one) => one.raw)).toEqual([pki.certificate('issuing').raw]);
    now = key.certificate.notAfter + 1000;
    await expect(seal()).rejects.toMatchObject({ code: 'certificate.expired' });
    now = pki.now;
    await seal();
  });

  it('a key made for practice is refused in production and serves in practice', async () => {
    const practice = { p12: { ...own, file: 'practice.p12' } };
    await expect(configured(practice)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('software-key.practice-only') as string,
    });
    await (
      await configured(practice, 'practice')
    )();
  });

  it.each([
    ['a wrong passphrase', { p12: { ...own, passFile: 'wrong' } }, 'pkcs12.wrong-password'],
    ['no such file', { p12: { ...own, file: 'nowhere.p12' } }, 'secret-file.not-readable'],
    ['no such key', { p12: { ...own, key: 'other' } }, 'software-key.no-key'],
    ['a key that is not known', { p12: own, pin: '1234' }, 'cannot be used'],
    ['a chain that is not there', { p12: own, chain: ['nowhere.crt'] }, 'ENOENT'],
  ])('%s is met at the start', async (_what, content, code) => {
    await expect(configured(content)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining(code) as string,
    });
  });

  it('secrets that others may read are refused', async () => {
    chmodSync(path('pass'), 0o644);
    await expect(configured({ p12: own })).rejects.toMatchObject({
      message: expect.stringContaining('secret-file.too-open') as string,
    });
    chmodSync(path('pass'), 0o600);
  });
});

const library = softHsmModule();
describe.skipIf(library === undefined)('a seal on a token', () => {
  let token: SoftToken;
  beforeAll(async () => {
    const held = ['seal', 'practised'].map((name, i) => {
      const { pkcs8, certificate } = pki.entity(name);
      return { pkcs8, certificate: certificate.raw, id: `0${i + 1}` };
    });
    token = await softToken(library as string, 'bao-cao', held);
    writeFileSync(path('pin'), token.pin, { mode: 0o600 });
    writeFileSync(path('wrong-pin'), '000000', { mode: 0o600 });
  });
  afterAll(() => token.close());
  const { serialHex } = pki.certificate('seal');
  const own = { module: library as string, token: 'bao-cao', key: serialHex, pinFile: 'pin' };

  it('signs in a process of its own, with the PIN of a file', async () => {
    const seal = await configured({ pkcs11: own });
    const key = await seal();
    expect(key.certificate.serialHex).toBe(serialHex);
    expect(await key.sign(new Uint8Array([1]))).toBeInstanceOf(Uint8Array);
    await seal.close();
  });

  it('a wrong PIN is tried once, at the start; one that became wrong is not tried again, so that questions lock no token', async () => {
    await expect(configured({ pkcs11: { ...own, pinFile: 'wrong-pin' } })).rejects.toMatchObject({
      message: expect.stringContaining('pkcs11.pin-incorrect') as string,
    });
    writeFileSync(path('changing'), token.pin, { mode: 0o600 });
    const seal = await configured({ pkcs11: { ...own, pinFile: 'changing' } });
    writeFileSync(path('changing'), '111111');
    const key = await seal();
    await expect(key.sign(new Uint8Array([1]))).rejects.toMatchObject({ code: 'pkcs11.pin-incorrect' });
    // Right again, but a person decides that: the server was told no once.
    writeFileSync(path('changing'), token.pin);
    await expect(key.sign(new Uint8Array([1]))).rejects.toMatchObject({ code: 'pkcs11.pin-incorrect' });
    await expect(seal()).rejects.toMatchObject({ code: 'pkcs11.pin-incorrect' });
    await seal.close();
  });

  it('a practice certificate on a token is refused in production', async () => {
    const { serialHex: practice } = pki.certificate('practised');
    await expect(configured({ pkcs11: { ...own, key: practice } })).rejects.toMatchObject({
      message: expect.stringContaining('made for practice') as string,
    });
  });
});

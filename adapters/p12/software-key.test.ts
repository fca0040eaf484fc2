import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writePkcs12 } from '@antin/pki/pkcs12/write';
import { useFolder } from '@antin/testkit/folder';
import { selfSigned } from '@antin/testkit/self-signed';
import { nodeCrypto, nodeSecrets } from '../crypto/node.ts';
import { readSecretLine } from './secret-file.ts';
import { softwareKeyFromFile } from './software-key.ts';

const folder = useFolder();

describe('a software key', () => {
  const path = join(folder.path, 'key.p12');
  const held = selfSigned('Lê Thị Thu', 'p-256');
  const content = { pkcs8: held.pkcs8, certificates: [held.certificate], friendlyName: 'Lê Thị Thu' };
  writeFileSync(path, writePkcs12(content, 'mật khẩu', nodeSecrets, { iterations: 2048 }), { mode: 0o600 });
  const password = () => Buffer.from('mật khẩu');

  it('signs in the practice profile and is marked', async () => {
    const given = password();
    const key = softwareKeyFromFile(path, given, { profile: 'practice' });
    expect(key.practiceOnly).toBe(true);
    expect(given.every((octet) => octet === 0)).toBe(true);
    const signature = await key.sign(Buffer.from('x'));
    const { spki } = key.certificate;
    expect(nodeCrypto.verify({ spki, algorithm: key.algorithm, data: Buffer.from('x'), signature })).toBe('valid');
  });

  it('is refused in the production profile', () => {
    expect(() => softwareKeyFromFile(path, password(), { profile: 'production' })).toThrow(
      expect.objectContaining({ code: 'software-key.practice-only' }),
    );
  });

  it('is refused while others may read the file, and says how to close it', () => {
    chmodSync(path, 0o640);
    expect(() => softwareKeyFromFile(path, password(), { profile: 'practice' })).toThrow(
      expect.objectContaining({ code: 'secret-file.too-open', message: expect.stringContaining('chmod 600') }),
    );
    chmodSync(path, 0o600);
    softwareKeyFromFile(path, password(), { profile: 'practice' });
  });

  it('says a wrong password as such', () => {
    expect(() => softwareKeyFromFile(path, Buffer.from('sai'), { profile: 'practice' })).toThrow(
      expect.objectContaining({ code: 'pkcs12.wrong-password' }),
    );
  });
});

describe('a secret line', () => {
  it('is the first line without its end, and never empty', () => {
    const path = join(folder.path, 'pin');
    writeFileSync(path, '123456\r\nsecond', { mode: 0o600 });
    expect(readSecretLine(path).toString()).toBe('123456');
    writeFileSync(path, '\n');
    expect(() => readSecretLine(path)).toThrow(expect.objectContaining({ code: 'secret-file.empty' }));
    chmodSync(path, 0o644);
    expect(() => readSecretLine(path)).toThrow(expect.objectContaining({ code: 'secret-file.too-open' }));
  });
});

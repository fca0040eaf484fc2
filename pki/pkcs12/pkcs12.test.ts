import { createHmac, pbkdf2Sync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { decodeDer } from '@antin/formats/der/reader';
import { integer, nullValue, octetString, oid, sequence } from '@antin/formats/der/writer';
import { OID } from '../oids.ts';
import { encodePem } from '../pem.ts';
import { issue } from '@antin/testkit/issue';
import { openssl, opensslVersion } from '@antin/testkit/openssl';
import { commonName } from '../x509/name.ts';
import { readPkcs12 } from './read.ts';
import { writePkcs12 } from './write.ts';

const doors = { door: nodeCrypto, secrets: nodeSecrets };
const PASSWORD = 'mật khẩu thử 123';
const ca = issue({ ...doors, commonName: 'Gốc thử nghiệm', ca: true });
const leader = issue({ ...doors, commonName: 'Nguyễn Văn Thử', issuer: ca, kind: 'rsa-2048' });
const code = (value: string) => expect.objectContaining({ code: value });

function ours(password = PASSWORD): Uint8Array {
  const certificates = [leader.certificate.raw, ca.certificate.raw];
  return writePkcs12({ pkcs8: leader.pkcs8, certificates, friendlyName: 'Lãnh đạo' }, password, nodeSecrets, {
    iterations: 2048,
  });
}

describe('a PKCS#12 file of our own', () => {
  const file = ours();

  it('gives back key, certificates, name and which certificate belongs to the key', () => {
    const { keys, certificates } = readPkcs12(file, PASSWORD, nodeSecrets);
    expect(keys).toHaveLength(1);
    expect(keys[0]?.pkcs8).toEqual(leader.pkcs8);
    expect(keys[0]?.friendlyName).toBe('Lãnh đạo');
    expect(keys[0]?.certificate?.raw).toEqual(leader.certificate.raw);
    expect(certificates.map((one) => commonName(one.subject))).toEqual(['Nguyễn Văn Thử', 'Gốc thử nghiệm']);
  });

  it('takes the password as text or as its UTF-8 octets', () => {
    expect(readPkcs12(file, new TextEncoder().encode(PASSWORD), nodeSecrets).keys).toHaveLength(1);
  });

  it('refuses a wrong password with one code and no hint', () => {
    for (const wrong of ['', 'mật khẩu thử 124', `${PASSWORD} `]) {
      expect(() => readPkcs12(file, wrong, nodeSecrets)).toThrowError(code('pkcs12.wrong-password'));
    }
  });

  it('refuses the file when any byte of the sealed content is flipped, before anything is decrypted', () => {
    for (let at = 60; at < file.length - 100; at += 97) {
      const flipped = file.slice();
      flipped[at] = (flipped[at] as number) ^ 0x10;
      expect(() => readPkcs12(flipped, PASSWORD, nodeSecrets)).toThrowError(
        expect.objectContaining({ code: expect.stringMatching(/^(pkcs12\.wrong-password|der\.|ber\.|pkcs12\.structure)/) }),
      );
    }
  });

  it('refuses every truncation with a code', () => {
    for (let length = 0; length < file.length; length += 61) {
      expect(() => readPkcs12(file.subarray(0, length), PASSWORD, nodeSecrets)).toThrowError(
        expect.objectContaining({ code: expect.stringMatching(/^(der|ber|pkcs12)\./) }),
      );
    }
  });

  it('refuses a file that asks for more iterations than the budget, without doing them', () => {
    expect(() => readPkcs12(file, PASSWORD, nodeSecrets, { iterations: 5000, size: 1 << 20 })).toThrowError(
      code('pkcs12.iterations'),
    );
    expect(() => readPkcs12(file, PASSWORD, nodeSecrets, { iterations: 3 * 2048, size: 1 << 20 })).not.toThrow();
  });

  it('refuses a file whose MAC was cut off', () => {
    const [version, authSafe] = decodeDer(file).children();
    const cut = sequence(version!.raw, authSafe!.raw);
    expect(() => readPkcs12(cut, PASSWORD, nodeSecrets)).toThrowError(code('pkcs12.no-mac'));
  });

  it('is read when it comes in BER with its content in segments, as Windows and Java write it', () => {
    const [version, authSafe, macData] = decodeDer(file).children();
    const [type, content] = authSafe!.children();
    const octets = content!.inner().content;
    const segments = [octets.subarray(0, 1000), octets.subarray(1000)].map(octetString);
    const open = (tag: number, ...parts: Uint8Array[]) => concatBytes(Uint8Array.of(tag, 0x80), ...parts, Uint8Array.of(0, 0));
    const ber = open(0x30, version!.raw, open(0x30, type!.raw, open(0xa0, open(0x24, ...segments))), macData!.raw);
    expect(readPkcs12(ber, PASSWORD, nodeSecrets).keys[0]?.pkcs8).toEqual(leader.pkcs8);
  });

  it('is read when its MAC is PBMAC1 (RFC 9579), and refused under another password', () => {
    const [version, authSafe] = decodeDer(file).children();
    const octets = authSafe!.children()[1]!.inner().content;
    const salt = new Uint8Array(8).fill(9);
    const prf = sequence(oid(OID.hmacWithSha256), nullValue());
    const kdf = sequence(oid(OID.pbkdf2), sequence(octetString(salt), integer(2048), integer(32), prf));
    const algorithm = sequence(oid(OID.pbmac1), sequence(kdf, prf));
    const key = pbkdf2Sync(PASSWORD, salt, 2048, 32, 'sha256');
    const mac = new Uint8Array(createHmac('sha256', key).update(octets).digest());
    const macData = sequence(sequence(algorithm, octetString(mac)), octetString(Uint8Array.of(0)), integer(1));
    const modern = sequence(version!.raw, authSafe!.raw, macData);
    expect(readPkcs12(modern, PASSWORD, nodeSecrets).keys).toHaveLength(1);
    expect(() => readPkcs12(modern, 'khác', nodeSecrets)).toThrowError(code('pkcs12.wrong-password'));
  });

  it('is never written with so few iterations that guessing is cheap', () => {
    const content = { pkcs8: leader.pkcs8, certificates: [], friendlyName: 'x' };
    expect(() => writePkcs12(content, PASSWORD, nodeSecrets, { iterations: 1 })).toThrowError(code('pkcs12.iterations'));
  });
});

describe.skipIf(opensslVersion === undefined)('PKCS#12 between us and openssl', () => {
  const tool = openssl();
  afterAll(() => tool.remove());
  const env = { P12_PASS: PASSWORD };
  beforeAll(() => {
    tool.put('key.pem', encodePem('PRIVATE KEY', leader.pkcs8));
    tool.put('chain.pem', encodePem('CERTIFICATE', leader.certificate.raw) + encodePem('CERTIFICATE', ca.certificate.raw));
  });

  function theirs(...options: string[]): Uint8Array {
    const args = ['pkcs12', '-export', '-inkey', 'key.pem', '-in', 'chain.pem', '-name', 'leader', '-out', 'out.p12'];
    const done = tool.run([...args, '-passout', 'env:P12_PASS', ...options], env);
    expect(done.err).toBe('');
    return tool.get('out.p12');
  }

  it.each([
    ['as openssl writes it by default', []],
    ['with AES-128 and HMAC-SHA-1 MAC', ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC', '-macalg', 'sha1']],
    ['with AES-192 and a SHA-512 MAC', ['-keypbe', 'AES-192-CBC', '-certpbe', 'AES-192-CBC', '-macalg', 'sha512']],
    ['with PBES2 and 3DES', ['-keypbe', 'DES-EDE3-CBC', '-certpbe', 'DES-EDE3-CBC']],
    ['with PBE-SHA1-3DES', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
    ['with certificates in the clear', ['-certpbe', 'NONE']],
    ['with the key in the clear', ['-keypbe', 'NONE', '-certpbe', 'NONE']],
  ])('a file %s is read', (_, options) => {
    const { keys, certificates } = readPkcs12(theirs(...options), PASSWORD, nodeSecrets);
    expect(keys[0]?.friendlyName).toBe('leader');
    expect(keys[0]?.certificate?.raw).toEqual(leader.certificate.raw);
    expect(certificates).toHaveLength(2);
    const data = new Uint8Array([1, 2, 3]);
    const signature = nodeSecrets.sign(keys[0]?.pkcs8 as Uint8Array, leader.algorithm, data);
    const { spki } = leader.certificate;
    expect(nodeCrypto.verify({ spki, algorithm: leader.algorithm, data, signature })).toBe('valid');
  });

  it('a file without a password is read with the empty password only', () => {
    const args = ['pkcs12', '-export', '-inkey', 'key.pem', '-in', 'chain.pem', '-out', 'empty.p12', '-passout', 'env:NONE'];
    expect(tool.run(args, { NONE: '' }).err).toBe('');
    expect(readPkcs12(tool.get('empty.p12'), '', nodeSecrets).keys).toHaveLength(1);
    expect(() => readPkcs12(tool.get('empty.p12'), 'x', nodeSecrets)).toThrowError(code('pkcs12.wrong-password'));
  });

  it.each(['PBE-SHA1-RC2-40', 'PBE-SHA1-RC2-128'])('a file with %s is refused with the command that converts it', (cipher) => {
    const file = theirs('-legacy', '-keypbe', 'PBE-SHA1-3DES', '-certpbe', cipher);
    expect(() => readPkcs12(file, PASSWORD, nodeSecrets)).toThrowError(
      expect.objectContaining({ code: 'pkcs12.legacy-cipher', message: expect.stringContaining('openssl pkcs12 -legacy') }),
    );
    expect(() => readPkcs12(file, 'wrong', nodeSecrets)).toThrowError(code('pkcs12.wrong-password'));
  });

  it('openssl opens the file we write, and only with its password', () => {
    tool.put('ours.p12', ours());
    const args = ['pkcs12', '-in', 'ours.p12', '-passin', 'env:P12_PASS', '-info', '-noenc'];
    const done = tool.run(args, env);
    expect(done.err).toContain('MAC: sha256, Iteration 2048');
    expect(done.err).toContain('PBES2, PBKDF2, AES-256-CBC, Iteration 2048, PRF hmacWithSHA256');
    expect(done.ok).toBe(true);
    expect(done.out.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(done.out).toContain(encodePem('PRIVATE KEY', leader.pkcs8).trim());
    expect(tool.run(args, { P12_PASS: 'wrong' }).ok).toBe(false);
  });
});

import { afterAll, describe, expect, it } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { decodeDer } from '@antin/formats/der/reader';
import { context, integer, sequence } from '@antin/formats/der/writer';
import { openssl, opensslVersion } from '@antin/testkit/openssl';
import { encodeAttribute } from '../cms/attribute.ts';
import { OID } from '../oids.ts';
import { signatureAlgorithmIdentifier, signatureAlgorithmOf } from './algorithm.ts';
import { keyUsage, subjectAltName } from './build.ts';
import { buildName, nameText } from './name.ts';
import { buildCertificationRequest, buildCertificationRequestInfo, parseCertificationRequest } from './request.ts';
import type { CertificationRequest } from './request.ts';

const { pkcs8, spki } = nodeSecrets.generateKeyPair('p-256');
const algorithm = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
const identifier = signatureAlgorithmIdentifier(algorithm);
const subject = buildName([
  ['C', 'VN'],
  ['CN', 'Phạm Thị Xin'],
]);

function request(extensions: readonly Uint8Array[] = []): Uint8Array {
  const info = buildCertificationRequestInfo({ subject, spki, extensions });
  return buildCertificationRequest(info, identifier, nodeSecrets.sign(pkcs8, algorithm, info));
}

function possesses(read: CertificationRequest): boolean {
  const said = signatureAlgorithmOf(read.signatureAlgorithm);
  if (said === undefined) return false;
  return nodeCrypto.verify({ spki: read.spki, algorithm: said, data: read.info, signature: read.signature }) === 'valid';
}

describe('certification requests', () => {
  it('come back with subject, key and wishes, and prove possession', () => {
    const read = parseCertificationRequest(
      request([keyUsage('digitalSignature'), subjectAltName({ kind: 'rfc822', value: 'a@b.vn' })]),
    );
    expect(nameText(read.subject)).toBe('CN=Phạm Thị Xin,C=VN');
    expect(read.spki).toEqual(spki);
    expect([...read.extensions.keys()]).toEqual([OID.keyUsage, OID.subjectAltName]);
    expect(possesses(read)).toBe(true);
    expect(parseCertificationRequest(request()).extensions.size).toBe(0);
  });

  it('prove nothing for somebody else’s key', () => {
    const stolen = nodeSecrets.generateKeyPair('p-256').spki;
    const info = buildCertificationRequestInfo({ subject, spki: stolen });
    const der = buildCertificationRequest(info, identifier, nodeSecrets.sign(pkcs8, algorithm, info));
    expect(possesses(parseCertificationRequest(der))).toBe(false);
  });

  it('are refused with two lists of wishes, another version or a cut', () => {
    const wish = encodeAttribute(OID.extensionRequest, sequence(keyUsage('cRLSign')));
    const of = (info: Uint8Array) => buildCertificationRequest(info, identifier, Uint8Array.of(0));
    const twice = sequence(integer(0), subject, spki, context(0, wish, wish));
    expect(() => parseCertificationRequest(of(twice))).toThrowError(expect.objectContaining({ code: 'x509.request' }));
    const later = sequence(integer(1), subject, spki, context(0));
    expect(() => parseCertificationRequest(of(later))).toThrowError(expect.objectContaining({ code: 'x509.request' }));
    const der = request();
    for (let length = 0; length < der.length; length += 9) {
      expect(() => parseCertificationRequest(der.subarray(0, length))).toThrowError(
        expect.objectContaining({ code: 'der.truncated' }),
      );
    }
  });
});

describe.skipIf(opensslVersion === undefined)('requests between us and openssl', () => {
  const tool = openssl();
  afterAll(() => tool.remove());

  it('openssl verifies ours', () => {
    tool.put('r.der', request([keyUsage('digitalSignature', 'nonRepudiation')]));
    const done = tool.run(['req', '-inform', 'DER', '-in', 'r.der', '-verify', '-noout', '-text', '-nameopt', 'utf8']);
    expect(done.err + done.out).toContain('verify OK');
    expect(done.out).toContain('CN=Phạm Thị Xin');
    expect(done.out).toContain('Digital Signature, Non Repudiation');
  });

  it('we read and verify theirs', () => {
    tool.put('req.cnf', '[req]\ndistinguished_name=dn\n[dn]\n');
    const make = ['req', '-new', '-config', 'req.cnf', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'k.pem', '-subj', '/CN=x'];
    const more = [
      '-addext',
      'keyUsage=critical,digitalSignature',
      '-sigopt',
      'rsa_padding_mode:pss',
      '-outform',
      'DER',
      '-out',
      't',
    ];
    expect(tool.run([...make, ...more]).ok).toBe(true);
    const read = parseCertificationRequest(tool.get('t'));
    expect(possesses(read)).toBe(true);
    expect(decodeDer(read.spki).tag).toBe(0x30);
    expect(read.extensions.get(OID.keyUsage)?.critical).toBe(true);
  });
});

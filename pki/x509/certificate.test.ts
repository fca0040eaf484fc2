import { readFileSync, readdirSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { concatBytes, utf8 } from '@antin/formats/bytes/bytes';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { boolean, context, integer, octetString, oid, sequence, utf8String } from '@antin/formats/der/writer';
import { corpus } from '@antin/testkit/corpora';
import { ISSUE_FROM, ISSUE_TO, issue } from '@antin/testkit/issue';
import { openssl, opensslVersion } from '@antin/testkit/openssl';
import { OID } from '../oids.ts';
import { encodePem } from '../pem.ts';
import { signatureAlgorithmIdentifier, signatureAlgorithmOf } from './algorithm.ts';
import * as build from './build.ts';
import { parseCertificate, parseCertificates } from './certificate.ts';
import { buildName, commonName, nameText } from './name.ts';

const doors = { door: nodeCrypto, secrets: nodeSecrets };
const code = (value: string) => expect.objectContaining({ code: value });

const everything = [
  build.extKeyUsage(OID.documentSigning, OID.emailProtection),
  build.crlDistributionPoints(['http://crl.example.vn/a.crl', 'http://crl2.example.vn/a.crl']),
  build.authorityInfoAccess({ ocsp: ['http://ocsp.example.vn'], caIssuers: ['http://ca.example.vn/ca.cer'] }),
  build.certificatePolicies(['2.16.704.1.1', OID.anyPolicy]),
  build.subjectAltName({ kind: 'rfc822', value: 'van.thu@example.gov.vn' }, { kind: 'uri', value: 'urn:uuid:1' }),
];
const ca = issue({ ...doors, commonName: 'Gốc', ca: true, kind: 'rsa-2048' });
const leaf = issue({ ...doors, commonName: 'Trần Thị Ký', issuer: ca, extensions: everything });

describe('a certificate we issue', () => {
  it('is read back with every field', () => {
    const { certificate } = leaf;
    expect(certificate.version).toBe(3);
    expect(certificate.irregularities).toEqual([]);
    expect(certificate.algorithmsAgree).toBe(true);
    expect(commonName(certificate.subject)).toBe('Trần Thị Ký');
    expect(nameText(certificate.subject)).toBe('CN=Trần Thị Ký,O=Ủy ban nhân dân tỉnh Thử Nghiệm,C=VN');
    expect([certificate.notBefore, certificate.notAfter]).toEqual([ISSUE_FROM, ISSUE_TO]);
    expect(certificate.basicConstraints).toEqual({ ca: false });
    expect([...(certificate.keyUsage ?? [])]).toEqual(['digitalSignature', 'nonRepudiation']);
    expect(certificate.extKeyUsage).toEqual([OID.documentSigning, OID.emailProtection]);
    expect(certificate.crlDistributionPoints.flatMap((one) => one.urls)).toEqual([
      'http://crl.example.vn/a.crl',
      'http://crl2.example.vn/a.crl',
    ]);
    expect(certificate.authorityInfoAccess).toEqual({
      ocsp: ['http://ocsp.example.vn'],
      caIssuers: ['http://ca.example.vn/ca.cer'],
    });
    expect(certificate.certificatePolicies?.map((one) => one.policy)).toEqual(['2.16.704.1.1', OID.anyPolicy]);
    expect(certificate.subjectAltName).toEqual([
      { kind: 'rfc822', value: 'van.thu@example.gov.vn' },
      { kind: 'uri', value: 'urn:uuid:1' },
    ]);
    expect(certificate.authorityKeyIdentifier?.keyIdentifier).toEqual(ca.certificate.subjectKeyIdentifier);
    expect(certificate.unknownCriticalExtensions).toEqual([]);
  });

  it('verifies under its issuer and under no other key', () => {
    const { certificate } = leaf;
    const algorithm = signatureAlgorithmOf(certificate.signatureAlgorithm);
    if (algorithm === undefined) throw new Error('algorithm not recognised');
    const input = { algorithm, data: certificate.tbs, signature: certificate.signature };
    expect(nodeCrypto.verify({ ...input, spki: ca.certificate.spki })).toBe('valid');
    expect(nodeCrypto.verify({ ...input, spki: issue({ ...doors, commonName: 'x', kind: 'rsa-2048' }).certificate.spki })).toBe(
      'invalid',
    );
  });

  it('reads the same from DER, PEM with text around it, a bundle, bare base64 and p7c', () => {
    const pem = encodePem('CERTIFICATE', leaf.certificate.raw);
    for (const [bytes, count] of [
      [leaf.certificate.raw, 1],
      [utf8(`subject: leaf\r\n${pem.replaceAll('\n', '\r\n')}`), 1],
      [utf8(pem + encodePem('CERTIFICATE', ca.certificate.raw)), 2],
      [utf8(toBase64(leaf.certificate.raw)), 1],
    ] as const) {
      const found = parseCertificates(bytes);
      expect(found).toHaveLength(count);
      expect(found[0]?.raw).toEqual(leaf.certificate.raw);
    }
    expect(() => parseCertificates(utf8('<html>404</html>'))).toThrowError(code('x509.no-certificate'));
    expect(() => parseCertificates(new Uint8Array(0))).toThrowError(code('x509.no-certificate'));
  });
});

describe('a certificate that breaks the rules', () => {
  const algorithm = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
  const identifier = signatureAlgorithmIdentifier(algorithm);
  const name = buildName([['CN', 'x']]);
  const input = {
    serialNumber: Uint8Array.of(5),
    signatureAlgorithm: identifier,
    issuer: name,
    notBefore: ISSUE_FROM,
    notAfter: ISSUE_TO,
    subject: name,
    spki: leaf.certificate.spki,
    extensions: [build.basicConstraints(false)],
  };
  const signed = (tbs: Uint8Array, outer = identifier) => build.certificateFrom(tbs, outer, Uint8Array.of(0x30, 0));
  const tbsOf = (changes: Partial<typeof input>) => build.buildTbsCertificate({ ...input, ...changes });

  it('with one extension twice is refused: two readers would believe different ones', () => {
    const twice = [build.basicConstraints(false), build.basicConstraints(true)];
    expect(() => parseCertificate(signed(tbsOf({ extensions: twice })))).toThrowError(code('x509.duplicate-extension'));
  });

  it('with another algorithm inside than outside says so', () => {
    const other = signatureAlgorithmIdentifier({ scheme: 'ecdsa', digest: 'SHA-512' });
    expect(parseCertificate(signed(tbsOf({}), other)).algorithmsAgree).toBe(false);
    expect(parseCertificate(signed(tbsOf({}))).algorithmsAgree).toBe(true);
  });

  it('with extensions in version 1 is refused', () => {
    const tbs = tbsOf({});
    const asVersion1 = sequence(tbs.subarray(2 + 1 + 5 + (tbs[1] === 0x81 ? 0 : 1)));
    expect(() => parseCertificate(signed(asVersion1))).toThrowError(code('x509.version'));
  });

  it('with a critical extension nobody processes lists it; a non-critical one is no matter', () => {
    const strange = [
      build.extension('1.2.3.4', true, octetString(Uint8Array.of(1))),
      build.extension('1.2.3.5', false, integer(1)),
    ];
    expect(parseCertificate(signed(tbsOf({ extensions: strange }))).unknownCriticalExtensions).toEqual(['1.2.3.4']);
  });

  it('with a negative, zero or over-long serial number is read and reported, but never issued', () => {
    for (const [serial, irregularity] of [
      [Uint8Array.of(0xff), 'x509.serial-negative'],
      [Uint8Array.of(0), 'x509.serial-zero'],
      [new Uint8Array(21).fill(1), 'x509.serial-over-long'],
    ] as const) {
      expect(() => tbsOf({ serialNumber: serial })).toThrowError(code('x509.serial'));
      const tbs = tbsOf({});
      const body = tbs.subarray(tbs[1] === 0x81 ? 3 : 4);
      const changed = sequence(body.subarray(0, 5), Uint8Array.of(2, serial.length), serial, body.subarray(8));
      expect(parseCertificate(signed(changed)).irregularities).toEqual([irregularity]);
    }
  });

  it('with trailing bytes, a flipped header or any cut is refused with a code', () => {
    const der = leaf.certificate.raw;
    expect(() => parseCertificate(new Uint8Array([...der, 0]))).toThrowError(code('der.trailing-bytes'));
    for (let length = 0; length < der.length; length += 7) {
      expect(() => parseCertificate(der.subarray(0, length))).toThrowError(code('der.truncated'));
    }
  });

  it('with explicit cA FALSE and a path length keeps both as facts', () => {
    const value = sequence(boolean(false), integer(3));
    const read = parseCertificate(signed(tbsOf({ extensions: [build.extension(OID.basicConstraints, true, value)] })));
    expect(read.basicConstraints).toEqual({ ca: false, pathLength: 3 });
  });

  it('with a time before its time is never issued', () => {
    expect(() => tbsOf({ notAfter: ISSUE_FROM - 1 })).toThrowError(code('x509.validity'));
  });

  it('with an otherName keeps its value verbatim', () => {
    const upn = utf8String('thu@example');
    const san = build.subjectAltName({ kind: 'other', type: '1.3.6.1.4.1.311.20.2.3', value: upn });
    const read = parseCertificate(signed(tbsOf({ extensions: [san] })));
    expect(read.subjectAltName).toEqual([{ kind: 'other', type: '1.3.6.1.4.1.311.20.2.3', value: upn }]);
    const damaged = build.extension(OID.subjectAltName, false, sequence(context(0, oid('1.2.3'))));
    expect(() => parseCertificate(signed(tbsOf({ extensions: [damaged] })))).toThrowError(code('x509.general-name'));
  });
});

describe.skipIf(opensslVersion === undefined)('certificates between us and openssl', () => {
  const tool = openssl();
  afterAll(() => tool.remove());

  it('openssl prints and verifies what we build', () => {
    tool.put('ca.pem', encodePem('CERTIFICATE', ca.certificate.raw));
    tool.put('leaf.pem', encodePem('CERTIFICATE', leaf.certificate.raw));
    const at = String(ISSUE_FROM / 1000 + 86_400);
    const verify = ['verify', '-x509_strict', '-no-CApath', '-no-CAstore', '-attime', at, '-CAfile', 'ca.pem', 'leaf.pem'];
    expect(tool.run(verify).out).toBe('leaf.pem: OK\n');
    const { out } = tool.run(['x509', '-in', 'leaf.pem', '-noout', '-text', '-nameopt', 'utf8']);
    for (const line of ['CN=Trần Thị Ký', 'URI:http://crl2.example.vn/a.crl', 'OCSP - URI:http://ocsp.example.vn', 'CA:FALSE']) {
      expect(out).toContain(line);
    }
  });

  it('p7c files and certificates made by openssl are read', () => {
    const config = '[req]\ndistinguished_name=dn\n[dn]\n';
    tool.put('req.cnf', config);
    const request = ['req', '-x509', '-config', 'req.cnf', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-nodes'];
    const extra = ['-subj', '/C=VN/O=Thử/CN=openssl', '-utf8', '-days', '3', '-keyout', 'k.pem', '-out', 'x.pem'];
    expect(tool.run([...request, ...extra, '-addext', 'nameConstraints=critical,permitted;DNS:example.vn']).ok).toBe(true);
    const [made] = parseCertificates(tool.get('x.pem'));
    expect(nameText(made!.subject)).toBe('CN=openssl,O=Thử,C=VN');
    expect(made!.nameConstraints).toEqual({
      permitted: [{ base: { kind: 'dns', value: 'example.vn' }, minimum: 0 }],
      excluded: [],
    });
    const readBack = () => parseCertificates(tool.get('x.p7c')).map((one) => one.raw);
    for (const form of ['DER', 'PEM']) {
      tool.run(['crl2pkcs7', '-nocrl', '-certfile', 'x.pem', '-outform', form, '-out', 'x.p7c']);
      expect(readBack()).toEqual([made!.raw]);
    }
    // The same ContentInfo with the outer length left open, as Windows writes it.
    tool.run(['crl2pkcs7', '-nocrl', '-certfile', 'x.pem', '-outform', 'DER', '-out', 'x.p7c']);
    const der = tool.get('x.p7c');
    const content = der.subarray(der[1] === 0x82 ? 4 : 3);
    tool.put('x.p7c', concatBytes(Uint8Array.of(0x30, 0x80), content, Uint8Array.of(0, 0)));
    expect(readBack()).toEqual([made!.raw]);
  });
});

const pkits = corpus('pkits');

describe.skipIf(pkits === undefined)('the 405 certificates of PKITS', () => {
  it('are read as Node reads them, but for two whose signature is no whole octets', () => {
    const folder = join(pkits as string, 'certs');
    const refused: string[] = [];
    const names = readdirSync(folder);
    for (const name of names) {
      const der = new Uint8Array(readFileSync(join(folder, name)));
      try {
        const read = parseCertificate(der);
        const theirs = new X509Certificate(der);
        expect([read.notBefore, read.notAfter]).toEqual([Date.parse(theirs.validFrom), Date.parse(theirs.validTo)]);
        // Node opens no DSA key that inherits its parameters.
        if (read.publicKeyAlgorithm.oid !== OID.rsaEncryption) continue;
        expect(read.spki).toEqual(new Uint8Array(theirs.publicKey.export({ format: 'der', type: 'spki' })));
        if (!read.serialHex.startsWith('-')) expect(BigInt(`0x${read.serialHex}`)).toBe(BigInt(`0x${theirs.serialNumber}`));
      } catch (error) {
        if ((error as { code?: string }).code !== 'der.bit-string') throw error;
        refused.push(name);
      }
    }
    expect(names).toHaveLength(405);
    expect(refused).toEqual(['BadSignedCACert.crt', 'InvalidDSASignatureTest6EE.crt']);
  });
});

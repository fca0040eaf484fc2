import { afterAll, describe, expect, it } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { equalBytes, utf8 } from '@antin/formats/bytes/bytes';
import { decodeDer } from '@antin/formats/der/reader';
import { readTime } from '@antin/formats/der/values';
import { integer, octetString, sequence, setOf, tlv } from '@antin/formats/der/writer';
import { ISSUE_FROM, issue } from '@antin/testkit/issue';
import type { Holder } from '@antin/testkit/issue';
import { openssl, opensslVersion } from '@antin/testkit/openssl';
import { digestOf } from '../crypto.ts';
import type { DigestAlgorithm, SignatureAlgorithm } from '../crypto.ts';
import { OID } from '../oids.ts';
import { encodePem } from '../pem.ts';
import { digestAlgorithmOf, signatureAlgorithmOf } from '../x509/algorithm.ts';
import { encodeAttribute } from './attribute.ts';
import { buildSignedAttributes, buildSignedData, signatureTimeStampAttribute } from './build.ts';
import { parseSigningCertificate } from './ess.ts';
import { attributesOf, parseSignedData } from './signed-data.ts';
import type { SignedData } from './signed-data.ts';

const doors = { door: nodeCrypto, secrets: nodeSecrets };
const code = (value: string) => expect.objectContaining({ code: value });
const content = utf8('Quyết định về việc ban hành quy chế');
const ca = issue({ ...doors, commonName: 'Gốc', ca: true });
const rsa = issue({ ...doors, commonName: 'RSA', issuer: ca, kind: 'rsa-2048' });
const p256 = issue({ ...doors, commonName: 'P-256', issuer: ca });
const p384 = issue({ ...doors, commonName: 'P-384', issuer: ca, kind: 'p-384' });
const ed = issue({ ...doors, commonName: 'Ed25519', issuer: ca, kind: 'ed25519' });
const AT = ISSUE_FROM + 86_400_000;

interface Options {
  readonly holder?: Holder;
  readonly algorithm?: SignatureAlgorithm;
  readonly digest?: DigestAlgorithm;
  readonly more?: readonly Uint8Array[];
  readonly unsignedAttributes?: readonly Uint8Array[];
  readonly attached?: boolean;
}

function sign(options: Options = {}): Uint8Array {
  const { holder = p256, digest = 'SHA-256', algorithm = holder.algorithm } = options;
  const signedAttributes = buildSignedAttributes({
    contentType: OID.idData,
    messageDigest: digestOf(nodeCrypto, digest, content),
    signingCertificate: holder.certificate,
    digest,
    door: nodeCrypto,
    signingTime: AT,
    ...(options.more === undefined ? {} : { more: options.more }),
  });
  return buildSignedData({
    digest,
    signatureAlgorithm: algorithm,
    signingCertificate: holder.certificate,
    certificates: [ca.certificate.raw, holder.certificate.raw],
    signedAttributes,
    signature: nodeSecrets.sign(holder.pkcs8, algorithm, signedAttributes),
    ...(options.unsignedAttributes === undefined ? {} : { unsignedAttributes: options.unsignedAttributes }),
    ...(options.attached === true ? { eContent: content } : {}),
  });
}

/** Verifies the first SignerInfo by hand, as the judge does. */
function verifies(cms: SignedData, data: Uint8Array, spki: Uint8Array): boolean {
  const [signer] = cms.signerInfos;
  const digest = digestAlgorithmOf(signer?.digestAlgorithm.oid ?? '');
  if (signer?.signedAttrs === undefined || digest === undefined) return false;
  const algorithm = signatureAlgorithmOf(signer.signatureAlgorithm, digest);
  const value = attributesOf(signer.signedAttrs.list, OID.idMessageDigest)[0]?.values[0];
  if (algorithm === undefined || value === undefined) return false;
  if (!equalBytes(decodeDer(value).content, digestOf(nodeCrypto, digest, data))) return false;
  return nodeCrypto.verify({ spki, algorithm, data: signer.signedAttrs.asSet, signature: signer.signature }) === 'valid';
}

describe('a SignedData we build', () => {
  it('is read back: detached, one signer by issuer and serial, all certificates, CAdES attributes', () => {
    const cms = parseSignedData(sign());
    expect(cms.version).toBe(1);
    expect(cms.eContentType).toBe(OID.idData);
    expect(cms.eContent).toBeUndefined();
    expect(cms.certificates).toHaveLength(2);
    const signer = cms.signerInfos[0]!;
    const { issuer, serialNumber } = p256.certificate;
    expect(signer.sid).toEqual({ kind: 'issuer-serial', issuer: issuer.raw, serialNumber });
    expect(signer.duplicateSignedTypes).toEqual([]);
    expect(new Set(signer.signedAttrs?.list.map((one) => one.oid))).toEqual(
      new Set([OID.idContentType, OID.idMessageDigest, OID.idSigningTime, OID.idAaSigningCertificateV2]),
    );
    const time = attributesOf(signer.signedAttrs?.list ?? [], OID.idSigningTime)[0]?.values[0];
    expect(readTime(decodeDer(time!))).toBe(AT);
    expect(verifies(cms, content, p256.certificate.spki)).toBe(true);
    expect(verifies(cms, utf8('khác'), p256.certificate.spki)).toBe(false);
  });

  it('works with Ed25519 and SHA-512 (RFC 8419), which openssl 3.0 cannot judge', () => {
    const cms = parseSignedData(sign({ holder: ed, digest: 'SHA-512' }));
    expect(verifies(cms, content, ed.certificate.spki)).toBe(true);
    expect(verifies(cms, utf8('khác'), ed.certificate.spki)).toBe(false);
  });

  it('names its certificate by hash, issuer and serial number', () => {
    for (const digest of ['SHA-256', 'SHA-512'] as const) {
      const algorithm = { scheme: 'ecdsa', digest } as const;
      const list = parseSignedData(sign({ digest, algorithm })).signerInfos[0]?.signedAttrs?.list ?? [];
      const { v, certs } = parseSigningCertificate(attributesOf(list, OID.idAaSigningCertificateV2)[0]!);
      const { raw, serialNumber, issuer } = p256.certificate;
      expect([v, certs.length, certs[0]?.digest]).toEqual([2, 1, digest]);
      expect(certs[0]?.hash).toEqual(digestOf(nodeCrypto, digest, raw));
      expect(certs[0]?.issuerSerial?.serialNumber).toEqual(serialNumber);
      expect(certs[0]?.issuerSerial?.issuer[0]).toMatchObject({ kind: 'directory', name: { raw: issuer.raw } });
    }
  });

  it('carries a time-stamp token as an unsigned attribute without touching what was signed', () => {
    const token = sequence(integer(1));
    const cms = parseSignedData(sign({ unsignedAttributes: [signatureTimeStampAttribute(token)] }));
    const [attribute] = cms.signerInfos[0]!.unsignedAttrs;
    expect([attribute?.oid, attribute?.values]).toEqual([OID.idAaSignatureTimeStampToken, [token]]);
    expect(verifies(cms, content, p256.certificate.spki)).toBe(true);
  });

  it('is refused as signed attributes when they are not one DER SET', () => {
    const input = { digest: 'SHA-256', signatureAlgorithm: p256.algorithm, signingCertificate: p256.certificate } as const;
    const build = (signedAttributes: Uint8Array) =>
      buildSignedData({ ...input, certificates: [], signedAttributes, signature: Uint8Array.of(0) });
    expect(() => build(sequence(integer(1)))).toThrowError(code('cms.signed-attributes'));
    expect(() => build(new Uint8Array([...setOf(), 0]))).toThrowError(code('der.trailing-bytes'));
  });
});

describe('a SignedData with something wrong', () => {
  it('keeps signed attributes verbatim: in the wrong order they are hashed as they came', () => {
    const sorted = decodeDer(
      buildSignedAttributes({
        contentType: OID.idData,
        messageDigest: digestOf(nodeCrypto, 'SHA-256', content),
        signingCertificate: p256.certificate,
        digest: 'SHA-256',
        door: nodeCrypto,
      }),
    ).children();
    const unsorted = tlv(0x31, ...sorted.map((one) => one.raw).reverse());
    const der = buildSignedData({
      digest: 'SHA-256',
      signatureAlgorithm: p256.algorithm,
      signingCertificate: p256.certificate,
      certificates: [],
      signedAttributes: unsorted,
      signature: nodeSecrets.sign(p256.pkcs8, p256.algorithm, unsorted),
    });
    const cms = parseSignedData(der);
    expect(cms.signerInfos[0]?.signedAttrs?.asSet).toEqual(unsorted);
    expect(verifies(cms, content, p256.certificate.spki)).toBe(true);
  });

  it('with an attribute type twice is a fact for the judge, not a crash', () => {
    const second = encodeAttribute(OID.idMessageDigest, octetString(new Uint8Array(32)));
    expect(parseSignedData(sign({ more: [second] })).signerInfos[0]?.duplicateSignedTypes).toEqual([OID.idMessageDigest]);
  });

  it('cut anywhere is refused with a code and an offset', () => {
    const der = sign();
    for (let length = 0; length < der.length; length += 13) {
      expect(() => parseSignedData(der.subarray(0, length))).toThrowError(
        expect.objectContaining({ code: 'der.truncated', offset: expect.any(Number) }),
      );
    }
  });

  it('with another content type is refused', () => {
    expect(() => parseSignedData(sequence(tlv(0x06, Uint8Array.of(0x2a)), tlv(0xa0, sequence())))).toThrowError(
      code('cms.not-signed-data'),
    );
  });

  it('never verifies with any covered byte flipped', () => {
    const der = sign();
    const { signedAttrs, signature } = parseSignedData(der).signerInfos[0]!;
    for (const covered of [signedAttrs!.raw, signature]) {
      const start = covered.byteOffset - der.byteOffset;
      for (let at = start; at < start + covered.length; at += 3) {
        const flipped = der.slice();
        flipped[at] = (flipped[at] as number) ^ 4;
        let passed = false;
        try {
          passed = verifies(parseSignedData(flipped), content, p256.certificate.spki);
        } catch (error) {
          expect(error).toHaveProperty('code');
        }
        expect(passed).toBe(false);
      }
    }
  });
});

describe.skipIf(opensslVersion === undefined)('CMS between us and openssl', () => {
  const tool = openssl();
  afterAll(() => tool.remove());
  tool.put('ca.pem', encodePem('CERTIFICATE', ca.certificate.raw));
  tool.put('content', content);
  const at = ['-attime', String(AT / 1000), '-CAfile', 'ca.pem', '-no-CApath', '-no-CAstore', '-purpose', 'any'];

  it.each<readonly [string, Options]>([
    ['RSA PKCS#1 v1.5', { holder: rsa }],
    ['RSA-PSS', { holder: rsa, algorithm: { scheme: 'rsa-pss', digest: 'SHA-256', mgfDigest: 'SHA-256', saltLength: 32 } }],
    ['P-256', { holder: p256 }],
    ['P-384 with SHA-384', { holder: p384, digest: 'SHA-384', algorithm: { scheme: 'ecdsa', digest: 'SHA-384' } }],
  ])('openssl cms -verify -cades accepts our detached signature with %s', (_, options) => {
    tool.put('sig.p7s', sign(options));
    const verify = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', 'sig.p7s', '-out', 'out', ...at];
    const done = tool.run([...verify, '-content', 'content']);
    expect(done.err).toContain('CAdES Verification successful');
    expect(done.ok).toBe(true);
    tool.put('other', utf8('khác'));
    expect(tool.run([...verify, '-content', 'other']).ok).toBe(false);
  });

  it('openssl reads our attached signature and gives the content back', () => {
    tool.put('sig.p7m', sign({ attached: true }));
    const verify = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', 'sig.p7m', '-out', 'back', ...at];
    expect(tool.run(verify).ok).toBe(true);
    expect(tool.get('back')).toEqual(content);
  });

  it.each([
    ['RSA', rsa, []],
    ['RSA-PSS', rsa, ['-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_pss_saltlen:32']],
    ['P-384', p384, ['-md', 'sha384']],
  ])('a CAdES signature by openssl with %s is read and verifies', (_, holder, options) => {
    tool.put('key.pem', encodePem('PRIVATE KEY', holder.pkcs8));
    tool.put('cert.pem', encodePem('CERTIFICATE', holder.certificate.raw));
    const args = ['cms', '-sign', '-cades', '-binary', '-in', 'content', '-signer', 'cert.pem', '-inkey', 'key.pem'];
    expect(tool.run([...args, '-outform', 'DER', '-out', 'theirs.p7s', ...options]).err).toBe('');
    const cms = parseSignedData(tool.get('theirs.p7s'));
    expect(verifies(cms, content, holder.certificate.spki)).toBe(true);
    expect(verifies(cms, content, ca.certificate.spki)).toBe(false);
    const list = cms.signerInfos[0]!.signedAttrs!.list;
    const ess = list.find((one) => one.oid === OID.idAaSigningCertificateV2 || one.oid === OID.idAaSigningCertificate)!;
    const id = parseSigningCertificate(ess).certs[0]!;
    expect(id.hash).toEqual(digestOf(nodeCrypto, id.digest!, holder.certificate.raw));
  });
});

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { concatBytes, latin1 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { decodeDer } from '@antin/formats/der/reader';
import { octetString, setOf } from '@antin/formats/der/writer';
import { encodeAttribute, encodeAttributes } from '@antin/pki/cms/attribute';
import { buildSignedAttributes, buildSignedData, signatureTimeStampAttribute } from '@antin/pki/cms/build';
import type { SignedDataInput } from '@antin/pki/cms/build';
import { digestOf } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { HOUR, contextOf } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { opensslVersion } from '@antin/testkit/openssl';
import { describe, expect, it } from 'vitest';
import type { ValidationReport } from './types.ts';
import { validate } from './validate.ts';

const pki = testPki();
const at = pki.now + 2 * HOUR;
const data = latin1('Noi dung can ky');

interface Options extends Partial<SignedDataInput> {
  readonly by?: string;
  readonly more?: readonly Uint8Array[];
  readonly attributes?: (honest: readonly Uint8Array[]) => readonly Uint8Array[];
  readonly stamp?: (signature: Uint8Array) => Uint8Array;
  readonly bound?: string;
}

async function cms(options: Options = {}): Promise<Uint8Array> {
  const { by = 'leader', more, attributes, stamp, bound, ...rest } = options;
  const key = pki.signingKey(by);
  const set = buildSignedAttributes({
    contentType: OID.idData,
    messageDigest: digestOf(nodeCrypto, 'SHA-256', data),
    signingCertificate: bound === undefined ? key.certificate : pki.certificate(bound),
    digest: 'SHA-256',
    door: nodeCrypto,
    signingTime: pki.now,
    ...(more === undefined ? {} : { more }),
  });
  const list = decodeDer(set)
    .children()
    .map((one) => one.raw);
  const signedAttributes = attributes === undefined ? set : setOf(...attributes(list));
  const signature = await key.sign(signedAttributes);
  return buildSignedData({
    digest: 'SHA-256',
    signatureAlgorithm: key.algorithm,
    signingCertificate: key.certificate,
    certificates: key.chain.map((one) => one.raw),
    signedAttributes,
    signature,
    ...(stamp === undefined ? {} : { unsignedAttributes: [signatureTimeStampAttribute(stamp(signature))] }),
    ...rest,
  });
}

const judge = (file: Uint8Array, detached: Uint8Array | null = data): ValidationReport =>
  validate(memorySource(file), contextOf(pki, at, detached === null ? {} : { detached: memorySource(detached) })).report;
const short = (report: ValidationReport): string => `${report.verdict} ${report.signatures[0]?.subIndication ?? ''}`.trim();
const stampOver = (bytes: Uint8Array): Uint8Array =>
  pki.timeStampToken({ digest: 'SHA-256', hash: digestOf(nodeCrypto, 'SHA-256', bytes) }, pki.now);

describe('detached and attached CMS', () => {
  it('passes as CAdES B-B and B-T, in DER and in PEM', async () => {
    const plain = await cms();
    const report = judge(plain);
    expect(short(report)).toBe('valid');
    expect(report.signatures[0]).toMatchObject({ format: 'CAdES', level: 'B-B', levelFailures: [] });
    expect(judge(await cms({ stamp: stampOver })).signatures[0]).toMatchObject({ level: 'B-T', indication: 'TOTAL_PASSED' });
    const pem = latin1(`-----BEGIN CMS-----\n${toBase64(plain).replace(/.{64}/g, '$&\n')}\n-----END CMS-----\n`);
    expect(short(judge(pem))).toBe('valid');
  });

  it('attached content passes without data beside it, and a second content beside it must be the same', async () => {
    const attached = await cms({ eContent: data });
    expect(short(judge(attached, null))).toBe('valid');
    expect(short(judge(attached, data))).toBe('valid');
    expect(short(judge(attached, latin1('Noi dung khac')))).toBe('invalid FORMAT_FAILURE');
  });

  it('missing data is said, other data is a hash failure', async () => {
    const file = await cms();
    const bare = validate(memorySource(file), contextOf(pki, at)).report;
    expect(short(bare)).toBe('indeterminate SIGNED_DATA_NOT_FOUND');
    expect(short(judge(file, latin1('Noi dung khac')))).toBe('invalid HASH_FAILURE');
  });

  it('bytes behind the CMS are refused', async () => {
    expect(short(judge(concatBytes(await cms(), latin1('x'))))).toBe('invalid FORMAT_FAILURE');
  });
});

describe('attacks on the signed attributes', () => {
  const message = (bytes: Uint8Array): Uint8Array => encodeAttribute(OID.idMessageDigest, octetString(bytes));

  it('message-digest and content-type stand exactly once', async () => {
    const second = message(digestOf(nodeCrypto, 'SHA-256', latin1('x')));
    expect(short(judge(await cms({ attributes: (list) => [...list, second] })))).toBe('invalid FORMAT_FAILURE');
    for (const drop of [OID.idMessageDigest, OID.idContentType]) {
      const dropped = await cms({ attributes: (list) => list.filter((one) => !hasOid(one, drop)) });
      expect(judge(dropped).verdict, drop).toBe('invalid');
    }
  });

  it('any other attribute twice is refused', async () => {
    const extra = encodeAttribute('2.999.5', octetString(latin1('a')));
    expect(short(judge(await cms({ more: [extra] })))).toBe('valid');
    const other = encodeAttribute('2.999.5', octetString(latin1('b')));
    expect(short(judge(await cms({ more: [extra, other] })))).toBe('invalid FORMAT_FAILURE');
  });

  it('a signing-certificate that names another certificate is refused (substitution)', async () => {
    const report = judge(await cms({ bound: 'seal' }));
    expect(short(report)).toBe('indeterminate NO_SIGNING_CERTIFICATE_FOUND');
  });

  it('without signing-certificate it is plain CMS, no level, and the rule is named', async () => {
    const file = await cms({ attributes: (list) => list.filter((one) => !hasOid(one, OID.idAaSigningCertificateV2)) });
    const report = judge(file);
    expect(report.signatures[0]).toMatchObject({ format: 'CMS', level: null });
    expect(report.signatures[0]?.levelFailures.map((one) => one.code)).toContain('level.signing-certificate');
  });

  it('the encoded attributes presented as content do not pass (signedAttrs confusion)', async () => {
    const { parseSignedData } = await import('@antin/pki/cms/signed-data');
    const honest = parseSignedData(await cms());
    const signer = honest.signerInfos[0];
    const asContent = signer?.signedAttrs?.asSet as Uint8Array;
    // Same value, attributes stripped, their encoding as the data.
    const key = pki.signingKey('leader');
    const stripped = buildSignedData({
      digest: 'SHA-256',
      signatureAlgorithm: key.algorithm,
      signingCertificate: key.certificate,
      certificates: [],
      signedAttributes: encodeAttributes([]),
      signature: signer?.signature as Uint8Array,
    });
    const report = judge(withoutEmptyAttributes(stripped), asContent);
    expect(short(report)).toBe('invalid FORMAT_FAILURE');
    expect(report.signatures[0]?.decidedBy).toBe('cms.signed-attributes-needed');
    // The value does verify: only the rule about what content may look like stops it.
    expect(report.signatures[0]?.cryptoValid).toBe(true);
  });

  it('a digestAlgorithm that contradicts the signature algorithm is refused', async () => {
    const { buildSignedData: build } = await import('@antin/pki/cms/build');
    const key = pki.signingKey('leader');
    const set = buildSignedAttributes({
      contentType: OID.idData,
      messageDigest: digestOf(nodeCrypto, 'SHA-512', data),
      signingCertificate: key.certificate,
      digest: 'SHA-512',
      door: nodeCrypto,
      signingTime: pki.now,
    });
    const file = build({
      digest: 'SHA-512',
      signatureAlgorithm: key.algorithm,
      signingCertificate: key.certificate,
      certificates: key.chain.map((one) => one.raw),
      signedAttributes: set,
      signature: await key.sign(set),
    });
    expect(short(judge(file))).toBe('indeterminate CRYPTO_CONSTRAINTS_FAILURE');
  });
});

describe('time-stamps of a CMS', () => {
  it('a token copied from another signature proves nothing', async () => {
    const copied = await cms({
      by: 'revoked',
      stamp: () => {
        const hash = digestOf(nodeCrypto, 'SHA-256', latin1('another signature value'));
        return pki.timeStampToken({ digest: 'SHA-256', hash }, Date.parse('2026-01-20T00:00:00Z'));
      },
    });
    const report = judge(copied);
    expect(short(report)).toBe('indeterminate REVOKED_NO_POE');
    expect(report.signatures[0]?.timestamps[0]).toMatchObject({ imprintMatches: false, indication: 'FAILED' });
    expect(report.signatures[0]?.level).toBe('B-B');
    const own = await cms({
      by: 'revoked',
      stamp: (signature) => {
        const hash = digestOf(nodeCrypto, 'SHA-256', signature);
        return pki.timeStampToken({ digest: 'SHA-256', hash }, Date.parse('2026-01-20T00:00:00Z'));
      },
    });
    expect(short(judge(own))).toBe('valid');
  });

  it('a token whose signature is broken proves nothing', async () => {
    const broken = await cms({
      stamp: (signature) =>
        pki.timeStampToken({ digest: 'SHA-256', hash: digestOf(nodeCrypto, 'SHA-256', signature) }, pki.now, {
          brokenSignature: true,
        }),
    });
    expect(judge(broken).signatures[0]?.timestamps[0]).toMatchObject({
      indication: 'FAILED',
      subIndication: 'SIG_CRYPTO_FAILURE',
    });
  });

  it('a content time-stamp later than the signature time-stamp is out of order', async () => {
    const content = (time: number): Uint8Array =>
      encodeAttribute(
        OID.idAaContentTimestamp,
        pki.timeStampToken({ digest: 'SHA-256', hash: digestOf(nodeCrypto, 'SHA-256', data) }, time),
      );
    expect(short(judge(await cms({ more: [content(pki.now - HOUR)], stamp: stampOver })))).toBe('valid');
    expect(short(judge(await cms({ more: [content(pki.now + HOUR)], stamp: stampOver })))).toBe(
      'indeterminate TIMESTAMP_ORDER_FAILURE',
    );
  });
});

describe.skipIf(opensslVersion === undefined)('a second opinion: openssl cms', () => {
  it('what openssl signs is judged, broken as broken', () => {
    const dir = mkdtempSync(join(tmpdir(), 'antin-cms-'));
    try {
      const run = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
      writeFileSync(join(dir, 'data'), data);
      const days = ['-days', '30', '-subj', '/CN=Nguoi thu', '-nodes'];
      run('req', '-x509', '-newkey', 'rsa:2048', '-keyout', 'key.pem', '-out', 'cert.pem', ...days);
      run(
        'cms',
        '-sign',
        '-binary',
        '-in',
        'data',
        '-signer',
        'cert.pem',
        '-inkey',
        'key.pem',
        '-outform',
        'DER',
        '-out',
        'sig',
        '-cades',
      );
      run(
        'cms',
        '-sign',
        '-binary',
        '-in',
        'data',
        '-signer',
        'cert.pem',
        '-inkey',
        'key.pem',
        '-outform',
        'DER',
        '-out',
        'att',
        '-nodetach',
        '-stream',
        '-indef',
      );
      const detached = new Uint8Array(readFileSync(join(dir, 'sig')));
      const report = judge(detached);
      expect(short(report)).toBe('indeterminate NO_CERTIFICATE_CHAIN_FOUND');
      expect(report.signatures[0]).toMatchObject({ format: 'CAdES', intact: true, cryptoValid: true });
      expect(short(judge(detached, latin1('x')))).toBe('invalid HASH_FAILURE');
      const ber = judge(new Uint8Array(readFileSync(join(dir, 'att'))), null);
      expect(ber.signatures[0]).toMatchObject({ intact: true, cryptoValid: true });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

function hasOid(attribute: Uint8Array, oid: string): boolean {
  return (
    decodeDer(attribute).children()[0]?.raw.join() ===
    decodeDer(encodeAttribute(oid, octetString(latin1(''))))
      .children()[0]
      ?.raw.join()
  );
}

/** Takes the empty signedAttrs out of a built SignerInfo, as an attacker would. */
function withoutEmptyAttributes(der: Uint8Array): Uint8Array {
  // a0 00 is the empty [0]; every enclosing length shrinks by two, all of them in two-octet form here.
  const hex = Buffer.from(der).toString('hex');
  const cut = hex.lastIndexOf('a000');
  if (cut < 0) throw new Error('no empty signedAttrs');
  const bytes = Buffer.from(hex.slice(0, cut) + hex.slice(cut + 4), 'hex');
  const shrink = (node: { tag: number; start: number; contentStart: number }): void => {
    const lengthAt = node.start + 1;
    const octets = node.contentStart - lengthAt;
    if (octets === 1) bytes[lengthAt] = (bytes[lengthAt] as number) - 2;
    else bytes.writeUIntBE(bytes.readUIntBE(lengthAt + 1, octets - 1) - 2, lengthAt + 1, octets - 1);
  };
  const walk = (node: ReturnType<typeof decodeDer>): void => {
    if (node.start * 2 < cut && node.end * 2 > cut) {
      shrink(node);
      if (node.constructed) for (const child of node.children()) walk(child);
    }
  };
  walk(decodeDer(der));
  return new Uint8Array(bytes);
}

import { afterAll, describe, expect, it } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { indexOfBytes, utf8 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { parseSignedData } from '@antin/pki/cms/signed-data';
import { digestOf } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { encodePem } from '@antin/pki/pem';
import { archiveImprints } from '@antin/testkit/archive-imprint/archive-imprint';
import { openssl, opensslVersion } from '@antin/testkit/openssl';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import type { SigningKey } from '../making/signer.ts';
import { addCounterSignature, addSigner, embedCades } from './embed.ts';
import { extendCades } from './extend.ts';
import type { ExtendCadesOptions } from './extend.ts';
import { readFrame } from './frame.ts';
import { prepareCades, prepareCounterSignature } from './prepare.ts';
import { signCades } from './sign.ts';
import { cadesFromJson, cadesToJson } from './to-be-signed.ts';

const person = (name: string, key: 'p-384' | 'p-521' | 'ed25519') => ({
  ...DEFAULT_PKI.entities['leader']!,
  subject: [
    ['C', 'VN'],
    ['CN', name],
  ] as const,
  key,
});
const pki = testPki({
  ...DEFAULT_PKI,
  entities: {
    ...DEFAULT_PKI.entities,
    p384: person('Khóa P-384', 'p-384'),
    p521: person('Khóa P-521', 'p-521'),
    ed25519: person('Khóa Ed25519', 'ed25519'),
  },
});
const MINUTE = 60_000;
const door = nodeCrypto;
const data = utf8('Quyết định số 12/QĐ-UBND\n');
const content = memorySource(data);
const leader = pki.signingKey('leader');
const base = { door, signingTime: pki.now };
const bytesOf = (source: ByteSource) => Uint8Array.from(source.read(0, source.size));
const sign = async (packaging: 'attached' | 'detached', key = leader, stamped = false) =>
  bytesOf(
    await signCades(content, key, {
      ...base,
      packaging,
      ...(stamped ? { timeStamp: timeStampSource(pki, () => pki.now) } : {}),
    }),
  );
const prepare = (key: SigningKey = leader) =>
  prepareCades(content, {
    ...base,
    certificate: key.certificate,
    chain: key.chain.map((one) => one.raw),
    algorithm: key.algorithm,
  });
const refused = (code: string) => expect.objectContaining({ code }) as Error;

function world() {
  let time = pki.now;
  return (more: Partial<ExtendCadesOptions> = {}): ExtendCadesOptions => ({
    door,
    level: 'B-LTA',
    anchors: pki.anchors,
    at: time + 10 * MINUTE,
    timeStamp: timeStampSource(pki, () => (time += MINUTE)),
    evidenceFor: evidenceSource(pki, () => time),
    ...more,
  });
}

const extended = async (cms: Uint8Array, options: ExtendCadesOptions) => bytesOf(await extendCades(memorySource(cms), options));
const unsignedTypes = (cms: Uint8Array, i = 0) => parseSignedData(cms).signerInfos[i]!.unsignedAttrs.map((one) => one.oid);

describe.skipIf(opensslVersion === undefined)('outside judge openssl', () => {
  const tool = openssl();
  afterAll(() => tool.remove());
  tool.put('data', data);
  tool.put('ca.pem', encodePem('CERTIFICATE', pki.certificate('root').raw));
  tool.put('issuing.pem', encodePem('CERTIFICATE', pki.certificate('issuing').raw));
  const stamp = ['-attime', String(pki.now / 1000 + 60), '-CAfile', 'ca.pem'];
  const verify = (cms: Uint8Array, detached: boolean) => {
    tool.put('cms', cms);
    const more = detached ? ['-content', 'data'] : [];
    return tool.run([
      'cms',
      '-verify',
      '-binary',
      '-inform',
      'DER',
      '-in',
      'cms',
      '-purpose',
      'any',
      '-cades',
      ...more,
      ...stamp,
      '-out',
      'out',
    ]);
  };

  // openssl before 3.2 knows no Ed25519 in CMS.
  const kinds = ['leader', 'leaderRsa', 'pss', 'p384', 'p521'];
  it.each(kinds.flatMap((kind) => [[kind, 'attached'] as const, [kind, 'detached'] as const]))(
    'accepts %s %s and every level of it',
    async (kind, packaging) => {
      const key = kind === 'pss' ? pki.signingKey('leaderRsa', 'rsa-pss') : pki.signingKey(kind);
      const signed = await sign(packaging, key);
      const options = { ...(packaging === 'detached' ? { content } : {}) };
      const make = world();
      for (const level of ['B-B', 'B-T', 'B-LT', 'B-LTA'] as const) {
        const cms = level === 'B-B' ? signed : await extended(signed, make({ level, ...options }));
        const said = verify(cms, packaging === 'detached');
        expect(said.err, level).toContain('CAdES Verification successful');
        expect(tool.get('out')).toEqual(data);
      }
      if (packaging === 'attached') return;
      tool.put('data', utf8('khác'));
      expect(verify(signed, true).ok).toBe(false);
      tool.put('data', data);
    },
  );

  it.each(['SHA-256', 'SHA-512', 'SHA3-256'] as const)(
    'finds the archive time-stamps over exactly what the independent calculator says (%s)',
    async (digest) => {
      const make = world();
      const once = await extended(await sign('detached'), make({ content, digest }));
      const twice = await extended(once, make({ content, digest }));
      const stamps = archiveImprints(twice, data);
      expect(stamps).toHaveLength(2);
      for (const one of stamps) {
        expect(one.computed).toBe(one.stated);
        expect(one.unmatched).toEqual([]);
        tool.put('token', one.token);
        const args = ['ts', '-verify', '-token_in', '-in', 'token', '-untrusted', 'issuing.pem', ...stamp];
        expect(tool.run([...args, '-digest', one.computed]).out).toContain('Verification: OK');
        expect(tool.run([...args, '-digest', one.computed.replace(/^../, 'zz')]).ok).toBe(false);
      }
      // All that was there when the second one was made is under it, only itself is not.
      expect(
        stamps.some((one) => one.unprotected.every((name) => name.startsWith('attribute')) && one.unprotected.length === 1),
      ).toBe(true);
      expect(archiveImprints(twice, utf8('khác')).every((one) => one.computed !== one.stated)).toBe(true);
    },
  );

  it('accepts parallel signatures and counter-signatures, and what openssl made is raised to B-LTA', async () => {
    const seal = pki.signingKey('seal');
    const first = await sign('attached', leader, true);
    const tbs = prepare(seal);
    const both = bytesOf(
      addSigner(readFrame(memorySource(first)), undefined, tbs, await seal.sign(tbs.signedAttributes), { door }),
    );
    expect(verify(both, false).err).toContain('CAdES Verification successful');
    const lta = await extended(both, world()());
    expect(verify(lta, false).err).toContain('CAdES Verification successful');
    expect([0, 1].map((i) => archiveImprints(lta, undefined, i).map((one) => one.computed === one.stated))).toEqual([
      [true],
      [true],
    ]);
    tool.put('leader.pem', encodePem('CERTIFICATE', leader.certificate.raw));
    tool.put('leader.key', encodePem('PRIVATE KEY', pki.entity('leader').pkcs8));
    const signArgs = [
      'cms',
      '-sign',
      '-binary',
      '-cades',
      '-md',
      'sha256',
      '-in',
      'data',
      '-signer',
      'leader.pem',
      '-inkey',
      'leader.key',
      '-certfile',
      'issuing.pem',
    ];
    for (const more of [['-nodetach'], ['-nodetach', '-stream', '-indef'], []]) {
      expect(tool.run([...signArgs, ...more, '-outform', 'DER', '-out', 'theirs']).ok).toBe(true);
      const detached = more.length === 0;
      const theirs = await extended(tool.get('theirs'), world()(detached ? { content } : {}));
      expect(verify(theirs, detached).err).toContain('CAdES Verification successful');
      expect(archiveImprints(theirs, data).map((one) => one.computed === one.stated)).toEqual([true]);
    }
  });
});

describe('a CAdES signature', () => {
  it('has content-type, message-digest, signing-certificate-v2 and signing-time once each, and no eContent when detached', async () => {
    const { signerInfos, eContent } = parseSignedData(await sign('detached'));
    expect(eContent).toBeUndefined();
    expect(signerInfos[0]!.signedAttrs!.list.map((one) => one.oid).sort()).toEqual(
      [OID.idContentType, OID.idMessageDigest, OID.idAaSigningCertificateV2, OID.idSigningTime].sort(),
    );
    expect(parseSignedData(await sign('attached')).eContent).toEqual(data);
  });

  it('keeps every signer and certificate as it was, byte for byte, at every level', async () => {
    const signed = await sign('attached', leader, true);
    const before = parseSignedData(signed);
    const lta = await extended(signed, world()());
    const after = parseSignedData(lta);
    for (const raw of before.certificates) expect(after.certificates).toContainEqual(raw);
    const fixed = (cms: typeof before) => cms.signerInfos.map((one) => [one.signedAttrs!.raw, one.signature]);
    expect(fixed(after)).toEqual(fixed(before));
    for (const { raw } of before.signerInfos[0]!.unsignedAttrs) expect(indexOfBytes(lta, raw)).toBeGreaterThan(0);
    expect(unsignedTypes(lta).sort()).toEqual([OID.idAaSignatureTimeStampToken, OID.idAaEtsArchiveTimestampV3].sort());
    expect(after.ocspResponses.length + after.crls.length).toBeGreaterThan(2);
  });

  it('is counter-signed without content-type, over the value', async () => {
    const frame = readFrame(memorySource(await sign('attached')));
    const seal = pki.signingKey('seal');
    const who = { ...base, certificate: seal.certificate, chain: [], algorithm: seal.algorithm };
    const tbs = cadesFromJson(JSON.parse(JSON.stringify(cadesToJson(prepareCounterSignature(frame, 0, who)))));
    const cms = bytesOf(addCounterSignature(frame, 0, tbs, await seal.sign(tbs.signedAttributes), { door }));
    expect(unsignedTypes(cms)).toEqual([OID.idCountersignature]);
    const lta = await extended(cms, world()());
    expect(archiveImprints(lta, undefined).map((one) => one.unmatched)).toEqual([[]]);
    const value = await seal.sign(tbs.signedAttributes);
    const at = indexOfBytes(cms, value) + value.length - 1;
    await expect(extended(cms.with(at, cms[at]! ^ 1), world()())).rejects.toMatchObject({ code: 'extend.signature-broken' });
    expect(() => addCounterSignature(frame, 1, tbs, value, { door })).toThrow(refused('cades.no-such-signer'));
    expect(() => embedCades(undefined, tbs, value, { door })).toThrow(refused('cades.role'));
    const other = readFrame(memorySource(await sign('attached', pki.signingKey('leaderRsa'))));
    expect(() => addCounterSignature(other, 0, tbs, value, { door })).toThrow(refused('cades.input-changed'));
  });

  it('with Ed25519 names SHA-512 beside it and reaches B-LTA', async () => {
    const lta = await extended(await sign('attached', pki.signingKey('ed25519')), world()());
    const signer = parseSignedData(lta).signerInfos[0]!;
    expect([signer.digestAlgorithm.oid, signer.signatureAlgorithm.oid]).toEqual([OID.sha512, OID.ed25519]);
    expect(archiveImprints(lta, undefined).map((one) => one.computed === one.stated)).toEqual([true]);
  });

  it('never holds a large content in memory', async () => {
    const size = 3 << 20;
    let largest = 0;
    const large: ByteSource = {
      size,
      read(offset, length) {
        largest = Math.max(largest, length);
        return new Uint8Array(length).fill(offset & 0xff);
      },
    };
    const cms = await signCades(large, leader, { ...base, packaging: 'attached' });
    const lta = await extendCades(cms, world()());
    expect(lta.size).toBeGreaterThan(size);
    expect(readFrame(lta).content?.size).toBe(size);
    expect(largest).toBeLessThanOrEqual(1 << 20);
  });
});

describe('is refused', () => {
  it('a value of another key, of another document, a damaged one', async () => {
    const tbs = prepare();
    const value = await leader.sign(tbs.signedAttributes);
    const wrong = [await pki.signingKey('seal').sign(tbs.signedAttributes), value.slice(1), value.with(9, value[9]! ^ 1)];
    for (const one of wrong) expect(() => embedCades(content, tbs, one, { door })).toThrow(refused('signature.value-mismatch'));
    expect(() => embedCades(memorySource(utf8('khác')), tbs, value, { door })).toThrow(refused('cades.input-changed'));
    const token = pki.timeStampToken({ digest: 'SHA-256', hash: digestOf(door, 'SHA-256', data) }, pki.now);
    expect(() => embedCades(content, tbs, value, { door, timeStampToken: token })).toThrow(
      refused('signature.time-stamp-mismatch'),
    );
  });

  it('a stored preparation with a member missing', () => {
    const json = cadesToJson(prepare());
    for (const member of Object.keys(json)) {
      expect(() => cadesFromJson({ ...json, [member]: undefined }), member).toThrow(refused('cades.prepared-damaged'));
    }
  });

  it('SHA-1, whatever the time', () => {
    const options = {
      ...base,
      certificate: leader.certificate,
      chain: [],
      algorithm: { scheme: 'ecdsa', digest: 'SHA-1' } as const,
    };
    expect(() => prepareCades(content, options)).toThrow(refused('signature.algorithm-not-allowed'));
  });

  it('raising a broken signature, a detached one without its data, one with an old archive time-stamp', async () => {
    const cms = await sign('attached');
    const broken = cms.with(cms.length - 3, cms[cms.length - 3]! ^ 1);
    await expect(extended(broken, world()())).rejects.toMatchObject({ code: 'extend.signature-broken' });
    const at = indexOfBytes(cms, data);
    await expect(extended(cms.with(at, 0), world()())).rejects.toMatchObject({ code: 'extend.signature-broken' });
    const detached = await sign('detached');
    await expect(extended(detached, world()())).rejects.toMatchObject({ code: 'cades.content-needed' });
    const other = { content: memorySource(utf8('khác')) };
    await expect(extended(detached, world()(other))).rejects.toMatchObject({ code: 'extend.signature-broken' });
  });
});

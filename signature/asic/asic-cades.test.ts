import { describe, expect, it } from 'vitest';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { utf8 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { updateZip } from '@antin/formats/zip/writer';
import { digestOf } from '@antin/pki/crypto';
import { parseSignedData } from '@antin/pki/cms/signed-data';
import { encodePem } from '@antin/pki/pem';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import { opensslTsVerify } from '@antin/testkit/archive-imprint/openssl-ts';
import { openssl, opensslVersion } from '@antin/testkit/openssl';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { asicCadesFromJson, asicCadesToJson } from './cades-to-be-signed.ts';
import { embedAsicCades, prepareAsicCades } from './cades.ts';
import { brokenPart, readCmsManifest } from './cms-manifest.ts';
import type { AsicContainer } from './container.ts';
import { openAsic } from './container.ts';
import type { ExtendAsicCadesOptions } from './extend-cades.ts';
import { extendAsicCades } from './extend-cades.ts';
import type { AsicInput } from './input.ts';
import { signAsic, signAsicCades } from './sign.ts';

const pki = testPki();
const MINUTE = 60_000;
const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;
const options = { door, level: 'B-B', signingTime: pki.now } as const;
const file = (name: string, text: string) => ({ name, content: memorySource(utf8(text)), mimeType: 'application/pdf' });
const several: AsicInput = { container: 'ASiC-E', files: [file('Công văn.pdf', '%PDF thư'), file('phụ lục/bảng+1.docx', 'PK')] };
const one: AsicInput = { container: 'ASiC-S', files: [file('Công văn.pdf', '%PDF thư')] };
const all = (source: ByteSource) => new Uint8Array(source.read(0, source.size));
const opened = (source: ByteSource) => openAsic(memorySource(all(source)), { inflateRaw });
const names = ({ zip }: AsicContainer) => zip.entries.map((entry) => entry.name);
const bytesOf = ({ zip }: AsicContainer, name: string) => all(zip.content(zip.entry(name)!));

function world() {
  let time = pki.now;
  return (level: ExtendAsicCadesOptions['level']): ExtendAsicCadesOptions => ({
    door,
    inflateRaw,
    level,
    anchors: pki.anchors,
    at: time + 10 * MINUTE,
    timeStamp: timeStampSource(pki, () => (time += MINUTE)),
    evidenceFor: evidenceSource(pki, () => time),
  });
}

/** `openssl cms -verify`, chain and time included; `content` where it is not inside. */
function requireOpensslCms(cms: Uint8Array, content: Uint8Array | undefined, purpose: string): void {
  if (opensslVersion === undefined) return;
  const tool = openssl();
  try {
    tool.put('in.p7s', cms);
    tool.put('roots.pem', pki.anchors.map((anchor) => encodePem('CERTIFICATE', anchor.certificate.raw)).join('\n'));
    const detached = content === undefined ? [] : ['-content', tool.put('content', content)];
    const trust = ['-CAfile', 'roots.pem', '-purpose', purpose, '-attime', String(Math.floor(pki.now / 1000) + 3600)];
    const { ok, err } = tool.run([
      'cms',
      '-verify',
      '-binary',
      '-in',
      'in.p7s',
      '-inform',
      'DER',
      ...detached,
      ...trust,
      '-out',
      'out',
    ]);
    expect(ok, err).toBe(true);
  } finally {
    tool.remove();
  }
}

const requireOpenssl = (container: AsicContainer, signature: string, content: string) =>
  requireOpensslCms(bytesOf(container, signature), bytesOf(container, content), 'any');

/** Every archive manifest holds, and openssl says that its token is over it. */
function requireArchived(container: AsicContainer): void {
  for (const entry of container.archiveManifests) {
    const bytes = bytesOf(container, entry.name);
    const token = bytesOf(container, readCmsManifest(bytes).covers);
    const hash = digestOf(door, 'SHA-256', bytes);
    expect(parseTimeStampToken(token).info.messageImprint.hash).toEqual(hash);
    requireOpensslCms(token, undefined, 'timestampsign');
    // `openssl ts` cannot read a token that has got OCSP answers (RFC 5940), as every one but the newest has.
    if (opensslVersion === undefined || entry.name !== 'META-INF/ASiCArchiveManifest.xml') continue;
    const answer = opensslTsVerify(pki, token, toHex(hash));
    expect(answer.ok, answer.text).toBe(true);
  }
  const newest = readCmsManifest(bytesOf(container, 'META-INF/ASiCArchiveManifest.xml'));
  expect(brokenPart(newest, (name) => memorySource(bytesOf(container, name)), door)).toBeUndefined();
  const own = new Set(['mimetype', 'META-INF/ASiCArchiveManifest.xml', newest.covers]);
  expect(newest.parts.map((part) => part.name)).toEqual(names(container).filter((name) => !own.has(name)));
}

describe('a container signed with CAdES', () => {
  it('of several files: a manifest with their digests is what is signed; a second signer adds his own', async () => {
    const first = opened(await signAsicCades(several, pki.signingKey('leader'), options));
    expect(names(first)).toEqual([
      'mimetype',
      'Công văn.pdf',
      'phụ lục/bảng+1.docx',
      'META-INF/ASiCManifest001.xml',
      'META-INF/signature001.p7s',
    ]);
    const second = opened(await signAsicCades({ existing: first }, pki.signingKey('leaderRsa'), options));
    for (const n of ['001', '002']) {
      requireOpenssl(second, `META-INF/signature${n}.p7s`, `META-INF/ASiCManifest${n}.xml`);
      const manifest = readCmsManifest(bytesOf(second, `META-INF/ASiCManifest${n}.xml`));
      expect(manifest.covers).toBe(`META-INF/signature${n}.p7s`);
      expect(manifest.parts.map((part) => [part.name, part.mimeType])).toEqual(
        several.files.map((part) => [part.name, part.mimeType]),
      );
      expect(brokenPart(manifest, (name) => memorySource(bytesOf(second, name)), door)).toBeUndefined();
      expect(brokenPart(manifest, () => memorySource(utf8('x')), door)).toBe('Công văn.pdf');
    }
  });

  it('of one file: signers stand beside each other in one CMS, up to B-LTA inside it', async () => {
    const first = opened(await signAsicCades(one, pki.signingKey('leader'), options));
    expect(names(first)).toEqual(['mimetype', 'Công văn.pdf', 'META-INF/signature.p7s']);
    const both = opened(await signAsicCades({ existing: first }, pki.signingKey('seal'), options));
    expect(names(both)).toEqual(names(first));
    const lta = opened(await extendAsicCades(both, world()('B-LTA')));
    requireOpenssl(lta, 'META-INF/signature.p7s', 'Công văn.pdf');
    expect(names(lta)).toEqual(names(first));
  });

  it('of several files: B-LTA by an archive manifest, renewed by the next one, nothing archived is changed', async () => {
    const to = world();
    const signed = opened(await signAsicCades(several, pki.signingKey('leader'), options));
    const lt = opened(await extendAsicCades(signed, to('B-LT')));
    expect(names(lt)).toEqual(names(signed));
    const lta = opened(await extendAsicCades(lt, to('B-LTA')));
    expect(names(lta).slice(-2)).toEqual(['META-INF/ASiCArchiveManifest.xml', 'META-INF/timestamp001.tst']);
    requireArchived(lta);
    const again = opened(await extendAsicCades(lta, to('B-LTA')));
    expect(again.archiveManifests.map((entry) => entry.name)).toEqual([
      'META-INF/ASiCArchiveManifest.xml',
      'META-INF/ASiCArchiveManifest001.xml',
    ]);
    requireArchived(again);
    const old = readCmsManifest(bytesOf(again, 'META-INF/ASiCArchiveManifest001.xml'));
    expect(brokenPart(old, (name) => memorySource(bytesOf(again, name)), door)).toBeUndefined();
    requireOpenssl(again, 'META-INF/signature001.p7s', 'META-INF/ASiCManifest001.xml');
  });
});

describe('a container with CAdES is not made or raised', () => {
  it.each([several, one])(
    '%#: with another value, other files, a damaged preparation; but days later from JSON it is',
    async (input) => {
      const key = pki.signingKey('leader');
      const prepared = prepareAsicCades(input, { ...options, certificate: key.certificate, chain: [], algorithm: key.algorithm });
      const tbs = asicCadesFromJson(JSON.parse(JSON.stringify(asicCadesToJson(prepared))));
      const value = await key.sign(tbs.cades.signedAttributes);
      expect(opened(embedAsicCades(input, tbs, value, { door })).cades).toHaveLength(1);
      const foreign = await pki.signingKey('seal').sign(tbs.cades.signedAttributes);
      expect(() => embedAsicCades(input, tbs, foreign, { door })).toThrow(code('signature.value-mismatch'));
      const files = 'files' in input ? input.files : [];
      const other = {
        ...input,
        files: [{ ...files[0]!, content: memorySource(utf8('%PDF giả')) }, ...files.slice(1)],
      } as AsicInput;
      expect(() => embedAsicCades(other, tbs, value, { door })).toThrow(code('asic.input-changed'));
      for (const member of Object.keys(asicCadesToJson(tbs))) {
        const damaged = { ...asicCadesToJson(tbs), [member]: true };
        const refusal = expect.objectContaining({
          code: expect.stringMatching(/^(asic|cades)\.prepared-damaged$/) as string,
        }) as Error;
        expect(() => asicCadesFromJson(damaged), member).toThrow(refusal);
      }
    },
  );

  it('over another one that came in between; in ASiC-S both stand beside each other', async () => {
    for (const input of [several, one]) {
      const first = opened(await signAsicCades(input, pki.signingKey('leader'), options));
      const key = pki.signingKey('seal');
      const tbs = prepareAsicCades(
        { existing: first },
        { ...options, certificate: key.certificate, chain: [], algorithm: key.algorithm },
      );
      const value = await key.sign(tbs.cades.signedAttributes);
      const meanwhile = opened(await signAsicCades({ existing: first }, pki.signingKey('leaderRsa'), options));
      if (input === several) {
        expect(() => embedAsicCades({ existing: meanwhile }, tbs, value, { door })).toThrow(code('asic.input-changed'));
        continue;
      }
      const three = opened(embedAsicCades({ existing: meanwhile }, tbs, value, { door }));
      expect(parseSignedData(bytesOf(three, 'META-INF/signature.p7s')).signerInfos).toHaveLength(3);
    }
  });

  it('mixed with XAdES, with a changed file, with a changed archive', async () => {
    const xml = opened(await signAsic(several, pki.signingKey('leader'), options));
    await expect(signAsicCades({ existing: xml }, pki.signingKey('seal'), options)).rejects.toThrow(code('asic.other-form'));
    const cms = opened(await signAsicCades(several, pki.signingKey('leader'), options));
    await expect(signAsic({ existing: cms }, pki.signingKey('seal'), options)).rejects.toThrow(code('asic.other-form'));
    const forged = opened(updateZip(cms.zip, [file('Công văn.pdf', '%PDF giả')], pki.now));
    await expect(extendAsicCades(forged, world()('B-T'))).rejects.toThrow(code('extend.signature-broken'));
    const lta = opened(await extendAsicCades(cms, world()('B-LTA')));
    const touched = opened(
      updateZip(
        lta.zip,
        [{ name: 'META-INF/signature001.p7s', content: memorySource(bytesOf(cms, 'META-INF/signature001.p7s')) }],
        pki.now,
      ),
    );
    await expect(extendAsicCades(touched, world()('B-LTA'))).rejects.toThrow(code('extend.signature-broken'));
  });
});

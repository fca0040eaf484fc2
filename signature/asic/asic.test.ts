import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { fromLatin1, utf8 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { writeZip } from '@antin/formats/zip/writer';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import { timeStampsOf } from '@antin/testkit/archive-imprint/xades';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { xmlsecVerify, xmlsecVersion } from '@antin/testkit/xml/xmlsec';
import type { SignXadesOptions } from '../xades/sign.ts';
import type { AsicContainer } from './container.ts';
import { openAsic } from './container.ts';
import { embedAsic } from './embed.ts';
import { extendAsic } from './extend.ts';
import type { AsicInput } from './input.ts';
import { prepareAsic } from './prepare.ts';
import { signAsic } from './sign.ts';
import { asicFromJson, asicToJson } from './to-be-signed.ts';

const pki = testPki();
const MINUTE = 60_000;
const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;
const options: SignXadesOptions = { door, level: 'B-B', signingTime: pki.now };
const stamped: SignXadesOptions = {
  ...options,
  level: 'B-T',
  timeStamp: (hash) => Promise.resolve(pki.timeStampToken({ digest: 'SHA-256', hash }, pki.now)),
};
const file = (name: string, text: string, mimeType = 'application/pdf') => ({
  name,
  content: memorySource(utf8(text)),
  mimeType,
});
const several: AsicInput = {
  container: 'ASiC-E',
  files: [file('Công văn.pdf', '%PDF thư'), file('phụ lục/bảng+1.docx', 'PK'), file('ảnh.png', 'PNG', 'image/png')],
};
const one: AsicInput = { container: 'ASiC-S', files: [file('Công văn.pdf', '%PDF thư')] };
const all = (source: ByteSource) => new Uint8Array(source.read(0, source.size));
const opened = (source: ByteSource) => openAsic(memorySource(all(source)), { inflateRaw });
const prepared = (input: AsicInput, who = 'leader') => {
  const key = pki.signingKey(who);
  return prepareAsic(input, {
    ...options,
    certificate: key.certificate,
    chain: key.chain.map((c) => c.raw),
    algorithm: key.algorithm,
  });
};

const filesOf = ({ zip, files }: AsicContainer) =>
  Object.fromEntries(files.map((entry) => [entry.name, all(zip.content(entry))]));

function requireXmlsec(
  container: AsicContainer,
  signers: readonly (readonly [file: number, index: number, who: string])[],
): void {
  if (xmlsecVersion === undefined) return;
  for (const [number, index, who] of signers) {
    const xml = all(container.zip.content(container.xades[number]!));
    const answer = xmlsecVerify(xml, pki.certificate(who).raw, { files: filesOf(container), index });
    expect(answer.ok, answer.text).toBe(true);
  }
}

describe('a signed container', () => {
  it('of several files: mimetype first, manifest, one signature over every file', async () => {
    const source = await signAsic(several, pki.signingKey('leader'), stamped);
    expect(fromLatin1(all(source).subarray(30, 69))).toBe('mimetypeapplication/vnd.etsi.asic-e+zip');
    const container = opened(source);
    expect(container).toMatchObject({ kind: 'ASiC-E', mimetype: [], cades: [], timeStamps: [] });
    expect(container.zip.entries.map((entry) => entry.name)).toEqual([
      'mimetype',
      'Công văn.pdf',
      'phụ lục/bảng+1.docx',
      'ảnh.png',
      'META-INF/manifest.xml',
      'META-INF/signatures001.xml',
    ]);
    requireXmlsec(container, [[0, 0, 'leader']]);
  });

  it('of one file: no manifest, META-INF/signatures.xml', async () => {
    const container = opened(await signAsic(one, pki.signingKey('leaderRsa'), options));
    expect(container.kind).toBe('ASiC-S');
    expect(container.zip.entries.map((entry) => entry.name)).toEqual(['mimetype', 'Công văn.pdf', 'META-INF/signatures.xml']);
    requireXmlsec(container, [[0, 0, 'leaderRsa']]);
  });

  it('takes more signatures, and the earlier ones hold', async () => {
    const first = opened(await signAsic(several, pki.signingKey('leader'), stamped));
    const second = opened(await signAsic({ existing: first }, pki.signingKey('seal'), options));
    expect(second.xades.map((entry) => entry.name)).toEqual(['META-INF/signatures001.xml', 'META-INF/signatures002.xml']);
    const kept = first.zip.centralStart;
    expect(all(second.zip.source).subarray(0, kept)).toEqual(all(first.zip.source).subarray(0, kept));
    requireXmlsec(second, [
      [0, 0, 'leader'],
      [1, 0, 'seal'],
    ]);
    const simple = opened(await signAsic(one, pki.signingKey('leader'), stamped));
    const both = opened(await signAsic({ existing: simple }, pki.signingKey('seal'), stamped));
    expect(both.xades).toHaveLength(1);
    requireXmlsec(both, [
      [0, 0, 'leader'],
      [0, 1, 'seal'],
    ]);
  });

  it.each([several, one])('%#: keeps a signature that came between prepare and embed', async (input) => {
    const first = opened(await signAsic(input, pki.signingKey('leader'), options));
    const key = pki.signingKey('seal');
    const tbs = prepareAsic(
      { existing: first },
      { ...options, certificate: key.certificate, chain: [], algorithm: key.algorithm },
    );
    const meanwhile = opened(await signAsic({ existing: first }, pki.signingKey('leaderRsa'), options));
    const value = await key.sign(tbs.xades.signedInfo);
    const three = opened(embedAsic({ existing: meanwhile }, tbs, value, { door }));
    const second = input === one ? 0 : 1;
    requireXmlsec(three, [
      [0, 0, 'leader'],
      [second, input === one ? 1 : 0, 'leaderRsa'],
      [three.xades.length - 1, input === one ? 2 : 1, 'seal'],
    ]);
  });

  it.each([several, one])(
    '%#: is raised to B-LTA, every signature of it, by imprints a second reading agrees with',
    async (input) => {
      let time = pki.now;
      const first = opened(await signAsic(input, pki.signingKey('leader'), options));
      const second = opened(await signAsic({ existing: first }, pki.signingKey('seal'), options));
      const lta = opened(
        await extendAsic(second, {
          door,
          level: 'B-LTA',
          anchors: pki.anchors,
          at: time + 10 * MINUTE,
          timeStamp: timeStampSource(pki, () => (time += MINUTE)),
          evidenceFor: evidenceSource(pki, () => time),
        }),
      );
      const places =
        input === one
          ? ([
              [0, 0],
              [0, 1],
            ] as const)
          : ([
              [0, 0],
              [1, 0],
            ] as const);
      for (const [number, index] of places) {
        const stamps = timeStampsOf(all(lta.zip.content(lta.xades[number]!)), { index, files: filesOf(lta) });
        expect(stamps.map((stamp) => stamp.kind)).toEqual(['signature', 'archive']);
        for (const { token, imprint } of stamps)
          expect(imprint('SHA-256')).toBe(toHex(parseTimeStampToken(token).info.messageImprint.hash));
      }
      requireXmlsec(
        lta,
        places.map(([number, index], i) => [number, index, i === 0 ? 'leader' : 'seal'] as const),
      );
    },
  );

  it.skipIf(spawnSync('unzip', ['-v']).error !== undefined)('is a ZIP archive to others', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'antin-asic-'));
    try {
      writeFileSync(join(folder, 'a.asice'), all(await signAsic(several, pki.signingKey('leader'), options)));
      expect(spawnSync('unzip', ['-t', 'a.asice'], { cwd: folder }).status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a container is not made', () => {
  const key = pki.signingKey('leader');

  it.each([several, one])(
    '%#: with another value, other files, a damaged preparation; but days later from JSON it is',
    async (input) => {
      const tbs = asicFromJson(JSON.parse(JSON.stringify(asicToJson(prepared(input)))));
      const value = await key.sign(tbs.xades.signedInfo);
      expect(opened(embedAsic(input, tbs, value, { door })).xades).toHaveLength(1);
      const foreign = await pki.signingKey('seal').sign(tbs.xades.signedInfo);
      expect(() => embedAsic(input, tbs, foreign, { door })).toThrow(code('signature.value-mismatch'));
      const files = 'files' in input ? input.files : [];
      const other = {
        ...input,
        files: [{ ...files[0]!, content: memorySource(utf8('%PDF giả')) }, ...files.slice(1)],
      } as AsicInput;
      expect(() => embedAsic(other, tbs, value, { door })).toThrow(code('asic.input-changed'));
      const more = { ...input, files: [...files, file('thêm.pdf', 'x')] } as AsicInput;
      expect(() => embedAsic(more, tbs, value, { door })).toThrow(code('asic.input-changed'));
      for (const member of Object.keys(asicToJson(tbs))) {
        const damaged = { ...asicToJson(tbs), [member]: true };
        expect(() => asicFromJson(damaged), member).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^(asic|xades)\.prepared-damaged$/) as string }) as Error,
        );
      }
    },
  );

  it('of no files, of two files as ASiC-S, of files that take the place of its own', () => {
    const make =
      (container: 'ASiC-E' | 'ASiC-S', ...names: string[]) =>
      () =>
        prepared({ container, files: names.map((name) => file(name, 'x')) });
    for (const attempt of [
      make('ASiC-E'),
      make('ASiC-S', 'a', 'b'),
      make('ASiC-E', 'mimetype'),
      make('ASiC-E', 'meta-inf/x'),
      make('ASiC-E', '../x'),
    ]) {
      expect(attempt).toThrow(code('asic.files'));
    }
  });

  it('and an archive that is none is not opened as one', () => {
    const plain = writeZip([file('a', 'x')], pki.now);
    expect(() => opened(plain)).toThrow(code('asic.no-container'));
    const late = writeZip([file('a', 'x'), file('mimetype', 'application/vnd.etsi.asic-e+zip')], pki.now);
    expect(opened(late)).toMatchObject({ kind: 'ASiC-E', mimetype: ['not-first'] });
  });

  it('by extending one without signatures', async () => {
    const empty = opened(writeZip([file('mimetype', 'application/vnd.etsi.asic-e+zip'), file('a', 'x')], pki.now));
    const nothing = () => Promise.reject(new Error('nobody is asked'));
    const ask = { door, level: 'B-T', anchors: pki.anchors, at: pki.now, timeStamp: nothing, evidenceFor: nothing } as const;
    await expect(extendAsic(empty, ask)).rejects.toThrow(code('extend.nothing-signed'));
  });
});

import { createHash } from 'node:crypto';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { openAsic } from '@antin/signature/asic/container';
import { extendAsicCades } from '@antin/signature/asic/extend-cades';
import { signCades } from '@antin/signature/cades/sign';
import { edited, plus, rebuilt, withData, without, zip } from '@antin/testkit/attacks/zip';
import type { Change } from '@antin/testkit/attacks/zip';
import type { Entry } from '@antin/testkit/attacks/zip';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { beforeAll, describe, expect, it } from 'vitest';
import { pki, MINUTE, FORMS, bytesOf, sign, judge, short, codes } from '@antin/testkit/judging/containers';
import type { Form, Kind } from '@antin/testkit/judging/containers';

const made = {} as Record<Form, Record<Kind, Uint8Array>>;
beforeAll(async () => {
  for (const form of FORMS) {
    made[form] = { 'ASiC-S': await sign(form, 'ASiC-S'), 'ASiC-E': await sign(form, 'ASiC-E') };
  }
});
describe('manifests', () => {
  const E = () => made.CAdES['ASiC-E'];
  const MANIFEST = 'META-INF/ASiCManifest001.xml';
  it.each<[string, string, Change]>([
    [
      'changed',
      'invalid HASH_FAILURE integrity.digest',
      edited(MANIFEST, (text) => text.replace('application/pdf', 'text/html')),
    ],
    ['missing', 'invalid FORMAT_FAILURE asic.manifest-missing', without(MANIFEST)],
    [
      'given twice',
      'invalid FORMAT_FAILURE asic.manifest-ambiguous',
      (all) => plus({ name: 'META-INF/ASiCManifest002.xml', data: all.find((one) => one.name === MANIFEST)?.data ?? '' })(all),
    ],
    [
      'naming another signature',
      'invalid FORMAT_FAILURE asic.manifest-missing',
      edited(MANIFEST, (text) => text.replace('signature001', 'signature002')),
    ],
    [
      'with a document type',
      'invalid FORMAT_FAILURE asic.manifest-missing',
      edited(MANIFEST, (text) => text.replace('<asic:', '<!DOCTYPE a><asic:')),
    ],
    [
      'naming nothing',
      'invalid',
      edited(MANIFEST, (text) => text.replace(/<asic:DataObjectReference.*<\/asic:DataObjectReference>/s, '')),
    ],
  ])('%s', (_, expected, change) => {
    expect(short(judge(rebuilt(E(), change)))).toMatch(new RegExp(`^${expected.replaceAll('.', '\\.')}`));
  });

  it('an OpenDocument manifest that contradicts the container is told', () => {
    const of = (change: Change) => codes(judge(rebuilt(made.XAdES['ASiC-E'], change)));
    expect(of(edited('META-INF/manifest.xml', (text) => text.replace('asic-e+zip', 'asic-s+zip')))).toEqual([
      'asic.manifest-differs',
    ]);
    expect(of(edited('META-INF/manifest.xml', (text) => text.replace('a+b', 'c')))).toEqual([
      'asic.manifest-differs',
      'asic.manifest-differs',
    ]);
    expect(of(withData('META-INF/manifest.xml', '<a'))).toEqual(['asic.manifest-differs']);
  });
});

describe('manifests of other makers, really signed', () => {
  const NS = 'xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"';
  const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
  const digestOf = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('base64');
  async function container(more: { uri?: string; method?: string; value?: string; extension?: string; files?: Entry[] } = {}) {
    const { uri = 'a.txt', method = SHA256, value = digestOf('sha256', 'abc'), extension = '', files = [] } = more;
    const digest = `<ds:DigestMethod Algorithm="${method}"/><ds:DigestValue>${value}</ds:DigestValue>`;
    const manifest = `<asic:ASiCManifest ${NS}><asic:SigReference URI="META-INF/signature.p7s"/><asic:DataObjectReference URI="${uri}">${digest}</asic:DataObjectReference>${extension}</asic:ASiCManifest>`;
    const signed = await signCades(memorySource(utf8(manifest)), pki.signingKey('leader'), {
      ...{ door, signingTime: pki.now, packaging: 'detached' },
    });
    return zip([
      { name: 'mimetype', data: 'application/vnd.etsi.asic-e+zip' },
      { name: 'a.txt', data: 'abc' },
      { name: 'META-INF/ASiCManifest.xml', data: manifest },
      { name: 'META-INF/signature.p7s', data: bytesOf(signed) },
      ...files,
    ]);
  }
  const extension = (critical: boolean) =>
    `<asic:ASiCManifestExtensions><asic:Extension Critical="${critical}"/></asic:ASiCManifestExtensions>`;
  it.each<[string, string, Parameters<typeof container>[0]]>([
    ['as the standard has it', 'valid', {}],
    ['with an encoded name', 'valid', { uri: '%61.txt' }],
    ['with an extension that may be ignored', 'valid', { extension: extension(false) }],
    [
      'with one that may not',
      'indeterminate SIG_CONSTRAINTS_FAILURE asic.manifest-not-understood',
      { extension: extension(true) },
    ],
    [
      'with SHA-1',
      'indeterminate CRYPTO_CONSTRAINTS_FAILURE_NO_POE algorithm.not-allowed',
      { method: 'http://www.w3.org/2000/09/xmldsig#sha1', value: digestOf('sha1', 'abc') },
    ],
    [
      'with a digest nobody knows',
      'indeterminate SIG_CONSTRAINTS_FAILURE asic.manifest-not-understood',
      { method: 'urn:x', value: 'AAAA' },
    ],
    ['with the digest of something else', 'invalid HASH_FAILURE integrity.digest', { value: digestOf('sha256', 'abd') }],
    ['that points outside', 'indeterminate SIGNED_DATA_NOT_FOUND integrity.data-found', { uri: 'http://169.254.169.254/a.txt' }],
    ['that points above', 'indeterminate SIGNED_DATA_NOT_FOUND integrity.data-found', { uri: '../a.txt' }],
    ['beside a file it does not name', 'indeterminate asic.not-covered', { files: [{ name: 'b.txt', data: 'b' }] }],
  ])('%s: %s', async (_, expected, more) => {
    expect(short(judge(await container(more)))).toBe(expected);
  });
});

describe('time-stamps of containers', () => {
  let archived: Uint8Array;
  let twice: Uint8Array;
  beforeAll(async () => {
    let time = pki.now;
    const raise = async (bytes: Uint8Array) => {
      const timeStamp = timeStampSource(pki, () => (time += MINUTE));
      const evidenceFor = evidenceSource(pki, () => time);
      const options = {
        door,
        inflateRaw,
        level: 'B-LTA',
        anchors: pki.anchors,
        at: time + 10 * MINUTE,
        timeStamp,
        evidenceFor,
      } as const;
      return bytesOf(await extendAsicCades(openAsic(memorySource(bytes), { inflateRaw }), options));
    };
    archived = await raise(made.CAdES['ASiC-E']);
    twice = await raise(archived);
  });
  const level = (bytes: Uint8Array) => {
    const report = judge(bytes);
    return `${report.verdict} ${report.signatures[0]?.level}`;
  };

  it('an archive manifest that is changed, cut or left behind protects nothing', () => {
    expect(level(archived)).toBe('valid B-LTA');
    expect(level(twice)).toBe('valid B-LTA');
    const NEWEST = 'META-INF/ASiCArchiveManifest.xml';
    expect(
      level(
        rebuilt(
          archived,
          edited(NEWEST, (text) => text.replace('text/xml', 'text/css')),
        ),
      ),
    ).toBe('valid B-LT');
    expect(level(rebuilt(archived, without(NEWEST)))).toBe('valid B-LT');
    expect(level(rebuilt(archived, without(/\.tst$/)))).toBe('indeterminate B-LT');
    // The last one is lost: the one before still protects.
    expect(level(rebuilt(twice, without(NEWEST)))).toBe('valid B-LTA');
    const stamps = judge(twice).signatures[0]?.timestamps.filter((one) => one.kind === 'archive-time-stamp');
    expect(stamps?.map((one) => one.indication)).toEqual(['PASSED', 'PASSED']);
  });

  it('a file with time-stamps alone is neither signed nor unsigned', () => {
    const hash = (bytes: Uint8Array) => {
      const running = door.digest('SHA-256');
      running.update(bytes);
      return running.finish();
    };
    const over = (text: string) => pki.timeStampToken({ digest: 'SHA-256', hash: hash(utf8(text)) }, pki.now);
    const container = (token: Uint8Array) =>
      zip([
        { name: 'mimetype', data: 'application/vnd.etsi.asic-s+zip' },
        { name: 'a.txt', data: 'abc' },
        { name: 'META-INF/timestamp.tst', data: token },
      ]);
    const report = judge(container(over('abc')));
    expect(short(report)).toBe('indeterminate SIG_CONSTRAINTS_FAILURE asic.time-stamp-only');
    expect(report.signatures[0]?.timestamps).toMatchObject([{ indication: 'PASSED' }]);
    expect(judge(container(over('abd'))).signatures[0]?.timestamps).toMatchObject([{ indication: 'FAILED' }]);
  });
});

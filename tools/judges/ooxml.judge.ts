import { beforeAll, describe, expect, it } from 'vitest';
import { nodeCrypto as door, nodeSecrets } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { memorySource } from '@antin/formats/bytes/source';
import { withXml } from '@antin/formats/xml/document';
import { writePkcs12 } from '@antin/pki/pkcs12/write';
import type { SigningKey } from '@antin/signature/making/signer';
import { extendOoxml } from '@antin/signature/ooxml/extend';
import { formOf } from '@antin/signature/ooxml/form';
import { openOoxml } from '@antin/signature/ooxml/package';
import { readOoxmlSignature } from '@antin/signature/ooxml/read-signed';
import { signOoxml } from '@antin/signature/ooxml/sign';
import type { SignOoxmlOptions } from '@antin/signature/ooxml/sign';
import { signatureParts } from '@antin/signature/ooxml/signature-parts';
import { checkOffice } from '@antin/testkit/ooxml/checking';
import { bytesOf, packed, smallPackage, unpacked } from '@antin/testkit/ooxml/packages';
import type { PackageKind } from '@antin/testkit/ooxml/packages';
import { timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { askPoi, poiClassPath, signByPoi } from './poi.ts';
import type { PoiAnswer } from './poi.ts';

const pki = testPki();
const KINDS: readonly PackageKind[] = ['docx', 'xlsx', 'pptx'];
const epes: SignOoxmlOptions = { door, level: 'XAdES-EPES', signingTime: pki.now };
const stamped: SignOoxmlOptions = {
  ...epes,
  level: 'XAdES-T',
  timeStamp: (hash) => Promise.resolve(pki.timeStampToken({ digest: 'SHA-256', hash }, pki.now)),
};
const opened = (bytes: Uint8Array) => openOoxml(memorySource(bytes), { inflateRaw });
const sign = async (bytes: Uint8Array, key: SigningKey, how: SignOoxmlOptions) =>
  bytesOf(await signOoxml(opened(bytes), key, how));

const classPath = poiClassPath();

describe.skipIf(classPath === undefined)('Apache POI on our package signatures', () => {
  const keys = {
    'P-256': pki.signingKey('leader'),
    RSA: pki.signingKey('leaderRsa'),
    PSS: pki.signingKey('leaderRsa', 'rsa-pss'),
  };
  const files: Record<string, Uint8Array> = {};
  let answers: Record<string, PoiAnswer>;

  beforeAll(async () => {
    for (const kind of KINDS) {
      const bytes = packed(smallPackage(kind));
      for (const [name, key] of Object.entries(keys)) {
        files[`${name}.${kind}`] = await sign(bytes, key, epes);
        files[`${name} stamped.${kind}`] = await sign(bytes, key, { ...stamped, digest: 'SHA-512', comments: 'Phê duyệt' });
      }
      files[`three.${kind}`] = await sign(await sign(files[`P-256.${kind}`]!, keys.RSA, stamped), keys.PSS, epes);
    }
    const docx = unpacked(files['RSA.docx']!);
    files['changed part.docx'] = packed({ ...docx, 'word/styles.xml': '<a/>' });
    files['changed type.docx'] = packed({
      ...docx,
      '[Content_Types].xml': new TextDecoder()
        .decode(docx['[Content_Types].xml'])
        .replace('wordprocessingml.styles', 'wordprocessingml.settings'),
    });
    answers = askPoi(classPath as string, files);
  });

  it('calls every one valid, and a changed part broken, as we do', () => {
    expect(Object.keys(files).length).toBeGreaterThan(20);
    for (const [name, bytes] of Object.entries(files)) {
      const signers = name.startsWith('three') ? 3 : 1;
      const right = !name.startsWith('changed');
      // ECMA-376 Part 2 M6.11 wants the type compared; POI does not.
      const seen = right || name === 'changed type.docx';
      expect(answers[name], name).toEqual({ valid: Array<boolean>(signers).fill(seen) });
      const certificates = name.startsWith('P-256') || signers === 3 ? ['leader', 'leaderRsa', 'leaderRsa'] : ['leaderRsa'];
      const ours = checkOffice(bytes, ...certificates.map((one) => pki.certificate(one)));
      expect(
        ours.map((one) => one.holds),
        name,
      ).toEqual(Array<boolean>(signers).fill(right));
    }
  });
});

describe.skipIf(classPath === undefined)('what Apache POI signs', () => {
  const passphrase = 'only for this run';
  const { pkcs8 } = pki.entity('leaderRsa');
  const certificates = [pki.certificate('leaderRsa'), ...pki.chain('leaderRsa')].map((one) => one.raw);
  const pkcs12 = writePkcs12({ pkcs8, certificates, friendlyName: 'key' }, passphrase, nodeSecrets, { iterations: 2048 });
  const rsa = pki.certificate('leaderRsa');
  /** Saving, POI makes absolute targets relative, after it has digested them: its own judge refuses that too. */
  const small = (kind: PackageKind) => {
    const items = Object.entries(smallPackage(kind));
    const plain = items.map(([name, item]) => [name, typeof item === 'string' ? item.replace('"/word/media', '"media') : item]);
    return packed(Object.fromEntries(plain) as Record<string, string>);
  };

  const ours = () => sign(small('docx'), pki.signingKey('leader'), stamped);
  let byPoi: Record<string, Uint8Array>;

  beforeAll(async () => {
    const files = Object.fromEntries(KINDS.map((kind) => [`new.${kind}`, { bytes: small(kind), digest: 'sha256' as const }]));
    byPoi = signByPoi(
      classPath as string,
      { pkcs12, passphrase, alias: 'key', at: pki.now },
      {
        ...files,
        'long digests.docx': { bytes: small('docx'), digest: 'sha512' },
        'over ours.docx': { bytes: await ours(), digest: 'sha256' },
      },
    );
  });

  it.each([...KINDS.map((kind) => `new.${kind}`), 'long digests.docx'])('%s: holds for us', (name) => {
    const bytes = byPoi[name]!;
    expect(checkOffice(bytes, rsa)).toMatchObject([{ holds: true, intact: true, coverage: { missing: [] } }]);
    const file = opened(bytes);
    withXml(bytesOf(file.content(signatureParts(file)[0]!)), (tree) => {
      const one = readOoxmlSignature(tree);
      expect(formOf(one)).toMatch(/^XAdES-(BES|EPES)$/);
      expect(one).toMatchObject({ signatureTime: pki.now, signingTime: pki.now, comments: 'phê duyệt' });
    });
  });

  it('over ours: both hold', () => {
    const both = checkOffice(byPoi['over ours.docx']!, pki.certificate('leader'), rsa);
    expect(both.map((one) => one.holds)).toEqual([true, true]);
  });

  it('can be signed again and raised by us, and POI still calls both valid', async () => {
    const both = await sign(byPoi['new.docx']!, pki.signingKey('leader'), epes);
    const to = { door, at: pki.now, timeStamp: timeStampSource(pki, () => pki.now) };
    const raised = bytesOf(await extendOoxml(opened(both), to));
    expect(checkOffice(raised, rsa, pki.certificate('leader')).map((one) => one.holds)).toEqual([true, true]);
    expect(askPoi(classPath as string, { 'raised.docx': raised })).toEqual({ 'raised.docx': { valid: [true, true] } });
  });
});

import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import type { ByteSource } from '@antin/formats/bytes/source';
import { decodeDer } from '@antin/formats/der/reader';
import { encodeAttribute } from '@antin/pki/cms/attribute';
import { buildSignedAttributes, buildSignedData } from '@antin/pki/cms/build';
import { digestOf } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { HOUR, contextOf } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import { addCounterSignature } from '../cades/embed.ts';
import { frameSource, readFrame, withUnsigned } from '../cades/frame.ts';
import { prepareCounterSignature } from '../cades/prepare.ts';
import { signCades } from '../cades/sign.ts';
import { signatureValueOf } from '../cades/signer-info.ts';
import { sentenceFor } from '../words/sentence.ts';
import { validate } from './validate.ts';

const pki = testPki();
const data = memorySource(utf8('Nội dung'));
const all = (source: ByteSource): Uint8Array => source.read(0, source.size).slice();
const judge = (file: Uint8Array) => validate(memorySource(file), contextOf(pki, pki.now + HOUR)).report;
const signed = () => signCades(data, pki.signingKey('leader'), { door, signingTime: pki.now, packaging: 'attached' });

async function countersigned(by = 'seal'): Promise<Uint8Array> {
  const file = await signed();
  const key = pki.signingKey(by);
  const who = {
    door,
    signingTime: pki.now,
    certificate: key.certificate,
    chain: key.chain.map((one) => one.raw),
    algorithm: key.algorithm,
  };
  const tbs = prepareCounterSignature(readFrame(file), 0, who);
  return all(addCounterSignature(readFrame(file), 0, tbs, await key.sign(tbs.signedAttributes), { door }));
}

describe('a counter-signature', () => {
  it('has its own answer, says which signature it is over, and signs no document', async () => {
    const report = judge(await countersigned());
    expect(report.verdict).toBe('valid');
    expect(report.signatures.map((one) => [one.id, one.indication])).toEqual([
      ['signature-1', 'TOTAL_PASSED'],
      ['signature-1-counter-1', 'TOTAL_PASSED'],
    ]);
    expect(report.signatures[1]?.covers).toEqual([{ kind: 'signature', name: 'signature-1', intact: true }]);
    const { heading, answers } = sentenceFor(report, 'vi');
    expect(heading).not.toContain('ỦY BAN NHÂN DÂN TỈNH THỬ NGHIỆM và');
    expect(answers.sealed.text).toContain('Không có');
  });

  it('of a revoked signer keeps the document from passing', async () => {
    const report = judge(await countersigned('revoked'));
    expect(report).toMatchObject({ verdict: 'indeterminate', decidedBySignature: 'signature-1-counter-1' });
  });

  it('taken from another signature is over another value', async () => {
    const honest = readFrame(memorySource(await countersigned()));
    const other = readFrame(
      memorySource(
        all(await signCades(data, pki.signingKey('leaderRsa'), { door, signingTime: pki.now, packaging: 'attached' })),
      ),
    );
    const unsigned = decodeDer(honest.signerInfos[0] as Uint8Array)
      .children()
      .at(-1);
    const counter = unsigned?.children()[0]?.raw as Uint8Array;
    const file = all(
      frameSource({
        ...other,
        certificates: [...other.certificates, ...honest.certificates],
        signerInfos: [withUnsigned(other.signerInfos[0] as Uint8Array, [counter])],
      }),
    );
    expect(judge(file)).toMatchObject({
      verdict: 'invalid',
      decidedBy: 'integrity.digest',
      decidedBySignature: 'signature-1-counter-1',
    });
  });

  it('with a content-type is a signature of a document passed off as one', async () => {
    const file = readFrame(memorySource(all(await signed())));
    const key = pki.signingKey('seal');
    const value = signatureValueOf(file.signerInfos[0] as Uint8Array);
    const attributes = buildSignedAttributes({
      contentType: OID.idData,
      messageDigest: digestOf(door, 'SHA-256', value),
      signingCertificate: key.certificate,
      digest: 'SHA-256',
      door,
    });
    const made = buildSignedData({
      digest: 'SHA-256',
      signatureAlgorithm: key.algorithm,
      signingCertificate: key.certificate,
      certificates: [],
      signedAttributes: attributes,
      signature: await key.sign(attributes),
    });
    const attribute = encodeAttribute(OID.idCountersignature, readFrame(memorySource(made)).signerInfos[0] as Uint8Array);
    const typed = all(
      frameSource({
        ...file,
        certificates: [...file.certificates, key.certificate.raw],
        signerInfos: [withUnsigned(file.signerInfos[0] as Uint8Array, [attribute])],
      }),
    );
    expect(judge(typed)).toMatchObject({ verdict: 'invalid', decidedBy: 'cms.counter-content-type' });
  });
});

import { describe, expect, it } from 'vitest';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { withXml } from '@antin/formats/xml/document';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import { opensslTsVerify } from '@antin/testkit/archive-imprint/openssl-ts';
import { timeStampsOf } from '@antin/testkit/archive-imprint/xades';
import { opensslVersion } from '@antin/testkit/openssl';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { xmlsecVerify, xmlsecVersion } from '@antin/testkit/xml/xmlsec';
import type { XadesInput } from './content.ts';
import type { ExtendXadesOptions } from './extend.ts';
import { extendXades } from './extend.ts';
import { readXadesSignatures } from './read-signed.ts';
import { signXades } from './sign.ts';

const pki = testPki();
const MINUTE = 60_000;
const letter = utf8('<a xmlns="urn:a" xmlns:q="urn:q"><letter Id="b" q:c="1" a="2">\r\nKính gửi &#13;</letter></a>');
const other = utf8('%PDF-1.7 phụ lục');
const name = 'phụ lục.pdf';
const inputs: Record<string, XadesInput> = {
  enveloped: { packaging: 'enveloped', document: letter },
  'one element': { packaging: 'enveloped', document: letter, target: 'b' },
  enveloping: {
    packaging: 'enveloping',
    objects: [
      { content: other, mimeType: 'application/pdf', as: 'base64' },
      { content: letter, mimeType: 'text/xml', as: 'xml' },
    ],
  },
  detached: { packaging: 'detached', files: [{ name, content: memorySource(other), mimeType: 'application/pdf' }] },
};
const detached = (uri: string) => (decodeURIComponent(uri) === name ? memorySource(other) : undefined);

function world(more: Partial<ExtendXadesOptions> = {}) {
  let time = pki.now;
  return (level: ExtendXadesOptions['level']): ExtendXadesOptions => ({
    door,
    level,
    anchors: pki.anchors,
    at: time + 10 * MINUTE,
    timeStamp: timeStampSource(pki, () => (time += MINUTE)),
    evidenceFor: evidenceSource(pki, () => time),
    detached,
    ...more,
  });
}

const signed = (input: XadesInput, who = 'leader') =>
  signXades(input, pki.signingKey(who), { door, level: 'B-B', signingTime: pki.now });
const read = (document: Uint8Array) => withXml(document, (tree) => readXadesSignatures(tree, door));
const properties = (document: Uint8Array) => read(document).map((one) => one.unsigned?.children.map((child) => child.localName));

/** The independent calculator agrees with every token, and openssl with both. */
function requireImprints(document: Uint8Array, expected: readonly string[], index = 0): void {
  const stamps = timeStampsOf(document, { index, files: { [name]: other } });
  expect(stamps.map((one) => one.kind)).toEqual(expected);
  for (const { token, imprint } of stamps) {
    const { digest, hash } = parseTimeStampToken(token).info.messageImprint;
    expect(imprint(digest ?? '')).toBe(toHex(hash));
    if (opensslVersion === undefined) continue;
    const answer = opensslTsVerify(pki, token, imprint(digest ?? ''));
    expect(answer.ok, answer.text).toBe(true);
  }
}

describe('an XML signature raised to a level', () => {
  it.each(Object.entries(inputs))('%s: from B-B to B-T, B-LT, B-LTA, and renewed', async (_, input) => {
    const to = world();
    const t = await extendXades(await signed(input), to('B-T'));
    expect(properties(t)).toEqual([['SignatureTimeStamp']]);
    const lt = await extendXades(t, to('B-LT'));
    expect(properties(lt)).toEqual([['SignatureTimeStamp', 'CertificateValues', 'RevocationValues']]);
    expect(await extendXades(lt, to('B-LT'))).toEqual(lt);
    const lta = await extendXades(lt, to('B-LTA'));
    const again = await extendXades(lta, to('B-LTA'));
    expect(properties(again)[0]?.slice(3)).toEqual(['ArchiveTimeStamp', 'ArchiveTimeStamp']);
    requireImprints(again, ['signature', 'archive', 'archive']);
    if (xmlsecVersion === undefined) return;
    const answer = xmlsecVerify(again, pki.certificate('leader').raw, { files: { [name]: other } });
    expect(answer.ok, answer.text).toBe(true);
  });

  it('every signature of the document, at once, nothing else changed', async () => {
    const first = await signed({ packaging: 'enveloped', document: letter });
    const second = await signed({ packaging: 'enveloped', document: first }, 'leaderRsa');
    const lta = await extendXades(second, world()('B-LTA'));
    const bare = fromUtf8(lta).replace(/<xades:UnsignedProperties.*?<\/xades:UnsignedProperties>/gs, '');
    expect(bare).toBe(fromUtf8(second));
    requireImprints(lta, ['signature', 'archive'], 0);
    requireImprints(lta, ['signature', 'archive'], 1);
  });

  it('with another digest for the imprints', async () => {
    const lta = await extendXades(await signed(inputs['enveloped']!), world({ digest: 'SHA-512' })('B-LTA'));
    requireImprints(lta, ['signature', 'archive']);
  });

  it('of another producer, whose properties have other prefixes and an empty place', async () => {
    const ours = fromUtf8(await signed(inputs['enveloping']!));
    const theirs = utf8(
      ours.replace('</xades:SignedProperties>', '$&<u:UnsignedProperties xmlns:u="http://uri.etsi.org/01903/v1.3.2#"/>'),
    );
    const lta = await extendXades(theirs, world()('B-LTA'));
    expect(properties(lta)).toEqual([['SignatureTimeStamp', 'CertificateValues', 'RevocationValues', 'ArchiveTimeStamp']]);
    requireImprints(lta, ['signature', 'archive']);
  });
});

describe('an XML signature is not raised', () => {
  const refused = (document: Uint8Array, code: string, more: Partial<ExtendXadesOptions> = {}) =>
    expect(extendXades(document, world(more)('B-LTA'))).rejects.toMatchObject({ code });

  it('when there is none, when it does not hold, when its content is not there', async () => {
    await refused(letter, 'extend.nothing-signed');
    const document = fromUtf8(await signed(inputs['enveloped']!));
    await refused(utf8(document.replace('Kính', 'Kinh')), 'extend.signature-broken');
    await refused(await signed(inputs['detached']!), 'extend.signature-broken', { detached: () => undefined });
  });

  it('when another QualifyingProperties is put before the digested one: it is never read', async () => {
    const document = fromUtf8(await signed(inputs['enveloped']!));
    const spoof =
      '<ds:Object><xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#"><xades:SignedProperties/></xades:QualifyingProperties></ds:Object>';
    const [found] = read(utf8(document.replace('<ds:Object>', `${spoof}<ds:Object>`)));
    expect(found?.signedProperties.attribute('Id')).toMatch(/^xades-/);
  });

  it('when the certificate was swapped, expired or revoked, or nobody trusts it', async () => {
    const document = fromUtf8(await signed(inputs['enveloped']!));
    const swapped = document.replace(/<ds:X509Certificate>.*?<\/ds:X509Certificate>/, '');
    await refused(utf8(swapped), 'extend.unreadable');
    await refused(await signed(inputs['enveloped']!, 'expired'), 'extend.expired');
    await refused(await signed(inputs['enveloped']!, 'revoked'), 'extend.revoked');
    await refused(await signed(inputs['enveloped']!), 'extend.no-chain', { anchors: [] });
  });

  it('with a token over something else', async () => {
    const wrong: ExtendXadesOptions['timeStamp'] = ({ digest, hash }) =>
      Promise.resolve(pki.timeStampToken({ digest, hash: hash.map((b) => b ^ 1) }, pki.now));
    await refused(await signed(inputs['enveloped']!), 'signature.time-stamp-mismatch', { timeStamp: wrong });
  });
});

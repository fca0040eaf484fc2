import { describe, expect, it } from 'vitest';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { fromUtf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { withXml } from '@antin/formats/xml/document';
import { digestOf } from '@antin/pki/crypto';
import { openZip } from '@antin/formats/zip/reader';
import { checkOffice } from '@antin/testkit/ooxml/checking';
import type { Items, PackageKind } from '@antin/testkit/ooxml/packages';
import { bytesOf, contentTypes, packed, relations, smallPackage, unpacked } from '@antin/testkit/ooxml/packages';
import { timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { embedOoxml, ooxmlTimeStampImprint } from './embed.ts';
import { extendOoxml } from './extend.ts';
import { formOf } from './form.ts';
import { openOoxml } from './package.ts';
import { prepareOoxml } from './prepare.ts';
import type { OoxmlSignature } from './read-signed.ts';
import { readOoxmlSignature } from './read-signed.ts';
import { transformedRelationships } from './relationships.ts';
import type { SignOoxmlOptions } from './sign.ts';
import { signOoxml } from './sign.ts';
import { signatureParts } from './signature-parts.ts';
import { ooxmlFromJson, ooxmlToJson } from './to-be-signed.ts';

const pki = testPki();
const MINUTE = 60_000;
const KINDS: readonly PackageKind[] = ['docx', 'xlsx', 'pptx'];
const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;
const options: SignOoxmlOptions = { door, level: 'XAdES-EPES', signingTime: pki.now };
const stamped: SignOoxmlOptions = {
  ...options,
  level: 'XAdES-T',
  timeStamp: (hash) => Promise.resolve(pki.timeStampToken({ digest: 'SHA-256', hash }, pki.now)),
};
const opened = (bytes: Uint8Array) => openOoxml(memorySource(bytes), { inflateRaw });
const small = (kind: PackageKind) => packed(smallPackage(kind));
const signed = async (bytes: Uint8Array, who: string, how = options) =>
  bytesOf(await signOoxml(opened(bytes), pki.signingKey(who), how));
const prepared = (bytes: Uint8Array, who: string) => {
  const { certificate, chain, algorithm } = pki.signingKey(who);
  return prepareOoxml(opened(bytes), { door, signingTime: pki.now, certificate, chain: chain.map((c) => c.raw), algorithm });
};
const check = (bytes: Uint8Array, ...who: string[]) => checkOffice(bytes, ...who.map((one) => pki.certificate(one)));
const read = <T>(bytes: Uint8Array, use: (one: OoxmlSignature) => T, index = 0): T => {
  const file = opened(bytes);
  return withXml(bytesOf(file.content(signatureParts(file)[index]!)), (tree) => use(readOoxmlSignature(tree)));
};

describe('a signed Office file', () => {
  it.each(KINDS)('%s: everything that shows is covered, nothing else changes', async (kind) => {
    const before = unpacked(small(kind));
    const bytes = await signed(small(kind), 'leader');
    expect(check(bytes, 'leader')).toMatchObject([{ holds: true, coverage: { missing: [] } }]);
    const after = unpacked(bytes);
    for (const [name, content] of Object.entries(before)) {
      if (name !== '[Content_Types].xml' && name !== '_rels/.rels') expect(after[name], name).toEqual(content);
    }
    expect(Object.keys(after)[0]).toBe('[Content_Types].xml');
    expect(Object.keys(after).filter((name) => !(name in before))).toEqual([
      '_xmlsignatures/sig1.xml',
      '_xmlsignatures/_rels/origin.sigs.rels',
      '_xmlsignatures/origin.sigs',
    ]);
  });

  it.each([
    ['leader', 'ecdsa'],
    ['leaderRsa', 'rsa-pkcs1'],
    ['leaderRsa', 'rsa-pss'],
  ] as const)('with the key of %s by %s, at both levels', async (who, scheme) => {
    for (const how of [options, stamped, { ...stamped, digest: 'SHA-512' } as const]) {
      const bytes = bytesOf(await signOoxml(opened(small('docx')), pki.signingKey(who, scheme), how));
      expect(check(bytes, who)).toMatchObject([{ holds: true }]);
    }
  });

  it('leaves out what saving changes, says so, and covers relations that lead outside', async () => {
    const [finding] = check(await signed(small('docx'), 'leader'), 'leader');
    const properties = finding!.coverage.exempt.filter((one) => one.why === 'properties').map((one) => one.what);
    expect(properties).toEqual(['/docProps/core.xml', '/docProps/app.xml', '/#rId2', '/#rId3']);
    const rels = finding!.manifest.find((one) => one.uri.startsWith('/word/_rels/document.xml.rels?'));
    expect(rels?.relationships?.map((one) => one.id)).toEqual(['rId2', 'rId10', 'rId1']);
  });

  it('names its time, its purpose and its form', async () => {
    const comments = 'Phê duyệt <dự thảo> & "phụ lục"';
    const epes = await signed(small('docx'), 'leader', { ...options, comments });
    read(epes, (one) => {
      expect(one).toMatchObject({ signatureTime: pki.now, signingTime: pki.now, policy: 'implied', comments });
      expect(formOf(one)).toBe('XAdES-EPES');
    });
    read(await signed(small('docx'), 'leader', stamped), (one) => expect(formOf(one)).toBe('XAdES-T'));
    expect(() =>
      prepareOoxml(opened(small('docx')), { ...options, ...pki.signingKey('leader'), chain: [], comments: 'a'.repeat(256) }),
    ).toThrow(code('ooxml.comments'));
  });

  it('takes more signatures; the earlier ones hold and stay byte for byte', async () => {
    const one = await signed(small('xlsx'), 'leader', stamped);
    const two = await signed(one, 'seal');
    const three = await signed(two, 'leaderRsa');
    expect(check(three, 'leader', 'seal', 'leaderRsa').map((finding) => finding.holds)).toEqual([true, true, true]);
    expect(unpacked(three)['_xmlsignatures/sig1.xml']).toEqual(unpacked(one)['_xmlsignatures/sig1.xml']);
    expect(signatureParts(opened(three)).map((part) => part.name)).toEqual([1, 2, 3].map((n) => `/_xmlsignatures/sig${n}.xml`));
    expect(check(three, 'seal', 'seal', 'leaderRsa').map((finding) => finding.signature.value)).toEqual([
      'invalid',
      'valid',
      'valid',
    ]);
  });

  it('keeps records of the archive that it does not have to change', async () => {
    const before = openZip(memorySource(small('docx')), { inflateRaw });
    const bytes = await signed(small('docx'), 'leader');
    const after = openZip(memorySource(bytes), { inflateRaw });
    for (const entry of before.entries.slice(2)) {
      const now = after.entry(entry.name)!;
      expect(bytesOf(before.source).subarray(entry.start, entry.end)).toEqual(bytes.subarray(now.start, now.end));
    }
  });
});

describe('between prepare and embed', () => {
  const value = (tbs: { readonly signedInfo: Uint8Array }, who: string) => pki.entity(who).signNow(tbs.signedInfo);

  it('a preparation survives storage, and the value may come from elsewhere', async () => {
    const tbs = prepared(small('docx'), 'leader');
    const stored = ooxmlFromJson(JSON.parse(JSON.stringify(ooxmlToJson(tbs))));
    expect(stored).toEqual(tbs);
    const signature = value(stored, 'leader');
    const token = pki.timeStampToken({ digest: 'SHA-256', hash: ooxmlTimeStampImprint(stored, signature, door) }, pki.now);
    const bytes = bytesOf(embedOoxml(opened(small('docx')), stored, signature, { door, timeStampToken: token }));
    expect(check(bytes, 'leader')).toMatchObject([{ holds: true }]);
    for (const member of ['signature', 'valueAt', 'manifest', 'kind', 'digest']) {
      expect(() => ooxmlFromJson({ ...ooxmlToJson(tbs), [member]: undefined })).toThrow(code('ooxml.prepared-damaged'));
    }
  });

  it('several signers may be prepared and embedded in any order', () => {
    const tbs = ['leader', 'seal', 'leaderRsa'].map((who) => [who, prepared(small('pptx'), who)] as const);
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0],
    ]) {
      let bytes = small('pptx');
      for (const i of order) {
        const [who, one] = tbs[i]!;
        bytes = bytesOf(embedOoxml(opened(bytes), one, value(one, who), { door }));
      }
      expect(check(bytes, ...order.map((i) => tbs[i]![0])).map((finding) => finding.holds)).toEqual([true, true, true]);
    }
  });

  it('nothing is written for a wrong value, a wrong token or another document', () => {
    const tbs = prepared(small('docx'), 'leader');
    const signature = value(tbs, 'leader');
    const embed = (items: Items, with_ = signature, token?: Uint8Array) =>
      embedOoxml(opened(packed(items)), tbs, with_, { door, ...(token === undefined ? {} : { timeStampToken: token }) });
    const items = smallPackage('docx');
    expect(() => embed(items, value(tbs, 'seal'))).toThrow(code('signature.value-mismatch'));
    const other = pki.timeStampToken({ digest: 'SHA-256', hash: new Uint8Array(32) }, pki.now);
    expect(() => embed(items, signature, other)).toThrow(code('signature.time-stamp-mismatch'));
    const document = String(items['word/document.xml']);
    expect(() => embed({ ...items, 'word/document.xml': document.replace('Kính', 'Cung') })).toThrow(code('ooxml.input-changed'));
    expect(() => embed({ ...items, 'word/footnotes.xml': '<a/>' })).toThrow(code('ooxml.input-changed'));
    const core = { ...items, 'docProps/core.xml': String(items['docProps/core.xml']).replace('Công', 'công') };
    expect(bytesOf(embed(core)).length).toBeGreaterThan(0);
  });
});

describe('an earlier signature that covers the list of signatures', () => {
  /** As no known program signs: the manifest covers the relationships of the origin by their type. */
  const coversList = (): Uint8Array => {
    const bytes = small('docx');
    const tbs = prepared(bytes, 'leader');
    const draft = bytesOf(embedOoxml(opened(bytes), tbs, value(tbs, 'leader'), { door }));
    const type = 'http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/signature';
    const octets = transformedRelationships(opened(draft).relationshipsOf('/_xmlsignatures/origin.sigs')!.relationships, {
      ids: new Set(),
      types: new Set([type]),
    });
    const digest = toBase64(digestOf(door, 'SHA-256', octets));
    const reference = `<Reference URI="/_xmlsignatures/_rels/origin.sigs.rels?ContentType=application/vnd.openxmlformats-package.relationships+xml"><Transforms><Transform Algorithm="http://schemas.openxmlformats.org/package/2006/RelationshipTransform"><mdssi:RelationshipsGroupReference xmlns:mdssi="http://schemas.openxmlformats.org/package/2006/digital-signature" SourceType="${type}"/></Transform><Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/></Transforms><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>${digest}</DigestValue></Reference></Manifest>`;
    const items = unpacked(draft);
    const part = '_xmlsignatures/sig1.xml';
    return packed({ ...items, [part]: fromUtf8(items[part]!).replace('</Manifest>', reference) });
  };
  const value = (tbs: { readonly signedInfo: Uint8Array }, who: string) => pki.entity(who).signNow(tbs.signedInfo);

  it('is not broken by the next one: that is refused', async () => {
    await expect(signed(coversList(), 'seal')).rejects.toThrow(code('ooxml.breaks-earlier'));
  });
});

describe('raising', () => {
  const to = { door, at: pki.now + 10 * MINUTE, timeStamp: timeStampSource(pki, () => pki.now + 10 * MINUTE) };

  it('gives every signature a time-stamp once, and breaks none', async () => {
    const two = await signed(await signed(small('docx'), 'leader'), 'seal', stamped);
    const bytes = bytesOf(await extendOoxml(opened(two), to));
    expect(check(bytes, 'leader', 'seal').map((finding) => finding.holds)).toEqual([true, true]);
    for (const i of [0, 1]) read(bytes, (one) => expect(formOf(one)).toBe('XAdES-T'), i);
    expect(unpacked(bytes)['_xmlsignatures/sig2.xml']).toEqual(unpacked(two)['_xmlsignatures/sig2.xml']);
    expect(bytesOf(await extendOoxml(opened(bytes), to))).toEqual(bytes);
  });

  it('asks no time-stamp for what is not signed, changed, or added to', async () => {
    await expect(extendOoxml(opened(small('docx')), to)).rejects.toThrow(code('extend.nothing-signed'));
    const items = unpacked(await signed(small('docx'), 'leader'));
    const broken = packed({ ...items, 'word/styles.xml': `${fromUtf8(items['word/styles.xml']!)} ` });
    await expect(extendOoxml(opened(broken), to)).rejects.toThrow(code('extend.signature-broken'));
    const more = packed({ ...items, 'word/more.xml': '<a/>' });
    await expect(extendOoxml(opened(more), to)).rejects.toThrow(code('extend.signature-broken'));
  });
});

describe('a package that two readers could see differently', () => {
  const items = smallPackage('docx');
  const types = String(items['[Content_Types].xml']);
  const rels = String(items['_rels/.rels']);
  it.each<[string, Items, string]>([
    ['has no content types', { 'word/document.xml': '<a/>' }, 'ooxml.no-package'],
    [
      'has two rules for one part',
      { '[Content_Types].xml': types.replace('</Types>', '<Override PartName="/WORD/document.xml" ContentType="a/b"/></Types>') },
      'ooxml.content-types',
    ],
    [
      'has two rules for one extension',
      { '[Content_Types].xml': types.replace('</Types>', '<Default Extension="XML" ContentType="a/b"/></Types>') },
      'ooxml.content-types',
    ],
    [
      'has two main documents',
      {
        '_rels/.rels': rels.replace(
          '</Rel',
          '<Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/styles.xml"/></Rel',
        ),
      },
      'ooxml.no-document',
    ],
    ['has one identifier twice', { '_rels/.rels': rels.replace('rId2', 'rId1') }, 'ooxml.relationships'],
    [
      'hides something in its relationships',
      { '_rels/.rels': rels.replace('<Relationship ', '<Relationship xmlns:a="urn:a" a:b="c" ') },
      'ooxml.relationships',
    ],
    ['has a document type', { '_rels/.rels': rels.replace('<Relationships', '<!DOCTYPE a><Relationships') }, 'xml.dtd-refused'],
    ['has a part in pieces', { 'word/document.xml/[0].piece': 'a' }, 'ooxml.pieces'],
  ])('%s: refused', (_, change, expected) => {
    const base: Items = expected === 'ooxml.no-package' ? {} : items;
    expect(() => opened(packed({ ...base, ...change }))).toThrow(code(expected));
  });

  it('a part without a type is not signed', () => {
    expect(() => prepared(packed({ ...items, 'word/data.bin': 'a' }), 'leader')).toThrow(code('ooxml.content-types'));
    const trash = packed({ ...items, '[trash]/0000.dat': 'a' });
    expect(prepared(trash, 'leader').manifest).toBe(prepared(packed(items), 'leader').manifest);
  });

  it('lists may have prefixes, empty-element tags and byte order marks', async () => {
    const prefixed = String(items['_rels/.rels'])
      .replace(/<(\/?)Relationship/g, '<$1p:Relationship')
      .replace('xmlns=', 'xmlns:p=');
    const dressed = {
      ...items,
      '_rels/.rels': `\ufeff${prefixed}`,
      'word/_rels/styles.xml.rels': relations().replace('></Relationships>', '/>'),
    };
    const bytes = await signed(await signed(packed(dressed), 'leader'), 'seal');
    expect(check(bytes, 'leader', 'seal').map((finding) => finding.holds)).toEqual([true, true]);
    expect(contentTypes({})).toContain('<Default');
  });
});

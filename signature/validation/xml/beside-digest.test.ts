import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { utf8 } from '@antin/formats/bytes/bytes';
import { withXml } from '@antin/formats/xml/document';
import { inShort, judgedXml } from '@antin/testkit/judging/xml';
import { testPki } from '@antin/testkit/pki/test-pki';
import { ENVELOPED, EXCLUSIVE, EXC, reference, signatureByHand, transform } from '@antin/testkit/xml/by-hand';
import type { ByHand } from '@antin/testkit/xml/by-hand';
import { fillIn } from '@antin/testkit/xml/fill-in';
import { describe, expect, it } from 'vitest';
import { sentenceFor } from '../../words/sentence.ts';
import { signXades } from '../../xades/sign.ts';
import { DS } from '../../xmldsig/names.ts';
import { besideDigest } from './beside-digest.ts';
import { processorSince } from '@antin/testkit/processor-time';

const pki = testPki();
const soon = pki.now + 1_800_000;
const judge = (document: string, fileName = 'a.xml') => {
  const report = judgedXml(document, pki, soon, { fileName });
  for (const language of ['vi', 'en'] as const) {
    expect(sentenceFor(report, language).heading).not.toMatch(/^.*(check|bước kiểm tra) "/);
  }
  return report;
};
const short = (document: string, fileName?: string) => inShort(judge(document, fileName));
const sign = (document: string) => fillIn(document, { pki, by: 'leader' });
const make = (parts: ByHand, data: string, attributes = '') =>
  sign(`<hs xmlns="urn:vn"${attributes}>${data}${signatureByHand(parts)}</hs>`);
const WHOLE = reference('', ENVELOPED + EXCLUSIVE);
const warned = (report: ReturnType<typeof judge>) => report.warnings.map((one) => one.code);
const told = (report: ReturnType<typeof judge>) => (report.information ?? []).map((one) => one.code);

function changed(document: string, from: string | RegExp, to: string): string {
  const out = document.replace(from, () => to);
  expect(out).not.toBe(document);
  return out;
}

describe('the type that a ds:Object claims', () => {
  const BASE64 = 'http://www.w3.org/2000/09/xmldsig#base64';
  const object = (attributes: string) =>
    `<ds:Object Id="o1"${attributes}>${Buffer.from('<b>1</b>').toString('base64')}</ds:Object>`;
  const enveloping = (attributes: string, more: Partial<ByHand> = {}) =>
    sign(signatureByHand({ references: [reference('#o1', transform(BASE64))], objects: [object(attributes)], ...more }));

  it('is the signed one, or nothing passes: the honest twin says the same or nothing', () => {
    expect(short(enveloping(` MimeType="text/xml" Encoding="${BASE64}"`))).toBe('valid');
    expect(short(enveloping(' MimeType="application/XML"'))).toBe('valid');
    expect(short(enveloping(''))).toBe('valid');
    const honest = enveloping(' MimeType="text/xml"');
    expect(short(changed(honest, '"text/xml"', '"text/html"'))).toBe('indeterminate xml.type-contradicted');
    expect(short(changed(honest, ' MimeType="text/xml"', ' MimeType="text/xml" Encoding="hex"'))).toBe(
      'indeterminate xml.type-contradicted',
    );
    expect(short(changed(enveloping(''), 'Id="o1"', 'Id="o1" MimeType="application/pdf"'))).toBe(
      'indeterminate xml.type-contradicted',
    );
    expect(short(changed(honest, ' MimeType', ' title="Quyết định" MimeType'))).toBe('indeterminate xml.unsigned-object');
  });

  it('is signed by nobody where nothing signed names one, and that is told', () => {
    const report = judge(enveloping(' MimeType="text/html"', { properties: 'none' }));
    expect([inShort(report), warned(report)]).toEqual(['valid', ['xml.type-not-signed']]);
    expect(warned(judge(enveloping('', { properties: 'none' })))).toEqual([]);
  });

  it('is held against the type of an element in it, where that alone is signed', () => {
    const around = (attributes: string) =>
      sign(
        signatureByHand({ references: [reference('#d1')], objects: [`<ds:Object${attributes}><d Id="d1">1</d></ds:Object>`] }),
      );
    expect(short(around(' MimeType="text/xml"'))).toBe('valid');
    expect(short(around(' MimeType="text/html"'))).toBe('indeterminate xml.type-contradicted');
  });

  it('is signed with the object where the whole object is', () => {
    const whole = sign(signatureByHand({ references: [reference('#o1')], objects: [object(' MimeType="text/html"')] }));
    expect(short(whole)).toBe('valid');
    expect(short(changed(whole, '"text/html"', '"text/xml"'))).toBe('invalid HASH_FAILURE integrity.digest');
  });
});

describe('a prefix that values alone use', () => {
  const XSI = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
  const typed = (attributes: string, inside = '', references = [WHOLE]) =>
    make({ references }, `<so xsi:type="t:Dong"${inside}>1</so>`, `${XSI}${attributes}`);
  const NOT_SIGNED = 'indeterminate xml.prefix-not-signed';

  it('may be bound anew after signing, around the signed element and in it', () => {
    const inFrame = make(
      { references: [reference('#d1')] },
      '<don Id="d1" xsi:type="t:Dong">1</don>',
      ` xmlns:t="urn:vn:dong"${XSI}`,
    );
    expect(short(inFrame)).toBe(NOT_SIGNED);
    expect(short(changed(inFrame, 'urn:vn:dong', 'urn:vn:do-la'))).toBe(NOT_SIGNED);
    expect(short(typed(' xmlns:t="urn:vn:dong"'))).toBe(NOT_SIGNED);
    expect(short(make({ references: [WHOLE] }, '<so loai="t:Dong t:Le">1</so>', ' xmlns:t="urn:vn"'))).toBe(NOT_SIGNED);
    expect(short(make({ references: [WHOLE] }, '<so>t:Dong</so>', ' xmlns:t="urn:vn"'))).toBe(NOT_SIGNED);
    // Written so that only a reader of references sees the colon.
    expect(short(make({ references: [WHOLE] }, '<so>t&#58;Dong</so>', ' xmlns:t="urn:vn"'))).toBe(NOT_SIGNED);
    expect(short(make({ references: [WHOLE] }, '<so><!-- x -->t:Dong</so>', ' xmlns:t="urn:vn"'))).toBe(NOT_SIGNED);
  });

  it('passes where a name uses it, where the list of prefixes keeps it, and in the inclusive form', () => {
    const used = make({ references: [WHOLE] }, '<so xsi:type="t:Dong"><t:le>1</t:le></so>', ` xmlns:t="urn:vn:dong"${XSI}`);
    expect(short(used)).toBe('valid');
    expect(short(changed(used, 'urn:vn:dong', 'urn:vn:do-la'))).toBe('invalid HASH_FAILURE integrity.digest');
    const list = `<ec:InclusiveNamespaces xmlns:ec="${EXC}" PrefixList="t"/>`;
    const kept = typed(' xmlns:t="urn:vn:dong"', '', [reference('', ENVELOPED + transform(EXC, list))]);
    expect(short(kept)).toBe('valid');
    expect(short(changed(kept, 'urn:vn:dong', 'urn:vn:do-la'))).toBe('invalid HASH_FAILURE integrity.digest');
    const inclusive = typed(' xmlns:t="urn:vn:dong"', '', [reference('', ENVELOPED)]);
    expect(short(inclusive)).toBe('valid');
    expect(short(changed(inclusive, 'urn:vn:dong', 'urn:vn:do-la'))).toBe('invalid HASH_FAILURE integrity.digest');
    // Not bound to anything: text with a colon.
    expect(short(make({ references: [WHOLE] }, '<so>Kính gửi: Sở t:Dong, lúc 12:30, http://vn</so>'))).toBe('valid');
  });

  it('is not held by a name elsewhere, once another declaration stands between', () => {
    const document = make({ references: [WHOLE] }, '<t:le/><so loai="t:Dong">1</so>', ' xmlns:t="urn:vn"');
    expect(short(document)).toBe('valid');
    expect(short(changed(document, '<so loai', '<so xmlns:t="urn:vn:do-la" loai'))).toBe(NOT_SIGNED);
  });

  it('is the default namespace, where a type without prefix stands on an element with one', () => {
    const document = sign(
      `<v:hs xmlns:v="urn:vn" xmlns="urn:vn:a"${XSI}><v:so xsi:type="Dong">1</v:so>${signatureByHand({ references: [WHOLE] })}</v:hs>`,
    );
    expect(short(document)).toBe(NOT_SIGNED);
    const none = changed(document, ' xmlns="urn:vn:a"', '');
    expect(short(none)).toBe('valid');
    expect(short(changed(none, '<v:so ', '<v:so xmlns="urn:x" '))).toBe(NOT_SIGNED);
    expect(short(make({ references: [WHOLE] }, '<so xsi:type="Dong">1</so>', XSI))).toBe('valid');
  });

  it('in the middle of a text is told', () => {
    const report = judge(make({ references: [WHOLE] }, '<luat>//t:le[1]</luat>', ' xmlns:t="urn:vn"'));
    expect([inShort(report), warned(report)]).toEqual(['valid', ['xml.prefix-in-text']]);
  });
});

describe('the place of a signature in what it signs', () => {
  const document = (data: string) => sign(`<hs xmlns="urn:vn">${data}</hs>`);
  const own = signatureByHand({ references: [WHOLE] });
  const moved = (signed: string, from: string, to: string) => {
    const [signature] = /<ds:Signature [\s\S]*<\/ds:Signature>/.exec(signed) as RegExpExecArray;
    return changed(
      changed(signed, signature, ''),
      from,
      to.replace('{s}', () => signature),
    );
  };

  it('as a child of the signed element says nothing', () => {
    for (const data of [`<so>1</so>${own}`, `${own}<so>1</so>`, `Quyết định${own}`]) {
      const report = judge(document(data));
      expect([inShort(report), told(report), warned(report)]).toEqual(['valid', [], []]);
    }
  });

  it('in another box is told, because the box may have been another', () => {
    const signed = document(`<duyet>${own}</duyet><xem></xem>`);
    expect(told(judge(signed))).toEqual(['xml.place-not-signed']);
    const report = judge(moved(signed, '<xem></xem>', '<xem>{s}</xem>'));
    expect([inShort(report), report.information]).toMatchObject(['valid', [{ message: expect.stringContaining('/hs/xem/') }]]);
  });

  it('in the middle of a text makes another value of it, and never passes', () => {
    const signed = document(`<so>1000</so>${own}`);
    expect(short(signed)).toBe('valid');
    expect(short(moved(signed, '1000', '1{s}000'))).toBe('indeterminate xml.signature-cuts-text');
    expect(short(moved(signed, '1000', '1<!-- -->{s}000'))).toBe('indeterminate xml.signature-cuts-text');
    const beside = judge(moved(signed, '1000', '1000{s}'));
    expect([inShort(beside), warned(beside)]).toEqual(['valid', ['xml.signature-in-text']]);
  });

  it('of two that are taken away together holds nothing apart', () => {
    const XPATH = transform(
      'http://www.w3.org/TR/1999/REC-xpath-19991116',
      '<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath>',
    );
    const all = { references: [reference('', XPATH + EXCLUSIVE)] };
    const two = (before: string, behind: string) =>
      sign(
        sign(
          `<hs xmlns="urn:vn"><so>${before}${signatureByHand(all)}${signatureByHand({ ...all, id: 's2' })}${behind}</so></hs>`,
        ),
      );
    expect(short(two('1', '000'))).toBe('indeterminate xml.signature-cuts-text');
    expect(short(two('1000', ''))).toBe('valid');
  });
});

describe('an XML document that a browser lays out', () => {
  const XHTML = 'http://www.w3.org/1999/xhtml';
  const SVG = 'http://www.w3.org/2000/svg';
  const named = make({ references: [WHOLE] }, '<so>1</so>');
  const page = (root: string, namespace: string, inside: string) =>
    sign(`<${root} xmlns="${namespace}">${inside}${signatureByHand({ references: [WHOLE] })}</${root}>`);

  it.each(['a.html', 'a.HTM', 'C:\\a.hta', 'a.mht', 'a.xml.js', 'a.jar'])(
    'is not judged as %s: a page has other rules',
    (name) => {
      expect(short(named, name)).toBe('indeterminate file.active-name');
    },
  );

  it.each(['a.xml', 'a', 'a.xml.signed', 'html', 'a.svg'])('passes as %s', (name) => {
    expect(short(named, name)).toBe('valid');
  });

  it('is told to be a page by what it is, whatever its name', () => {
    expect(short(page('html', XHTML, '<body>1</body>'))).toBe('indeterminate xml.active-content');
    expect(short(page('svg', SVG, '<text>1</text>'), 'a.svg')).toBe('valid');
    for (const inside of [
      '<script>x()</script>',
      '<text onclick="x()">1</text>',
      '<image href="so.png"/>',
      '<use xlink:href="http://vn/x#a" xmlns:xlink="http://www.w3.org/1999/xlink"/>',
      '<set attributeName="x"/>',
      '<foreignObject/>',
      '<rect fill="url(http://vn/a)"/>',
    ]) {
      expect(short(page('svg', SVG, inside), 'a.svg'), inside).toBe('indeterminate xml.active-content');
    }
    for (const inside of ['<use href="#a"/>', '<rect fill="url(#a)"/>', '<image href="data:image/png;base64,AA"/>']) {
      expect(short(page('svg', SVG, inside)), inside).toBe('valid');
    }
    const inside = judge(make({ references: [WHOLE] }, `<h:script xmlns:h="${XHTML}">1</h:script>`));
    expect([inShort(inside), warned(inside)]).toEqual(['valid', ['xml.active-content']]);
    const included = judge(make({ references: [WHOLE] }, '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="so.xml"/>'));
    expect([inShort(included), warned(included)]).toEqual(['valid', ['xml.active-content']]);
  });

  it('with a style sheet that lies elsewhere does not pass, though the instruction is signed', () => {
    const styled = (instruction: string) => sign(`${instruction}<hs><so>1</so>${signatureByHand({ references: [WHOLE] })}</hs>`);
    for (const href of ['href="x.xsl"', "href='http://vn/x.css'", 'href="%23s"', '']) {
      expect(short(styled(`<?xml-stylesheet type="text/xsl" ${href}?>`)), href).toBe('indeterminate xml.style-sheet');
    }
    for (const href of ['#s', 'data:text/xsl,x']) {
      expect(short(styled(`<?xml-stylesheet type="text/xsl" href="${href}"?>`)), href).toBe('valid');
    }
    expect(short(styled('<?vn 1?>'))).toBe('valid');
  });
});

it('the declaration, which no digest is over, says nothing that has others read another text', () => {
  const whole = `<hs><so>Một</so>${signatureByHand({ references: [WHOLE] })}</hs>`;
  const declared = (text: string) =>
    sign(`<?xml version="1.0" encoding="UTF-8"?>${whole}`).replace('version="1.0" encoding="UTF-8"', text);
  for (const honest of ['version="1.0" encoding="UTF-8"', "version='1.0'", 'version="1.0" encoding="utf-8" standalone="yes"']) {
    expect(short(declared(honest)), honest).toBe('valid');
  }
  for (const other of [
    'version="1.1" encoding="UTF-8"',
    "version = '1.1'",
    'version="1.0" encoding="us-ascii"',
    'version="1.0" encoding="UTF-7"',
  ]) {
    expect(short(declared(other)), other).toBe('indeterminate xml.encoding');
  }
  expect(short(sign(`<?xml version="1.0" encoding="us-ascii"?>${whole.replace('Một', 'Mot')}`))).toBe('valid');
});

it('an attribute on the signature, its value or its keys does not pass: only an identifier stands there', () => {
  const whole = make({ references: [WHOLE] }, '<so>1</so>');
  for (const [from, to] of [
    ['<ds:Signature ', '<ds:Signature nguoi-ky="Chủ tịch" '],
    ['<ds:SignatureValue ', '<ds:SignatureValue note="x" '],
    ['<ds:KeyInfo>', '<ds:KeyInfo xml:lang="vi">'],
  ] as const) {
    expect(short(changed(whole, from, to)), to).toBe('indeterminate xml.unsigned-object');
  }
  expect(short(changed(whole, '<ds:KeyInfo>', '<ds:KeyInfo Id="k1">'))).toBe('valid');
  expect(short(changed(whole, '<ds:Signature ', '<ds:Signature xmlns:a="urn:a" '))).toBe('valid');
});

it('costs no more than the digests do, however many references there are', () => {
  const parts = Array.from({ length: 1900 }, (_, i) => `<d Id="d${i}">t:x</d>`).join('');
  const document = `<hs xmlns:t="urn:t"><ds:Object xmlns:ds="${DS}">${parts}</ds:Object>${'<x/>'.repeat(100_000)}</hs>`;
  withXml(document, (tree) => {
    const signature = tree.elements.at(-1)!;
    const covered = tree.elements
      .filter((one) => one.name === 'd')
      .map((element) => ({ kind: 'element', element, how: 'whole', signature, exclusive: new Set<string>() }) as const);
    const before = process.cpuUsage();
    expect(besideDigest(tree, covered).doubts.length).toBeGreaterThan(0);
    expect(processorSince(before)).toBeLessThan(3000);
  });
});

it('what we sign ourselves says nothing beside its digests', async () => {
  const document = utf8('<hs xmlns="urn:vn" xmlns:t="urn:t"><so t:loai="a">1</so></hs>');
  const options = { door, level: 'B-B', signingTime: pki.now } as const;
  const report = judgedXml(await signXades({ packaging: 'enveloped', document }, pki.signingKey('leader'), options), pki, soon);
  expect([inShort(report), warned(report), told(report)]).toEqual(['valid', [], []]);
});

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { judgedXml } from '@antin/testkit/judging/xml';
import { doors } from '@antin/testkit/pdf/signing';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { extendXades } from '../../xades/extend.ts';
import { signXades } from '../../xades/sign.ts';
import { UnsupportedFile } from '../validate.ts';
import { processorSince } from '@antin/testkit/processor-time';

const pki = testPki();
const { door } = doors;
const soon = pki.now + 1_800_000;
const evidence = { certificates: [], crls: [], ocsps: [] };
let lta: Uint8Array;
let text: string;
beforeAll(async () => {
  const document = utf8('<công-văn xmlns="urn:vn"><thư số="1">Kính gửi &amp; <b/></thư></công-văn>');
  const signed = await signXades({ packaging: 'enveloped', document }, pki.signingKey('leader'), {
    door,
    level: 'B-B',
    signingTime: pki.now,
  });
  let time = pki.now;
  lta = await extendXades(signed, {
    door,
    level: 'B-LTA',
    anchors: pki.anchors,
    at: pki.now + 600_000,
    timeStamp: timeStampSource(pki, () => (time += 60_000)),
    evidenceFor: evidenceSource(pki, () => time),
  });
  text = fromUtf8(lta);
});

const judge = (bytes: Uint8Array) => {
  try {
    return judgedXml(bytes, pki, soon, { evidence });
  } catch (fault) {
    if (fault instanceof UnsupportedFile) return undefined;
    throw fault;
  }
};
const verdict = (bytes: Uint8Array): string => judge(bytes)?.verdict ?? 'unsupported';

/** Everything that the signature itself covers: the data, SignedInfo, the value, the certificate's place, the signed properties. */
function coveredRanges(): (readonly [start: number, end: number])[] {
  const range = (from: string, to: string) => {
    const start = text.indexOf(from);
    const end = text.indexOf(to, start) + to.length;
    expect(start).toBeGreaterThanOrEqual(0);
    return [utf8(text.slice(0, start)).length, utf8(text.slice(0, end)).length] as const;
  };
  return [
    range('<công-văn', '</thư>'),
    range('<ds:SignedInfo>', '</ds:SignedInfo>'),
    range('<xades:SignedProperties', '</xades:SignedProperties>'),
  ];
}

it('no flipped bit of what is covered passes', () => {
  expect(verdict(lta)).toBe('valid');
  const offsets = coveredRanges().flatMap(([start, end]) => Array.from({ length: end - start }, (_, i) => start + i));
  fc.assert(
    fc.property(fc.constantFrom(...offsets), fc.nat(7), (offset, bit) => {
      const changed = lta.slice();
      changed[offset] = (changed[offset] as number) ^ (1 << bit);
      expect(verdict(changed), `offset ${offset}, bit ${bit}`).not.toBe('valid');
    }),
    { numRuns: 200, seed: 42 },
  );
});

it('no flipped bit anywhere makes another signer, another time, or a higher level', () => {
  const honest = judgedXml(lta, pki, soon, { evidence }).signatures[0]!;
  fc.assert(
    fc.property(fc.nat(lta.length - 1), fc.nat(7), (offset, bit) => {
      const changed = lta.slice();
      changed[offset] = (changed[offset] as number) ^ (1 << bit);
      const report = judge(changed);
      if (report?.verdict !== 'valid') return;
      const [one] = report.signatures;
      expect(one?.signer?.sha256).toBe(honest.signer?.sha256);
      expect(one?.claimedSigningTime).toBe(honest.claimedSigningTime);
      expect(one?.covers).toEqual(honest.covers);
    }),
    { numRuns: 150, seed: 43 },
  );
});

describe('damaged and hostile input ends in an answer', () => {
  const pieces = [
    '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">',
    '</ds:Signature>',
    '<ds:Object/>',
    '&#0;',
    '&x;',
    '<!--',
    ']]>',
    '<?x',
    'Id="l"',
    ' xmlns=""',
    'URI=""',
    '\u0000',
    '=',
    'é',
  ];
  const cut = fc.tuple(fc.nat(), fc.nat(60), fc.constantFrom('', ...pieces));

  it('whatever is cut, repeated or put in', () => {
    fc.assert(
      fc.property(fc.array(cut, { minLength: 1, maxLength: 4 }), fc.boolean(), (edits, repeat) => {
        let now = text;
        for (const [at, length, piece] of edits) {
          const start = at % now.length;
          const taken = now.slice(start, start + length);
          now = now.slice(0, start) + (repeat ? taken + taken : '') + piece + now.slice(start + length);
        }
        expect(['valid', 'invalid', 'indeterminate', 'unsigned', 'unsupported']).toContain(verdict(utf8(now.toWellFormed())));
      }),
      { numRuns: 200, seed: 44 },
    );
  });

  it('whatever elements are taken out, doubled or exchanged', () => {
    const elements = [...text.matchAll(/<((?:ds|xades|xades141):\w+)[^>]*>/g)].map((hit) => {
      const close = `</${hit[1]!}>`;
      const end = hit[0].endsWith('/>') ? hit.index + hit[0].length : text.indexOf(close, hit.index) + close.length;
      return text.slice(hit.index, end);
    });
    fc.assert(
      fc.property(fc.nat(elements.length - 1), fc.integer({ min: -2, max: elements.length - 1 }), (which, by) => {
        const from = elements[which] as string;
        const to = by === -2 ? '' : by === -1 ? from + from : (elements[by] as string);
        const now = text.replace(from, () => to);
        const answer = verdict(utf8(now));
        expect(['valid', 'invalid', 'indeterminate', 'unsigned', 'unsupported']).toContain(answer);
      }),
      { numRuns: 200, seed: 45 },
    );
  });

  it('within its budgets: a megabyte of tags, of attributes, of signatures, of references', () => {
    const open = '<a xmlns:ds="http://www.w3.org/2000/09/xmldsig#">';
    const signature = '<ds:Signature><ds:SignedInfo/></ds:Signature>';
    const documents = [
      `${open}${'<b/>'.repeat(250_000)}${signature}</a>`,
      `<a xmlns:ds="http://www.w3.org/2000/09/xmldsig#" ${Array.from({ length: 60_000 }, (_, i) => `a${i}="${i}"`).join(' ')}>${signature}</a>`,
      `${open}${signature.repeat(22_000)}</a>`,
      `${open}${signature.repeat(199)}${'<b Id="x"/>'.repeat(80_000)}</a>`,
      `${open}<ds:Signature>${'<ds:Object><ds:QualifyingProperties/></ds:Object>'.repeat(20_000)}</ds:Signature></a>`,
      `${open}${'<ds:Signature><ds:Object>'.repeat(95)}${'</ds:Object></ds:Signature>'.repeat(95)}</a>`,
    ];
    for (const [i, document] of documents.entries()) {
      const start = process.cpuUsage();
      expect(verdict(utf8(document)), `document ${i}`).not.toBe('valid');
      expect(processorSince(start), `document ${i}`).toBeLessThan(15_000);
    }
  });
});

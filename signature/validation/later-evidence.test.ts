import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { inShort, judgedXml } from '@antin/testkit/judging/xml';
import { testPki } from '@antin/testkit/pki/test-pki';
import { reference, signatureByHand } from '@antin/testkit/xml/by-hand';
import { fillIn } from '@antin/testkit/xml/fill-in';
import { expect, it } from 'vitest';

const pki = testPki();
/** Revoked on 1 February: the list of two days before is still in its week and knows nothing of it. */
const BEFORE = Date.parse('2026-01-30T00:00:00Z');
const AFTER = Date.parse('2026-02-02T00:00:00Z');
const at = Date.parse('2026-02-03T00:00:00Z');

const values = (list: Uint8Array): string =>
  `<xades:RevocationValues><xades:CRLValues><xades:EncapsulatedCRLValue>${toBase64(list)}</xades:EncapsulatedCRLValue></xades:CRLValues></xades:RevocationValues>`;
const part = (n: number, list: Uint8Array): string =>
  `<so Id="d${n}">${n}</so>${signatureByHand({ id: `s${n}`, references: [reference(`#d${n}`, undefined, { id: `r${n}` })], unsigned: values(list) })}`;
const signed = (...parts: readonly (readonly [by: string, list: Uint8Array])[]): string => {
  const { document } = parts.reduce(
    ({ inside, n }, [by, list]) => {
      const document = fillIn(`<hs xmlns="urn:vn">${inside}${part(n, list)}</hs>`, { pki, by });
      return { document, inside: document.slice('<hs xmlns="urn:vn">'.length, -'</hs>'.length), n: n + 1 };
    },
    { document: '', inside: '', n: 1 },
  );
  return document;
};
const judge = (document: string) => {
  const { certificates } = pki.evidence(at);
  return judgedXml(document, pki, at, { evidence: { certificates, crls: [pki.crlAt(at, 'root')], ocsps: [] } });
};

it('what a later signature carries about the signer of an earlier one is heard', () => {
  const old = pki.crlAt(BEFORE);
  const fresh = pki.crlAt(AFTER);
  // What nobody at hand knows better, the old list answers.
  expect(inShort(judge(signed(['revoked', old])))).toBe('valid');
  expect(inShort(judge(signed(['leader', fresh], ['seal', old])))).toBe('valid');
  for (const parts of [
    [
      ['revoked', old],
      ['leader', fresh],
    ],
    [
      ['leader', fresh],
      ['revoked', old],
    ],
  ] as const) {
    const report = judge(signed(...parts));
    expect(inShort(report)).toBe('indeterminate REVOKED_NO_POE trust.not-revoked');
    expect(report.signatures.map((one) => one.indication).sort()).toEqual(['INDETERMINATE', 'TOTAL_PASSED']);
  }
});

import { expect, it } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nameText } from '@antin/pki/x509/name';
import { memorySource } from '@antin/formats/bytes/source';
import { diagnosticReport } from '@antin/signature/validation/reports';
import { validate } from '@antin/signature/validation/validate';
import { contextOf, HOUR, letter, sign } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { piecesOf } from './material.ts';

const pki = testPki();

it('gives out everything the answer rests on, each once, and no certificate that the file never met', async () => {
  const file = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now });
  const evidence = pki.evidence(pki.now);
  const stranger = pki.certificate('unknownIssuer').raw;
  const context = contextOf(pki, pki.now + HOUR, {
    evidence: {
      certificates: [...evidence.certificates, ...evidence.certificates, stranger],
      crls: [...evidence.crls, ...evidence.crls],
      ocsps: [pki.ocspAt('leader', pki.now)],
    },
  });
  const outcome = validate(memorySource(file), context);
  expect(outcome.report.verdict).toBe('valid');
  const pieces = piecesOf(outcome.material(), JSON.stringify(diagnosticReport(outcome)), nodeCrypto);
  const subject = (name: string): string => nameText(pki.certificate(name).subject);
  const of = (kind: string): string[] => pieces.filter((one) => one.kind === kind).map((one) => one.about);
  expect(of('certificate').sort()).toEqual(['leader', 'issuing', 'root', 'tsa'].map(subject).sort());
  expect(of('time-stamp')).toEqual([new Date(pki.now).toISOString()]);
  expect(of('ocsp')).toHaveLength(1);
  expect(new Set(of('crl')).size).toBe(of('crl').length);
  expect(of('crl')).toContain(subject('issuing'));
  const leader = pieces.find((one) => one.about === subject('leader'));
  expect(leader?.bytes).toEqual(pki.certificate('leader').raw);
});

it('what cannot be read can still be saved', () => {
  const material = { certificates: [], crls: [new Uint8Array([1, 2])], ocsps: [], timeStampTokens: [new Uint8Array([3])] };
  expect(piecesOf(material, '', nodeCrypto).map((one) => [one.kind, one.about])).toEqual([
    ['time-stamp', ''],
    ['crl', ''],
  ]);
});

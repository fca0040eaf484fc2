import { encodePem } from '@antin/pki/pem';
import { useFolder } from '@antin/testkit/folder';
import { testPki } from '@antin/testkit/pki/test-pki';
import { expect, test } from 'vitest';
import { UsageFault } from './options.ts';
import { readEvidence } from './validate-inputs.ts';

const pki = testPki();
const folder = useFolder();
const lists = ['root', 'issuing'].map((name) => pki.crlAt(pki.now, name));

test('every list of a PEM bundle is read, not only the first, and certificates beside them are left out', () => {
  const certificate = encodePem('CERTIFICATE', pki.certificate('issuing').raw);
  const bundle = folder.put('all.pem', [certificate, ...lists.map((one) => encodePem('X509 CRL', one))].join(''));
  expect(readEvidence(bundle)).toEqual(lists);
});

test('a list in DER is one, and a PEM that never begins is damaged', () => {
  expect(readEvidence(folder.put('one.crl', lists[0]!))).toEqual([lists[0]]);
  expect(() => readEvidence(folder.put('bad.pem', '-----BEGIN\n'))).toThrow(UsageFault);
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useFolder } from '@antin/testkit/folder';
import { testPki } from '@antin/testkit/pki/test-pki';
import { issuerSeal } from './issuers.ts';

const home = useFolder();

test('whose seal is required is said with the requirement: one that anybody trusted could make is none', () => {
  expect(issuerSeal({})).toEqual({ resultSeal: 'when-present' });
  expect(() => issuerSeal({ ANTIN_ISSUER_SEAL: 'required' })).toThrow(/ANTIN_ISSUER_SEAL_CERTIFICATE/);
  const path = join(home.path, 'seal.cer');
  writeFileSync(path, testPki().certificate('seal').raw);
  const said = issuerSeal({ ANTIN_ISSUER_SEAL: 'required', ANTIN_ISSUER_SEAL_CERTIFICATE: path });
  expect([said.resultSeal, said.resultSealers?.size]).toEqual(['required', 1]);
  writeFileSync(path, 'no certificate');
  for (const file of [path, join(home.path, 'away.cer')])
    expect(() => issuerSeal({ ANTIN_ISSUER_SEAL_CERTIFICATE: file })).toThrow(/ANTIN_ISSUER_SEAL_CERTIFICATE/);
});

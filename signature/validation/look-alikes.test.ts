import { generateKeyPairSync } from 'node:crypto';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { indexOfBytes, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { HOUR, contextOf } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { expect, it } from 'vitest';
import { signCades } from '../cades/sign.ts';
import { validate } from './validate.ts';
import { processorSince } from '@antin/testkit/processor-time';

const pki = testPki();
const at = pki.now + HOUR;

/** The issuing authority with keys of a stranger. */
function lookAlike(): Uint8Array {
  const { raw, spki } = pki.certificate('issuing');
  const out = raw.slice();
  out.set(
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' }),
    indexOfBytes(raw, spki),
  );
  return out;
}

/** A list in its name that nobody signed. */
function falseList(i: number): Uint8Array {
  const out = pki.crlAt(at).slice();
  out.set([out.at(-2)! ^ (i >> 7), out.at(-1)! ^ (1 + (i & 127))], out.length - 2);
  return out;
}

it.each([
  ['a few are told apart', 5, 'valid', null],
  ['a crowd of each is not tried in every pair', 130, 'indeterminate', 'limit.verifications'],
])('look-alikes of an authority and lists in its name: %s', async (_, count, verdict, decidedBy) => {
  const options = { door, signingTime: pki.now, packaging: 'attached' } as const;
  const file = await signCades(memorySource(utf8('nội dung')), pki.signingKey('leader'), options);
  const { certificates, crls, ocsps } = pki.evidence(at);
  const evidence = {
    certificates: [...Array.from({ length: count }, lookAlike), ...certificates],
    crls: [...Array.from({ length: count }, (__, i) => falseList(i)), ...crls],
    ocsps,
  };
  const start = process.cpuUsage();
  expect(validate(file, contextOf(pki, at, { evidence })).report).toMatchObject({ verdict, decidedBy });
  expect(processorSince(start)).toBeLessThan(15_000);
});

import { nodeCrypto } from '@antin/adapters/crypto/node';
import { latin1 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { encodeAttribute } from '@antin/pki/cms/attribute';
import { buildSignedAttributes, buildSignedData } from '@antin/pki/cms/build';
import { digestOf } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { DAY, HOUR, contextOf } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { expect, it } from 'vitest';
import { detail } from './detailed.ts';
import { VIETNAM_POLICY } from './policy.ts';
import { validate } from './validate.ts';

/** A time-stamp of the content says: the signature is younger than this (EN 319 102-1 §5.5.4). */
const pki = testPki();
const data = latin1('Noi dung can ky');

async function signedAfter(by: string, stampedAt: number, unsigned = false): Promise<Uint8Array> {
  const key = pki.signingKey(by);
  const hash = digestOf(nodeCrypto, 'SHA-256', data);
  const token = pki.timeStampToken({ digest: 'SHA-256', hash }, stampedAt);
  const attribute = encodeAttribute(OID.idAaContentTimestamp, token);
  const signedAttributes = buildSignedAttributes({
    contentType: OID.idData,
    messageDigest: hash,
    signingCertificate: key.certificate,
    digest: 'SHA-256',
    door: nodeCrypto,
    signingTime: pki.now,
    more: unsigned ? [] : [attribute],
  });
  return buildSignedData({
    digest: 'SHA-256',
    signatureAlgorithm: key.algorithm,
    signingCertificate: key.certificate,
    certificates: key.chain.map((one) => one.raw),
    signedAttributes,
    signature: await key.sign(signedAttributes),
    eContent: data,
    ...(unsigned ? { unsignedAttributes: [attribute] } : {}),
  });
}

const judge = (file: Uint8Array, at: number) => validate(memorySource(file), contextOf(pki, at));

it('content time-stamped after the revocation makes the signature fail for certain', async () => {
  const { report } = judge(await signedAfter('revoked', pki.now), pki.now + HOUR);
  expect(report.signatures[0]).toMatchObject({ indication: 'TOTAL_FAILED', subIndication: 'REVOKED' });
  expect(report).toMatchObject({ verdict: 'invalid', decidedBy: 'trust.signed-after-revocation' });
});

it('content time-stamped after the end of the certificate does so too', async () => {
  const { report } = judge(await signedAfter('expired', pki.now), pki.now + HOUR);
  expect(report.signatures[0]).toMatchObject({ indication: 'TOTAL_FAILED', subIndication: 'EXPIRED' });
});

it('content time-stamped before says nothing about either: the doubt stays a doubt', async () => {
  const late = Date.parse('2026-09-20T00:00:00Z');
  const { report } = judge(await signedAfter('revokedLater', pki.now), late);
  expect(report.signatures[0]).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'REVOKED_NO_POE' });
});

it('a signer in force passes with it, and the detailed report names the bound', async () => {
  const at = pki.now + DAY;
  const { report, settled } = judge(await signedAfter('leader', pki.now - HOUR), at);
  expect(report.verdict).toBe('valid');
  const [one] = settled.map((each) => detail(each, VIETNAM_POLICY, at));
  expect(one).toMatchObject({ notBefore: new Date(pki.now - HOUR).toISOString(), bestSignatureTimeFrom: 'validation-time' });
  expect(one?.checks.find((check) => check.id === 'trust.not-revoked')).toMatchObject({ status: 'passed', findings: [] });
  expect(one?.checks.find((check) => check.id === 'pdf.changed-after-signing')).toMatchObject({ status: 'not-applicable' });
});

it('one that anybody could put there afterwards, unsigned, proves nothing against the signer', async () => {
  const report = judge(await signedAfter('revoked', pki.now, true), pki.now + HOUR).report;
  expect(report.signatures[0]).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'REVOKED_NO_POE', timestamps: [] });
  const good = judge(await signedAfter('leader', pki.now, true), pki.now + HOUR).report;
  expect(good).toMatchObject({ verdict: 'valid', signatures: [{ timestamps: [] }] });
});

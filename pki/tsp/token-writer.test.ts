import { describe, expect, test } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { issue } from '@antin/testkit/issue';
import type { DigestAlgorithm, SignatureAlgorithm } from '../crypto.ts';
import { OID } from '../oids.ts';
import { extKeyUsage } from '../x509/build.ts';
import { buildTstInfo, timeStampSignedAttributes, timeStampTokenFrom } from './build.ts';
import { buildMessageImprint } from './imprint.ts';
import { buildTimeStampResponse } from './response.ts';
import { tokenWriter } from './token-writer.ts';

const doors = { door: nodeCrypto, secrets: nodeSecrets };
const ca = issue({ ...doors, commonName: 'Gốc', ca: true });
const tsa = issue({ ...doors, commonName: 'TSA', issuer: ca, extensions: [extKeyUsage(OID.timeStamping)] });
const signingCertificate = tsa.certificate;

/** An answer made piece by piece, as the general way does it. */
function general(
  tstInfo: Uint8Array,
  signature: Uint8Array,
  signatureAlgorithm: SignatureAlgorithm,
  digest: DigestAlgorithm,
  certificates: readonly Uint8Array[],
  certReq: boolean,
) {
  const common = { tstInfo, signingCertificate, digest };
  const signedAttributes = timeStampSignedAttributes({ ...common, door: nodeCrypto });
  const token = timeStampTokenFrom({ ...common, signedAttributes, signature, signatureAlgorithm, certificates, certReq });
  return { signedAttributes, response: buildTimeStampResponse({ status: 0, token }) };
}

describe('the writer of one authority', () => {
  const schemes: [string, SignatureAlgorithm, DigestAlgorithm, number[]][] = [
    ['ECDSA', { scheme: 'ecdsa', digest: 'SHA-256' }, 'SHA-256', [68, 70, 71, 72]],
    ['ECDSA P-521', { scheme: 'ecdsa', digest: 'SHA-512' }, 'SHA-512', [127, 128, 137, 139]],
    ['RSA', { scheme: 'rsa-pkcs1', digest: 'SHA-256' }, 'SHA-256', [256, 384, 512]],
    ['RSA-PSS', { scheme: 'rsa-pss', digest: 'SHA-384', mgfDigest: 'SHA-384', saltLength: 48 }, 'SHA-384', [255, 512]],
  ];
  test.each(schemes)(
    'writes %s answers octet for octet as they are made piece by piece',
    (_, signatureAlgorithm, digest, lengths) => {
      for (const certificates of [[], [tsa.certificate.raw, ca.certificate.raw]]) {
        const writer = tokenWriter({ signingCertificate, signatureAlgorithm, digest, certificates, door: nodeCrypto });
        for (const length of lengths) {
          for (const nonce of [undefined, 1n, 2n ** 511n]) {
            const tstInfo = buildTstInfo({
              policy: '2.16.704.9.1',
              messageImprint: buildMessageImprint('SHA-512', nodeSecrets.random(64)),
              serialNumber: nodeSecrets.random(16),
              genTime: Date.UTC(2026, 2, 2, 3, 4, 5, 670),
              accuracyMs: 1000,
              ...(nonce === undefined ? {} : { nonce }),
            });
            const signature = nodeSecrets.random(length);
            for (const certReq of [true, false]) {
              const expected = general(tstInfo, signature, signatureAlgorithm, digest, certificates, certReq);
              const signedAttributes = writer.signedAttributes(nodeSecrets.digest(digest, tstInfo));
              expect(signedAttributes).toEqual(expected.signedAttributes);
              expect(writer.response({ tstInfo, signedAttributes, signature, certReq })).toEqual(expected.response);
            }
          }
        }
      }
    },
  );

  test('takes no digest of another length', () => {
    const signatureAlgorithm = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
    const writer = tokenWriter({ signingCertificate, signatureAlgorithm, digest: 'SHA-256', certificates: [], door: nodeCrypto });
    expect(() => writer.signedAttributes(new Uint8Array(48))).toThrow(expect.objectContaining({ code: 'tsp.message-imprint' }));
  });
});

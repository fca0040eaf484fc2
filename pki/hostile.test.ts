import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { FormatFault } from '@antin/formats/fault';
import { issue } from '@antin/testkit/issue';
import { berToDer } from './cms/ber.ts';
import { buildSignedAttributes, buildSignedData } from './cms/build.ts';
import { parseSigningCertificate } from './cms/ess.ts';
import { parseSignedData } from './cms/signed-data.ts';
import { PkiFault } from './fault.ts';
import { OID } from './oids.ts';
import { readPkcs12 } from './pkcs12/read.ts';
import { writePkcs12 } from './pkcs12/write.ts';
import { buildTstInfo } from './tsp/build.ts';
import { buildMessageImprint } from './tsp/imprint.ts';
import { buildTimeStampRequest, parseTimeStampRequest } from './tsp/request.ts';
import { parseTimeStampResponse } from './tsp/response.ts';
import { parseTstInfo } from './tsp/token.ts';
import { signatureAlgorithmOf } from './x509/algorithm.ts';
import * as build from './x509/build.ts';
import { parseCertificate } from './x509/certificate.ts';
import { nameKey, nameText } from './x509/name.ts';
import { parsePublicKey } from './x509/public-key.ts';

const holder = issue({
  door: nodeCrypto,
  secrets: nodeSecrets,
  commonName: 'x',
  extensions: [
    build.extKeyUsage(OID.documentSigning),
    build.crlDistributionPoints(['http://a/b']),
    build.authorityInfoAccess({ ocsp: ['http://o'] }),
    build.certificatePolicies(['1.2.3']),
    build.subjectAltName({ kind: 'dns', value: 'a' }, { kind: 'ip', value: Uint8Array.of(1, 2, 3, 4) }),
  ],
});
const hash = new Uint8Array(32);
const attributes = buildSignedAttributes({
  contentType: OID.idData,
  messageDigest: hash,
  signingCertificate: holder.certificate,
  digest: 'SHA-512',
  door: nodeCrypto,
});
const pss = { scheme: 'rsa-pss', digest: 'SHA-256', mgfDigest: 'SHA-256', saltLength: 32 } as const;
const cms = buildSignedData({
  digest: 'SHA-512',
  signatureAlgorithm: pss,
  signingCertificate: holder.certificate,
  certificates: [],
  signedAttributes: attributes,
  signature: hash,
});
const content = { pkcs8: holder.pkcs8, certificates: [holder.certificate.raw], friendlyName: 'x' };
const tst = buildTstInfo({
  policy: '1.2.3',
  messageImprint: buildMessageImprint('SHA-256', hash),
  serialNumber: hash,
  genTime: 5,
  accuracyMs: 1001,
  nonce: 5n,
});

const READERS: readonly (readonly [string, Uint8Array, (bytes: Uint8Array) => unknown])[] = [
  [
    'certificates',
    holder.certificate.raw,
    (bytes) => {
      const read = parseCertificate(bytes);
      return [
        nameText(read.subject),
        nameKey(read.issuer),
        parsePublicKey(read.spki),
        signatureAlgorithmOf(read.signatureAlgorithm),
      ];
    },
  ],
  [
    'SignedData',
    cms,
    (bytes) => {
      for (const signer of parseSignedData(bytes).signerInfos) {
        signatureAlgorithmOf(signer.signatureAlgorithm, 'SHA-256');
        for (const one of signer.signedAttrs?.list ?? []) if (one.oid.endsWith('.47')) parseSigningCertificate(one);
      }
    },
  ],
  ['BER', cms, (bytes) => berToDer(bytes)],
  ['PKCS#12', writePkcs12(content, 'x', nodeSecrets, { iterations: 2048 }), (bytes) => readPkcs12(bytes, 'x', nodeSecrets)],
  [
    'time-stamp requests',
    buildTimeStampRequest({ digest: 'SHA-256', hash, nonce: 300n, certReq: true, policy: '1.2.3' }),
    (bytes) => parseTimeStampRequest(bytes),
  ],
  [
    'time-stamp answers',
    Uint8Array.of(0x30, 12, 0x30, 10, 2, 1, 2, 0x30, 3, 12, 1, 0x61, 3, 0),
    (bytes) => parseTimeStampResponse(bytes),
  ],
  ['TSTInfo', tst, (bytes) => parseTstInfo(bytes)],
];

describe('readers of the certificate side', () => {
  it.each(READERS)('%s: any mutation ends in a value or a fault with a code, never in a crash', (_, honest, read) => {
    const edit = fc.record({
      at: fc.nat({ max: honest.length - 1 }),
      to: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 1, 2, 0x30, 0x80, 0xff)),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), fc.boolean(), (edits, cut) => {
        const bytes = honest.slice();
        for (const { at, to } of edits) bytes[at] = to;
        try {
          read(cut ? bytes.subarray(0, edits[0]!.at) : bytes);
        } catch (error) {
          if (!(error instanceof FormatFault || error instanceof PkiFault)) throw error;
          expect(error.code).toMatch(/^[a-z0-9]+\.[a-z0-9-]+$/);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('a door never throws, whatever key, value and algorithm it is given', () => {
    const bytes = fc.uint8Array({ maxLength: 80 });
    const spki = fc.oneof(fc.constant(holder.certificate.spki), bytes);
    const algorithms = fc.constantFrom({ scheme: 'ecdsa', digest: 'SHA-256' } as const, pss, { scheme: 'ed25519' } as const);
    fc.assert(
      fc.property(spki, bytes, bytes, algorithms, (key, data, signature, algorithm) => {
        expect(nodeCrypto.verify({ spki: key, algorithm, data, signature })).not.toBe('valid');
      }),
    );
  });
});

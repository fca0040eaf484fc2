import { createHash, webcrypto } from 'node:crypto';
import { PDF as LibPdf } from '@libpdf/core';
import type { Signer } from '@libpdf/core';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { memorySource } from '@antin/formats/bytes/source';
import type { CryptoDoor } from '@antin/pki/crypto';
import { judgePath } from '@antin/pki/path/judge';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { signCades } from '@antin/signature/cades/sign';
import type { Key, Size } from './desk.ts';
import {
  at,
  chainOf,
  entityOf,
  LONG,
  pdfOf,
  pki,
  rawSigning,
  rawVerifying,
  signingKeyOf,
  SMALL,
  verificationsOf,
} from './desk.ts';
import type { Contest, Planned } from './figure.ts';

/**
 * What other libraries need for the same work, against the same limit. They do less: `@libpdf/core` checks no value before it
 * embeds it, `pkijs` gets the CMS and its data ready, without a file around them, and asks no revocation.
 */
export const PEERS: readonly Planned[] = [
  planned(`libpdf/sign-pades-b-b/${SMALL}/rsa-2048`, () => libpdfSigning(SMALL, 'rsa-2048')),
  planned(`libpdf/sign-pades-b-b/${SMALL}/p-256`, () => libpdfSigning(SMALL, 'p-256')),
  planned(`libpdf/sign-pades-b-b/${LONG}/rsa-2048`, () => libpdfSigning(LONG, 'rsa-2048')),
  planned(`pkijs/sign-cms-detached/${SMALL}/rsa-2048`, () => pkijsSigning('rsa-2048')),
  planned(`pkijs/sign-cms-detached/${SMALL}/p-256`, () => pkijsSigning('p-256')),
  planned(`pkijs/verify-cms-with-path/${SMALL}/rsa-2048`, () => pkijsJudging('rsa-2048')),
  planned(`pkijs/verify-cms-with-path/${SMALL}/p-256`, () => pkijsJudging('p-256')),
];

type Made = Omit<Contest, 'name'>;

function planned(name: string, make: Planned['make']): Planned {
  return { name: `peer/${name}`, make };
}

function libpdfSigning(size: Size, key: Key): Made {
  const pdf = pdfOf(size);
  const { certificate, signNow } = entityOf(key);
  // The key operation is ours: what differs is the work around it.
  const signer: Signer = {
    certificate: certificate.raw,
    certificateChain: [...chainOf(key)],
    keyType: key === 'p-256' ? 'EC' : 'RSA',
    signatureAlgorithm: key === 'p-256' ? 'ECDSA' : 'RSASSA-PKCS1-v1_5',
    sign: (data) => Promise.resolve(signNow(data)),
  };
  const signingTime = new Date(at);
  return {
    work: async () => (await LibPdf.load(pdf)).sign({ signer, level: 'B-B', signingTime }),
    limit: rawSigning(pdf, key),
  };
}

const buffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

function useNode(): void {
  pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto as never }));
}

async function pkijsSigning(key: Key): Promise<Made> {
  useNode();
  const pdf = pdfOf(SMALL);
  const { certificate, pkcs8 } = entityOf(key);
  const scheme = key === 'p-256' ? { name: 'ECDSA', namedCurve: 'P-256' } : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const privateKey = await webcrypto.subtle.importKey('pkcs8', buffer(pkcs8), scheme, false, ['sign']);
  const signing = pkijs.Certificate.fromBER(buffer(certificate.raw));
  const certificates = [signing, ...chainOf(key).map((raw) => pkijs.Certificate.fromBER(buffer(raw)))];
  const contentType = new pkijs.Attribute({
    type: '1.2.840.113549.1.9.3',
    values: [new asn1js.ObjectIdentifier({ value: '1.2.840.113549.1.7.1' })],
  });
  return {
    async work() {
      const valueHex = buffer(createHash('sha256').update(pdf).digest());
      const digest = new pkijs.Attribute({ type: '1.2.840.113549.1.9.4', values: [new asn1js.OctetString({ valueHex })] });
      const sid = new pkijs.IssuerAndSerialNumber({ issuer: signing.issuer, serialNumber: signing.serialNumber });
      const signedAttrs = new pkijs.SignedAndUnsignedAttributes({ type: 0, attributes: [contentType, digest] });
      const data = new pkijs.SignedData({
        version: 1,
        encapContentInfo: new pkijs.EncapsulatedContentInfo({ eContentType: '1.2.840.113549.1.7.1' }),
        signerInfos: [new pkijs.SignerInfo({ version: 1, sid, signedAttrs })],
        certificates,
      });
      await data.sign(privateKey, 0, 'SHA-256', buffer(pdf));
      const content = data.toSchema(true);
      return new pkijs.ContentInfo({ contentType: '1.2.840.113549.1.7.2', content }).toSchema().toBER();
    },
    limit: rawSigning(pdf, key),
  };
}

async function pkijsJudging(key: Key): Promise<Made> {
  useNode();
  const pdf = pdfOf(SMALL);
  const made = await signCades(memorySource(pdf), signingKeyOf(key), {
    door: nodeCrypto,
    signingTime: at,
    packaging: 'detached',
  });
  const cms = buffer(made.read(0, made.size));
  const data = buffer(pdf);
  const trustedCerts = pki.anchors.map((one) => pkijs.Certificate.fromBER(buffer(one.certificate.raw)));
  return {
    async work() {
      const one = new pkijs.SignedData({ schema: pkijs.ContentInfo.fromBER(cms).content });
      const holds = await one.verify({ signer: 0, data, checkChain: true, trustedCerts, checkDate: new Date(at) });
      if (!holds) throw new Error('pkijs does not accept the bench file');
    },
    // It verifies the path every time: so does the limit.
    limit: rawVerifying(
      pdf,
      verificationsOf((door) => void requirePath(key, door, pdf)),
    ),
  };
}

function requirePath(key: Key, door: CryptoDoor, data: Uint8Array): void {
  const { certificate, algorithm, signNow } = entityOf(key);
  const value = { spki: certificate.spki, algorithm, data: data.subarray(0, 300), signature: signNow(data.subarray(0, 300)) };
  const path = judgePath(certificate, {
    anchors: pki.anchors,
    candidates: chainOf(key).map(parseCertificate),
    crls: [],
    ocsps: [],
    at,
    door,
    revocation: false,
  });
  if (!path.valid || door.verify(value) !== 'valid') throw new Error('the path of the bench does not hold');
}

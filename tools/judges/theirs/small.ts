import { spawnSync } from 'node:child_process';
import { createPrivateKey, webcrypto } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as asn1js from 'asn1js';
import { CompactSign, FlattenedSign, GeneralSign } from 'jose';
import * as pkijs from 'pkijs';
import { opensslVersion } from '@antin/testkit/openssl';
import { xmlsecVersion } from '@antin/testkit/xml/xmlsec';
import { JSON_TEXT, TEXT } from '../making/make.ts';
import { pki } from '../making/people.ts';
import { NOW } from './desk.ts';
import type { Theirs } from './theirs.ts';

const buffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;
const MINUTE = 60_000;

/** CMS by `openssl cms -sign`: with and without the CAdES attribute, attached and detached, PKCS#1 v1.5, PSS, ECDSA. */
export function opensslSigned(folder: string): Theirs[] {
  if (opensslVersion === undefined) return [];
  const out: Theirs[] = [];
  const ways = {
    'PKCS#1': ['rsa2048'],
    PSS: ['rsa2048', '-keyopt', 'rsa_padding_mode:pss'],
    'P-256': ['p256'],
    'P-521': ['p521'],
  };
  for (const [way, [who, ...options]] of Object.entries(ways)) {
    for (const [form, more] of [
      ['CAdES attached', ['-cades', '-nodetach']],
      ['CAdES detached', ['-cades']],
      ['CMS attached', ['-nodetach']],
    ] as const) {
      const file = join(folder, 'out', `openssl ${form} ${who} ${options.length}.p7m`);
      const key = ['-signer', `${who}.pem`, '-inkey', `${who}.key`, '-certfile', `${who}.chain.pem`, ...options, '-md', 'sha256'];
      const args = ['cms', '-sign', '-binary', '-in', 'letter.txt', '-outform', 'DER', '-out', file, ...more, ...key];
      const { status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
      if (status !== 0) throw new Error(`openssl did not sign: ${stderr}`);
      const detached = form === 'CAdES detached' ? { detached: { 'letter.txt': TEXT } } : {};
      out.push({ by: 'openssl', form, who: way, level: 'B-B', bytes: new Uint8Array(readFileSync(file)), ...detached });
    }
  }
  return out;
}

const TEMPLATE = (digest: string, method: string): string =>
  `<a xmlns="urn:a"><letter>Kính gửi</letter><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>\
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="${method}"/>\
<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>\
<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms><ds:DigestMethod Algorithm="${digest}"/>\
<ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo></ds:Signature></a>`;

/** Plain XMLDSig by xmlsec1 from a template. */
export function xmlsecSigned(folder: string): Theirs[] {
  if (xmlsecVersion === undefined) return [];
  const sha256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
  const ways = { 'PKCS#1': ['rsa2048', 'rsa-sha256'], 'P-256': ['p256', 'ecdsa-sha256'] } as const;
  return Object.entries(ways).map(([way, [who, method]]): Theirs => {
    writeFileSync(join(folder, 'template.xml'), TEMPLATE(sha256, `http://www.w3.org/2001/04/xmldsig-more#${method}`));
    const args = ['--sign', '--privkey-pem', `${who}.key,${who}.pem,${who}.chain.pem`, '--output', 'xmlsec.xml', 'template.xml'];
    const { status, stderr } = spawnSync('xmlsec1', args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`xmlsec1 did not sign: ${stderr}`);
    const bytes = new Uint8Array(readFileSync(join(folder, 'xmlsec.xml')));
    return { by: 'xmlsec1', form: 'XMLDSig enveloped', who: way, level: 'B-B', bytes };
  });
}

/** JWS by jose: all three serializations, with the chain in `x5c` and nothing of JAdES. */
export async function joseSigned(): Promise<Theirs[]> {
  const out: Theirs[] = [];
  for (const [who, alg] of [
    ['p256', 'ES256'],
    ['rsa2048', 'RS256'],
    ['rsa2048', 'PS256'],
    ['p521', 'ES512'],
    ['ed25519', 'EdDSA'],
  ] as const) {
    const key = createPrivateKey({ key: Buffer.from(pki.entity(who).pkcs8), format: 'der', type: 'pkcs8' });
    const certificates = [pki.certificate(who), ...pki.chain(who)];
    const header = { alg, x5c: certificates.map((one) => Buffer.from(one.raw).toString('base64')), iat: NOW / 1000 - 3600 };
    const compact = await new CompactSign(JSON_TEXT).setProtectedHeader(header).sign(key);
    const flattened = await new FlattenedSign(JSON_TEXT).setProtectedHeader(header).sign(key);
    const general = new GeneralSign(JSON_TEXT);
    general.addSignature(key).setProtectedHeader(header);
    const texts = { compact, flattened: JSON.stringify(flattened), general: JSON.stringify(await general.sign()) };
    for (const [form, text] of Object.entries(texts)) {
      out.push({ by: 'jose', form: `JWS ${form}`, who: alg, level: 'B-B', bytes: new TextEncoder().encode(text) });
    }
  }
  return out;
}

/** CMS by pkijs, with signed attributes and no CAdES attribute. */
export async function pkijsSigned(): Promise<Theirs[]> {
  pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto as never }));
  const ways = {
    'P-256': ['p256', { name: 'ECDSA', namedCurve: 'P-256' }],
    'PKCS#1': ['rsa2048', { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }],
    PSS: ['rsa2048', { name: 'RSA-PSS', hash: 'SHA-256' }],
  } as const;
  const out: Theirs[] = [];
  for (const [way, [who, algorithm]] of Object.entries(ways)) {
    const { pkcs8, certificate } = pki.entity(who);
    const key = await webcrypto.subtle.importKey('pkcs8', buffer(pkcs8), algorithm, false, ['sign']);
    for (const packaging of ['attached', 'detached'] as const) {
      const digest = await webcrypto.subtle.digest('SHA-256', buffer(TEXT));
      const own = pkijs.Certificate.fromBER(buffer(certificate.raw));
      const chain = pki.chain(who).map((one) => pkijs.Certificate.fromBER(buffer(one.raw)));
      const attributes = [
        new pkijs.Attribute({
          type: '1.2.840.113549.1.9.3',
          values: [new asn1js.ObjectIdentifier({ value: '1.2.840.113549.1.7.1' })],
        }),
        new pkijs.Attribute({
          type: '1.2.840.113549.1.9.5',
          values: [new asn1js.UTCTime({ valueDate: new Date(NOW - 61 * MINUTE) })],
        }),
        new pkijs.Attribute({ type: '1.2.840.113549.1.9.4', values: [new asn1js.OctetString({ valueHex: digest })] }),
      ];
      const sid = new pkijs.IssuerAndSerialNumber({ issuer: own.issuer, serialNumber: own.serialNumber });
      const signerInfo = new pkijs.SignerInfo({
        version: 1,
        sid,
        signedAttrs: new pkijs.SignedAndUnsignedAttributes({ type: 0, attributes }),
      });
      const content = packaging === 'attached' ? { eContent: new asn1js.OctetString({ valueHex: buffer(TEXT) }) } : {};
      const signedData = new pkijs.SignedData({
        version: 1,
        encapContentInfo: new pkijs.EncapsulatedContentInfo({ eContentType: '1.2.840.113549.1.7.1', ...content }),
        signerInfos: [signerInfo],
        certificates: [own, ...chain],
      });
      await signedData.sign(key as never, 0, 'SHA-256', buffer(TEXT));
      const info = new pkijs.ContentInfo({ contentType: '1.2.840.113549.1.7.2', content: signedData.toSchema(true) });
      const detached = packaging === 'detached' ? { detached: { 'letter.txt': TEXT } } : {};
      const bytes = new Uint8Array(info.toSchema().toBER());
      out.push({ by: 'pkijs', form: `CMS ${packaging}`, who: way, level: 'B-B', bytes, ...detached });
    }
  }
  return out;
}

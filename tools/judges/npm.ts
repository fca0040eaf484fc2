import { createPublicKey, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PDF as LibPdf } from '@libpdf/core';
import { compactVerify, flattenedVerify, generalVerify } from 'jose';
import type { FlattenedJWSInput, GeneralJWSInput } from 'jose';
import * as pkijs from 'pkijs';
import type { Answer, Asked, Judge } from './judge.ts';
import { no, yes } from './judge.ts';
import { JSON_TEXT, JUDGED_AT } from './making/make.ts';
import { pki } from './making/people.ts';
import { onlyContent, signaturePart } from './parts.ts';

const root = join(import.meta.dirname, '../..');
const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;
const words = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : JSON.stringify(error));
const buffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

async function each(files: readonly Asked[], judge: (file: Asked) => Promise<Answer>): Promise<Answer[]> {
  const out: Answer[] = [];
  for (const file of files) {
    try {
      out.push(await judge(file));
    } catch (error) {
      out.push(no(words(error)));
    }
  }
  return out;
}

const SIGNATURE_TIME_STAMP = '1.2.840.113549.1.9.16.2.14';

function signedData(der: Uint8Array): pkijs.SignedData {
  return new pkijs.SignedData({ schema: pkijs.ContentInfo.fromBER(buffer(der)).content });
}

/** The token as a CMS of its own, and its imprint over the signature value. */
async function stampHolds(one: pkijs.SignedData): Promise<boolean> {
  const [signer] = one.signerInfos as [pkijs.SignerInfo];
  const attribute = signer.unsignedAttrs?.attributes.find(({ type }) => type === SIGNATURE_TIME_STAMP);
  const value = attribute?.values[0] as { toBER(): ArrayBuffer } | undefined;
  if (value === undefined) return false;
  const token = signedData(new Uint8Array(value.toBER()));
  const data = buffer(new Uint8Array(signer.signature.valueBlock.valueHexView));
  // For a token pkijs takes `data` as what was stamped.
  return token.verify({ signer: 0, data, checkChain: false });
}

export const pkijsCms: Judge = {
  name: 'pkijs',
  version: versionOf('pkijs'),
  looksAt: 'digest, value, signature time-stamp; the path, without revocation, only at B-B and B-T',
  takes: (shape) => shape.includes('CAdES'),
  ask: (files) => {
    pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto as never }));
    const trustedCerts = pki.anchors.map((one) => pkijs.Certificate.fromBER(buffer(one.certificate.raw)));
    return each(files, async (file) => {
      const part = signaturePart(file);
      const content = onlyContent(part);
      const one = signedData(part.bytes);
      const data = content === undefined ? {} : { data: buffer(content) };
      // With revocation data in the CMS it wants lists for every certificate and knows no OCSP answers (RFC 5940) beside them.
      const bare = file.level === 'B-B' || file.level === 'B-T';
      const path = bare ? { checkChain: true, trustedCerts, checkDate: new Date(JUDGED_AT) } : {};
      const result = await one.verify({ signer: 0, ...data, ...path });
      if (!result) return no('the signature does not hold');
      return file.level === 'B-B' || (await stampHolds(one)) ? yes() : no('the time-stamp does not hold');
    });
  },
};

export const jose: Judge = {
  name: 'jose',
  version: versionOf('jose'),
  looksAt: 'the value with the key of the signer, `crit`; no path, nothing unsigned',
  takes: (shape) => shape.startsWith('JAdES'),
  ask: (files) =>
    each(files, async ({ shape, bytes, signer }) => {
      const text = new TextDecoder().decode(bytes);
      const key = createPublicKey({ key: Buffer.from(signer.spki), format: 'der', type: 'spki' });
      const { payload } =
        shape === 'JAdES compact'
          ? await compactVerify(text, key)
          : shape === 'JAdES flattened'
            ? await flattenedVerify(JSON.parse(text) as FlattenedJWSInput, key)
            : await generalVerify(JSON.parse(text) as GeneralJWSInput, key);
      return Buffer.from(payload).equals(Buffer.from(JSON_TEXT)) ? yes() : no('another payload');
    }),
};

export const libPdf: Judge = {
  name: '@libpdf/core',
  version: versionOf('@libpdf/core'),
  looksAt: 'that the file opens and its form has signatures; it verifies none',
  takes: (shape) => shape === 'PAdES',
  ask: (files) =>
    each(files, async ({ bytes, level }) => {
      const form = (await LibPdf.load(bytes)).getForm();
      const fields = form?.getSignatureFields().filter((one) => one.isSigned()) ?? [];
      return fields.length === (level === 'B-LTA' ? 2 : 1) ? yes() : no(`${fields.length} signed fields`);
    }),
};

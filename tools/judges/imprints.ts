import { createHash } from 'node:crypto';
import * as pkijs from 'pkijs';
import { archiveImprints } from '@antin/testkit/archive-imprint/archive-imprint';
import { timeStampsOf as jadesTimeStamps } from '@antin/testkit/archive-imprint/jades';
import { opensslTsVerify } from '@antin/testkit/archive-imprint/openssl-ts';
import { timeStampsOf as xadesTimeStamps } from '@antin/testkit/archive-imprint/xades';
import { opensslVersion } from '@antin/testkit/openssl';
import type { Asked, Judge } from './judge.ts';
import { no, yes } from './judge.ts';
import { pki } from './making/people.ts';
import { entriesOf, onlyContent, signaturePart } from './parts.ts';

/** A token and what it must be over by a reading that is not ours. */
interface Imprint {
  readonly what: 'signature' | 'archive';
  readonly token: Uint8Array;
  readonly hex: string;
}

const sha256 = (...parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

/** The token over the value, as pkijs reads the CMS. */
function signatureStamp(cms: Uint8Array): Imprint {
  const content = pkijs.ContentInfo.fromBER(Uint8Array.from(cms).buffer).content as object;
  const [signer] = new pkijs.SignedData({ schema: content }).signerInfos as [pkijs.SignerInfo];
  const attribute = signer.unsignedAttrs?.attributes.find(({ type }) => type === '1.2.840.113549.1.9.16.2.14');
  if (attribute === undefined) throw new Error('no signature time-stamp');
  const [token] = attribute.values as [{ toBER(): ArrayBuffer }];
  const hex = sha256(new Uint8Array(signer.signature.valueBlock.valueHexView));
  return { what: 'signature', token: new Uint8Array(token.toBER()), hex };
}

/** All signature dictionaries of a PDF in the order of the file, by plain search. */
export function pdfSignatures(bytes: Uint8Array): { readonly contents: Uint8Array; readonly hex: string }[] {
  const text = Buffer.from(bytes).toString('latin1');
  return [...text.matchAll(/\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g)].map((match) => {
    const [a, b, c, d] = match.slice(1).map(Number) as [number, number, number, number];
    const padded = Buffer.from(text.slice(a + b + 1, c - 1), 'hex');
    // DER with a two-byte length, and zeros behind it.
    const contents = new Uint8Array(padded.subarray(0, 4 + padded.readUInt16BE(2)));
    return { contents, hex: sha256(bytes.subarray(a, a + b), bytes.subarray(c, c + d)) };
  });
}

function pades(bytes: Uint8Array): Imprint[] {
  const [signature, document] = pdfSignatures(bytes);
  const own = signatureStamp((signature as { contents: Uint8Array }).contents);
  return document === undefined ? [own] : [own, { what: 'archive', token: document.contents, hex: document.hex }];
}

function cms(file: Asked): Imprint[] {
  const part = signaturePart(file);
  const out = [signatureStamp(part.bytes)];
  if (file.shape === 'ASiC-E with CAdES') return [...out, ...manifestStamps(file.bytes)];
  for (const one of archiveImprints(part.bytes, onlyContent(part))) {
    // What the index leaves out, nothing protects; the token itself is an attribute too.
    if (one.unmatched.length > 0) throw new Error(`the index names what is not there: ${one.unmatched.join()}`);
    out.push({ what: 'archive', token: one.token, hex: one.computed });
  }
  return out;
}

/** EN 319 162-1 clause A.7: the token is over the archive manifest, which has a digest of every part. */
function manifestStamps(container: Uint8Array): Imprint[] {
  const entries = entriesOf(container);
  const manifest = entries.get('META-INF/ASiCArchiveManifest.xml');
  if (manifest === undefined) return [];
  const xml = new TextDecoder().decode(manifest);
  const [, token] = /SigReference[^>]*URI="([^"]+)"/.exec(xml) as unknown as [string, string];
  for (const [, uri, body] of xml.matchAll(
    /DataObjectReference[^>]*URI="([^"]+)"[^>]*>([\s\S]*?)<\/[^>]*DataObjectReference>/g,
  )) {
    const part = entries.get(decodeURIComponent(uri as string)) as Uint8Array;
    const [, stated] = /DigestValue>([^<]+)</.exec(body as string) as unknown as [string, string];
    if (createHash('sha256').update(part).digest('base64') !== stated) throw new Error(`the manifest is wrong about ${uri}`);
  }
  return [{ what: 'archive', token: entries.get(decodeURIComponent(token)) as Uint8Array, hex: sha256(manifest) }];
}

/** Every time-stamp of a signature. */
export function imprintsOf(file: Asked): Imprint[] {
  if (file.shape === 'PAdES') return pades(file.bytes);
  if (file.shape.includes('CAdES')) return cms(file);
  const part = signaturePart(file);
  const files = part.detached === undefined ? {} : { files: part.detached };
  const stamps = file.shape.startsWith('JAdES') ? jadesTimeStamps(file.bytes) : xadesTimeStamps(part.bytes, files);
  return stamps.map(({ kind, token, imprint }) => ({ what: kind, token, hex: imprint('SHA-256') }));
}

/** A second reading of what each time-stamp must be over, written without a look at ours, and openssl on the token. */
export const imprints: Judge = {
  name: 'imprint + openssl ts',
  version: opensslVersion?.split(' ')[1],
  looksAt:
    'every time-stamp: what it must be over is computed by `testkit/archive-imprint` from the text of the standard, then `openssl ts -verify -digest`',
  // The lower levels have the same signature time-stamp.
  takes: (_shape, level) => level === 'B-LTA',
  ask: async (files) =>
    files.map((file) => {
      try {
        const found = imprintsOf(file);
        const kinds = found.map((one) => one.what).join();
        if (kinds !== 'signature,archive') return no(`found ${kinds}`);
        for (const { what, token, hex } of found) {
          const { ok, text } = opensslTsVerify(pki, token, hex);
          if (!ok) return no(`${what}: ${text}`);
        }
        return yes();
      } catch (error) {
        return no(error instanceof Error ? error.message : String(error));
      }
    }),
};

import * as pkijs from 'pkijs';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { memorySource } from '@antin/formats/bytes/source';
import { openZip } from '@antin/formats/zip/reader';
import { updateZipInPlace } from '@antin/formats/zip/writer';
import { imprintsOf, pdfSignatures } from '../imprints.ts';
import type { Asked } from '../judge.ts';
import { entriesOf, signaturePart } from '../parts.ts';
import { JSON_TEXT, PDF, TEXT, XML } from './make.ts';
import { pki } from './people.ts';

/** What one flipped byte hits. */
export const WHATS = ['signed content', 'signature value', 'signature time-stamp', 'archive time-stamp'] as const;
export type What = (typeof WHATS)[number];

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const out = Uint8Array.from(bytes);
  out[at] = (out[at] as number) ^ 1;
  return out;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** One text of a file by another of the same length, wherever it stands. */
function textSwapped(file: Uint8Array, from: string, to: string): Uint8Array | undefined {
  const text = latin1(file);
  return text.includes(from) ? new Uint8Array(Buffer.from(text.replace(from, to), 'latin1')) : undefined;
}

/** In `etsiU` the elements are base64url of JSON that has base64 inside. */
function etsiUSwapped(file: Uint8Array, from: string, to: string): Uint8Array | undefined {
  for (const [, element] of latin1(file).matchAll(/"(eyJ[\w-]+)"/g)) {
    const inner = Buffer.from(element as string, 'base64url').toString('utf8');
    if (!inner.includes(from)) continue;
    return textSwapped(file, element as string, Buffer.from(inner.replace(from, to)).toString('base64url'));
  }
  return undefined;
}

/** Bytes of a file by others, as they are or in the encoding of the format. */
function swapped(file: Uint8Array, from: Uint8Array, to: Uint8Array): Uint8Array | undefined {
  const [a, b] = [Buffer.from(from), Buffer.from(to)];
  const [base64, other] = [a.toString('base64'), b.toString('base64')];
  return (
    textSwapped(file, latin1(from), latin1(to)) ??
    textSwapped(file, a.toString('hex'), b.toString('hex')) ??
    textSwapped(file, a.toString('hex').toUpperCase(), b.toString('hex').toUpperCase()) ??
    textSwapped(file, base64, other) ??
    textSwapped(file, a.toString('base64url'), b.toString('base64url')) ??
    etsiUSwapped(file, base64, other)
  );
}

/** The same, looking into a container: it stays a sound archive. */
function swappedAnywhere(file: Asked, from: Uint8Array, to: Uint8Array): Uint8Array {
  if (!file.shape.startsWith('ASiC')) {
    const out = swapped(file.bytes, from, to);
    if (out !== undefined) return out;
  } else {
    for (const [name, entry] of entriesOf(file.bytes)) {
      const content = swapped(entry, from, to);
      if (content === undefined) continue;
      const zip = openZip(memorySource(file.bytes), { inflateRaw });
      const out = updateZipInPlace(zip, [{ name, content: memorySource(content) }], pki.now);
      return Uint8Array.from(out.read(0, out.size));
    }
  }
  throw new Error(`${file.name}: what should be broken is not in it`);
}

/** The octets of the signature value as the format has them. */
export function valueOf(file: Pick<Asked, 'shape' | 'bytes'>): Uint8Array {
  const { bytes } = signaturePart(file);
  if (file.shape.includes('XAdES')) {
    const [, value] = /SignatureValue[^>]*>([^<]+)</.exec(latin1(bytes)) as unknown as [string, string];
    return new Uint8Array(Buffer.from(value, 'base64'));
  }
  if (file.shape.startsWith('JAdES')) {
    const text = latin1(bytes);
    const value = file.shape === 'JAdES compact' ? text.split('.')[2] : /"signature":"([^"]+)"/.exec(text)?.[1];
    return new Uint8Array(Buffer.from(value as string, 'base64url'));
  }
  const cms = file.shape === 'PAdES' ? (pdfSignatures(bytes)[0] as { contents: Uint8Array }).contents : bytes;
  const content = pkijs.ContentInfo.fromBER(Uint8Array.from(cms).buffer).content as object;
  const [signer] = new pkijs.SignedData({ schema: content }).signerInfos as [pkijs.SignerInfo];
  return new Uint8Array(signer.signature.valueBlock.valueHexView);
}

function withBrokenContent(file: Asked): Pick<Asked, 'bytes' | 'detached'> {
  if (file.detached !== undefined) {
    const detached = Object.fromEntries(Object.entries(file.detached).map(([name, one]) => [name, flipped(one, 3)]));
    return { bytes: file.bytes, detached };
  }
  if (file.shape === 'PAdES') {
    // The comment behind the header: nothing a reader stumbles over.
    return { bytes: flipped(file.bytes, latin1(PDF).indexOf('%', 5) + 2) };
  }
  if (file.shape.startsWith('CAdES')) return { bytes: swappedAnywhere(file, TEXT, flipped(TEXT, 3)) };
  if (file.shape.startsWith('JAdES')) return { bytes: swappedAnywhere(file, JSON_TEXT, flipped(JSON_TEXT, 7)) };
  const text = latin1(XML);
  const at = text.indexOf('a="2"') + 3;
  // In an XML document the text around it is written otherwise than in the input.
  const [from, to] = file.shape.startsWith('ASiC')
    ? [XML, flipped(XML, at)]
    : [XML.slice(at - 3, at + 2), flipped(XML, at).slice(at - 3, at + 2)];
  return { bytes: swappedAnywhere(file, from, to) };
}

/** The same file with one byte flipped. */
export function broken(file: Asked, what: What): Asked {
  const name = file.name.replace(/\.(\w+)$/, ` with a broken ${what}.$1`);
  if (what === 'signed content') return { ...file, name, ...withBrokenContent(file) };
  if (what === 'signature value') {
    const value = valueOf(file);
    return { ...file, name, bytes: swappedAnywhere(file, value, flipped(value, value.length - 1)) };
  }
  const stamp = imprintsOf(file).find((one) => one.what === what.split(' ')[0]);
  if (stamp === undefined) throw new Error(`${file.name} has no ${what}`);
  // A byte of the message imprint in the TSTInfo.
  const at = Buffer.from(stamp.token).indexOf(Buffer.from(stamp.hex, 'hex'));
  return { ...file, name, bytes: swappedAnywhere(file, stamp.token, flipped(stamp.token, at)) };
}

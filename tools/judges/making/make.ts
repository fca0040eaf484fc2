import { concatBytes, utf8 } from '@antin/formats/bytes/bytes';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { openAsic } from '@antin/signature/asic/container';
import { extendAsic } from '@antin/signature/asic/extend';
import { extendAsicCades } from '@antin/signature/asic/extend-cades';
import type { AsicInput } from '@antin/signature/asic/input';
import { signAsic, signAsicCades } from '@antin/signature/asic/sign';
import { extendCades } from '@antin/signature/cades/extend';
import { signCades } from '@antin/signature/cades/sign';
import { extendJades } from '@antin/signature/jades/extend';
import { signJades } from '@antin/signature/jades/sign';
import type { Serialization } from '@antin/signature/jades/to-be-signed';
import type { SigningKey } from '@antin/signature/making/signer';
import { extendPades } from '@antin/signature/pades/extend';
import type { XadesInput } from '@antin/signature/xades/content';
import { extendXades } from '@antin/signature/xades/extend';
import { signXades } from '@antin/signature/xades/sign';
import { buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { doors, signedPdf } from '@antin/testkit/pdf/signing';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { pki } from './people.ts';

export const LEVELS = ['B-B', 'B-T', 'B-LT', 'B-LTA'] as const;
export type Level = (typeof LEVELS)[number];

const SECOND = 1000;
const MINUTE = 60_000;
/** When everything has been signed and raised. */
export const JUDGED_AT = pki.now + 60 * MINUTE;

export const PDF = buildPdf(plainObjects(), { trailer: '/ID[<00><00>]' }).bytes;
export const XML = utf8('<a xmlns="urn:a"><letter Id="b" a="2">\r\nKính gửi</letter></a>');
export const TEXT = utf8('Thông báo số 1\n');
export const JSON_TEXT = utf8('{"so":"12/QĐ-UBND"}');
const ANNEX = utf8('%PDF-1.7 phụ lục');

/** Content that stands outside the signature, by its file name. */
export type Detached = Readonly<Record<string, Uint8Array>>;

type Raise = Parameters<typeof extendPades>[1];

interface Shape {
  /** As EU DSS names it in `XAdES-BASELINE-T`. */
  readonly form: 'PAdES' | 'CAdES' | 'XAdES' | 'JAdES';
  readonly ending: string;
  readonly detached?: Detached;
  readonly levels?: readonly Level[];
  readonly sign: (key: SigningKey) => Promise<Uint8Array>;
  readonly extend: (bytes: Uint8Array, to: Raise) => Promise<Uint8Array>;
}

const bytesOf = (source: ByteSource) => Uint8Array.from(source.read(0, source.size));
const opened = (bytes: Uint8Array) => openAsic(memorySource(bytes), { inflateRaw });
const file = (name: string, bytes: Uint8Array) => ({ name, content: memorySource(bytes), mimeType: 'application/pdf' });
const options = { door, level: 'B-B', signingTime: pki.now } as const;

function cades(packaging: 'attached' | 'detached'): Shape {
  const content = memorySource(TEXT);
  return {
    form: 'CAdES',
    ending: 'p7m',
    ...(packaging === 'detached' ? { detached: { 'data.txt': TEXT } } : {}),
    sign: async (key) => bytesOf(await signCades(content, key, { ...options, packaging })),
    extend: async (bytes, to) => bytesOf(await extendCades(memorySource(bytes), { ...to, content })),
  };
}

function xades(input: XadesInput, detached?: Detached): Shape {
  return {
    form: 'XAdES',
    ending: 'xml',
    ...(detached === undefined ? {} : { detached }),
    sign: (key) => signXades(input, key, options),
    extend: (bytes, to) => extendXades(bytes, { ...to, detached: () => memorySource(ANNEX) }),
  };
}

function asic(container: 'ASiC-S' | 'ASiC-E', form: 'XAdES' | 'CAdES'): Shape {
  const files = [file('Công văn.pdf', XML), ...(container === 'ASiC-E' ? [file('phụ lục/a+b.docx', ANNEX)] : [])];
  const input: AsicInput = { container, files };
  return {
    form,
    ending: container === 'ASiC-S' ? 'asics' : 'asice',
    sign: async (key) => bytesOf(await (form === 'XAdES' ? signAsic : signAsicCades)(input, key, options)),
    extend: async (bytes, to) =>
      bytesOf(await (form === 'XAdES' ? extendAsic(opened(bytes), to) : extendAsicCades(opened(bytes), { ...to, inflateRaw }))),
  };
}

function jades(serialization: Serialization): Shape {
  return {
    form: 'JAdES',
    ending: 'json',
    ...(serialization === 'compact' ? { levels: ['B-B'] } : {}),
    sign: (key) => {
      const input = { packaging: 'attached', payload: JSON_TEXT, mimeType: 'application/json' } as const;
      return signJades(input, key, { door, signingTime: pki.now, serialization });
    },
    extend: (bytes, to) => extendJades(bytes, to),
  };
}

const SHAPES = {
  PAdES: {
    form: 'PAdES',
    ending: 'pdf',
    sign: (key) => signedPdf(PDF, key, { signingTime: pki.now, level: 'B-B' }),
    extend: async (bytes, to) => concatBytes(bytes, await extendPades(memorySource(bytes), to)),
  },
  'CAdES attached': cades('attached'),
  'CAdES detached': cades('detached'),
  'XAdES enveloped': xades({ packaging: 'enveloped', document: XML }),
  'XAdES enveloping': xades({
    packaging: 'enveloping',
    objects: [
      { content: ANNEX, mimeType: 'application/pdf', as: 'base64' },
      { content: XML, mimeType: 'text/xml', as: 'xml' },
    ],
  }),
  'XAdES detached': xades({ packaging: 'detached', files: [file('annex.pdf', ANNEX)] }, { 'annex.pdf': ANNEX }),
  'ASiC-S with XAdES': asic('ASiC-S', 'XAdES'),
  'ASiC-E with XAdES': asic('ASiC-E', 'XAdES'),
  'ASiC-S with CAdES': asic('ASiC-S', 'CAdES'),
  'ASiC-E with CAdES': asic('ASiC-E', 'CAdES'),
  'JAdES compact': jades('compact'),
  'JAdES flattened': jades('flattened'),
  'JAdES general': jades('general'),
} as const satisfies Readonly<Record<string, Shape>>;

export type ShapeName = keyof typeof SHAPES;
export const shapes = Object.keys(SHAPES) as ShapeName[];
export const shapeOf = (name: ShapeName): Shape => SHAPES[name];

/** One signature at one level, with the PDF raised by a signature time-stamp where others have only the document's. */
export async function signedAt(name: ShapeName, key: SigningKey, level: Level): Promise<Uint8Array> {
  const steps = await raised(name, key);
  return steps.get(level) as Uint8Array;
}

/** One signature at all its levels, each raised from the one before. */
export async function raised(name: ShapeName, key: SigningKey): Promise<Map<Level, Uint8Array>> {
  const shape = shapeOf(name);
  let time = pki.now;
  const timeStamp = timeStampSource(pki, () => (time += SECOND));
  const out = new Map<Level, Uint8Array>();
  let bytes = await shape.sign(key);
  for (const level of shape.levels ?? LEVELS) {
    if (level !== 'B-B') {
      const to = { ...doors, inflateRaw, level, anchors: pki.anchors, at: time + MINUTE, timeStamp };
      bytes = await shape.extend(bytes, { ...to, evidenceFor: evidenceSource(pki, () => time) });
    }
    // A PDF gets its time-stamp with the signature; raised afterwards, it has one over the document instead.
    if (level === 'B-T' && name === 'PAdES') {
      bytes = await signedPdf(PDF, key, {
        signingTime: pki.now,
        level,
        timeStamp: (hash) => timeStamp({ digest: 'SHA-256', hash }),
      });
    }
    out.set(level, bytes);
  }
  return out;
}

import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { signAsic, signAsicCades } from '@antin/signature/asic/sign';
import { signCades } from '@antin/signature/cades/sign';
import { signJades } from '@antin/signature/jades/sign';
import { signBatch } from '@antin/signature/making/batch';
import type { BatchSteps } from '@antin/signature/making/batch';
import type { SigningKey } from '@antin/signature/making/signer';
import { embedPades } from '@antin/signature/pades/embed';
import { preparePades } from '@antin/signature/pades/prepare';
import type { ToBeSigned } from '@antin/signature/pades/to-be-signed';
import { signXades } from '@antin/signature/xades/sign';
import type { Key, Size } from './desk.ts';
import { at, chainOf, entityOf, LONG, pdfOf, rawSigning, signingKeyOf, signPdf, signPdfLongTerm, SMALL } from './desk.ts';
import type { Planned } from './figure.ts';

const common = { door: nodeCrypto, signingTime: at, level: 'B-B' } as const;
const files = () => [{ name: 'van-ban.pdf', content: memorySource(pdfOf(SMALL)), mimeType: 'application/pdf' }];

const OTHERS: Readonly<Record<string, (key: SigningKey) => Promise<unknown>>> = {
  'cades-b-b/detached': (key) => signCades(memorySource(pdfOf(SMALL)), key, { ...common, packaging: 'detached' }),
  'xades-b-b/detached': (key) => signXades({ packaging: 'detached', files: files() }, key, common),
  'jades-b-b/flattened-detached': (key) =>
    signJades({ packaging: 'detached', files: files() }, key, { ...common, serialization: 'flattened' }),
  'asic-e-b-b/xades': (key) => signAsic({ container: 'ASiC-E', files: files() }, key, common),
  'asic-e-b-b/cades': (key) => signAsicCades({ container: 'ASiC-E', files: files() }, key, common),
};

/** Against hash + sign + verify; 100 documents in a batch against a hundred times that. */
export const SIGNING: readonly Planned[] = [
  pades(SMALL, 'rsa-2048', 0.8),
  pades(SMALL, 'rsa-3072', 0.9),
  pades(SMALL, 'p-256', 0.6),
  pades(LONG, 'rsa-2048', 0.6),
  pades(LONG, 'p-256', 0.6),
  longTerm('rsa-2048'),
  longTerm('p-256'),
  batch('rsa-2048', 100),
  batch('p-256', 100),
  ...(['rsa-2048', 'p-256'] as const).flatMap((key) => Object.keys(OTHERS).map((format) => other(format, key))),
];

function pades(size: Size, key: Key, asked: number): Planned {
  return {
    name: `sign/pades-b-b/${size}/${key}`,
    make() {
      const pdf = pdfOf(size);
      return { work: () => signPdf(pdf, key, 'B-B'), limit: rawSigning(pdf, key), asked };
    },
  };
}

/** The limit is B-T of the same file with the same sources. */
function longTerm(key: Key): Planned {
  return {
    name: `sign/pades-b-lt-of-b-t/${SMALL}/${key}`,
    make() {
      const pdf = pdfOf(SMALL);
      return { work: () => signPdfLongTerm(pdf, key), limit: () => signPdf(pdf, key, 'B-T'), asked: 0.5 };
    },
  };
}

function batch(key: Key, count: number): Planned {
  return {
    name: `sign/pades-b-b/batch-of-${count}/${SMALL}/${key}`,
    make() {
      const items = Array.from({ length: count }, () => memorySource(pdfOf(SMALL)));
      const { certificate, algorithm, signNow } = entityOf(key);
      const chain = chainOf(key);
      const options = { door: nodeCrypto, inflate: nodeInflate, certificate, chain, algorithm, signingTime: at } as const;
      const steps: BatchSteps<ByteSource, ToBeSigned, Uint8Array> = {
        prepare: (item) => preparePades(item, { ...options, level: 'B-B' }),
        dataOf: (tbs) => tbs.signedAttributes,
        finish: (item, tbs, value) => Promise.resolve(embedPades(item, tbs, value, { door: nodeCrypto, unchanged: true })),
      };
      const activated = { sign: (data: Uint8Array) => Promise.resolve(signNow(data)) };
      const raw = rawSigning(pdfOf(SMALL), key);
      return {
        async work() {
          for await (const { status } of signBatch(items, activated, steps)) if (status !== 'signed') throw new Error(status);
        },
        limit() {
          for (let i = 0; i < count; i++) raw();
        },
      };
    },
  };
}

function other(format: string, key: Key): Planned {
  return {
    name: `sign/${format}/${SMALL}/${key}`,
    make() {
      const signer = signingKeyOf(key);
      const sign = OTHERS[format] as (typeof OTHERS)[string];
      return { work: () => sign(signer), limit: rawSigning(pdfOf(SMALL), key) };
    },
  };
}

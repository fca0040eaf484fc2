/**
 * Signs one file in one format and prints what it took as a JSON line: `node testkit/large/sign-large.ts FORMAT FILE`.
 * `large-files.test.ts` runs it in a process of its own, whose peak of memory is then that of the signing.
 */
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { fileSource } from '@antin/adapters/files/source';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { joinedSource } from '@antin/formats/bytes/joined-source';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource, readInPieces } from '@antin/formats/bytes/source';
import { signAsic, signAsicCades } from '@antin/signature/asic/sign';
import { signCades } from '@antin/signature/cades/sign';
import { signJades } from '@antin/signature/jades/sign';
import { signPades } from '@antin/signature/pades/sign';
import { signXades } from '@antin/signature/xades/sign';
import { testPki } from '../pki/test-pki.ts';

const pki = testPki();
const key = pki.signingKey('leader');
const options = { door: nodeCrypto, signingTime: pki.now, level: 'B-B' } as const;
const named = (content: ByteSource) => [{ name: 'ban-ve.pdf', content, mimeType: 'application/pdf' }];

/** Every way to sign that never holds what is signed. */
const FORMATS: Readonly<Record<string, (file: ByteSource) => Promise<ByteSource>>> = {
  PAdES: async (file) => joinedSource([file, memorySource(await signPades(file, key, { ...options, inflate: nodeInflate }))]),
  'CAdES-attached': (file) => signCades(file, key, { ...options, packaging: 'attached' }),
  'CAdES-detached': (file) => signCades(file, key, { ...options, packaging: 'detached' }),
  'XAdES-detached': async (file) => memorySource(await signXades({ packaging: 'detached', files: named(file) }, key, options)),
  'ASiC-S-XAdES': (file) => signAsic({ container: 'ASiC-S', files: named(file) }, key, options),
  'ASiC-E-XAdES': (file) => signAsic({ container: 'ASiC-E', files: named(file) }, key, options),
  'ASiC-S-CAdES': (file) => signAsicCades({ container: 'ASiC-S', files: named(file) }, key, options),
  'ASiC-E-CAdES': (file) => signAsicCades({ container: 'ASiC-E', files: named(file) }, key, options),
  'JAdES-detached': async (file) => {
    const detached = { packaging: 'detached', files: named(file) } as const;
    return memorySource(await signJades(detached, key, { ...options, serialization: 'flattened' }));
  },
  'JAdES-attached': async (file) => {
    const attached = { packaging: 'attached', payload: file.read(0, file.size) } as const;
    return memorySource(await signJades(attached, key, { ...options, serialization: 'flattened' }));
  },
  'XAdES-enveloping': async (file) => {
    const object = { content: file.read(0, file.size), mimeType: 'application/pdf', as: 'base64' } as const;
    return memorySource(await signXades({ packaging: 'enveloping', objects: [object] }, key, options));
  },
};

const [format = '', path = ''] = process.argv.slice(2);
const sign = FORMATS[format];
if (sign === undefined) throw new Error(`one of ${Object.keys(FORMATS).join(' ')}`);
using file = fileSource(path);
const atRest = process.memoryUsage().rss;
const signed = await sign(file);
let written = 0;
// As it would go to a disk: piece by piece.
readInPieces(signed, 0, signed.size, (piece) => (written += piece.length));
const peak = process.resourceUsage().maxRSS * 1024;
process.stdout.write(`${JSON.stringify({ format, written, atRestMB: mega(atRest), peakMB: mega(peak) })}\n`);

function mega(bytes: number): number {
  return Math.round(bytes / 1e6);
}

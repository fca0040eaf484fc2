import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import type { ByteSource } from '@antin/formats/bytes/source';
import { updateZip } from '@antin/formats/zip/writer';
import { digestOf } from '@antin/pki/crypto';
import { cmsManifest } from '@antin/signature/asic/cms-manifest';
import { openAsic } from '@antin/signature/asic/container';
import { ARCHIVE_MANIFEST, MIMETYPE, PART_TYPE } from '@antin/signature/asic/names';
import { signAsicCades } from '@antin/signature/asic/sign';
import { writeArchiveImprint } from '@antin/signature/jades/archive-imprint';
import { evidenceItems, itemText, timeStamp as stampItem } from '@antin/signature/jades/etsi-u';
import type { NewItem } from '@antin/signature/jades/etsi-u';
import { addItems } from '@antin/signature/jades/insert';
import { readJws } from '@antin/signature/jades/jws';
import type { JwsSignature } from '@antin/signature/jades/jws';
import { readJades } from '@antin/signature/jades/read-signed';
import { signJades } from '@antin/signature/jades/sign';
import { validate } from '@antin/signature/validation/validate';
import { contextOf } from './documents.ts';
import { cadesMaker } from './matrix-makers.ts';
import type { MatrixMaker } from './negative-matrix.ts';

const judge: MatrixMaker['judge'] = (file, pki, at, evidence) =>
  validate(memorySource(file), contextOf(pki, at, { evidence })).report;
const DIGEST = 'SHA-256';

function withItems(file: Uint8Array, items: (found: ReturnType<typeof readJades>) => readonly NewItem[]): Uint8Array {
  const jws = readJws(file);
  const found = readJades(jws, jws.signatures[0] as JwsSignature, door);
  const texts = items(found).map((one) => itemText(one, found.etsiU.form));
  return addItems(file, found.signature, found.etsiU, texts);
}

export const jadesMaker: MatrixMaker = {
  sign: (pki, who, at, timeStamp) =>
    signJades({ packaging: 'attached', payload: utf8('{"số":1}') }, pki.signingKey(who), {
      ...{ door, signingTime: at, serialization: 'flattened' },
      ...(timeStamp === undefined ? {} : { timeStamp: (imprint) => Promise.resolve(timeStamp(imprint)) }),
    }),
  addEvidence: (file, evidence) => withItems(file, () => evidenceItems(evidence)),
  archive: (file, _, timeStamp) =>
    Promise.resolve(
      withItems(file, ({ jws, signature, etsiU }) => {
        const running = door.digest(DIGEST);
        writeArchiveImprint(jws, signature, etsiU.items, {}, (piece) => running.update(piece));
        return [stampItem('arcTst', timeStamp({ digest: DIGEST, hash: running.finish() }))];
      }),
    ),
  judge,
};

const whole = (source: ByteSource): Uint8Array => Uint8Array.from(source.read(0, source.size));
const zipOf = (file: Uint8Array) => openAsic(memorySource(file), { inflateRaw }).zip;

/** ASiC-E with CAdES: its archive time-stamp is over a manifest of the container. */
export const asicCadesMaker: MatrixMaker = {
  async sign(pki, who, at, timeStamp) {
    const files = ['thư.txt', 'phụ lục.txt'].map((name) => ({ name, content: memorySource(utf8(name)), mimeType: 'text/plain' }));
    return whole(
      await signAsicCades({ container: 'ASiC-E', files }, pki.signingKey(who), {
        ...{ door, signingTime: at },
        ...(timeStamp === undefined
          ? { level: 'B-B' }
          : { level: 'B-T', timeStamp: (hash) => Promise.resolve(timeStamp({ digest: DIGEST, hash })) }),
      }),
    );
  },
  addEvidence(file, evidence) {
    const zip = zipOf(file);
    const changed = zip.entries
      .filter((one) => one.name.endsWith('.p7s'))
      .map((one) => ({ name: one.name, content: memorySource(cadesMaker.addEvidence(whole(zip.content(one)), evidence)) }));
    return whole(updateZip(zip, changed, 0));
  },
  archive(file, at, timeStamp) {
    const zip = zipOf(file);
    const parts = zip.entries
      .filter((one) => one.name !== MIMETYPE)
      .map((one) => ({ name: one.name, mimeType: 'text/plain', content: zip.content(one) }));
    const token = 'META-INF/timestamp001.tst';
    const manifest = cmsManifest({ name: token, mimeType: PART_TYPE.token }, parts, DIGEST, door);
    const stamped = timeStamp({ digest: DIGEST, hash: digestOf(door, DIGEST, manifest) });
    const added = [
      { name: ARCHIVE_MANIFEST, content: memorySource(manifest) },
      { name: token, content: memorySource(stamped) },
    ];
    return Promise.resolve(whole(updateZip(zip, added, at)));
  },
  judge,
};

import { equalBytes, utf8 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { updateZip, writeZip } from '@antin/formats/zip/writer';
import type { NewEntry } from '@antin/formats/zip/writer';
import type { CryptoDoor } from '@antin/pki/crypto';
import { addSigner, embedCades } from '../cades/embed.ts';
import type { EmbedCadesOptions } from '../cades/embed.ts';
import { readFrame } from '../cades/frame.ts';
import { prepareCades } from '../cades/prepare.ts';
import type { PrepareCadesOptions } from '../cades/prepare.ts';
import type { AsicCadesToBeSigned } from './cades-to-be-signed.ts';
import { SignatureFault } from '../fault.ts';
import { cmsDigestOf } from '../making/signer.ts';
import type { AsicContainer } from './container.ts';
import { cmsManifest, contentDigest } from './cms-manifest.ts';
import type { AsicInput } from './input.ts';
import { filesOf } from './input.ts';
import { META_INF, MIME_TYPE, MIMETYPE, PART_TYPE, SIGNATURE_CMS } from './names.ts';

/**
 * A detached CAdES signature for a container: over the file itself (ASiC-S), or over a manifest with digests of all files
 * (ASiC-E).
 *
 * @throws {SignatureFault} `asic.files`, `asic.other-form`, `asic.archived`, `signature.algorithm-not-allowed`
 * @see ETSI EN 319 162-1 clauses 4.3.3 and 4.4.4
 */
export function prepareAsicCades(input: AsicInput, options: PrepareCadesOptions): AsicCadesToBeSigned {
  if ('existing' in input) requireTakesMore(input.existing);
  const { container, files } = filesOf(input);
  const common = { kind: 'asic-cades', container, at: options.signingTime } as const;
  if (container === 'ASiC-S') {
    const [file] = files;
    const signatureFile = ('existing' in input ? input.existing.cades[0]?.name : undefined) ?? SIGNATURE_CMS;
    return { ...common, signatureFile, cades: prepareCades((file as (typeof files)[number]).content, options) };
  }
  const number = 'existing' in input ? freeNumber(input.existing) : '001';
  const signatureFile = `${META_INF}signature${number}.p7s`;
  const covers = { name: signatureFile, mimeType: PART_TYPE.cms };
  const bytes = cmsManifest(covers, files, cmsDigestOf(options.algorithm), options.door);
  const manifest = { name: `${META_INF}ASiCManifest${number}.xml`, bytes };
  return { ...common, signatureFile, manifest, cades: prepareCades(memorySource(bytes), options) };
}

function requireTakesMore(existing: AsicContainer): void {
  if (existing.xades.length > 0) {
    throw new SignatureFault('asic.other-form', 'a container with XML signatures takes no CMS signature');
  }
  // A parallel signer would change the CMS file that the archive manifest has digested.
  if (existing.kind === 'ASiC-S' && existing.archiveManifests.length > 0) {
    throw new SignatureFault('asic.archived', 'the signature file is protected by an archive manifest and takes no more signers');
  }
}

function freeNumber({ zip, cades }: AsicContainer): string {
  for (let n = cades.length + 1; ; n++) {
    const number = String(n).padStart(3, '0');
    const free = (name: string) => zip.entry(META_INF + name) === undefined;
    if (free(`signature${number}.p7s`) && free(`ASiCManifest${number}.xml`)) return number;
  }
}

/**
 * The signed container; what was there stays byte for byte, but for the one CMS file of ASiC-S, in which the earlier signers
 * stay.
 *
 * @param input what was prepared: the same files, or the same container
 * @throws {SignatureFault} `asic.input-changed`, and what `embedCades` and `addSigner` throw
 */
export function embedAsicCades(
  input: AsicInput,
  tbs: AsicCadesToBeSigned,
  signatureValue: Uint8Array,
  options: EmbedCadesOptions,
): ByteSource {
  const { container, files } = filesOf(input);
  requireSame(tbs, files, options.door);
  const old = 'existing' in input ? input.existing.zip.entry(tbs.signatureFile) : undefined;
  // Somebody else signed in between: his manifest and his CMS must not be written over.
  if (tbs.manifest !== undefined && 'existing' in input && [tbs.signatureFile, tbs.manifest.name].some(taken(input.existing))) {
    throw new SignatureFault('asic.input-changed', 'the container has got another signature in between; prepare again');
  }
  const cms =
    'existing' in input && old !== undefined
      ? addSigner(readFrame(input.existing.zip.content(old)), files[0]?.content, tbs.cades, signatureValue, options)
      : embedCades(undefined, tbs.cades, signatureValue, options);
  const added: NewEntry[] = [
    ...(tbs.manifest === undefined ? [] : [{ name: tbs.manifest.name, content: memorySource(tbs.manifest.bytes) }]),
    { name: tbs.signatureFile, content: cms },
  ];
  if ('existing' in input) return updateZip(input.existing.zip, added, tbs.at);
  const mimetype = { name: MIMETYPE, content: memorySource(utf8(MIME_TYPE[container])) };
  return writeZip([mimetype, ...files, ...added], tbs.at);
}

function taken({ zip }: AsicContainer): (name: string) => boolean {
  return (name) => zip.entry(name) !== undefined;
}

function requireSame(tbs: AsicCadesToBeSigned, files: ReturnType<typeof filesOf>['files'], door: CryptoDoor): void {
  const { cades, manifest, signatureFile } = tbs;
  const same =
    manifest === undefined
      ? files.length === 1 &&
        equalBytes(contentDigest((files[0] as (typeof files)[number]).content, cades.digest, door), cades.contentDigest)
      : equalBytes(cmsManifest({ name: signatureFile, mimeType: PART_TYPE.cms }, files, cades.digest, door), manifest.bytes);
  if (!same) throw new SignatureFault('asic.input-changed', 'these are not the files that were prepared');
}

import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { context, oid } from '@antin/formats/der/writer';
import { openZip } from '@antin/formats/zip/reader';
import type { InflateRaw } from '@antin/formats/zip/reader';
import { updateZip } from '@antin/formats/zip/writer';
import type { NewEntry } from '@antin/formats/zip/writer';
import { digestOf } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { extendCades } from '../cades/extend.ts';
import { frameSource, readFrame, withMembers } from '../cades/frame.ts';
import { SignatureFault } from '../fault.ts';
import { gatherEvidence } from '../making/evidence.ts';
import { requireDigest } from '../making/policy.ts';
import { requireImprint } from '../making/require-imprint.ts';
import type { ExtendOptions } from '../making/extend-options.ts';
import { joined } from '../making/evidence.ts';
import { foundStamp } from '../making/found-stamp.ts';
import { CertificatePool } from '../validation/certificates.ts';
import { evidenceIn } from '../validation/cms-container.ts';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import type { ManifestPart } from './cms-manifest.ts';
import { brokenPart, cmsManifest, readCmsManifest } from './cms-manifest.ts';
import type { AsicContainer } from './container.ts';
import { openAsic } from './container.ts';
import { mediaTypes } from './manifest.ts';
import { ARCHIVE_MANIFEST, META_INF, MIMETYPE, PART_TYPE } from './names.ts';

export interface ExtendAsicCadesOptions extends ExtendOptions {
  readonly inflateRaw: InflateRaw;
}

/**
 * Raises every CMS signature of a container to a level. ASiC-S reaches B-LTA inside its CMS (archive-time-stamp-v3); ASiC-E by
 * an archive manifest with digests of every other part and a time-stamp token over it, renewed by the next one.
 *
 * What an archive manifest has digested is left as it is; only the token over the newest one gets the evidence about itself.
 *
 * @throws {SignatureFault} `extend.*`, `asic.other-form`, `asic.manifest`, `signature.time-stamp-mismatch`
 * @see ETSI EN 319 162-1 clauses 4.4.4 and A.7
 */
export async function extendAsicCades(container: AsicContainer, options: ExtendAsicCadesOptions): Promise<ByteSource> {
  if (container.xades.length > 0) throw new SignatureFault('asic.other-form', 'XML signatures are raised elsewhere');
  if (container.cades.length === 0) throw new SignatureFault('extend.nothing-signed', 'the container carries no CMS signature');
  requireDigest(options.digest ?? 'SHA-256', options.at);
  const part = (name: string): ByteSource | undefined => {
    const entry = container.zip.entry(name);
    return entry === undefined ? undefined : container.zip.content(entry);
  };
  const changed: NewEntry[] = [];
  const simple = container.kind === 'ASiC-S';
  const covered = new Set(
    container.archiveManifests.flatMap((one) => manifestAt(container, one.name).parts.map(({ name }) => name)),
  );
  for (const entry of container.cades) {
    const cms = container.zip.content(entry);
    const content = simple
      ? container.zip.content(container.files[0] as (typeof container.files)[number])
      : signedManifest(container, entry.name, part, options);
    if (covered.has(entry.name)) continue;
    const level = !simple && options.level === 'B-LTA' ? 'B-LT' : options.level;
    changed.push({ name: entry.name, content: await extendCades(cms, { ...options, level, content }) });
  }
  const raised = changed.length === 0 ? container.zip.source : updateZip(container.zip, changed, options.at);
  if (simple || options.level !== 'B-LTA') return raised;
  return archived(openAsic(raised, options), options);
}

function manifestAt(container: AsicContainer, name: string) {
  const entry = container.zip.entry(name);
  if (entry === undefined) throw new SignatureFault('asic.manifest', `there is no "${name}"`);
  const content = container.zip.content(entry);
  return readCmsManifest(content.read(0, content.size));
}

/** The manifest a CMS signature is over, with every file as it says. */
function signedManifest(
  container: AsicContainer,
  signatureFile: string,
  part: (name: string) => ByteSource | undefined,
  { door }: ExtendOptions,
): ByteSource {
  const found = container.manifests.filter((one) => manifestAt(container, one.name).covers === signatureFile);
  const [entry, more] = found;
  if (entry === undefined || more !== undefined) {
    throw new SignatureFault('asic.manifest', `not exactly one manifest belongs to "${signatureFile}"`);
  }
  const broken = brokenPart(manifestAt(container, entry.name), part, door);
  if (broken !== undefined) throw new SignatureFault('extend.signature-broken', `"${broken}" is not what was signed`);
  return container.zip.content(entry);
}

/** One more archive manifest and its token over everything that is there. */
async function archived(container: AsicContainer, options: ExtendAsicCadesOptions): Promise<ByteSource> {
  const { door, at, digest = 'SHA-256', inflateRaw } = options;
  const before = container.zip.entry(ARCHIVE_MANIFEST);
  let now = container.zip;
  let previous: string | undefined;
  if (before !== undefined) {
    const { covers: stamp, parts } = manifestAt(container, ARCHIVE_MANIFEST);
    const broken = brokenPart({ parts }, (name) => readPart(now, name), door);
    if (broken !== undefined) throw new SignatureFault('extend.signature-broken', `"${broken}" is not what was archived`);
    previous = `${META_INF}ASiCArchiveManifest${String(container.archiveManifests.length).padStart(3, '0')}.xml`;
    const renamed = { name: previous, content: now.content(before) };
    const token = await withOwnEvidence(readPart(now, stamp), now.content(before), options);
    now = openZip(updateZip(now, [renamed, { name: stamp, content: memorySource(token) }], at, [ARCHIVE_MANIFEST]), {
      inflateRaw,
    });
  }
  const types = mediaTypes(container);
  const parts: ManifestPart[] = now.entries
    .filter((one) => !one.folder && one.name !== MIMETYPE)
    .map((one) => ({
      name: one.name,
      mimeType: one.name.startsWith(META_INF) ? typeInside(one.name) : (types.get(one.name) ?? 'application/octet-stream'),
      content: now.content(one),
      ...(one.name === previous ? { rootfile: true } : {}),
    }));
  let n = container.timeStamps.length + 1;
  const nameOf = (): string => `${META_INF}timestamp${String(n).padStart(3, '0')}.tst`;
  while (now.entry(nameOf()) !== undefined) n++;
  const manifest = cmsManifest({ name: nameOf(), mimeType: PART_TYPE.token }, parts, digest, door);
  const token = await options.timeStamp({ digest, hash: digestOf(door, digest, manifest) });
  requireImprint(token, (of) => digestOf(door, of, manifest));
  const added = [
    { name: ARCHIVE_MANIFEST, content: memorySource(manifest) },
    { name: nameOf(), content: memorySource(token) },
  ];
  return updateZip(now, added, at);
}

function typeInside(name: string): string {
  return name.endsWith('.p7s') ? PART_TYPE.cms : name.endsWith('.tst') ? PART_TYPE.token : PART_TYPE.manifest;
}

function readPart(zip: AsicContainer['zip'], name: string): ByteSource | undefined {
  const entry = zip.entry(name);
  return entry === undefined ? undefined : zip.content(entry);
}

/** The last token with certificates and revocation data about its own authority, so that the next token can carry it on. */
async function withOwnEvidence(
  source: ByteSource | undefined,
  manifest: ByteSource,
  options: ExtendAsicCadesOptions,
): Promise<Uint8Array> {
  if (source === undefined) throw new SignatureFault('asic.manifest', 'the time-stamp of the archive manifest is missing');
  const { door, at } = options;
  const token = source.read(0, source.size);
  const bytes = manifest.read(0, manifest.size);
  requireImprint(token, (of) => digestOf(door, of, bytes));
  const { certificate } = foundStamp(token, new CertificatePool());
  const needed = await gatherEvidence([{ certificate, purpose: 'time-stamp', at }], {
    door,
    anchors: options.anchors,
    ...(options.tsaAnchors === undefined ? {} : { tsaAnchors: options.tsaAnchors }),
    now: at,
    known: joined(evidenceIn(parseTimeStampToken(token).signedData), options.evidence),
    evidenceFor: options.evidenceFor,
  });
  const frame = readFrame(source);
  const answers = needed.ocsps.map((raw) => context(1, oid(OID.idRiOcspResponse), raw));
  const more = frameSource({
    ...frame,
    certificates: withMembers(frame.certificates, needed.certificates),
    crls: withMembers(frame.crls, [...needed.crls, ...answers]),
  });
  return more.read(0, more.size);
}

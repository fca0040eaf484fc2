import { fromLatin1 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import type { InflateRaw, ZipBudget, ZipEntry, ZipFile } from '@antin/formats/zip/reader';
import { openZip } from '@antin/formats/zip/reader';
import { SignatureFault } from '../fault.ts';
import type { DetachedContent } from '../xmldsig/reference.ts';
import type { ContainerKind } from './names.ts';
import { META_INF, MIME_TYPE, MIMETYPE } from './names.ts';

/** A signed container as it is (EN 319 162-1). */
export interface AsicContainer {
  readonly kind: ContainerKind;
  readonly zip: ZipFile;
  /** What people see: everything outside META-INF but the mimetype entry and folders. */
  readonly files: readonly ZipEntry[];
  /** XAdES files, in the order of their names. */
  readonly xades: readonly ZipEntry[];
  /** CMS signature files and time-stamp tokens. */
  readonly cades: readonly ZipEntry[];
  readonly timeStamps: readonly ZipEntry[];
  /** `ASiCManifest*.xml`, what each CMS signature or token is over; archive manifests apart. */
  readonly manifests: readonly ZipEntry[];
  readonly archiveManifests: readonly ZipEntry[];
  /** How the mimetype entry departs from the standard; facts, not a verdict. */
  readonly mimetype: readonly MimetypeFact[];
}

export type MimetypeFact = 'missing' | 'not-first' | 'compressed' | 'extra-field' | 'unknown';

/**
 * Opens a container strictly.
 *
 * @throws {FormatFault} `zip.*`, `inflate.*`
 * @throws {SignatureFault} `asic.no-container` when nothing says that this archive is one
 */
export function openAsic(
  source: ByteSource,
  options: { readonly inflateRaw: InflateRaw; readonly budget?: ZipBudget },
): AsicContainer {
  const zip = openZip(source, options);
  const inMeta = (pattern: RegExp) =>
    zip.entries
      .filter((one) => one.name.startsWith(META_INF) && pattern.test(one.name.slice(META_INF.length)))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = zip.entries.filter((one) => !one.folder && one.name !== MIMETYPE && !/^META-INF\//i.test(one.name));
  const xades = inMeta(/^[^/]*signatures[^/]*\.xml$/i);
  const cades = inMeta(/^[^/]*signature[^/]*\.p7s$/i);
  const timeStamps = inMeta(/^[^/]*timestamp[^/]*\.tst$/i);
  const manifests = inMeta(/^ASiCManifest[^/]*\.xml$/i);
  const archiveManifests = inMeta(/^ASiCArchiveManifest[^/]*\.xml$/i);
  const { kind, facts } = readMimetype(zip);
  if (kind === undefined && xades.length + cades.length + timeStamps.length === 0) {
    throw new SignatureFault('asic.no-container', 'an archive without mimetype and without signatures');
  }
  const assumed = files.length === 1 && zip.entries.some((one) => /^META-INF\/(signatures\.xml|signature\.p7s)$/.test(one.name));
  return {
    kind: kind ?? (assumed ? 'ASiC-S' : 'ASiC-E'),
    zip,
    files,
    xades,
    cades,
    timeStamps,
    manifests,
    archiveManifests,
    mimetype: facts,
  };
}

/** Clause A.1: first, stored, without extra field, so that its text stands at byte 38. */
function readMimetype(zip: ZipFile): { readonly kind: ContainerKind | undefined; readonly facts: readonly MimetypeFact[] } {
  const entry = zip.entry(MIMETYPE);
  if (entry === undefined) return { kind: undefined, facts: ['missing'] };
  // No type is that long; whatever it is, other programs go by it.
  if (entry.size > 100) return { kind: undefined, facts: ['unknown'] };
  const facts: MimetypeFact[] = [];
  if (entry.start !== 0) facts.push('not-first');
  if (entry.method !== 'stored') facts.push('compressed');
  if (entry.localExtra > 0) facts.push('extra-field');
  const text = fromLatin1(zip.content(entry).read(0, entry.size)).trim();
  const kind = (Object.keys(MIME_TYPE) as ContainerKind[]).find((one) => MIME_TYPE[one] === text);
  if (kind === undefined) facts.push('unknown');
  return { kind, facts };
}

/** The files of a container for the references of its signatures: decoded once, and by the exact name or its NFC form. */
export function contentOf(container: AsicContainer): DetachedContent {
  return (uri) => {
    let name: string;
    try {
      name = decodeURIComponent(uri).replace(/^\.?\//, '');
    } catch {
      return undefined;
    }
    const normal = name.normalize('NFC');
    const entry =
      container.files.find((one) => one.name === name) ?? container.files.find((one) => one.name.normalize('NFC') === normal);
    return entry === undefined ? undefined : container.zip.content(entry);
  };
}

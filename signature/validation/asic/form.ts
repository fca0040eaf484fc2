import { fromLatin1 } from '@antin/formats/bytes/bytes';
import { FormatFault } from '@antin/formats/fault';
import type { AsicContainer, MimetypeFact } from '../../asic/container.ts';
import { fileTypes } from '../../asic/manifest.ts';
import { MANIFEST, MIME_TYPE } from '../../asic/names.ts';
import { isActiveName } from '../active-type.ts';
import { pdfOutside } from '../second-format.ts';
import type { Finding } from '../types.ts';
import type { JudgedManifest } from './manifests.ts';
import type { AsicParts } from './parts.ts';

const MIMETYPE_CLAUSE = 'EN 319 162-1 A.1';
const MIMETYPE_WORDS: Readonly<Record<MimetypeFact, string>> = {
  missing: 'the container has no mimetype entry',
  'not-first': 'the mimetype entry is not the first',
  compressed: 'the mimetype entry is compressed',
  'extra-field': 'the mimetype entry has an extra field',
  unknown: 'the mimetype entry names another kind of file than a signed container',
};

interface Findings {
  readonly errors: readonly Finding[];
  readonly doubts: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly information: readonly Finding[];
}

/** How the container departs from its standard, apart from any signature: its kind, its bookkeeping, its name. */
export function formFindings(
  container: AsicContainer,
  parts: AsicParts,
  manifests: readonly JudgedManifest[],
  fileName: string,
): Findings {
  const { kind, zip, xades, cades, timeStamps } = container;
  const errors: Finding[] = [];
  const doubts: Finding[] = [];
  const warnings: Finding[] = [];
  const add = (list: Finding[], code: string, clause: string, message: string): void => void list.push({ code, clause, message });

  for (const fact of container.mimetype) {
    add(fact === 'unknown' ? doubts : warnings, `asic.mimetype-${fact}`, MIMETYPE_CLAUSE, MIMETYPE_WORDS[fact]);
  }
  const comment = fromLatin1(zip.comment);
  const commented = /^mimetype=(.*)$/s.exec(comment)?.[1];
  if (commented !== undefined && commented !== MIME_TYPE[kind]) {
    add(doubts, 'asic.mimetype-contradicted', MIMETYPE_CLAUSE, 'the comment of the archive names another type than its mimetype');
  } else if (comment !== '' && commented === undefined) {
    add(warnings, 'asic.comment', MIMETYPE_CLAUSE, 'the archive has a comment, which nobody signs');
  }
  const data = new Set(parts.dataFiles);
  // What of the data nobody signed is told apart from this.
  const stranger = pdfOutside(zip, ({ name }) => data.has(name));
  if (stranger !== undefined) {
    add(
      doubts,
      'asic.two-formats',
      'EN 319 162-1 A.1',
      `the archive is a PDF as well, by what stands at byte ${stranger} and no signature covers`,
    );
  }
  const extension = /\.(asics|scs|asice|sce)$/i.exec(fileName)?.[1]?.toLowerCase();
  if (extension !== undefined && (extension.endsWith('s') ? 'ASiC-S' : 'ASiC-E') !== kind) {
    add(warnings, 'asic.extension', MIMETYPE_CLAUSE, `the name ends in ".${extension}", the container is ${kind}`);
  }
  const kinds = [xades, cades, timeStamps].filter((list) => list.length > 0).length;
  const information: Finding[] = [];
  if (kind === 'ASiC-S' && xades.length === 0) {
    const [name] = parts.dataFiles;
    const clause = 'EN 319 162-1 4.3.3';
    const code = 'asic.name-not-signed';
    const message = `"${name ?? ''}": a CMS signature in ASiC-S is over the content of the file, its name is signed by nobody`;
    // By another name the same bytes are another document.
    if (name !== undefined) (isActiveName(name) ? doubts : information).push({ code, clause, message, about: name });
  }
  if (kind === 'ASiC-S') {
    const clause = 'EN 319 162-1 4.3.3';
    const files = parts.dataFiles.length;
    if (files !== 1) add(errors, 'asic.data-objects', clause, `ASiC-S holds exactly one file, this holds ${files}`);
    const signatureFiles = xades.length + cades.length;
    if (signatureFiles > 1)
      add(errors, 'asic.signature-files', clause, `ASiC-S holds one signature file, this holds ${signatureFiles}`);
  } else if (xades.length > 0 && cades.length > 0 && kinds > 1) {
    add(warnings, 'asic.mixed', 'EN 319 162-1 4.4', 'the container mixes XML and CMS signatures');
  }
  for (const { name, over, archive } of manifests) {
    if (zip.entry(over) === undefined) {
      // What it was made for was taken out.
      add(doubts, 'asic.manifest-orphan', 'EN 319 162-1 A.4', `"${name}" belongs to "${over}", which is not there`);
    } else if (archive && !/\.tst$/i.test(over)) {
      add(warnings, 'asic.archive-manifest', 'EN 319 162-1 A.7', `"${name}" is over by no time-stamp token`);
    }
  }
  if (zip.entries.some((one) => /evidencerecord/i.test(one.name) && one.name.startsWith('META-INF/'))) {
    add(warnings, 'asic.evidence-record-not-judged', 'EN 319 162-1 A.5', 'an evidence record is there and not judged');
  }
  const list = manifestFindings(container, parts);
  return { errors, doubts: [...doubts, ...list.doubts], warnings: [...warnings, ...list.warnings], information };
}

/** META-INF/manifest.xml of the OpenDocument kind is signed by nobody: it is told where it contradicts what is there. */
function manifestFindings(
  { zip, kind }: AsicContainer,
  parts: AsicParts,
): { readonly doubts: readonly Finding[]; readonly warnings: readonly Finding[] } {
  const entry = zip.entry(MANIFEST);
  if (entry === undefined) return { doubts: [], warnings: [] };
  const finding = (message: string): Finding => ({ code: 'asic.manifest-differs', clause: 'EN 319 162-1 4.4.3', message });
  const bytes = entry.size > 1 << 24 ? undefined : parts.bytes(MANIFEST);
  if (bytes === undefined) return { doubts: [], warnings: [finding('META-INF/manifest.xml cannot be read')] };
  try {
    const types = fileTypes(bytes);
    const root = types.get('/');
    const out: Finding[] = [];
    if (root !== undefined && root !== '' && root !== MIME_TYPE[kind])
      out.push(finding(`the manifest says the container is "${root}"`));
    const absent = [...types.keys()].find((name) => !name.endsWith('/') && zip.entry(name) === undefined);
    if (absent !== undefined) out.push(finding(`the manifest lists "${absent}", which is not there`));
    const unlisted = parts.dataFiles.find((name) => !types.has(name));
    if (unlisted !== undefined) out.push(finding(`the manifest does not list "${unlisted}"`));
    // Office programs go by this list where it names a kind of document of theirs, and nobody signed it.
    const office = /^application\/(vnd\.oasis\.opendocument|vnd\.sun\.xml|vnd\.openxmlformats)/i.test(root ?? '');
    const message = `META-INF/manifest.xml, signed by nobody, says that the container is "${root ?? ''}"`;
    return { doubts: office ? [{ code: 'file.two-formats', clause: 'EN 319 162-1 A.1', message }] : [], warnings: out };
  } catch (error) {
    if (!(error instanceof FormatFault)) throw error;
    return { doubts: [], warnings: [finding(`META-INF/manifest.xml cannot be read: ${error.message}`)] };
  }
}

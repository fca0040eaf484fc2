import { readFileSync, writeFileSync } from 'node:fs';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { fileSource, type OpenSource } from '@antin/adapters/files/source';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { requestPaper } from '@antin/adapters/print/request-paper';
import { comparePrints } from '@antin/adapters/print/same-print';
import { FormatFault } from '@antin/formats/fault';
import type { JobDocument } from '@antin/protocol/agent/jobs';
import { mediaTypeOf } from '@antin/protocol/certificates/media-type';
import { ConsolidatedRequest } from '@antin/protocol/certificates/request';
import { readCmsManifest } from '@antin/signature/asic/cms-manifest';
import { checkManifest } from '@antin/signature/asic/inspect-manifest';
import { SignatureFault } from '@antin/signature/fault';
import { requestList } from './request-words.ts';
import { wholly } from './statement-check.ts';
import { takeFile } from './take-file.ts';
import type { Mismatch, Origin, Signing, Taken, TakenFile } from './taken.ts';

const REQUEST = 'request.json';
const PAPER = 'request.pdf';
const SUMS = 'SHA256SUMS';
const ATTACHMENT = /^attachments\/([0-9a-f]{64})$/;
const MOST_REQUEST = 64 << 20;
/** Of all files of one container. */
const MOST = 1 << 30;

const TYPES: ReadonlyMap<string, string> = new Map([
  [REQUEST, 'application/json'],
  [PAPER, 'application/pdf'],
  [SUMS, 'text/plain'],
]);
/** Anything else has no place in a request. */
const belongs = (name: string): boolean => TYPES.has(name) || ATTACHMENT.test(name);

/** What each file is: by its name, a paper by what it begins with, so that nobody is told to open it as something else. */
function typeOf({ name }: TakenFile, content: OpenSource): string {
  return TYPES.get(name) ?? mediaTypeOf(content.read(0, Math.min(16, content.size)));
}

/**
 * A consolidated request before an organisation's key signs it: every file is fetched, the manifest is made again from them, and
 * what the page says is read in `request.json`. What is signed beside it is its paper, its checksums, and exactly the attachments
 * it names.
 */
export async function takeContainer(
  document: Extract<JobDocument, { content: 'container' }>,
  origin: Origin,
  { path, signedAttributes, certificate, digest, mismatch }: Signing,
): Promise<Taken | Mismatch> {
  const manifest = new Uint8Array(readFileSync(path));
  const names = namesIn(manifest);
  if (names?.length !== document.parts || new Set(names).size !== names.length) {
    return mismatch('container.manifest', 'the manifest does not list the files that the order speaks of');
  }
  const strange = names.find((name) => !belongs(name));
  if (strange !== undefined || !names.includes(REQUEST))
    return mismatch('container.files', `not a request: ${strange ?? 'empty'}`);
  const files: TakenFile[] = [];
  let left = MOST;
  for (const [n, name] of names.entries()) {
    const at = `${path}-${n}${name === PAPER ? '.pdf' : ''}`;
    const came = await takeFile(await origin.part(n), at, name === REQUEST ? Math.min(MOST_REQUEST, left) : left);
    if (came === undefined) return mismatch('document.too-large', `${name} is more than it may be`);
    left -= came.size;
    files.push({ name, path: at, ...came });
  }
  const open: OpenSource[] = files.map((file) => fileSource(file.path));
  try {
    const parts = files.map((file, n) => ({ name: file.name, mimeType: typeOf(file, open[n]!), content: open[n]! }));
    const check = checkManifest(manifest, parts, signedAttributes, certificate, digest, nodeCrypto);
    if (check.status !== 'matches') return mismatch(check.code, check.message);
  } finally {
    for (const one of open) one.close();
  }
  const request = wholly(ConsolidatedRequest, textAt(files.find(({ name }) => name === REQUEST)!.path) ?? '');
  if (request === undefined || new Set(request.items.map((item) => item.id)).size !== request.items.length) {
    return mismatch('container.request', `${REQUEST} is no consolidated request that can be shown whole`);
  }
  const why = besideRequest(request, files);
  if (why !== undefined) return mismatch('container.files', why);
  const differs = await paperDiffers(request, files);
  if (differs !== undefined) return mismatch('container.paper-other', differs);
  const list = `${path}-list.txt`;
  writeFileSync(list, requestList(request, files), { mode: 0o600 });
  return { status: 'request', request, list, files };
}

/** Why the files beside the request are not what belongs there. */
function besideRequest(request: ConsolidatedRequest, files: readonly TakenFile[]): string | undefined {
  const named = new Set<string>(request.items.flatMap((item) => item.attachments));
  const attached = files.flatMap((file) => ATTACHMENT.exec(file.name)?.[1] ?? []);
  if (attached.length !== named.size || attached.some((one) => !named.has(one)))
    return 'attachments that the request does not name';
  const other = files.find(({ name, sha256 }) => ATTACHMENT.test(name) && name !== `attachments/${sha256}`);
  if (other !== undefined) return `${other.name} is another file`;
  const sums = files.find(({ name }) => name === SUMS);
  const lines = files.filter((file) => file !== sums).map(({ name, sha256 }) => `${sha256}  ${name}\n`);
  if (sums !== undefined && textAt(sums.path) !== lines.join('')) return `${SUMS} lists other files`;
  return undefined;
}

/**
 * Where the print that is signed beside the request is not the one this agent makes of the request. People read the print: one
 * that says something else would be believed under the same seal.
 */
async function paperDiffers(request: ConsolidatedRequest, files: readonly TakenFile[]): Promise<string | undefined> {
  const paper = files.find(({ name }) => name === PAPER);
  if (paper === undefined) return undefined;
  const print = await requestPaper(request, files.find(({ name }) => name === REQUEST)!.sha256);
  using found = fileSource(paper.path);
  const compared = comparePrints(print, found, nodeInflate);
  if (compared.same) return undefined;
  return `${PAPER} is not the print of ${REQUEST}${compared.page === undefined ? '' : `: page ${compared.page} differs`}`;
}

export function isPdf(path: string): boolean {
  using source = fileSource(path);
  return source.size >= 5 && Buffer.from(source.read(0, 5)).toString('latin1') === '%PDF-';
}

function namesIn(manifest: Uint8Array): readonly string[] | undefined {
  try {
    return readCmsManifest(manifest).parts.map(({ name }) => name);
  } catch (fault) {
    if (fault instanceof FormatFault || fault instanceof SignatureFault) return undefined;
    throw fault;
  }
}

function textAt(path: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch {
    return undefined;
  }
}

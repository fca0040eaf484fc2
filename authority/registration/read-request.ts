import type { ByteSource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { openZip } from '@antin/formats/zip/reader';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { berToDer } from '@antin/pki/cms/ber';
import { parseSignedData } from '@antin/pki/cms/signed-data';
import { PkiFault } from '@antin/pki/fault';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { ConsolidatedRequest } from '@antin/protocol/certificates/request';
import { sha256Hex } from './content.ts';

/** Name of the request inside a container. */
export const REQUEST_FILE = 'request.json';

export interface PackedFile {
  readonly name: string;
  readonly content: ByteSource;
}

/** A request as it lies in a file, before anybody has judged who sent it. */
export interface FoundRequest {
  readonly kind: 'container' | 'cms' | 'json';
  readonly request: ConsolidatedRequest;
  /** Items as they came, before our schema trimmed them. */
  readonly originals: readonly unknown[];
  /** Of the canonical text. */
  readonly sha256: string;
  /** What lies beside the request in a container. */
  readonly beside: readonly PackedFile[];
}

export type ReadRequest =
  | { readonly status: 'found'; readonly found: FoundRequest }
  | { readonly status: 'refused'; readonly code: string; readonly detail?: string };

const MAX_REQUEST = 64 << 20;
const BUDGET = { entries: 20_000, inflatedBytes: 128 << 20, totalBytes: 1 << 30, ratio: 200, ratioFrom: 4 << 20 };

/** Takes the request out of what came: ASiC-E or ZIP with `request.json`, CMS with the request inside, or JSON alone. */
export function readRequest(file: ByteSource): ReadRequest {
  const head = file.read(0, Math.min(2, file.size));
  try {
    if (head[0] === 0x50 && head[1] === 0x4b) return inContainer(file);
    if (file.size > MAX_REQUEST) return refused('submission.too-large');
    const bytes = file.read(0, file.size);
    if (head[0] === 0x30) {
      const { eContent } = parseSignedData(berToDer(bytes));
      if (eContent === undefined) return refused('submission.not-a-request', 'a detached signature without its request');
      return inText(eContent, 'cms', []);
    }
    return inText(bytes, 'json', []);
  } catch (fault) {
    if (fault instanceof FormatFault || fault instanceof PkiFault) return refused('submission.unreadable', fault.code);
    throw fault;
  }
}

function inContainer(file: ByteSource): ReadRequest {
  const zip = openZip(file, { inflateRaw: nodeInflateRaw, budget: BUDGET });
  const entry = zip.entry(REQUEST_FILE);
  if (entry === undefined) return refused('submission.not-a-request', `no ${REQUEST_FILE}`);
  const content = zip.content(entry);
  if (content.size > MAX_REQUEST) return refused('submission.too-large');
  const beside = zip.entries
    .filter((one) => !one.folder && one.name !== REQUEST_FILE && one.name !== 'mimetype' && !/^META-INF\//i.test(one.name))
    .map((one) => ({ name: one.name, content: zip.content(one) }));
  return inText(content.read(0, content.size), 'container', beside);
}

function inText(bytes: Uint8Array, kind: FoundRequest['kind'], beside: readonly PackedFile[]): ReadRequest {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    return refused('submission.not-a-request', 'no JSON');
  }
  // One text for one value: a member written twice would be one thing to the signer's screen and another to ours.
  let canonical: string;
  try {
    canonical = canonicalJson(value);
  } catch {
    return refused('submission.not-canonical');
  }
  if (canonical !== text) return refused('submission.not-canonical');
  const parsed = ConsolidatedRequest.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refused('submission.not-a-request', `${issue?.path.join('.') ?? ''}: ${issue?.code ?? ''}`);
  }
  const ids = new Set(parsed.data.items.map((item) => item.id));
  if (ids.size !== parsed.data.items.length) return refused('submission.item-twice');
  const originals = (value as { items: unknown[] }).items;
  return { status: 'found', found: { kind, request: parsed.data, originals, sha256: sha256Hex(text), beside } };
}

function refused(code: string, detail?: string): ReadRequest {
  return detail === undefined ? { status: 'refused', code } : { status: 'refused', code, detail };
}

import type { Context } from 'hono';
import { cappedBody, readJson } from '@antin/adapters/http/body';
import { HttpRefusal } from '@antin/adapters/http/fault';
import { temporarySource } from '@antin/adapters/files/temporary';
import { memorySource, type ByteSource } from '@antin/formats/bytes/source';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { HashOnly } from '@antin/protocol/public/verification';
import { knownByDigest, type KnownDigest } from '@antin/signature/known-by-digest';
import { boundaryOf, formParts } from '../verification/multipart.ts';

/** What came in to be judged; closed, it is gone. */
export interface Received extends Disposable {
  readonly source: ByteSource;
  readonly fileName: string;
  /** What the signature is over, where it does not carry it; only digests of it in hash-only mode. */
  readonly data: readonly { readonly name: string; readonly source: ByteSource }[];
}

/** A signature file is small; its digests are smaller. */
const MAX_JSON_BYTES = 12 * 1024 * 1024;

/**
 * Reads a request to judge, by its media type: bytes or a form are streamed to a temporary file that has no name any more, JSON holds
 * a signature and digests.
 *
 * @throws {HttpRefusal} `verify.no-file`, `verify.form-unreadable`, `http.*`
 */
export async function receive(c: Context, maxBytes: number): Promise<Received> {
  const type = c.req.header('content-type') ?? '';
  if (/^application\/json\b/i.test(type)) return signatureAndDigests(c);
  const boundary = boundaryOf(type);
  if (boundary === undefined && !/^application\/octet-stream\b/i.test(type)) throw new HttpRefusal('http.unsupported-type');
  const body = await temporarySource(cappedBody(c, maxBytes));
  const close = { [Symbol.dispose]: () => body.close() };
  try {
    if (boundary !== undefined) return { ...partsOf(body, boundary), ...close };
    if (body.size === 0) throw new HttpRefusal('verify.no-file');
    return { source: body, fileName: fileNameOf(c.req.header('x-file-name')), data: [], ...close };
  } catch (fault) {
    body.close();
    throw fault;
  }
}

function partsOf(body: ByteSource, boundary: string): Omit<Received, typeof Symbol.dispose> {
  const parts = formParts(body, boundary);
  if (parts === undefined) throw new HttpRefusal('verify.form-unreadable');
  const file = parts.find((one) => one.name === 'file');
  if (file === undefined || file.content.size === 0) throw new HttpRefusal('verify.no-file');
  const data = parts
    // A field in which nothing was chosen comes as an empty file without a name.
    .filter((one) => one.name === 'data' && one.fileName !== undefined && one.fileName !== '')
    .map((one) => ({ name: one.fileName as string, source: one.content }));
  return { source: file.content, fileName: file.fileName || 'file', data };
}

async function signatureAndDigests(c: Context): Promise<Received> {
  const { signature, fileName, digests } = await readJson(c, HashOnly, MAX_JSON_BYTES);
  const named = new Map<string, KnownDigest[]>();
  for (const { name = '', algorithm, value, encoding } of digests) {
    const one = { algorithm, value: fromBase64(value), ...(encoding === undefined ? {} : { base64url: true }) };
    named.set(name, [...(named.get(name) ?? []), one]);
  }
  return {
    source: memorySource(fromBase64(signature)),
    fileName: fileName ?? 'signature',
    data: [...named].map(([name, known]) => ({ name, source: knownByDigest(known) })),
    [Symbol.dispose]: () => {},
  };
}

export function fileNameOf(header: string | undefined): string {
  if (header === undefined) return 'file';
  try {
    return decodeURIComponent(header).slice(0, 255);
  } catch {
    return 'file';
  }
}

import type { Context } from 'hono';
import { cappedBody, readJson } from '@antin/adapters/http/body';
import { HttpRefusal } from '@antin/adapters/http/fault';
import { temporarySource } from '@antin/adapters/files/temporary';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { HashOnly } from '@antin/protocol/public/verification';
import type { KnownDigest } from '@antin/signature/known-by-digest';
import type { OpenSource } from '@antin/adapters/files/source';
import { wholeFile } from '../verification/judge.ts';
import { boundaryOf, formParts, type FormPart } from '../verification/multipart.ts';
import type { FileRef, NamedFile } from '../verification/question.ts';

/** What came in to be judged; closed, it is gone. */
export interface Received extends Disposable, NamedFile {
  /** What the signature is over, where it does not carry it; only digests of it in hash-only mode. */
  readonly data: readonly NamedFile[];
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
    return { file: wholeFile(body), name: fileNameOf(c.req.header('x-file-name')), data: [], ...close };
  } catch (fault) {
    body.close();
    throw fault;
  }
}

function partsOf(body: OpenSource, boundary: string): Omit<Received, typeof Symbol.dispose> {
  const parts = formParts(body, boundary);
  if (parts === undefined || parts === 'too-many') throw new HttpRefusal('verify.form-unreadable');
  const file = parts.find((one) => one.name === 'file');
  if (file === undefined || file.content.size === 0) throw new HttpRefusal('verify.no-file');
  const data = parts
    // A field in which nothing was chosen comes as an empty file without a name.
    .filter((one) => one.name === 'data' && one.fileName !== undefined && one.fileName !== '')
    .map((one) => ({ name: one.fileName as string, file: partOf(body, one) }));
  return { file: partOf(body, file), name: file.fileName || 'file', data };
}

/** Read where it lies in the body, by whoever judges. */
export function partOf({ descriptor }: OpenSource, { start, content }: FormPart): FileRef {
  return { descriptor, start, size: content.size };
}

async function signatureAndDigests(c: Context): Promise<Received> {
  const { signature, fileName, digests } = await readJson(c, HashOnly, MAX_JSON_BYTES);
  const named = new Map<string, KnownDigest[]>();
  for (const { name = '', algorithm, value, encoding } of digests) {
    const one = { algorithm, value: fromBase64(value), ...(encoding === undefined ? {} : { base64url: true }) };
    named.set(name, [...(named.get(name) ?? []), one]);
  }
  return {
    file: { bytes: fromBase64(signature) },
    name: fileName ?? 'signature',
    data: [...named].map(([name, digests]) => ({ name, file: { digests } })),
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

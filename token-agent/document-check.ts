import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { once } from 'node:events';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { fileSource } from '@antin/adapters/files/source';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import type { JobClaims } from '@antin/protocol/agent/jobs';
import { cmsDigestOf } from '@antin/signature/making/signer';
import { checkStatement } from '@antin/signature/cades/inspect-statement';
import { checkPrepared } from '@antin/signature/pades/inspect-prepared';

/** Why what would be signed is not what is shown. */
export interface Mismatch {
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

const MAX_DOCUMENT = 1 << 30;
/** A person reads it whole. */
const MAX_STATEMENT = 64 * 1024;

/**
 * Takes a prepared document to disk and holds it against the order: size and SHA-256 of the whole file, and that the bytes the key
 * will sign speak of exactly this file and exactly this certificate. What is shown is this file.
 *
 * @returns undefined when everything fits
 */
export async function takeDocument(
  document: JobClaims['documents'][number],
  bytes: AsyncIterable<Uint8Array>,
  path: string,
  key: { readonly certificate: Uint8Array; readonly algorithm: SignatureAlgorithm },
): Promise<Mismatch | undefined> {
  const mismatch = (code: string, message: string): Mismatch => ({ index: document.index, code, message });
  const most = 'byteRange' in document ? MAX_DOCUMENT : MAX_STATEMENT;
  if (document.size > most) return mismatch('document.too-large', `more than ${most} bytes`);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  const file = createWriteStream(path, { mode: 0o600, flags: 'w' });
  let size = 0;
  try {
    for await (const piece of bytes) {
      size += piece.length;
      if (size > document.size) return mismatch('document.size', `expected ${document.size} bytes, more came`);
      hash.update(piece);
      if (!file.write(piece)) await once(file, 'drain');
    }
  } finally {
    file.end();
    await once(file, 'close');
  }
  if (size !== document.size) return mismatch('document.size', `expected ${document.size} bytes, got ${size}`);
  if (hash.digest('hex') !== document.preparedSha256) {
    return mismatch('document.hash', 'the file is not the one that the order names');
  }
  using source = fileSource(path);
  const signedAttributes = new Uint8Array(Buffer.from(document.signedAttributes, 'base64'));
  const digest = cmsDigestOf(key.algorithm);
  const { certificate } = key;
  const check =
    'byteRange' in document
      ? checkPrepared(source, document.byteRange, signedAttributes, certificate, digest, nodeCrypto)
      : checkStatement(source.read(0, source.size), signedAttributes, certificate, digest, nodeCrypto);
  return check.status === 'matches' ? undefined : mismatch(check.code, check.message);
}

import { nodeCrypto } from '@antin/adapters/crypto/node';
import { fileSource } from '@antin/adapters/files/source';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { FormatFault } from '@antin/formats/fault';
import { openPdf } from '@antin/formats/pdf/file';
import type { JobDocument } from '@antin/protocol/agent/jobs';
import { cmsDigestOf } from '@antin/signature/making/signer';
import { checkPrepared } from '@antin/signature/pades/inspect-prepared';
import { takeContainer } from './container-check.ts';
import { takeStatement } from './statement-check.ts';
import { takeFile } from './take-file.ts';
import type { Mismatch, Mismatched, Origin, SigningCertificate, Taken } from './taken.ts';

const MOST = { pdf: 1 << 30, statement: 64 * 1024, container: 8 << 20 } as const;

/**
 * Takes a prepared document to disk and holds it against the order: size and SHA-256 of the whole file, that the bytes the key
 * will sign speak of exactly this file and exactly this certificate, and that it can be read. What is shown is this file, and what
 * is said about it was read in it.
 *
 * @param place path without ending
 */
export async function takeDocument(
  document: JobDocument,
  origin: Origin,
  place: string,
  key: SigningCertificate,
): Promise<Taken | Mismatch> {
  const mismatch: Mismatched = (code, message) => ({ status: 'mismatch', index: document.index, code, message });
  const kind = 'byteRange' in document ? 'pdf' : document.content;
  if (document.size > MOST[kind]) return mismatch('document.too-large', `more than ${MOST[kind]} bytes`);
  const path = `${place}.${{ pdf: 'pdf', statement: 'txt', container: 'xml' }[kind]}`;
  const came = await takeFile(await origin.document(), path, document.size);
  if (came === undefined) return mismatch('document.size', `expected ${document.size} bytes, more came`);
  if (came.size !== document.size) return mismatch('document.size', `expected ${document.size} bytes, got ${came.size}`);
  if (came.sha256 !== document.preparedSha256) {
    return mismatch('document.hash', 'the file is not the one that the order names');
  }
  const signedAttributes = new Uint8Array(Buffer.from(document.signedAttributes, 'base64'));
  const signing = { ...key, digest: cmsDigestOf(key.algorithm), signedAttributes, path, mismatch };
  if ('byteRange' in document) {
    using source = fileSource(path);
    const { digest, certificate } = signing;
    const check = checkPrepared(source, document.byteRange, signedAttributes, certificate, digest, nodeCrypto);
    if (check.status !== 'matches') return mismatch(check.code, check.message);
    try {
      // What our own reader cannot read may show one thing here and another elsewhere.
      return { status: 'pdf', path, pages: openPdf(source, { inflate: nodeInflate, mode: 'tolerant' }).last.pages().length };
    } catch (fault) {
      if (!(fault instanceof FormatFault)) throw fault;
      return mismatch('document.unreadable', fault.message);
    }
  }
  return document.content === 'statement' ? takeStatement(document, origin, signing) : takeContainer(document, origin, signing);
}

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { indexOfBytes, fromLatin1, latin1 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { PkiFault } from '@antin/pki/fault';
import type { TrustAnchor } from '@antin/pki/path/validate';
import { decodePem } from '@antin/pki/pem';
import { parseCertificates } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { readTrustStore } from '@antin/signature/trust-list/trust-store';
import { anchorOf } from '@antin/signature/validation/known-anchors';
import { UsageFault } from './options.ts';

/**
 * Trust anchors from files or folders of PEM, DER or p7c, and from trust stores (JSON), of which only what is trusted for these
 * purposes is taken.
 *
 * @throws {UsageFault} when one gives no certificate
 */
export function readAnchors(paths: readonly string[], purposes: TrustAnchor['purposes']): TrustAnchor[] {
  return paths.flatMap((path) => {
    if (/\.json$/i.test(path) && stat(path).isFile()) return storedAnchors(path, purposes);
    return readCertificateFiles([path]).map((certificate) => anchorOf(certificate, purposes, nodeCrypto));
  });
}

function storedAnchors(path: string, purposes: TrustAnchor['purposes']): TrustAnchor[] {
  const file = (name: string): Uint8Array | undefined => {
    const beside = join(dirname(path), name);
    return existsSync(beside) ? new Uint8Array(readFileSync(beside)) : undefined;
  };
  try {
    const { anchors } = readTrustStore(new Uint8Array(readFileSync(path)), { door: nodeCrypto, file });
    return anchors.flatMap((one) => {
      const wanted = one.purposes.filter((purpose) => purposes.includes(purpose));
      return wanted.length === 0 ? [] : [{ ...one, purposes: wanted }];
    });
  } catch (error) {
    if (!(error instanceof FormatFault) && !(error instanceof PkiFault)) throw error;
    throw new UsageFault(`${path}: ${error.message} [${error.code}]`);
  }
}

export function readCertificateFiles(paths: readonly string[]): Certificate[] {
  const out: Certificate[] = [];
  for (const path of paths) {
    const folder = stat(path).isDirectory();
    const files = folder
      ? readdirSync(path)
          .filter((name) => /\.(pem|crt|cer|der|p7c|p7b)$/i.test(name))
          .sort()
          .map((name) => join(path, name))
      : [path];
    const found = files.flatMap((file) => certificatesIn(file, folder));
    if (found.length === 0) throw new UsageFault(`${path} holds no certificate`);
    out.push(...found);
  }
  return out;
}

function certificatesIn(file: string, mayBeSomethingElse: boolean): Certificate[] {
  try {
    return parseCertificates(new Uint8Array(readFileSync(file)));
  } catch (error) {
    if (!(error instanceof FormatFault) && !(error instanceof PkiFault)) throw error;
    // A folder may hold keys and requests beside the certificates.
    if (mayBeSomethingElse) return [];
    throw new UsageFault(`${file}: no certificate can be read (${error.message})`);
  }
}

/** CRLs or OCSP responses from a file: one in DER, or all of a PEM bundle, which may hold certificates beside them. */
export function readEvidence(path: string): Uint8Array[] {
  stat(path);
  const bytes = new Uint8Array(readFileSync(path));
  if (indexOfBytes(bytes.subarray(0, 4096), latin1('-----BEGIN')) === -1) return [bytes];
  const blocks = decodePem(fromLatin1(bytes));
  if (blocks.length === 0) throw new UsageFault(`${path}: damaged PEM`);
  return blocks.filter((block) => blocks.length === 1 || !block.label.endsWith('CERTIFICATE')).map((block) => block.bytes);
}

/** @throws {UsageFault} when it cannot be looked at */
export function stat(path: string): { isDirectory(): boolean; isFile(): boolean } {
  try {
    return statSync(path);
  } catch {
    throw new UsageFault(`there is no file ${path}`);
  }
}

/**
 * Data by the names that a signature gives: the path as it was typed, or its end, in any Unicode form. A name that fits two files
 * finds none.
 */
export function dataByName(
  data: readonly { readonly path: string; readonly source: ByteSource }[],
): (name: string) => ByteSource | undefined {
  const plain = (text: string): string => text.replaceAll('\\', '/').replace(/^\.\//, '').normalize('NFC');
  return (name) => {
    const wanted = plain(name);
    const fits = data.filter(({ path }) => plain(path) === wanted || plain(path).endsWith(`/${wanted}`));
    const [found, more] = fits;
    return wanted === '' || more !== undefined ? undefined : found?.source;
  };
}

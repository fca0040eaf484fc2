import { readFileSync } from 'node:fs';
import { fromLatin1, indexOfBytes, latin1 } from '@antin/formats/bytes/bytes';
import { FormatFault } from '@antin/formats/fault';
import { parseCrl } from '@antin/pki/crl/parse';
import type { Crl } from '@antin/pki/crl/parse';
import { PkiFault } from '@antin/pki/fault';
import { parseOcspResponse, sameNonce } from '@antin/pki/ocsp/response';
import type { BasicOcspResponse, OcspResponseStatus } from '@antin/pki/ocsp/response';
import { decodePem } from '@antin/pki/pem';
import { parseCertificates } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { UsageFault } from './options.ts';
import { readCertificateFiles, stat } from './validate-inputs.ts';

export interface Unreadable {
  readonly file: string;
  readonly code: string;
}

export interface ReadEvidence<T> {
  readonly read: T[];
  /** What proves nothing because it cannot be read. */
  readonly unreadable: Unreadable[];
}

/** CRLs: DER, or PEM with any number of them. */
export function readCrls(paths: readonly string[]): ReadEvidence<Crl> {
  return readAll(paths, blocksOf(['X509 CRL', 'CRL']), (bytes) => parseCrl(bytes));
}

/**
 * OCSP responses: DER, or PEM. With a nonce, an answer that does not bring it back may be one that was replayed: it says good of
 * nobody, though whom it calls revoked stays so.
 */
export function readOcsps(paths: readonly string[], nonce?: Uint8Array): ReadEvidence<BasicOcspResponse> {
  const { read, unreadable } = readAll(paths, blocksOf(['OCSP RESPONSE']), (bytes, file) => {
    const { basic, status } = parseOcspResponse(bytes);
    if (basic === undefined) throw new PkiFault(NO_ANSWER[status], `the responder answered ${status}`);
    return { file, basic };
  });
  if (nonce === undefined) return { read: read.map((one) => one.basic), unreadable };
  const replayed = read.filter((one) => !sameNonce(one.basic, nonce));
  return {
    read: read.map(({ basic }) =>
      sameNonce(basic, nonce) ? basic : { ...basic, responses: basic.responses.filter((one) => one.status.kind === 'revoked') },
    ),
    unreadable: [...unreadable, ...replayed.map(({ file }) => ({ file, code: 'ocsp.nonce-mismatch' }))],
  };
}

/** RFC 6960 §4.2.1, OCSPResponseStatus. */
const NO_ANSWER: Readonly<Record<OcspResponseStatus, string>> = {
  successful: 'ocsp.no-response',
  malformedRequest: 'ocsp.malformed-request',
  internalError: 'ocsp.internal-error',
  tryLater: 'ocsp.try-later',
  sigRequired: 'ocsp.sig-required',
  unauthorized: 'ocsp.unauthorized',
};

/** Files or folders of certificates. A damaged one is no candidate; the path may hold without it. */
export function readCandidates(paths: readonly string[]): ReadEvidence<Certificate> {
  const folders = paths.filter((path) => stat(path).isDirectory());
  const files = paths.filter((path) => !folders.includes(path));
  const { read, unreadable } = readAll(files, whole, parseCertificates);
  return { read: [...read.flat(), ...readCertificateFiles(folders)], unreadable };
}

/** The certificate a question is about. A damaged one is an answer, not a wrong use of the command. @throws {UsageFault} */
export function readSubject(path: string): { readonly certificate: Certificate } | { readonly code: string } {
  if (!stat(path).isFile()) throw new UsageFault(`${path} is no file`);
  try {
    const [certificate, ...more] = parseCertificates(new Uint8Array(readFileSync(path)));
    if (certificate === undefined || more.length > 0) throw new UsageFault(`${path} must hold exactly one certificate`);
    return { certificate };
  } catch (error) {
    return { code: codeOf(error) };
  }
}

/** @throws whatever is no complaint about the form of a file */
export function codeOf(error: unknown): string {
  if (error instanceof FormatFault || error instanceof PkiFault) return error.code;
  throw error;
}

type Blocks = (bytes: Uint8Array) => readonly Uint8Array[];

/** What a file holds: its bytes, or every PEM block of these labels; a bundle may hold certificates as well. */
function blocksOf(labels: readonly string[]): Blocks {
  return (bytes) => {
    if (indexOfBytes(bytes.subarray(0, 65_536), latin1('-----BEGIN ')) === -1) return [bytes];
    const blocks = decodePem(fromLatin1(bytes));
    const wanted = blocks.filter((block) => labels.includes(block.label));
    const found = wanted.length > 0 || blocks.length > 1 ? wanted : blocks;
    if (found.length === 0) throw new FormatFault('pem.no-block', `no ${labels[0] ?? ''} in this PEM file`);
    return found.map((block) => block.bytes);
  };
}

const whole: Blocks = (bytes) => [bytes];

/** One damaged block of a bundle does not cost the others. */
function readAll<T>(paths: readonly string[], blocks: Blocks, parse: (bytes: Uint8Array, file: string) => T): ReadEvidence<T> {
  const read: T[] = [];
  const unreadable: Unreadable[] = [];
  const attempt = (file: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      unreadable.push({ file, code: codeOf(error) });
    }
  };
  for (const file of paths) {
    if (!stat(file).isFile()) throw new UsageFault(`${file} is no file`);
    const bytes = new Uint8Array(readFileSync(file));
    attempt(file, () => {
      for (const block of blocks(bytes)) attempt(file, () => read.push(parse(block, file)));
    });
  }
  return { read, unreadable };
}

import { readFileSync } from 'node:fs';
import { FormatFault } from '@antin/formats/fault';
import { parseCrl } from '@antin/pki/crl/parse';
import type { Crl } from '@antin/pki/crl/parse';
import { PkiFault } from '@antin/pki/fault';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import type { BasicOcspResponse } from '@antin/pki/ocsp/response';
import { parseCertificates } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { UsageFault } from './options.ts';
import { readCertificateFiles, readEvidence, stat } from './validate-inputs.ts';

export interface Unreadable {
  readonly file: string;
  readonly code: string;
}

export interface ReadEvidence<T> {
  readonly read: T[];
  /** What proves nothing because it cannot be read. */
  readonly unreadable: Unreadable[];
}

export function readCrls(paths: readonly string[]): ReadEvidence<Crl> {
  return readAll(paths, (path) => parseCrl(readEvidence(path)));
}

export function readOcsps(paths: readonly string[]): ReadEvidence<BasicOcspResponse> {
  return readAll(paths, (path) => {
    const { basic, status } = parseOcspResponse(readEvidence(path));
    if (basic === undefined) throw new PkiFault('ocsp.no-response', `the responder answered ${status}`);
    return basic;
  });
}

/** Files or folders of certificates. A damaged one is no candidate; the path may hold without it. */
export function readCandidates(paths: readonly string[]): ReadEvidence<Certificate> {
  const folders = paths.filter((path) => stat(path).isDirectory());
  const files = paths.filter((path) => !folders.includes(path));
  const { read, unreadable } = readAll(files, (path) => parseCertificates(new Uint8Array(readFileSync(path))));
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

function readAll<T>(paths: readonly string[], parse: (path: string) => T): ReadEvidence<T> {
  const read: T[] = [];
  const unreadable: Unreadable[] = [];
  for (const file of paths) {
    if (!stat(file).isFile()) throw new UsageFault(`${file} is no file`);
    try {
      read.push(parse(file));
    } catch (error) {
      unreadable.push({ file, code: codeOf(error) });
    }
  }
  return { read, unreadable };
}

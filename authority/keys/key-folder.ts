import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { decodePem, encodePem } from '@antin/pki/pem';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { AuthorityFault } from '../fault.ts';

/** `root`, `issuing`, `ocsp`, `tsa`, and generations after the first as `issuing-g2`. */
export type KeyName = string;

const WARNING = `These keys were made by a practice authority. They lie in files, unprotected by hardware and without ceremony.
They must never vouch for a real document: installations with real duties refuse the policy their certificates carry.
`;

/** The authority's own folder: one private key (PKCS#8 PEM, 0600) and one certificate a name. Practice only. */
export interface KeyFolder {
  readKey(name: KeyName): Uint8Array | undefined;
  writeKey(name: KeyName, pkcs8: Uint8Array): void;
  readCertificate(name: KeyName): Certificate | undefined;
  writeCertificate(name: KeyName, certificate: Certificate): void;
}

export function keyFolder(dataDir: string): KeyFolder {
  const folder = join(dataDir, 'practice-keys');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const warning = join(folder, 'PRACTICE-ONLY.txt');
  if (!existsSync(warning)) durably(warning, WARNING, 0o644);
  const path = (name: KeyName, ending: string) => {
    if (!/^[a-z][a-z0-9-]{0,40}$/.test(name)) throw new AuthorityFault('ca.key-name', 'not the name of a key');
    return join(folder, `${name}.${ending}`);
  };
  const keyPath = (name: KeyName) => path(name, 'key');
  const certificatePath = (name: KeyName) => path(name, 'crt');
  return {
    readKey: (name) => readPrivate(keyPath(name)),
    writeKey: (name, pkcs8) => durably(keyPath(name), encodePem('PRIVATE KEY', pkcs8), 0o600),
    readCertificate(name) {
      const file = certificatePath(name);
      if (!existsSync(file)) return undefined;
      const block = decodePem(readFileSync(file, 'utf8'))[0];
      return block === undefined ? undefined : parseCertificate(block.bytes);
    },
    writeCertificate: (name, certificate) => durably(certificatePath(name), encodePem('CERTIFICATE', certificate.raw), 0o644),
  };
}

/** @throws {AuthorityFault} `ca.key-not-private` when group or others may read the key */
function readPrivate(path: string): Uint8Array | undefined {
  if (!existsSync(path)) return undefined;
  const fd = openSync(path, 'r');
  try {
    // On the open descriptor: a swap between check and read changes nothing.
    if (process.platform !== 'win32' && (fstatSync(fd).mode & 0o077) !== 0) {
      throw new AuthorityFault('ca.key-not-private', 'a key file of the authority can be read by others: run chmod 600 on it');
    }
    return decodePem(readFileSync(fd, 'utf8'))[0]?.bytes;
  } finally {
    closeSync(fd);
  }
}

/** Written beside, flushed, renamed: a crash leaves the old file or the new one, never half a key. */
function durably(path: string, text: string, mode: number): void {
  const part = `${path}.new`;
  const fd = openSync(part, 'w', mode);
  try {
    fchmodSync(fd, mode);
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(part, path);
}

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProfileName } from '../profiles/profile.ts';
import { AuthorityFault } from '../fault.ts';

/** The CAs of an installation, as its ceremonies left them, in the authority's folder. */
export interface HierarchyFile {
  readonly antinHierarchy: 1;
  readonly profile: 'practice' | 'production';
  /** Policies written into every certificate. */
  readonly policies: readonly string[];
  /** Policy of its time-stamps. */
  readonly tsaPolicy: string;
  /** Files of signer processes to start, below the folder. */
  readonly signers: readonly string[];
  /** SubjectPublicKeyInfo (base64 DER) of the keys of OCSP and time-stamps. */
  readonly services: { readonly ocsp: string; readonly tsa: string };
  /** What ceremonies certified besides CAs, so that it has its status: seals, responders, time-stamp keys. */
  readonly certificates?: readonly { readonly certificate: string; readonly issuer: string; readonly profile: ProfileName }[];
  /** Issuers before those they signed. */
  readonly cas: readonly {
    readonly series: string;
    readonly certificate: string;
    /** SHA-256 of the issuer's certificate; absent for a root. */
    readonly issuer?: string;
    readonly profiles: readonly string[];
    /** Newest list of an offline CA. */
    readonly crl?: string;
    /** It issues no more, and none follows it. */
    readonly closed?: true;
  }[];
}

export const HIERARCHY_FILE = 'hierarchy.json';

/**
 * What a ceremony installed, undefined when nothing lies there.
 *
 * @throws {AuthorityFault} `keys.hierarchy`
 */
export function readHierarchy(folder: string): (HierarchyFile & { readonly sha256: string }) | undefined {
  const path = join(folder, HIERARCHY_FILE);
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  try {
    const file = JSON.parse(text) as HierarchyFile;
    if (file.antinHierarchy !== 1 || file.cas.length === 0 || file.signers.length === 0) throw new Error('parts are missing');
    return { ...file, sha256: createHash('sha256').update(text).digest('hex') };
  } catch (cause) {
    throw new AuthorityFault('keys.hierarchy', `${HIERARCHY_FILE} cannot be used: ${(cause as Error).message}`, { cause });
  }
}

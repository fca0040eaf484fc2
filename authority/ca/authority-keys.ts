import { nodeSecrets } from '@antin/adapters/crypto/node';
import type { KeyKind, SignatureAlgorithm } from '@antin/pki/crypto';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { buildTbsCertificate, certificateFrom } from '@antin/pki/x509/build';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { buildName } from '@antin/pki/x509/name';
import { AuthorityFault } from '../fault.ts';
import { drawSerial } from './serial.ts';
import { publicKeyOf } from './public-key.ts';
import { PRACTICE_POLICY } from '@antin/pki/path/practice';
import { extensionsOf } from '../profiles/extensions.ts';
import { latestEnd } from '../profiles/limits.ts';
import { PROFILES } from '../profiles/table.ts';
import { keyFolder } from '../keys/key-folder.ts';
import type { KeyFolder } from '../keys/key-folder.ts';
import { CA_USES, certifiedKey } from '../keys/signing-key.ts';
import type { CertifiedKey, SigningKind } from '../keys/signing-key.ts';
import { softwareKey } from '../keys/software-key.ts';

type OwnKey = 'root' | 'issuing' | 'ocsp' | 'tsa';
const KINDS: Readonly<Record<OwnKey, KeyKind>> = { root: 'p-384', issuing: 'p-256', ocsp: 'p-256', tsa: 'p-256' };
const ALGORITHMS: Readonly<Record<OwnKey, SignatureAlgorithm>> = {
  root: { scheme: 'ecdsa', digest: 'SHA-384' },
  issuing: { scheme: 'ecdsa', digest: 'SHA-256' },
  ocsp: { scheme: 'ecdsa', digest: 'SHA-256' },
  tsa: { scheme: 'ecdsa', digest: 'SHA-256' },
};
const USES: Readonly<Record<OwnKey, readonly SigningKind[]>> = { root: CA_USES, issuing: CA_USES, ocsp: ['ocsp'], tsa: ['tsp'] };
export const SUBJECTS: Readonly<Record<OwnKey, readonly (readonly [string, string])[]>> = {
  root: [
    ['C', 'VN'],
    ['O', 'Ấn Tín thực hành'],
    ['CN', 'Gốc chứng thực thực hành'],
  ],
  issuing: [
    ['C', 'VN'],
    ['O', 'Ấn Tín thực hành'],
    ['CN', 'CA cấp phát thực hành'],
  ],
  ocsp: [
    ['C', 'VN'],
    ['O', 'Ấn Tín thực hành'],
    ['CN', 'Trả lời trạng thái chứng thư thực hành'],
  ],
  tsa: [
    ['C', 'VN'],
    ['O', 'Ấn Tín thực hành'],
    ['CN', 'Dấu thời gian thực hành'],
  ],
};

/** The two CAs of a practice authority, and what is needed to certify its other keys. */
export interface AuthorityKeys {
  readonly root: CertifiedKey;
  readonly issuing: CertifiedKey;
  readonly folder: KeyFolder;
  /** SubjectPublicKeyInfo of a service key, made on first use. */
  serviceKey(name: 'ocsp' | 'tsa'): Uint8Array;
  /** The signer of a service key once its certificate lies in the folder. */
  service(name: 'ocsp' | 'tsa'): CertifiedKey | undefined;
}

/**
 * Opens the authority's folder, making root and issuing CA in it when it is empty.
 *
 * @throws {AuthorityFault} `ca.keys-incomplete` when only a part of them is there: a lost root is not silently replaced
 */
export function openAuthorityKeys(dataDir: string, baseUrl: string, now: number): AuthorityKeys {
  const folder = keyFolder(dataDir);
  const there = (['root', 'issuing'] as const).flatMap((name) => [folder.readKey(name), folder.readCertificate(name)]);
  if (there.every((one) => one === undefined)) makeHierarchy(folder, baseUrl, now);
  else if (there.includes(undefined)) {
    throw new AuthorityFault('ca.keys-incomplete', 'the authority has lost a part of its keys: restore the folder from its copy');
  }
  const signer = (name: OwnKey): CertifiedKey | undefined => {
    const pkcs8 = folder.readKey(name);
    const certificate = folder.readCertificate(name);
    if (pkcs8 === undefined || certificate === undefined) return undefined;
    const { spki } = certificate;
    return certifiedKey(certificate, softwareKey({ pkcs8, spki, algorithm: ALGORITHMS[name], uses: USES[name] }));
  };
  return {
    root: signer('root') as CertifiedKey,
    issuing: signer('issuing') as CertifiedKey,
    folder,
    serviceKey(name) {
      const pkcs8 = folder.readKey(name);
      if (pkcs8 !== undefined) return publicKeyOf(pkcs8);
      const pair = nodeSecrets.generateKeyPair(KINDS[name]);
      folder.writeKey(name, pair.pkcs8);
      return pair.spki;
    },
    service: signer,
  };
}

function makeHierarchy(folder: KeyFolder, baseUrl: string, now: number): void {
  const root = nodeSecrets.generateKeyPair(KINDS.root);
  const issuing = nodeSecrets.generateKeyPair(KINDS.issuing);
  const identifier = signatureAlgorithmIdentifier(ALGORITHMS.root);
  const certify = (name: 'root' | 'issuing', spki: Uint8Array, issuer: Certificate | undefined): Certificate => {
    const profile = PROFILES[name];
    const serialNumber = drawSerial(nodeSecrets);
    const extensions = extensionsOf(profile, {
      keyIdentifier: issuer?.subjectKeyIdentifier,
      addresses: { baseUrl, issuer: 'root', shards: 0 },
      policies: [PRACTICE_POLICY],
    });
    const tbs = buildTbsCertificate({
      serialNumber,
      signatureAlgorithm: identifier,
      issuer: buildName(SUBJECTS.root),
      notBefore: now,
      notAfter: latestEnd(profile.limit, now),
      subject: buildName(SUBJECTS[name]),
      spki,
      extensions: extensions({ spki, serialNumber, altNames: [] }),
    });
    return parseCertificate(certificateFrom(tbs, identifier, nodeSecrets.sign(root.pkcs8, ALGORITHMS.root, tbs)));
  };
  const rootCertificate = certify('root', root.spki, undefined);
  const issuingCertificate = certify('issuing', issuing.spki, rootCertificate);
  folder.writeKey('root', root.pkcs8);
  folder.writeKey('issuing', issuing.pkcs8);
  folder.writeCertificate('root', rootCertificate);
  folder.writeCertificate('issuing', issuingCertificate);
}

import { createHash } from 'node:crypto';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { isPractice } from '@antin/pki/path/practice';
import { AuthorityFault } from '../../fault.ts';
import type { SignerFile, SignerFileKey } from '../signer-process/config.ts';
import { HIERARCHY_FILE } from '../hierarchy.ts';
import type { HierarchyFile } from '../hierarchy.ts';
import type { CeremonyFile, InstallKey, KeyPlace } from './file.ts';
import { ceremonyAlgorithm } from './inputs.ts';
import type { CeremonyInputs } from './inputs.ts';

const SIGNER_FILE = 'signer/signer.json';

/**
 * What an authority is given to run with keys of hardware: the file of its signer process, with the rules of each key, and the
 * hierarchy. Signs nothing; the hashes of both files stand in the transcript.
 *
 * @returns texts by file name, for the authority's folder
 */
export function installation(file: CeremonyFile, inputs: CeremonyInputs): ReadonlyMap<string, string> {
  const place: KeyPlace | undefined = file.key;
  if (place?.where !== 'token')
    throw new AuthorityFault('ceremony.rule', 'a signer process holds a token: key needs module and label');
  const part = file.install as NonNullable<CeremonyFile['install']>;
  const keyOf = (key: InstallKey) => signerKey(key, file, inputs);
  const signer: SignerFile = {
    antinSigner: 1,
    module: place.module,
    token: { label: place.label, ...(place.serialNumber === undefined ? {} : { serialNumber: place.serialNumber }) },
    socket: 'signer.sock',
    sessions: part.sessions,
    ...(part.separateFolder === undefined ? {} : { shareWithGroup: true }),
    pin: part.pin === 'prompt' ? { descriptor: 4 } : part.pin,
    keys: part.keys.map(keyOf),
  };
  const certificates = new Map<string, string>();
  const hierarchy: HierarchyFile = {
    antinHierarchy: 1,
    profile: file.profile,
    policies: part.policies,
    tsaPolicy: part.tsaPolicy,
    signers: [part.separateFolder === undefined ? SIGNER_FILE : `${part.separateFolder}/signer.sock`],
    services: { ocsp: base64(inputs.publicKey(part.ocsp)), tsa: base64(inputs.publicKey(part.tsa)) },
    certificates: part.certificates.map(({ file: name, issuer, profile }) => ({
      certificate: base64(inputs.certificate(name).raw),
      issuer: createHash('sha256').update(inputs.certificate(issuer).raw).digest('hex'),
      profile,
    })),
    cas: part.cas.map((ca) => {
      const certificate = inputs.certificate(ca.certificate);
      if (file.profile === 'production' && isPractice(certificate)) {
        throw new AuthorityFault('ceremony.rule', `${ca.certificate} is for practice only`);
      }
      const sha256 = createHash('sha256').update(certificate.raw).digest('hex');
      const issuer =
        ca.issuer === undefined ? undefined : createHash('sha256').update(inputs.certificate(ca.issuer).raw).digest('hex');
      if (issuer !== undefined && !certificates.has(issuer)) {
        throw new AuthorityFault('ceremony.rule', `${ca.certificate} stands before its issuer`);
      }
      certificates.set(sha256, ca.series);
      return {
        series: ca.series,
        certificate: base64(certificate.raw),
        ...(issuer === undefined ? {} : { issuer }),
        profiles: ca.profiles,
        ...(ca.crl === undefined ? {} : { crl: base64(inputs.crl(ca.crl)) }),
        ...(ca.closed ? { closed: true } : {}),
      };
    }),
  };
  return new Map([
    [SIGNER_FILE, `${JSON.stringify(signer, undefined, 1)}\n`],
    [HIERARCHY_FILE, `${JSON.stringify(hierarchy, undefined, 1)}\n`],
  ]);
}

function signerKey(key: InstallKey, file: CeremonyFile, inputs: CeremonyInputs): SignerFileKey {
  const skew = file.install?.clockSkewSeconds;
  const clock = skew === undefined ? {} : { clockSkewMs: skew * 1000 };
  const hashOf = (name: string) => createHash('sha256').update(inputs.publicKey(name)).digest('hex');
  const linkOf = (name: string) => createHash('sha256').update(inputs.certificate(name).spki).digest('hex');
  const { name, perSecond } = key;
  if (key.use !== 'ca') {
    const spki = inputs.publicKey(key.file);
    const policy = key.use === 'ocsp' ? ({ use: 'ocsp', ...clock } as const) : ({ use: 'tsp' } as const);
    return { name, spki: base64(spki), algorithm: ceremonyAlgorithm(spki, file.pss), perSecond, policy };
  }
  const certificate = parseCertificate(inputs.certificate(key.file).raw);
  const { caFlag, maxDays, maxCrlDays } = key;
  return {
    name,
    spki: base64(certificate.spki),
    algorithm: ceremonyAlgorithm(certificate.spki, file.pss),
    perSecond,
    policy: {
      use: 'ca',
      certificate: base64(certificate.raw),
      caFlag,
      maxDays,
      maxCrlDays,
      links: key.links.map(linkOf),
      services: key.services.map(hashOf),
      ...clock,
    },
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

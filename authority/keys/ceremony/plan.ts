import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { equalBytes } from '@antin/formats/bytes/bytes';
import { fromHex } from '@antin/formats/bytes/text-encodings';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { buildTbsCertList, crlFrom, encodeRevokedEntry } from '@antin/pki/crl/build';
import { parseCrl } from '@antin/pki/crl/parse';
import { lintCertificate, lintCrl } from '@antin/pki/lint/lint';
import { LINT_OWN, LINT_PKIX } from '@antin/pki/lint/profiles';
import type { Finding } from '@antin/pki/lint/rule';
import { PRACTICE_POLICY } from '@antin/pki/path/practice';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { buildTbsCertificate, certificateFrom } from '@antin/pki/x509/build';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { buildName, nameText } from '@antin/pki/x509/name';
import { buildCertificationRequest, buildCertificationRequestInfo } from '@antin/pki/x509/request';
import { linkTbs } from '../../ca/links.ts';
import { drawSerial } from '../../ca/serial.ts';
import { AuthorityFault } from '../../fault.ts';
import { extensionsOf } from '../../profiles/extensions.ts';
import { latestEnd } from '../../profiles/limits.ts';
import type { Profile } from '../../profiles/profile.ts';
import { PROFILES } from '../../profiles/table.ts';
import type { CeremonyFile } from './file.ts';
import { ceremonyAlgorithm } from './inputs.ts';
import type { CeremonyInputs } from './inputs.ts';

/** One use of one key, as bytes that people can compare before and after. */
export interface Plan {
  /** Whose key signs. */
  readonly spki: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly tbs: Uint8Array;
  readonly label: 'CERTIFICATE' | 'X509 CRL' | 'CERTIFICATE REQUEST';
  readonly ending: 'crt' | 'crl' | 'csr';
  /** The whole with its signature. */
  frame(signature: Uint8Array): Uint8Array;
  /** What people read, a line each. */
  readonly words: readonly string[];
  /** Rules that a draft breaks. */
  lint(der: Uint8Array): readonly Finding[];
}

/**
 * The bytes a ceremony will sign. The serial number is drawn in the dry run and taken over afterwards, so that the real run
 * makes the same bytes.
 *
 * @param serial of the dry run
 * @throws {AuthorityFault} `ceremony.rule` when the file asks for what no profile allows; `ceremony.input`
 */
export function planOf(file: CeremonyFile, inputs: CeremonyInputs, serial: Uint8Array = drawSerial(nodeSecrets)): Plan {
  switch (file.mode) {
    case 'root':
      return certificatePlan(file, PROFILES.root, inputs.subjectKey(file), undefined, serial);
    case 'intermediate':
      return certificatePlan(file, PROFILES.issuing, inputs.subjectKey(file), issuerOf(file, inputs), serial);
    case 'ocsp-certificate':
      return certificatePlan(file, PROFILES.ocsp, inputs.subjectKey(file), issuerOf(file, inputs), serial);
    case 'tsa-certificate':
      return certificatePlan(file, PROFILES.tsa, inputs.subjectKey(file), issuerOf(file, inputs), serial);
    case 'seal-certificate':
      return certificatePlan(file, PROFILES.organisation, inputs.subjectKey(file), issuerOf(file, inputs), serial);
    case 'cross-certificate': {
      const repeated = inputs.certificate(file.repeats as string);
      if (repeated.basicConstraints?.ca !== true) throw rule('only a CA is cross-certified');
      const issuer = issuerOf(file, inputs);
      if (equalBytes(repeated.subject.raw, issuer.subject.raw)) throw rule('generations of one name are linked (mode link)');
      return certificatePlan(file, PROFILES.issuing, repeated.spki, issuer, serial, repeated);
    }
    case 'link':
      return linkPlan(file, inputs, serial);
    case 'cross-csr':
      return requestPlan(file, inputs);
    case 'crl':
      return crlPlan(file, inputs);
    default:
      throw rule(`${file.mode} signs nothing`);
  }
}

function certificatePlan(
  file: CeremonyFile,
  profile: Profile,
  spki: Uint8Array,
  issuer: Certificate | undefined,
  serialNumber: Uint8Array,
  repeated?: Certificate,
): Plan {
  const part = file.certificate as NonNullable<CeremonyFile['certificate']>;
  const { notBefore, notAfter } = part;
  if (notAfter <= notBefore) throw rule('not-after lies before not-before');
  // "Both ends included" (RFC 5280 §4.1.2.5): twenty years end a second before the day comes again.
  if (notAfter > latestEnd(profile.limit, notBefore)) throw rule(`longer than ${profile.name} certificates may live`);
  if (issuer !== undefined && (notAfter > issuer.notAfter || notBefore < issuer.notBefore)) {
    throw rule('the certificate would live outside the life of its issuer');
  }
  if (issuer !== undefined && equalBytes(issuer.spki, spki)) throw rule('the issuer’s own key');
  const practice = file.profile === 'practice';
  if (!practice && part.policies.includes(PRACTICE_POLICY)) throw rule('the policy of practice in production');
  const policies = practice ? [...new Set([...part.policies, PRACTICE_POLICY])] : part.policies;
  const subject = repeated?.subject.raw ?? buildName(part.subject);
  const signerSpki = issuer?.spki ?? spki;
  const algorithm = ceremonyAlgorithm(signerSpki, file.pss);
  const identifier = signatureAlgorithmIdentifier(algorithm);
  const addresses = file.addresses ?? { baseUrl: '', issuer: '', shards: 0 };
  const extensions = extensionsOf(profile, { keyIdentifier: issuer?.subjectKeyIdentifier, addresses, policies });
  const tbs = buildTbsCertificate({
    serialNumber,
    signatureAlgorithm: identifier,
    issuer: issuer?.subject.raw ?? subject,
    notBefore,
    notAfter,
    subject,
    spki,
    extensions: extensions({ spki, serialNumber, altNames: [] }),
  });
  return certificate(signerSpki, algorithm, tbs, profile.name);
}

function certificate(spki: Uint8Array, algorithm: SignatureAlgorithm, tbs: Uint8Array, what: string): Plan {
  const identifier = signatureAlgorithmIdentifier(algorithm);
  const draft = parseCertificate(certificateFrom(tbs, identifier, new Uint8Array(8)));
  const day = (at: number) => new Date(at).toISOString();
  return {
    spki,
    algorithm,
    tbs,
    label: 'CERTIFICATE',
    ending: 'crt',
    frame: (signature) => certificateFrom(tbs, identifier, signature),
    words: [
      `certificate  ${what}`,
      `subject      ${nameText(draft.subject)}`,
      `issuer       ${nameText(draft.issuer)}`,
      `serial       ${draft.serialHex}`,
      `not before   ${day(draft.notBefore)}`,
      `not after    ${day(draft.notAfter)}`,
      `CA           ${draft.basicConstraints?.ca === true ? `yes, path length ${draft.basicConstraints.pathLength ?? 'unlimited'}` : 'no'}`,
      `policies     ${(draft.certificatePolicies ?? []).map(({ policy }) => policy).join(' ') || 'none'}`,
      `algorithm    ${algorithm.scheme}${algorithm.scheme === 'ed25519' ? '' : ` ${algorithm.digest}`}`,
    ],
    // A practice authority's names are no agency's: the rules of RFC 5280 are held, those of our own subjects are not asked.
    lint: (der) => lintCertificate(der, what === 'link' ? LINT_PKIX : LINT_OWN, nodeCrypto),
  };
}

function linkPlan(file: CeremonyFile, inputs: CeremonyInputs, serial: Uint8Array): Plan {
  const issuer = issuerOf(file, inputs);
  const algorithm = ceremonyAlgorithm(issuer.spki, file.pss);
  const signer = { certificate: issuer, algorithmIdentifier: signatureAlgorithmIdentifier(algorithm) };
  const subject = inputs.certificate(file.repeats as string);
  if (subject.basicConstraints?.ca !== true || equalBytes(subject.spki, issuer.spki))
    throw rule('a link joins two keys of one CA');
  return certificate(issuer.spki, algorithm, linkTbs(signer, { certificate: subject }, serial), 'link');
}

function requestPlan(file: CeremonyFile, inputs: CeremonyInputs): Plan {
  const own = inputs.certificate(file.repeats as string);
  const algorithm = ceremonyAlgorithm(own.spki, file.pss);
  const identifier = signatureAlgorithmIdentifier(algorithm);
  const tbs = buildCertificationRequestInfo({ subject: own.subject.raw, spki: own.spki });
  return {
    spki: own.spki,
    algorithm,
    tbs,
    label: 'CERTIFICATE REQUEST',
    ending: 'csr',
    frame: (signature) => buildCertificationRequest(tbs, identifier, signature),
    words: ['request      to another CA', `subject      ${nameText(own.subject)}`],
    lint: () => [],
  };
}

function crlPlan(file: CeremonyFile, inputs: CeremonyInputs): Plan {
  const issuer = issuerOf(file, inputs);
  const { number, thisUpdate, nextUpdate, revoked } = file.crl as NonNullable<CeremonyFile['crl']>;
  if (nextUpdate <= thisUpdate || thisUpdate < issuer.notBefore) throw rule('times of the list');
  const algorithm = ceremonyAlgorithm(issuer.spki, file.pss);
  const identifier = signatureAlgorithmIdentifier(algorithm);
  const entries = revoked.map(({ serialHex, at, reason }) =>
    encodeRevokedEntry({ serialNumber: fromHex(serialHex), revokedAt: at, reason }),
  );
  const tbs = buildTbsCertList({
    signatureAlgorithm: identifier,
    issuer: issuer.subject.raw,
    thisUpdate,
    nextUpdate,
    crlNumber: number,
    authorityKeyIdentifier: issuer.subjectKeyIdentifier as Uint8Array,
    entries,
  });
  const draft = parseCrl(crlFrom(tbs, identifier, new Uint8Array(8)));
  return {
    spki: issuer.spki,
    algorithm,
    tbs,
    label: 'X509 CRL',
    ending: 'crl',
    frame: (signature) => crlFrom(tbs, identifier, signature),
    words: [
      `list         number ${number}`,
      `issuer       ${nameText(draft.issuer)}`,
      `this update  ${new Date(thisUpdate).toISOString()}`,
      `next update  ${new Date(nextUpdate).toISOString()}`,
      `revoked      ${draft.entryCount}: ${revoked.map((one) => one.serialHex).join(' ') || 'nobody'}`,
    ],
    lint: (der) => lintCrl(der, nodeCrypto),
  };
}

function issuerOf(file: CeremonyFile, inputs: CeremonyInputs): Certificate {
  const issuer = inputs.certificate(file.issuer as string);
  if (issuer.basicConstraints?.ca !== true || issuer.subjectKeyIdentifier === undefined) throw rule('the issuer is no CA');
  return issuer;
}

function rule(what: string): AuthorityFault {
  return new AuthorityFault('ceremony.rule', what);
}

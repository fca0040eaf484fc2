import { createHash } from 'node:crypto';
import { equalBytes } from '@antin/formats/bytes/bytes';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { buildTbsCertificate, certificateFrom } from '@antin/pki/x509/build';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { buildName, nameText, parseName } from '@antin/pki/x509/name';
import { decodeDer } from '@antin/formats/der/reader';
import { PROFILES, extensionsOf, profileHash } from '../ca/certificate-profiles.ts';
import type { ProfileName } from '../ca/certificate-profiles.ts';
import type { CertifiedKey } from '../keys/signing-key.ts';
import { AuthorityFault, refused } from '../fault.ts';
import type { Refusal } from '../fault.ts';
import { lint } from './lint.ts';
import { checkKeyUses } from './rules.ts';
import { drawSerial } from '../ca/serial.ts';
import { abandon, insertIntent, markGood, markSigning } from './store.ts';
import type { Database } from './store.ts';
import { yearsAfter } from '../ca/validity.ts';

export interface Issued {
  readonly status: 'issued';
  readonly certificate: Certificate;
  readonly serialHex: string;
  readonly issuerSha256: string;
}

export interface Order {
  readonly profile: Exclude<ProfileName, 'root' | 'issuing'>;
  readonly subject: readonly (readonly [type: string, text: string])[];
  readonly spki: Uint8Array;
  readonly mail?: string;
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly requestId?: string;
}

export interface IssuanceParts {
  readonly db: Database;
  readonly ca: CertifiedKey;
  readonly baseUrl: string;
  readonly clock: () => number;
}

/** How this authority names an issuer everywhere: SHA-256 of its certificate, lower-case hexadecimal. */
export function fingerprint(certificate: Certificate): string {
  return createHash('sha256').update(certificate.raw).digest('hex');
}

/** Signs drafts so that the linter sees a whole certificate; its signatures are worth nothing. */
const lintKey = nodeSecrets.generateKeyPair('p-256');

/**
 * The issuance cycle (pki.md §8.1): serial → intent → draft under the lint key → lint → record → sign → compare → record.
 *
 * A crash anywhere leaves a row that the reconciler finds and revokes; a failed attempt never uses its serial again.
 */
export function issuance({ db, ca, baseUrl, clock }: IssuanceParts) {
  const issuerSha256 = fingerprint(ca.certificate);

  return async function issue(order: Order): Promise<Issued | Refusal> {
    const profile = PROFILES[order.profile];
    const now = clock();
    const { spki, mail } = order;
    // Whole seconds: the certificate can hold no finer time, and what is recorded must be what is signed.
    const notBefore = Math.floor((order.notBefore ?? now) / 1000) * 1000;
    const notAfter =
      Math.floor((order.notAfter ?? Math.min(yearsAfter(notBefore, profile.validityYears), ca.certificate.notAfter)) / 1000) *
      1000;
    if (notAfter <= notBefore) return refused('issuance.validity');
    const subject = buildName(order.subject);
    const subjectText = nameText(parseName(decodeDer(subject)));
    const spkiSha256 = createHash('sha256').update(spki).digest('hex');

    const serialNumber = drawSerial(nodeSecrets);
    const serialHex = Buffer.from(serialNumber).toString('hex');
    const profileSha256 = profileHash(profile);
    const intent = {
      issuerSha256,
      serialHex,
      profile: profile.name,
      profileHash: profileSha256,
      subject: subjectText,
      spkiSha256,
      notBefore,
      notAfter,
      at: now,
    };
    const taken = await insertIntent(db, intent, (uses) => checkKeyUses(uses, subjectText) === undefined);
    if (taken !== 'inserted') return checkKeyUses(taken.refusedFor, subjectText) as Refusal;

    const extensions = extensionsOf(profile, {
      spki,
      issuer: ca.certificate,
      addresses: { baseUrl, issuer: 'issuing' },
      ...(mail === undefined ? {} : { mail }),
    });
    const tbs = buildTbsCertificate({
      serialNumber,
      signatureAlgorithm: ca.algorithmIdentifier,
      issuer: ca.certificate.subject.raw,
      notBefore,
      notAfter,
      subject,
      spki,
      extensions,
    });
    const draft = certificateFrom(tbs, ca.algorithmIdentifier, nodeSecrets.sign(lintKey.pkcs8, ca.key.algorithm, tbs));
    const broken = lint(parseCertificate(draft), { profile, issuer: ca.certificate, extensions, now, signedBy: lintKey.spki });
    if (broken.length > 0) {
      await abandon(db, issuerSha256, serialHex, clock(), { lint: broken });
      return refused('issuance.lint', broken.join(' '));
    }

    await markSigning(db, issuerSha256, serialHex, draft, clock());
    const der = certificateFrom(tbs, ca.algorithmIdentifier, await ca.key.sign('certificate', tbs));
    const certificate = parseCertificate(der);
    const strange = lint(certificate, { profile, issuer: ca.certificate, extensions, now, signedBy: ca.certificate.spki });
    if (!equalBytes(certificate.tbs, tbs) || strange.length > 0) {
      throw new AuthorityFault('issuance.signature-mismatch', `what came back is not what was meant: ${strange.join(' ')}`);
    }
    await markGood(db, issuerSha256, serialHex, der, clock(), {
      profile: profile.name,
      profileSha256,
      certificateSha256: fingerprint(certificate),
      spkiSha256,
      ...(order.requestId === undefined ? {} : { requestId: order.requestId }),
    });
    return { status: 'issued', certificate, serialHex, issuerSha256 };
  };
}

import type { TrustSource } from '@antin/agency/verification/trust-source';
import type { AuthorityService } from '@antin/authority/service';
import type { TrustFolder } from '@antin/adapters/sources/trust-folder';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { parseCrl } from '@antin/pki/crl/parse';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { buildPaths } from '@antin/pki/path/build';
import { checkSignature } from '@antin/pki/path/signature-check';
import { checkRevocation } from '@antin/pki/path/revocation';
import { nameText } from '@antin/pki/x509/name';
import { parseCertificate, type Certificate } from '@antin/pki/x509/certificate';
import { createHash } from 'node:crypto';

/** Trust and evidence of an authority that runs in this process. */
export function trustOf(authority: () => AuthorityService): TrustSource {
  return {
    get anchors() {
      return authority()
        .trustAnchors()
        .map((anchor) => {
          const practice = anchor.practice !== false;
          const label = practice ? 'Cơ quan chứng thực thực hành' : nameText(anchor.certificate.subject);
          return { ...anchor, label, practice };
        });
    },
    get certificates() {
      return authority()
        .chain()
        .map((one) => one.raw);
    },
    async evidence({ kind, issuerSha256, serialHex }) {
      const found = await authority().evidenceFor(serialHex, issuerSha256);
      // The issuer's own list comes first.
      return kind === 'crl' ? found?.crls[0] : found?.ocsps[0];
    },
  };
}

/** Whom the folder of the installation trusts. */
export function ofFolder(folder: TrustFolder): TrustSource {
  const anchors = folder.anchors.map((one) => ({
    ...one,
    label: one.label ?? nameText(one.certificate.subject),
    practice: one.practice === true,
  }));
  return { anchors, certificates: folder.certificates, evidence: (need) => folder.evidence(need) };
}

/** The authority of this process, and whom the folder of the installation trusts besides. An issuer of the process is asked first. */
export function withFolder(own: TrustSource, folder: TrustFolder): TrustSource {
  const more = ofFolder(folder);
  return {
    get anchors() {
      return [...own.anchors, ...more.anchors];
    },
    get certificates() {
      return [...own.certificates, ...more.certificates];
    },
    evidence: async (need) => (await own.evidence(need)) ?? more.evidence(need),
  };
}

/**
 * Issuers of a certificate up to whom this installation trusts, nearest first and without the anchor; empty for a stranger. Only links
 * whose signature holds are followed.
 */
export function issuersOf(der: Uint8Array, trust: TrustSource): readonly Certificate[] {
  const [path] = pathsOf(parseCertificate(der), trust);
  return path?.slice(1, -1) ?? [];
}

function pathsOf(certificate: Certificate, trust: TrustSource): readonly (readonly Certificate[])[] {
  const candidates = trust.certificates.map((one) => parseCertificate(one));
  const found = buildPaths(certificate, { anchors: trust.anchors, candidates, door: nodeCrypto });
  return found.filter((path) => path.every((one, i) => i + 1 === path.length || issued(path[i + 1] as Certificate, one)));
}

function issued(issuer: Certificate, certificate: Certificate): boolean {
  return checkSignature(certificate, issuer.spki, nodeCrypto, true) === 'valid';
}

/** Revocation state now, before a key is used (Decree 68/2024 Art. 29): by what its issuer publishes where this installation asks. */
export async function statusNow(trust: TrustSource, der: Uint8Array, now: number): Promise<'good' | 'revoked' | 'unknown'> {
  const certificate = parseCertificate(der);
  const issuers = new Map(
    pathsOf(certificate, trust).flatMap(([, issuer]) => (issuer === undefined ? [] : [[issuer.raw, issuer]])),
  );
  for (const issuer of issuers.values()) {
    const issuerSha256 = createHash('sha256').update(issuer.raw).digest('hex');
    const serialHex = Buffer.from(certificate.serialNumber).toString('hex');
    const [crl, ocsp] = await Promise.all([
      trust.evidence({ kind: 'crl', issuerSha256, serialHex }),
      trust.evidence({ kind: 'ocsp', issuerSha256, serialHex }),
    ]);
    const { status } = checkRevocation(certificate, issuer, {
      crls: crl === undefined ? [] : [parseCrl(crl)],
      ocsps: ocsp === undefined ? [] : [parseOcspResponse(ocsp).basic ?? []].flat(),
      at: now,
      door: nodeCrypto,
      anchors: trust.anchors,
    });
    if (status !== 'unknown') return status;
  }
  return 'unknown';
}

import type { TrustSource } from '@antin/agency/verification/trust-source';
import type { AuthorityService } from '@antin/authority/service';
import type { TrustFolder } from '@antin/adapters/sources/trust-folder';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { parseCrl } from '@antin/pki/crl/parse';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { checkRevocation } from '@antin/pki/path/revocation';
import { nameText } from '@antin/pki/x509/name';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { createHash } from 'node:crypto';

/** Trust and evidence of an authority that runs in this process. */
export function trustOf(authority: () => AuthorityService): TrustSource {
  return {
    get anchors() {
      return authority()
        .trustAnchors()
        .map((anchor) => ({ ...anchor, label: 'Cơ quan chứng thực thực hành', practice: true }));
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

/** The authority of this process, and whom the folder of the installation trusts besides. An issuer of the process is asked first. */
export function withFolder(own: TrustSource, folder: TrustFolder): TrustSource {
  return {
    get anchors() {
      const named = folder.anchors.map((one) => ({
        ...one,
        label: one.label ?? nameText(one.certificate.subject),
        practice: one.practice === true,
      }));
      return [...own.anchors, ...named];
    },
    get certificates() {
      return [...own.certificates, ...folder.certificates];
    },
    evidence: async (need) => (await own.evidence(need)) ?? folder.evidence(need),
  };
}

/** Revocation state now, before a key is used (Decree 68/2024 Art. 29). */
export async function statusNow(
  authority: AuthorityService,
  der: Uint8Array,
  now: number,
): Promise<'good' | 'revoked' | 'unknown'> {
  const certificate = parseCertificate(der);
  for (const issuer of [...authority.chain(), ...authority.trustAnchors().map((anchor) => anchor.certificate)]) {
    const found = await authority.evidenceFor(
      Buffer.from(certificate.serialNumber).toString('hex'),
      createHash('sha256').update(issuer.raw).digest('hex'),
    );
    if (found === undefined) continue;
    const ocsps = found.ocsps.flatMap((one) => parseOcspResponse(one).basic ?? []);
    const { status } = checkRevocation(certificate, issuer, {
      crls: found.crls.map((one) => parseCrl(one)),
      ocsps,
      at: now,
      door: nodeCrypto,
      anchors: authority.trustAnchors(),
    });
    if (status !== 'unknown') return status;
  }
  return 'unknown';
}

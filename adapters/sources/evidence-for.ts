import { toHex } from '@antin/formats/bytes/text-encodings';
import type { CryptoDoor } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { nameText } from '@antin/pki/x509/name';
import type { Evidence, EvidenceSource } from '@antin/signature/making/evidence';
import type { Need } from '@antin/signature/validation/types';

/**
 * Where `extend` gets its evidence: what the certificates themselves say, asked by the one fetcher with its limits and cache.
 * An OCSP answer is enough; the list, which may be large, is asked for only without it.
 */
export function evidenceFrom(fetch: (needs: readonly Need[]) => Promise<Evidence>, door: CryptoDoor): EvidenceSource {
  return async (certificate, issuer) => {
    if (issuer === undefined) {
      const urls = certificate.authorityInfoAccess.caIssuers;
      return fetch([{ kind: 'certificate', certificate: certificate.raw, issuer: nameText(certificate.issuer), urls }]);
    }
    const about = {
      certificate: certificate.raw,
      issuer: issuer.raw,
      serialHex: certificate.serialHex,
      issuerSha256: toHex(digestOf(door, 'SHA-256', issuer.raw)),
    };
    const answers = await fetch([{ kind: 'ocsp', ...about, urls: certificate.authorityInfoAccess.ocsp }]);
    if (answers.ocsps.length > 0) return answers;
    return fetch([{ kind: 'crl', ...about, urls: certificate.crlDistributionPoints.flatMap((point) => point.urls) }]);
  };
}

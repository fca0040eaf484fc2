import { FormatFault } from '@antin/formats/fault';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { digestOf } from '@antin/pki/crypto';
import { PkiFault } from '@antin/pki/fault';
import { buildResponseData, ocspErrorResponse, ocspResponseFrom } from '@antin/pki/ocsp/build';
import type { SingleResponseParts } from '@antin/pki/ocsp/build';
import { certIdIssuerMatches } from '@antin/pki/ocsp/certificate-id';
import type { CertId } from '@antin/pki/ocsp/certificate-id';
import { parseOcspRequest } from '@antin/pki/ocsp/request';
import type { OcspRequest } from '@antin/pki/ocsp/request';
import type { CertStatus } from '@antin/pki/ocsp/response';
import type { Certificate } from '@antin/pki/x509/certificate';
import { serialHexOf } from '@antin/pki/x509/certificate';
import type { CertifiedKey } from '../keys/signing-key.ts';
import { fingerprint } from '../issuance/issue.ts';
import { findCertificate } from '../issuance/store.ts';
import type { Database } from '../issuance/store.ts';
import { findRevocation } from '../revocation/store.ts';

export interface ResponderParts {
  readonly db: Database;
  /** The CA whose certificates this responder speaks about; its name and key make the CertIDs. */
  readonly issuer: Certificate;
  /** The delegated responder as it is now; its certificate is renewed every few weeks. */
  readonly responder: () => CertifiedKey;
  readonly clock: () => number;
}

export interface OcspAnswer {
  readonly der: Uint8Array;
  /** May be kept by caches until then; absent for errors and for answers that echo a nonce. */
  readonly freshUntil?: number;
  readonly producedAt: number;
}

/** A "good" may be repeated for an hour: a revocation must be seen soon. */
const VALID_MS = 3_600_000;

/** OCSP responder (RFC 6960, RFC 5019, RFC 9654): answers from the database, signed by the delegated key. */
export function ocspResponder({ db, issuer, responder, clock }: ResponderParts) {
  const issuerSha256 = fingerprint(issuer);

  async function statusOf(id: CertId): Promise<CertStatus> {
    const serialHex = serialHexOf(id.serialNumber);
    const revocation = await findRevocation(db, issuerSha256, serialHex);
    if (revocation !== undefined) {
      const { revokedAt: at, reason } = revocation;
      return { kind: 'revoked', at, ...(reason === 0 ? {} : { reason }) };
    }
    // Only what is proven issued is good; an intent, a crash or a guessed number is unknown.
    const certificate = await findCertificate(db, issuerSha256, serialHex);
    return certificate?.state === 'good' ? { kind: 'good' } : { kind: 'unknown' };
  }

  async function answerFor(ids: readonly CertId[], nonce: Uint8Array | undefined): Promise<OcspAnswer> {
    const signer = responder();
    const now = Math.floor(clock() / 1000) * 1000;
    const responses: SingleResponseParts[] = [];
    for (const id of ids) {
      responses.push({
        certId: id.raw,
        status: await statusOf(id),
        thisUpdate: now,
        nextUpdate: now + VALID_MS,
        // Nothing is ever forgotten here, expired or not.
        archiveCutoff: issuer.notBefore,
      });
    }
    const tbs = buildResponseData({
      responderId: { keyHash: digestOf(nodeCrypto, 'SHA-1', signer.certificate.publicKey) },
      producedAt: now,
      responses,
      ...(nonce === undefined ? {} : { nonce }),
    });
    const signature = await signer.key.sign('ocsp', tbs);
    const der = ocspResponseFrom(tbs, signer.algorithmIdentifier, signature, [signer.certificate.raw]);
    return { der, producedAt: now, ...(nonce === undefined ? { freshUntil: now + VALID_MS } : {}) };
  }

  return {
    /** DER in, DER out; hostile requests get the error the RFC names and never an exception. */
    async answer(request: Uint8Array): Promise<OcspAnswer> {
      let parsed: OcspRequest;
      try {
        parsed = parseOcspRequest(request, { maxRequests: 16 });
      } catch (error) {
        if (!(error instanceof FormatFault || error instanceof PkiFault)) throw error;
        return { der: ocspErrorResponse('malformedRequest'), producedAt: clock() };
      }
      const ids = parsed.requests.map((one) => one.certId);
      if (ids.some((id) => !certIdIssuerMatches(id, issuer, nodeCrypto))) {
        return { der: ocspErrorResponse('unauthorized'), producedAt: clock() };
      }
      return answerFor(ids, parsed.nonce);
    },
    answerFor,
  };
}

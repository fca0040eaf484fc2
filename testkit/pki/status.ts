import { nodeCrypto } from '@antin/adapters/crypto/node';
import { digestOf } from '@antin/pki/crypto';
import { buildTbsCertList, crlFrom, encodeRevokedEntry } from '@antin/pki/crl/build';
import { buildResponseData, ocspResponseFrom } from '@antin/pki/ocsp/build';
import { certId } from '@antin/pki/ocsp/certificate-id';
import type { CertStatus } from '@antin/pki/ocsp/response';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import type { Certificate } from '@antin/pki/x509/certificate';
import { sameName } from '@antin/pki/x509/name';
import { sha1Of } from './sha1.ts';
import type { Entity, OcspOptions, TestPki } from './types.ts';

const DAY = 86_400_000;

function revokedBy(pki: TestPki, issuer: string, at: number): Entity[] {
  return Object.entries(pki.description.entities)
    .filter(([name, one]) => (one.issuer ?? name) === issuer && one.revoked !== undefined && Date.parse(one.revoked.at) <= at)
    .map(([name]) => pki.entity(name));
}

/** A full CRL; the number is the hour, so that later lists have higher ones. */
export function crlOf(pki: TestPki, issuer: string, at: number): Uint8Array {
  const ca = pki.entity(issuer);
  const algorithm = ca.description.sha1Status === true ? sha1Of(ca.algorithm) : ca.algorithm;
  const identifier = signatureAlgorithmIdentifier(algorithm);
  const tbs = buildTbsCertList({
    signatureAlgorithm: identifier,
    issuer: ca.certificate.subject.raw,
    thisUpdate: at,
    nextUpdate: at + 7 * DAY,
    crlNumber: Math.floor(at / 3_600_000),
    authorityKeyIdentifier: ca.certificate.subjectKeyIdentifier ?? digestOf(nodeCrypto, 'SHA-1', ca.certificate.publicKey),
    entries: revokedBy(pki, issuer, at).map((one) =>
      encodeRevokedEntry({
        serialNumber: one.certificate.serialNumber,
        revokedAt: Date.parse(one.description.revoked?.at as string),
        ...(one.description.revoked?.reason === undefined ? {} : { reason: one.description.revoked.reason }),
      }),
    ),
  });
  return crlFrom(tbs, identifier, ca.signNow(tbs, algorithm));
}

export function ocspOf(pki: TestPki, subject: string | Certificate, at: number, options: OcspOptions): Uint8Array {
  const certificate = typeof subject === 'string' ? pki.certificate(subject) : subject;
  const known = Object.keys(pki.description.entities).map((name) => ({ name, one: pki.description.entities[name] }));
  const entity = known
    .map(({ name }) => name)
    .find((name) => (typeof subject === 'string' ? name === subject : pki.certificate(name).serialHex === certificate.serialHex));
  const issuerName = entity === undefined ? undefined : pki.entity(entity).issuerName;
  if (issuerName === undefined) throw new Error('the test PKI did not issue this certificate');
  const issuer = pki.entity(issuerName);
  const responderName =
    options.responder ?? known.find(({ one }) => one?.profile === 'ocsp' && one.issuer === issuerName)?.name ?? issuerName;
  const responder = pki.entity(responderName);
  const revoked = entity === undefined ? undefined : pki.description.entities[entity]?.revoked;
  const algorithm = responder.description.sha1Status === true ? sha1Of(responder.algorithm) : responder.algorithm;
  const identifier = signatureAlgorithmIdentifier(algorithm);
  const tbs = buildResponseData({
    responderId: { keyHash: digestOf(nodeCrypto, 'SHA-1', responder.certificate.publicKey) },
    producedAt: at,
    responses: [
      {
        certId: certId(issuer.certificate, certificate.serialNumber, options.certIdDigest ?? 'SHA-1', nodeCrypto),
        status: statusOf(revoked, at, options.status),
        thisUpdate: at,
        nextUpdate: at + DAY,
      },
    ],
    ...(options.nonce === undefined ? {} : { nonce: options.nonce }),
  });
  const certificates = sameName(responder.certificate.subject, issuer.certificate.subject) ? [] : [responder.certificate.raw];
  return ocspResponseFrom(tbs, identifier, responder.signNow(tbs, algorithm), certificates);
}

function statusOf(
  revoked: { readonly at: string; readonly reason?: number } | undefined,
  at: number,
  forced: OcspOptions['status'],
): CertStatus {
  if (forced === 'unknown' || forced === 'good') return { kind: forced };
  const when = revoked === undefined ? at : Date.parse(revoked.at);
  if (forced !== 'revoked' && (revoked === undefined || when > at)) return { kind: 'good' };
  return { kind: 'revoked', at: when, ...(revoked?.reason === undefined ? {} : { reason: revoked.reason }) };
}

import { z } from 'zod';
import { Base64, Instant, Sha256 } from '../basics.ts';
import { route } from '../route.ts';

/** The trust list as data: anchors with purposes, for the engine that runs in the browser. */
export const TrustList = z.object({
  issuedAt: Instant,
  anchors: z.array(
    z.object({
      certificate: Base64,
      label: z.string(),
      practice: z.boolean(),
      purposes: z.array(z.enum(['signer', 'time-stamp'])),
    }),
  ),
  /** Intermediate certificates that help to complete a path. */
  certificates: z.array(Base64),
});
export type TrustList = z.infer<typeof TrustList>;

/** Revocation evidence is asked by issuer and serial, never by an address taken from the file. */
export const EvidenceNeed = z.object({
  kind: z.enum(['crl', 'ocsp', 'certificate']),
  issuerSha256: Sha256.optional(),
  serialHex: z
    .string()
    .regex(/^[0-9a-f]{2,40}$/)
    .optional(),
  keyIdentifierHex: z
    .string()
    .regex(/^[0-9a-f]{2,128}$/)
    .optional(),
});
export type EvidenceNeed = z.infer<typeof EvidenceNeed>;

export const Evidence = z.object({
  certificates: z.array(Base64),
  crls: z.array(Base64),
  ocsps: z.array(Base64),
  notFetched: z.array(EvidenceNeed),
});
export type Evidence = z.infer<typeof Evidence>;

export const publicRoutes = {
  trust: route({
    method: 'GET',
    path: '/api/public/trust',
    summary: 'Trust anchors of this installation',
    caller: 'public',
    answer: TrustList,
  }),
  evidence: route({
    method: 'POST',
    path: '/api/public/evidence',
    summary: 'CRL and OCSP answers for known issuers',
    caller: 'public',
    body: z.object({ needs: z.array(EvidenceNeed).min(1).max(40) }),
    answer: Evidence,
  }),
  validate: route({
    method: 'POST',
    path: '/api/public/validate',
    summary: 'The same engine on the server, for those who choose to upload; the file is not kept',
    caller: 'public',
    rawBody: 'application/octet-stream',
    answer: z.object({ report: z.unknown(), sentence: z.object({ vi: z.string(), en: z.string() }) }),
  }),
};

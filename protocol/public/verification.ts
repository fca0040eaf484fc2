import { z } from 'zod';
import { Base64, BothLanguages, Instant, Sha256 } from '../basics.ts';
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
      /** When it vouches, by the trust store: a service that was withdrawn vouches for nothing later. */
      notBefore: Instant.optional(),
      notAfter: Instant.optional(),
      /** Pinned with leave for SHA-1 on its CA certificates (VGCA G1). */
      sha1OnCaCertificates: z.boolean().optional(),
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

/** Which report, in which language, by which policy. */
export const VerifyQuery = z.object({
  /**
   * Left out: the whole report with its sentence. `etsi` is XML (TS 119 102-2); `pdf` is for printing, sealed by this installation;
   * `visual` is what was signed beside what the file shows now (`VisualDifferences`).
   */
  report: z.enum(['simple', 'detailed', 'diagnostic', 'etsi', 'pdf', 'visual']).optional(),
  language: z.enum(['vi', 'en']).default('vi'),
  /** Name of a policy of this installation; its default when left out. */
  policy: z.string().min(1).max(100).optional(),
});
export type VerifyQuery = z.infer<typeof VerifyQuery>;

/** Of each signed revision of a PDF, where the last one looks otherwise: a help for people, on which no verdict depends. */
export const VisualDifferences = z.object({
  verdict: z.enum(['valid', 'invalid', 'indeterminate', 'unsigned']),
  sentence: z.string(),
  /** Empty: nothing was appended after the last signature. */
  differences: z.array(
    z.object({
      /** Closed by these signatures, 1-based. */
      revision: z.number().int(),
      signatures: z.array(z.string()),
      pages: z
        .array(
          z.object({
            page: z.number().int(),
            changed: z.boolean(),
            /** `[x, y, width, height]` in points, origin at the bottom left. */
            boxes: z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])),
            /** Of the page, 0 to 1. */
            share: z.number(),
            only: z.enum(['before', 'after']).optional(),
            /** PNG. */
            pictures: z.object({ before: Base64.optional(), after: Base64.optional(), marked: Base64 }).optional(),
          }),
        )
        .optional(),
      /** Pages that were not compared: of them nothing is said. */
      pagesLeft: z.number().int().optional(),
      /** `render.*`: why nothing could be drawn. */
      code: z.string().optional(),
    }),
  ),
  /** Signed revisions that were not drawn. */
  revisionsLeft: z.number().int(),
});
export type VisualDifferences = z.input<typeof VisualDifferences>;

/** Of a batch: the same report for each file. */
export const BatchQuery = z.object({
  report: z.enum(['simple', 'detailed', 'diagnostic']).optional(),
  language: z.enum(['vi', 'en']).default('vi'),
  policy: z.string().min(1).max(100).optional(),
});
export type BatchQuery = z.infer<typeof BatchQuery>;

const Position = { n: z.number().int(), of: z.number().int(), file: z.string() };

/** One line of the answer to a batch; the last one counts. */
export const BatchLine = z.union([
  z.object({
    ...Position,
    verdict: z.enum(['valid', 'invalid', 'indeterminate', 'unsigned']),
    sentence: z.string(),
    /** Other files of the batch that its signatures are over. */
    over: z.array(z.string()).optional(),
    report: z.unknown(),
  }),
  z.object({ ...Position, problem: z.object({ code: z.string(), title: BothLanguages }) }),
  z.object({
    done: z.literal(true),
    of: z.number().int(),
    counts: z.object({
      valid: z.number().int(),
      invalid: z.number().int(),
      indeterminate: z.number().int(),
      unsigned: z.number().int(),
      problem: z.number().int(),
    }),
  }),
]);
export type BatchLine = z.infer<typeof BatchLine>;

/** A signature without its data: only digests of the data are sent (hash-only mode). */
export const HashOnly = z.object({
  /** The signature file: CMS/CAdES, XML/XAdES or JSON/JAdES. */
  signature: Base64,
  fileName: z.string().max(255).optional(),
  /** Several algorithms for one file are several rows. */
  digests: z
    .array(
      z.object({
        /** As the signature names it; may be left out where it is over one file. */
        name: z.string().min(1).max(1000).optional(),
        algorithm: z.enum(['SHA-256', 'SHA-384', 'SHA-512', 'SHA3-256', 'SHA3-384', 'SHA3-512']),
        value: Base64,
        /** The digest is over the base64url text of the file, as JAdES with `b64` counts. */
        encoding: z.literal('base64url').optional(),
      }),
    )
    .min(1)
    .max(500),
});
export type HashOnly = z.infer<typeof HashOnly>;

/** Fields of the upload form. */
const UploadForm = z.object({
  file: z.string().meta({ format: 'binary' }),
  /** What was signed, where the file does not carry it. */
  data: z.array(z.string().meta({ format: 'binary' })).optional(),
});

const BatchForm = z.object({
  file: z
    .array(z.string().meta({ format: 'binary' }))
    .min(1)
    .max(100),
});

export const publicRoutes = {
  verify: route({
    method: 'POST',
    path: '/api/verify',
    summary: 'Judges a signed file, or a signature and digests of its data; nothing is kept',
    caller: 'public',
    query: VerifyQuery,
    bodies: { 'application/octet-stream': 'binary', 'multipart/form-data': UploadForm, 'application/json': HashOnly },
    // The reports are as the engine makes them; `visual` has its own shape.
    answer: z.union([VisualDifferences, z.unknown()]),
    otherAnswers: ['application/xml', 'application/pdf'],
  }),
  verifyBatch: route({
    method: 'POST',
    path: '/api/verify/batch',
    summary:
      'Judges up to 100 files of one form; one JSON line for each as soon as it is judged, and one that counts; nothing is kept',
    caller: 'public',
    query: BatchQuery,
    bodies: { 'multipart/form-data': BatchForm },
    answer: BatchLine,
    answerType: 'application/x-ndjson',
  }),
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

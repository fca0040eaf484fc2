import { Hono } from 'hono';
import type { z } from 'zod';
import { clientAddress } from '@antin/adapters/http/border';
import { limitRate, rateLimit } from '@antin/adapters/http/rate-limit';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { publicRoutes, type Evidence, type EvidenceNeed } from '@antin/protocol/public/verification';
import { sentenceFor } from '@antin/signature/words/sentence';
import { mount } from '@antin/adapters/http/mount';
import type { TrustSource } from '../verification/trust-source.ts';
import { batchAnswer, type BatchLimits, type OnFault } from './batch.ts';
import { receive } from './received.ts';
import { judgeReceived, policyNamed, reportAnswer, type VerifyDoors } from './verify.ts';
import { visualDoor } from './visual.ts';

export interface PublicDoors extends Omit<VerifyDoors, 'visual'> {
  readonly trust: TrustSource;
  /** Faults of ours in the middle of a batch, whose answer has begun. */
  readonly onFault?: OnFault | undefined;
  readonly batchLimits?: BatchLimits;
  /** Largest file the server judges for those who choose to upload. */
  readonly maxUploadBytes?: number;
}

export const MAX_UPLOAD_BYTES = 50 * 1024 * 1024;

/** What anybody may ask: trust as data, evidence by issuer and serial, and the same engine on the server. */
export function publicApp(doors: PublicDoors): Hono {
  const app = new Hono();
  const { trust, clock } = doors;
  // A whole file costs a core some milliseconds: enough for people, too little to keep the office busy.
  const gently = limitRate(rateLimit({ burst: 20, perMinute: 60, clock }), (c) => clientAddress(c));

  mount(app, publicRoutes.trust, [], async () => ({
    issuedAt: clock().toISOString(),
    anchors: trust.anchors.map((anchor) => ({
      certificate: toBase64(anchor.certificate.raw),
      label: anchor.label,
      practice: anchor.practice,
      purposes: [...anchor.purposes],
      ...(anchor.notBefore === undefined ? {} : { notBefore: new Date(anchor.notBefore).toISOString() }),
      ...(anchor.notAfter === undefined ? {} : { notAfter: new Date(anchor.notAfter).toISOString() }),
      ...(anchor.sha1OnCaCertificates === true ? { sha1OnCaCertificates: true } : {}),
    })),
    certificates: trust.certificates.map(toBase64),
  }));
  mount(
    app,
    publicRoutes.evidence,
    [limitRate(rateLimit({ burst: 60, perMinute: 240, clock }), (c) => clientAddress(c))],
    async ({ body }) => gather(body.needs, trust),
  );
  const visual = visualDoor();
  const limit = doors.maxUploadBytes ?? MAX_UPLOAD_BYTES;
  mount(app, publicRoutes.verify, [gently], async ({ c, query }) => {
    // Before the upload: an unknown name needs none.
    policyNamed(query.policy, doors);
    using received = await receive(c, limit);
    return await reportAnswer(c, received, query, { ...doors, visual });
  });
  // By files, not by requests: a hundred in one form cost what a hundred forms cost.
  const files = rateLimit({ burst: 200, perMinute: 120, clock });
  mount(app, publicRoutes.verifyBatch, [gently], async ({ c, query }) => {
    const take = (count: number): number => {
      let wait = 0;
      for (let i = 0; i < count; i++) wait = Math.max(wait, files.take(clientAddress(c)));
      return wait;
    };
    return await batchAnswer(c, query, doors, take, doors.batchLimits);
  });
  mount(app, publicRoutes.validate, [gently], async ({ c }) => {
    using received = await receive(c, limit);
    const { report } = await judgeReceived(received, doors, {});
    return { report, sentence: { vi: sentenceFor(report, 'vi').heading, en: sentenceFor(report, 'en').heading } };
  });
  return app;
}

async function gather(needs: readonly EvidenceNeed[], trust: TrustSource): Promise<z.input<typeof Evidence>> {
  const crls: string[] = [];
  const ocsps: string[] = [];
  const notFetched: EvidenceNeed[] = [];
  for (const need of needs) {
    const { kind, issuerSha256, serialHex } = need;
    const found =
      kind === 'certificate' || issuerSha256 === undefined || serialHex === undefined
        ? undefined
        : await trust.evidence({ kind, issuerSha256, serialHex });
    if (found === undefined) notFetched.push(need);
    else (kind === 'crl' ? crls : ocsps).push(toBase64(found));
  }
  return { certificates: [], crls, ocsps, notFetched };
}

import { Hono, type Context } from 'hono';
import type { z } from 'zod';
import { cappedBody } from '@antin/adapters/http/body';
import { HttpRefusal } from '@antin/adapters/http/fault';
import { limitRate, peerAddress, rateLimit } from '@antin/adapters/http/rate-limit';
import { memorySource } from '@antin/formats/bytes/source';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { publicRoutes, type Evidence, type EvidenceNeed } from '@antin/protocol/public/verification';
import { sentenceFor } from '@antin/signature/words/sentence';
import { mount } from '../http/mount.ts';
import { judgeFile } from '../verification/judge.ts';
import type { TrustSource } from '../verification/trust-source.ts';

export interface PublicDoors {
  readonly clock: () => Date;
  readonly trust: TrustSource;
  /** Largest file the server judges for those who choose to upload. */
  readonly maxUploadBytes?: number;
}

const MAX_UPLOAD_BYTES = 50 * 1024 * 1024;

/** What anybody may ask: trust as data, evidence by issuer and serial, and the same engine on the server. */
export function publicApp(doors: PublicDoors): Hono {
  const app = new Hono();
  const { trust, clock } = doors;
  // A whole file costs a core some milliseconds: enough for people, too little to keep the office busy.
  const gently = limitRate(rateLimit({ burst: 20, perMinute: 60, clock }), (c) => peerAddress(c));

  mount(app, publicRoutes.trust, [], async () => ({
    issuedAt: clock().toISOString(),
    anchors: trust.anchors.map((anchor) => ({
      certificate: toBase64(anchor.certificate.raw),
      label: anchor.label,
      practice: anchor.practice,
      purposes: [...anchor.purposes],
    })),
    certificates: trust.certificates.map(toBase64),
  }));
  mount(
    app,
    publicRoutes.evidence,
    [limitRate(rateLimit({ burst: 60, perMinute: 240, clock }), (c) => peerAddress(c))],
    async ({ body }) => gather(body.needs, trust),
  );
  mount(app, publicRoutes.validate, [gently], async ({ c }) => {
    const bytes = await bodyBytes(c, doors.maxUploadBytes ?? MAX_UPLOAD_BYTES);
    const report = await judgeFile(memorySource(bytes), fileNameOf(c.req.header('x-file-name')), trust, clock().getTime());
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

async function bodyBytes(c: Context, limit: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of cappedBody(c, limit)) pieces.push(piece);
  if (pieces.length === 0) throw new HttpRefusal('http.invalid-body');
  return Buffer.concat(pieces);
}

function fileNameOf(header: string | undefined): string {
  if (header === undefined) return 'file';
  try {
    return decodeURIComponent(header).slice(0, 255);
  } catch {
    return 'file';
  }
}

import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { TrustAnchor } from '@antin/pki/path/validate';
import { publicRoutes, type EvidenceNeed, type TrustList } from '@antin/protocol/public/verification';
import type { Evidence, Need } from '@antin/signature/validation/types';

export interface Trust {
  readonly anchors: readonly TrustAnchor[];
  readonly certificates: readonly Uint8Array[];
}

/** The trust list as data, or undefined when the server cannot be reached. */
export async function fetchTrust(): Promise<Trust | undefined> {
  const body = await ask(publicRoutes.trust.path, { method: 'GET' });
  const list = publicRoutes.trust.answer.safeParse(body);
  return list.success ? trustFrom(list.data) : undefined;
}

/** The list as the engine takes it: with all that decides, so that the browser comes to the verdict of the server. */
export function trustFrom(list: TrustList): Trust {
  return {
    anchors: list.anchors.map((anchor) => ({
      certificate: parseCertificate(fromBase64(anchor.certificate)),
      purposes: anchor.purposes,
      label: anchor.label,
      practice: anchor.practice,
      ...(anchor.notBefore === undefined ? {} : { notBefore: Date.parse(anchor.notBefore) }),
      ...(anchor.notAfter === undefined ? {} : { notAfter: Date.parse(anchor.notAfter) }),
      ...(anchor.sha1OnCaCertificates === true ? { sha1OnCaCertificates: true } : {}),
    })),
    certificates: list.certificates.map(fromBase64),
  };
}

/** Asks by issuer and serial, never by an address that the file names; undefined when the server cannot be reached. */
export async function fetchEvidence(needs: readonly Need[]): Promise<Evidence | undefined> {
  const asked: EvidenceNeed[] = [];
  for (const need of needs) {
    if (need.kind === 'certificate') continue;
    const row = { kind: need.kind, issuerSha256: need.issuerSha256, serialHex: need.serialHex };
    const parsed = publicRoutes.evidence.body?.safeParse({ needs: [row] });
    if (parsed?.success) asked.push(...parsed.data.needs);
  }
  const nothing: Evidence = { certificates: [], crls: [], ocsps: [] };
  if (asked.length === 0) return nothing;
  const body = await ask(publicRoutes.evidence.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ needs: asked.slice(0, 40) }),
  });
  const answer = publicRoutes.evidence.answer.safeParse(body);
  if (!answer.success) return undefined;
  return {
    certificates: answer.data.certificates.map(fromBase64),
    crls: answer.data.crls.map(fromBase64),
    ocsps: answer.data.ocsps.map(fromBase64),
  };
}

async function ask(path: string, init: RequestInit): Promise<unknown> {
  try {
    const response = await fetch(path, { ...init, credentials: 'omit', cache: 'no-store' });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}

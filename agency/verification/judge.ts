import type { ByteSource } from '@antin/formats/bytes/source';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { judgeWithSources } from '@antin/signature/validation/with-sources';
import type { ValidationOutcome } from '@antin/signature/validation/outcome';
import type { Evidence, Need, ValidationContext, ValidationReport } from '@antin/signature/validation/types';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { TrustSource } from './trust-source.ts';

const ROUNDS = 4;

/** The engine with this installation's trust: what `antin validate`, the browser and arrival all use. */
export async function judgeFile(source: ByteSource, fileName: string, trust: TrustSource, at: number): Promise<ValidationReport> {
  return (await judgeWhole(source, fileName, trust, at)).report;
}

/** What else may be said about a file: data that it does not carry, another policy. */
export type More = Pick<ValidationContext, 'detached' | 'detachedByName' | 'policy'>;

/** The same with the facts behind the report. @throws {UnsupportedFile} `format.unsupported` */
export async function judgeWhole(
  source: ByteSource,
  fileName: string,
  trust: TrustSource,
  at: number,
  more: More = {},
): Promise<ValidationOutcome> {
  const context: ValidationContext = {
    ...more,
    door: nodeCrypto,
    inflate: nodeInflate,
    inflateRaw: nodeInflateRaw,
    trust: trust.anchors,
    evidence: { certificates: trust.certificates, crls: [], ocsps: [] },
    at,
    fileName,
  };
  return judgeWithSources(source, context, (needs) => fetchNeeds(needs, trust), ROUNDS);
}

async function fetchNeeds(needs: readonly Need[], trust: TrustSource): Promise<Evidence> {
  const crls: Uint8Array[] = [];
  const ocsps: Uint8Array[] = [];
  for (const need of needs) {
    if (need.kind === 'certificate') continue;
    const found = await trust.evidence(need);
    if (found !== undefined) (need.kind === 'crl' ? crls : ocsps).push(found);
  }
  return { certificates: [], crls, ocsps };
}

/** SHA-256 fingerprints are compared by the caller; this only reads what is to be trusted. */
export function anchorOf(
  der: Uint8Array,
  purposes: readonly ('signer' | 'time-stamp')[],
  label: string,
  practice: boolean,
): TrustSource['anchors'][number] {
  return { certificate: parseCertificate(der), purposes, label, practice };
}

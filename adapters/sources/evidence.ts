import type { CryptoDoor } from '@antin/pki/crypto';
import { parseCrl } from '@antin/pki/crl/parse';
import { certId } from '@antin/pki/ocsp/certificate-id';
import { buildOcspRequest } from '@antin/pki/ocsp/request';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { parseCertificate, parseCertificates } from '@antin/pki/x509/certificate';
import type { Evidence, Need } from '@antin/signature/validation/types';
import type { Clock } from '../clock/clock.ts';
import type { AnswerCache } from './answer-cache.ts';
import { ask, type Reach } from './ask.ts';
import { SourceFault } from './fault.ts';

export interface EvidenceOptions {
  readonly reach: Reach;
  readonly door: CryptoDoor;
  readonly clock: Clock;
  readonly cache: AnswerCache;
  readonly timeoutMs?: number;
  /** A CRL of a national CA can be large; more than this is "not available". */
  readonly maxCrlBytes?: number;
  /** What could not be fetched; the judge says "indeterminate" by itself. */
  readonly onFault?: (fault: SourceFault, need: Need, url: string) => void;
}

/** An answer is asked for again at least this often, whatever its nextUpdate promises: revocations must arrive. */
const LONGEST_MS = 5 * 60_000;
const AT_ONCE = 4;
const MAX_URLS = 4;

/**
 * Makes the fetcher that `judgeWithSources` calls with its needs. What cannot be had is left out, never invented:
 * nothing here judges, so a forged answer only costs the judge a look.
 */
export function evidenceFetcher(options: EvidenceOptions): (needs: readonly Need[]) => Promise<Evidence> {
  return async (needs) => {
    const found = { certificates: [] as Uint8Array[], crls: [] as Uint8Array[], ocsps: [] as Uint8Array[] };
    const open = [...needs];
    const fetchNext = async (): Promise<void> => {
      for (let need = open.shift(); need !== undefined; need = open.shift()) {
        const bytes = await firstAnswer(need, options);
        if (bytes === undefined) continue;
        if (need.kind === 'certificate') found.certificates.push(...bytes);
        else found[need.kind === 'crl' ? 'crls' : 'ocsps'].push(...bytes);
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, needs.length) }, fetchNext));
    return found;
  };
}

/** The first of the need's addresses that gives something readable. */
async function firstAnswer(need: Need, options: EvidenceOptions): Promise<readonly Uint8Array[] | undefined> {
  for (const url of need.urls.slice(0, MAX_URLS)) {
    try {
      return await fetchOne(need, url, options);
    } catch (fault) {
      const known =
        fault instanceof SourceFault
          ? fault
          : new SourceFault('source.bad-answer', `${url}: ${(fault as Error).message}`, { cause: fault });
      options.onFault?.(known, need, url);
    }
  }
  return undefined;
}

async function fetchOne(need: Need, url: string, options: EvidenceOptions): Promise<readonly Uint8Array[]> {
  const { cache, reach, timeoutMs = 8000 } = options;
  const key = `${need.kind} ${url} ${need.kind === 'ocsp' ? `${need.issuerSha256} ${need.serialHex}` : ''}`;
  const kept = cache.get(key);
  const bytes = kept ?? (await askFor(need, url, { ...options, reach, timeoutMs }));
  const { parts, freshUntil } = readable(need, bytes, options.clock().getTime());
  if (kept === undefined) cache.put(key, bytes, freshUntil);
  return parts;
}

async function askFor(need: Need, url: string, options: EvidenceOptions & { timeoutMs: number }): Promise<Uint8Array> {
  const { reach, timeoutMs } = options;
  if (need.kind === 'certificate') return (await ask(url, { reach, timeoutMs, maxBytes: 1_000_000 })).bytes;
  if (need.kind === 'crl') return (await ask(url, { reach, timeoutMs, maxBytes: options.maxCrlBytes ?? 50_000_000 })).bytes;
  // SHA-1 only names the issuer here (RFC 5019 §2.1.1 asks for it, and many responders know nothing else).
  const id = certId(parseCertificate(need.issuer), parseCertificate(need.certificate).serialNumber, 'SHA-1', options.door);
  const answer = await ask(url, {
    method: 'POST',
    body: buildOcspRequest([id]),
    contentType: 'application/ocsp-request',
    accept: 'application/ocsp-response',
    maxBytes: 200_000,
    reach,
    timeoutMs,
  });
  return answer.bytes;
}

/** Parsed once at the border: what is not of its kind is a failure of this address, and the next one is asked. */
function readable(need: Need, bytes: Uint8Array, now: number): { parts: readonly Uint8Array[]; freshUntil: number } {
  const latest = now + LONGEST_MS;
  if (need.kind === 'certificate') {
    return { parts: parseCertificates(bytes).map((certificate) => certificate.raw), freshUntil: latest };
  }
  if (need.kind === 'crl') return { parts: [bytes], freshUntil: Math.min(latest, parseCrl(bytes).nextUpdate ?? latest) };
  const response = parseOcspResponse(bytes);
  if (response.basic === undefined) throw new SourceFault('source.refused', `the responder says ${response.status}`);
  const next = response.basic.responses.map((single) => single.nextUpdate ?? latest);
  return { parts: [bytes], freshUntil: Math.min(latest, ...next) };
}

import { fromHex } from '@antin/formats/bytes/text-encodings';
import type { CryptoDoor } from '@antin/pki/crypto';
import { fromLatin1 } from '@antin/formats/bytes/bytes';
import { parseCrl } from '@antin/pki/crl/parse';
import { certId } from '@antin/pki/ocsp/certificate-id';
import { buildOcspRequest } from '@antin/pki/ocsp/request';
import { decodePem } from '@antin/pki/pem';
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
/** Of one round; a file with thousands of odd certificates must not send us around the world. */
const MAX_NEEDS = 64;
/** An address that failed is left alone for a while: a thousand files must not wait a thousand times for one dead server. */
const REST_MS = 60_000;
const MAX_RESTING = 1000;

/**
 * Makes the fetcher that `judgeWithSources` calls with its needs. What cannot be had is left out, never invented:
 * nothing here judges, so a forged answer only costs the judge a look.
 */
export function evidenceFetcher(options: EvidenceOptions): (needs: readonly Need[]) => Promise<Evidence> {
  const resting = new Map<string, { readonly fault: SourceFault; readonly until: number }>();
  return async (wanted) => {
    const needs = wanted.slice(0, MAX_NEEDS);
    const found = { certificates: [] as Uint8Array[], crls: [] as Uint8Array[], ocsps: [] as Uint8Array[] };
    const open = [...needs];
    const fetchNext = async (): Promise<void> => {
      for (let need = open.shift(); need !== undefined; need = open.shift()) {
        const bytes = await firstAnswer(need, options, resting);
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
async function firstAnswer(
  need: Need,
  options: EvidenceOptions,
  resting: Map<string, { readonly fault: SourceFault; readonly until: number }>,
): Promise<readonly Uint8Array[] | undefined> {
  const now = options.clock().getTime();
  for (const url of need.urls.slice(0, MAX_URLS)) {
    // A responder that cannot answer for one certificate may answer for the next.
    const key = keyOf(need, url);
    const rest = resting.get(key) ?? resting.get(originOf(url));
    if (rest !== undefined && rest.until > now) {
      options.onFault?.(rest.fault, need, url);
      continue;
    }
    try {
      return await fetchOne(need, url, options);
    } catch (fault) {
      const known =
        fault instanceof SourceFault
          ? fault
          : new SourceFault('source.bad-answer', `${url}: ${(fault as Error).message}`, { cause: fault });
      const where = known.code === 'source.timeout' || known.code === 'source.unreachable' ? originOf(url) : key;
      if (resting.size >= MAX_RESTING) resting.clear();
      resting.set(where, { fault: known, until: now + REST_MS });
      options.onFault?.(known, need, url);
    }
  }
  return undefined;
}

function keyOf(need: Need, url: string): string {
  return `${need.kind} ${url} ${need.kind === 'ocsp' ? `${need.issuerSha256} ${need.serialHex}` : ''}`;
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

async function fetchOne(need: Need, url: string, options: EvidenceOptions): Promise<readonly Uint8Array[]> {
  const { cache, reach, timeoutMs = 8000 } = options;
  const key = keyOf(need, url);
  const kept = cache.get(key);
  const bytes = kept ?? (await askFor(need, url, { ...options, reach, timeoutMs }));
  const { parts, freshUntil } = readable(need, bytes, options.clock().getTime());
  if (kept === undefined) cache.put(key, bytes, freshUntil);
  return parts;
}

async function askFor(need: Need, url: string, options: EvidenceOptions & { timeoutMs: number }): Promise<Uint8Array> {
  const { reach, timeoutMs } = options;
  if (need.kind === 'certificate') {
    // Nobody vouches for a certificate without its issuer, so its address may be a stranger's: only places that are known.
    const known = { ...reach, publicInternet: false };
    return (await ask(url, { reach: known, timeoutMs, maxBytes: 1_000_000, takeCutShort: true })).bytes;
  }
  if (need.kind === 'crl') {
    return (await ask(url, { reach, timeoutMs, maxBytes: options.maxCrlBytes ?? 50_000_000, takeCutShort: true })).bytes;
  }
  // SHA-1 only names the issuer here (RFC 5019 §2.1.1 asks for it, and many responders know nothing else).
  const id = certId(parseCertificate(need.issuer), serialOf(need), 'SHA-1', options.door);
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

/** The INTEGER behind the text: DER writes a magnitude above 0x7f with a zero before it. */
function serialOf({ serialHex, certificate }: Exclude<Need, { readonly kind: 'certificate' }>): Uint8Array {
  if (serialHex.startsWith('-')) return parseCertificate(certificate).serialNumber;
  const magnitude = fromHex(serialHex.length % 2 === 0 ? serialHex : `0${serialHex}`);
  return (magnitude[0] ?? 0) >= 0x80 ? Uint8Array.of(0, ...magnitude) : magnitude;
}

/** Parsed once at the border: what is not of its kind is a failure of this address, and the next one is asked. */
function readable(need: Need, answer: Uint8Array, now: number): { parts: readonly Uint8Array[]; freshUntil: number } {
  const latest = now + LONGEST_MS;
  const bytes = withoutTail(answer);
  if (need.kind === 'certificate') {
    const certificates = parseCertificates(bytes);
    if (certificates.length > MAX_CERTIFICATES) {
      throw new SourceFault('source.too-large', `${certificates.length} certificates in one answer`);
    }
    return { parts: certificates.map((certificate) => certificate.raw), freshUntil: latest };
  }
  if (need.kind === 'crl') {
    const list = pemOf(bytes) ?? bytes;
    return { parts: [list], freshUntil: Math.min(latest, parseCrl(list).nextUpdate ?? latest) };
  }
  const response = parseOcspResponse(bytes);
  if (response.basic === undefined) throw new SourceFault('source.refused', `the responder says ${response.status}`);
  const next = response.basic.responses.map((single) => single.nextUpdate ?? latest);
  return { parts: [bytes], freshUntil: Math.min(latest, ...next) };
}

/** Of one p7c; each is kept and walked by the judge. */
const MAX_CERTIFICATES = 100;

/** What follows the one DER value: line ends and padding that servers add. PEM and BER are left as they are. */
function withoutTail(bytes: Uint8Array): Uint8Array {
  const [tag, length = 0] = bytes;
  if (tag !== 0x30 || length === 0x80 || length > 0x84) return bytes;
  const octets = length < 0x80 ? 0 : length - 0x80;
  let size = octets === 0 ? length : 0;
  for (const one of bytes.subarray(2, 2 + octets)) size = size * 256 + one;
  const end = 2 + octets + size;
  return bytes.subarray(end).every((one) => one === 0 || one === 0x0a || one === 0x0d) ? bytes.subarray(0, end) : bytes;
}

/** A list in PEM, which RFC 5280 does not know and some servers send. */
function pemOf(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes[0] === 0x30) return undefined;
  return decodePem(fromLatin1(bytes)).find((one) => one.label === 'X509 CRL')?.bytes;
}

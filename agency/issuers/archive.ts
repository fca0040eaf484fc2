import { createHash } from 'node:crypto';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { FormatFault } from '@antin/formats/fault';
import { memorySource } from '@antin/formats/bytes/source';
import { openZip } from '@antin/formats/zip/reader';
import { PkiFault } from '@antin/pki/fault';
import { parseCertificates } from '@antin/pki/x509/certificate';
import { RequestResult } from '@antin/protocol/certificates/result';
import { ConnectorFault, type Collected } from './connector.ts';

/** Five thousand certificates with their chains and a result for each, and then some. */
export const ARCHIVE_BUDGET = { entries: 20_000, inflatedBytes: 64 << 20, totalBytes: 256 << 20, ratio: 200, ratioFrom: 4 << 20 };
const CERTIFICATE = /\.(cer|crt|der|pem|p7b|p7c)$/i;
/** Signatures of the container (archive-seal.ts judges them), and what only people read. */
const OTHER = /^(mimetype|META-INF\/.*|SHA256SUMS|installation-signature\.json|.*\.(pdf|txt|md))$/i;

/**
 * Reads what came back from an issuer: results as JSON (one or many), certificates in any wrapping, or both.
 *
 * @throws {ConnectorFault} `connector.archive-damaged`
 */
export function readResultArchive(archive: Uint8Array): Collected {
  const results: { fileName: string; result: RequestResult }[] = [];
  const certificates: { fileName: string; der: Uint8Array }[] = [];
  const unreadable: { fileName: string; code: string; sha256: string }[] = [];
  for (const { name, bytes } of filesIn(archive)) {
    if (OTHER.test(name) || name.endsWith('/')) continue;
    const broken = (code: string) =>
      unreadable.push({ fileName: name, code, sha256: createHash('sha256').update(bytes).digest('hex') });
    if (name.toLowerCase().endsWith('.json')) {
      const result = readResult(bytes);
      if (result === undefined) broken('result.not-understood');
      else results.push({ fileName: name, result });
    } else if (CERTIFICATE.test(name)) {
      try {
        for (const one of parseCertificates(bytes)) certificates.push({ fileName: name, der: one.raw });
      } catch (fault) {
        if (!(fault instanceof FormatFault || fault instanceof PkiFault)) throw fault;
        broken('result.not-a-certificate');
      }
    } else broken('result.unknown-file');
  }
  results.sort((a, b) => a.result.sequence - b.result.sequence);
  return { results, certificates, unreadable };
}

function filesIn(archive: Uint8Array): { name: string; bytes: Uint8Array }[] {
  if (archive[0] !== 0x50 || archive[1] !== 0x4b)
    return [{ name: archive[0] === 0x7b ? 'result.json' : 'certificate.cer', bytes: archive }];
  try {
    const zip = openZip(memorySource(archive), { inflateRaw: nodeInflateRaw, budget: ARCHIVE_BUDGET });
    return zip.entries.map((entry) => {
      const content = zip.content(entry);
      return { name: entry.name, bytes: content.read(0, content.size) };
    });
  } catch (fault) {
    if (!(fault instanceof FormatFault)) throw fault;
    throw new ConnectorFault('connector.archive-damaged', fault.message, fault);
  }
}

function readResult(bytes: Uint8Array): RequestResult | undefined {
  try {
    const parsed = RequestResult.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

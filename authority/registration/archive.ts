import { memorySource } from '@antin/formats/bytes/source';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { writeZip } from '@antin/formats/zip/writer';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { RESULT_ARCHIVE, type RequestResult } from '@antin/protocol/certificates/result';
import { canonicalJson } from '@antin/protocol/canonical-json';
import type { RegistrationDoors } from './doors.ts';

/** Answers as files to carry: one JSON a batch, and every certificate by its serial number; sealed where there is a seal. */
export async function resultArchive(
  { seal }: Pick<RegistrationDoors, 'seal'>,
  batches: readonly RequestResult[],
  at: Date,
): Promise<{ readonly bytes: Uint8Array; readonly mediaType: string; readonly ending: string }> {
  const text = new TextEncoder();
  const files = batches.map((batch) => ({
    name: batches.length === 1 ? 'result.json' : `result-${String(batch.sequence).padStart(4, '0')}.json`,
    mediaType: 'application/json',
    bytes: text.encode(canonicalJson(batch)),
  }));
  const named = new Set<string>();
  for (const item of batches.flatMap((batch) => batch.items)) {
    if (item.status !== 'issued') continue;
    const bytes = fromBase64(item.certificate);
    const name = `certificates/${parseCertificate(bytes).serialHex}.cer`;
    if (named.has(name)) continue;
    named.add(name);
    files.push({ name, mediaType: 'application/pkix-cert', bytes: new Uint8Array(bytes) });
  }
  if (seal !== undefined) return { bytes: await seal(files), ...RESULT_ARCHIVE.sealed };
  const zip = writeZip(
    files.map(({ name, bytes }) => ({ name, content: memorySource(bytes) })),
    at.getTime(),
  );
  return { bytes: zip.read(0, zip.size), ...RESULT_ARCHIVE.plain };
}

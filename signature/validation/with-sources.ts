import type { ByteSource } from '@antin/formats/bytes/source';
import type { ValidationOutcome } from './outcome.ts';
import type { Evidence, Need, ValidationContext } from './types.ts';
import { validate } from './validate.ts';

/** Brings what it can for the needs; leaves out what it cannot. Caps, addresses and caches are its business. */
export type Fetch = (needs: readonly Need[]) => Promise<Evidence>;

/**
 * Judges, asks for what was missing, judges again: at most `rounds` times (a fetched OCSP answer may show that its
 * responder's certificate must be asked about too). Stops as soon as nothing new comes.
 */
export async function judgeWithSources(
  source: ByteSource,
  context: ValidationContext,
  fetch: Fetch,
  rounds = 4,
): Promise<ValidationOutcome> {
  let evidence = context.evidence;
  const asked = new Set<string>();
  for (let round = 0; ; round++) {
    const outcome = validate(source, { ...context, evidence });
    const fresh = outcome.needs.filter((need) => !asked.has(keyOf(need)));
    if (outcome.report.verdict === 'valid' || fresh.length === 0 || round >= rounds) return outcome;
    for (const need of fresh) asked.add(keyOf(need));
    const brought = await fetch(fresh);
    if (brought.certificates.length + brought.crls.length + brought.ocsps.length === 0) return outcome;
    evidence = {
      certificates: [...evidence.certificates, ...brought.certificates],
      crls: [...evidence.crls, ...brought.crls],
      ocsps: [...evidence.ocsps, ...brought.ocsps],
    };
  }
}

function keyOf(need: Need): string {
  return need.kind === 'certificate'
    ? `certificate ${need.issuer} ${need.urls.join()}`
    : `${need.kind} ${need.issuerSha256} ${need.serialHex}`;
}

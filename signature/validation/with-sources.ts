import type { ByteSource } from '@antin/formats/bytes/source';
import type { ValidationOutcome } from './outcome.ts';
import type { Evidence, Need, ValidationContext, ValidationReport } from './types.ts';
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
  const judge = (evidence: Evidence) => Promise.resolve(validate(source, { ...context, evidence }));
  return judgeInRounds(judge, context.evidence, fetch, rounds);
}

/** What names a need. */
export type Wanted =
  | { readonly kind: 'certificate'; readonly issuer: string; readonly urls: readonly string[] }
  | { readonly kind: 'crl' | 'ocsp'; readonly issuerSha256: string; readonly serialHex: string };

/** The same rounds, wherever the judging happens: in another thread, too. */
export async function judgeInRounds<
  N extends Wanted,
  T extends { readonly report: Pick<ValidationReport, 'verdict'>; readonly needs: readonly N[] },
>(
  judge: (evidence: Evidence) => Promise<T>,
  first: Evidence,
  fetch: (needs: readonly N[]) => Promise<Evidence>,
  rounds = 4,
): Promise<T> {
  let evidence = first;
  const asked = new Set<string>();
  for (let round = 0; ; round++) {
    const outcome = await judge(evidence);
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

function keyOf(need: Wanted): string {
  return need.kind === 'certificate'
    ? `certificate ${need.issuer} ${need.urls.join()}`
    : `${need.kind} ${need.issuerSha256} ${need.serialHex}`;
}

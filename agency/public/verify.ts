import type { Context } from 'hono';
import { HttpRefusal } from '@antin/adapters/http/fault';
import type { SigningKey } from '@antin/signature/making/signer';
import type { VerifyQuery } from '@antin/protocol/public/verification';
import { dataByName } from '@antin/signature/validation/data-by-name';
import { etsiReport } from '@antin/signature/validation/etsi-report';
import type { ValidationOutcome } from '@antin/signature/validation/outcome';
import { VIETNAM_POLICY, type ValidationPolicy } from '@antin/signature/validation/policy';
import { detailedReport, diagnosticReport, simpleReport } from '@antin/signature/validation/reports';
import { sentenceFor } from '@antin/signature/words/sentence';
import { judgeWhole } from '../verification/judge.ts';
import type { TrustSource } from '../verification/trust-source.ts';
import { printedReport } from './printed.ts';
import type { Received } from './received.ts';

export interface VerifyDoors {
  readonly clock: () => Date;
  readonly trust: TrustSource;
  /** Policies that may be asked for by name, beside the default for Vietnam. */
  readonly policies?: ((name: string) => ValidationPolicy | 'broken' | undefined) | undefined;
  /** The seal under printed reports; without it they are plain paper. */
  readonly reportSeal?: (() => Promise<SigningKey>) | undefined;
}

/** @throws {HttpRefusal} `verify.policy-unknown`, `verify.policy-broken` */
export function policyNamed(name: string | undefined, { policies }: Pick<VerifyDoors, 'policies'>): ValidationPolicy {
  if (name === undefined || name === VIETNAM_POLICY.name) return VIETNAM_POLICY;
  const found = policies?.(name);
  if (found === undefined) throw new HttpRefusal('verify.policy-unknown');
  // Judging by another policy than was asked for would be a wrong answer.
  if (found === 'broken') throw new HttpRefusal('verify.policy-broken');
  return found;
}

export interface Judged {
  readonly outcome: ValidationOutcome;
  readonly policy: ValidationPolicy;
  readonly at: number;
}

/** @throws {UnsupportedFile} `format.unsupported` */
export async function judgeReceived(received: Received, doors: VerifyDoors, policy: ValidationPolicy): Promise<Judged> {
  const at = doors.clock().getTime();
  const { data } = received;
  const [only] = data;
  const outcome = await judgeWhole(received.source, received.fileName, doors.trust, at, {
    policy,
    // One file is what the signature is about, whatever its name; of several, the name decides.
    ...(only === undefined || data.length > 1 ? {} : { detached: only.source }),
    ...(only === undefined ? {} : { detachedByName: dataByName(data) }),
  });
  return { outcome, policy, at };
}

/** The report that was asked for. @throws {HttpRefusal} `verify.nothing-to-report` */
export async function reportAnswer(
  c: Context,
  { outcome, policy, at }: Judged,
  { report: kind, language }: VerifyQuery,
  { reportSeal }: Pick<VerifyDoors, 'reportSeal'>,
): Promise<Response> {
  const { report } = outcome;
  switch (kind) {
    case undefined:
      return c.json({ report, sentence: sentenceFor(report, language) });
    case 'simple':
      return c.json(simpleReport(outcome, language));
    case 'detailed':
      return c.json(detailedReport(outcome, policy, at));
    case 'diagnostic':
      return c.json(diagnosticReport(outcome));
    case 'pdf': {
      const pdf = await printedReport(report, language, at, reportSeal);
      return c.body(new Uint8Array(pdf), 200, { 'content-type': 'application/pdf' });
    }
    case 'etsi': {
      const xml = etsiReport(outcome, policy, at);
      if (xml === undefined) throw new HttpRefusal('verify.nothing-to-report');
      return c.body(xml, 200, { 'content-type': 'application/xml; charset=utf-8' });
    }
  }
}

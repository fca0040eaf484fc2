import type { Context } from 'hono';
import { HttpRefusal } from '@antin/adapters/http/fault';
import type { SigningKey } from '@antin/signature/making/signer';
import type { VerifyQuery } from '@antin/protocol/public/verification';
import { VIETNAM_POLICY, type ValidationPolicy } from '@antin/signature/validation/policy';
import { sentenceFor } from '@antin/signature/words/sentence';
import type { Judge } from '../verification/judge.ts';
import type { Answer, Question } from '../verification/question.ts';
import { sealedReport } from './printed.ts';
import type { Received } from './received.ts';
import type { VisualDoor } from './visual.ts';

export interface VerifyDoors {
  readonly clock: () => Date;
  readonly judge: Judge;
  /** Policies that may be asked for by name, beside the default for Vietnam. */
  readonly policies?: ((name: string) => ValidationPolicy | 'broken' | undefined) | undefined;
  readonly visual: VisualDoor;
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

/** What a file costs at the most, and no answer within it. */
export type JudgedReport = Extract<Answer, { status: 'judged' }>;

/** @throws {HttpRefusal} `format.unsupported`, `verify.time-over`, `verify.memory-over` */
export async function judgeReceived(
  received: Received,
  doors: Pick<VerifyDoors, 'judge' | 'clock'>,
  more: Pick<Question, 'policy' | 'form' | 'language' | 'sealed'>,
): Promise<JudgedReport> {
  const { name, file, data } = received;
  const answer = await doors.judge({ name, file, data, relation: 'brought', at: doors.clock().getTime(), ...more });
  if (answer.status === 'judged') return answer;
  throw new HttpRefusal(answer.status === 'stopped' ? answer.code : 'format.unsupported');
}

/**
 * The report that was asked for.
 *
 * @throws {HttpRefusal} as `judgeReceived`; `verify.nothing-to-report`, `verify.seal-unavailable`, `verify.nothing-to-show`
 */
export async function reportAnswer(
  c: Context,
  received: Received,
  { report: form, language, policy: named }: VerifyQuery,
  doors: VerifyDoors,
): Promise<Response> {
  const policy = policyNamed(named, doors);
  const { reportSeal } = doors;
  if (form === 'visual') {
    const { report } = await judgeReceived(received, doors, { policy });
    return c.json(await doors.visual(received.file, report, language));
  }
  const asked = form === undefined ? {} : { form };
  const { report, text, pdf } = await judgeReceived(received, doors, {
    ...{ policy, language, sealed: reportSeal !== undefined, ...asked },
  });
  if (form === undefined) return c.json({ report, sentence: sentenceFor(report, language) });
  if (pdf !== undefined) {
    const sealed = await sealedReport(pdf, doors.clock().getTime(), reportSeal);
    return c.body(new Uint8Array(sealed), 200, { 'content-type': 'application/pdf' });
  }
  if (text === undefined) throw new HttpRefusal('verify.nothing-to-report');
  return c.body(text, 200, { 'content-type': form === 'etsi' ? 'application/xml; charset=utf-8' : 'application/json' });
}

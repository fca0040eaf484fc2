import type { OpenSource } from '@antin/adapters/files/source';
import type { ByteSource } from '@antin/formats/bytes/source';
import type { Evidence, ValidationReport } from '@antin/signature/validation/types';
import { UnsupportedFile } from '@antin/signature/validation/validate';
import { judgeInRounds, type Wanted } from '@antin/signature/validation/with-sources';
import { answerTo } from './answer.ts';
import type { Answer, Ask, FileRef, Question } from './question.ts';
import type { TrustSource } from './trust-source.ts';

const ROUNDS = 4;

/** Judges one file with this installation's trust: what HTTP, arrivals and the desks use. */
export type Judge = (question: Question) => Promise<Answer>;

/** In this thread: for tests, and wherever one file is all there is. */
export const askHere: Ask = (question, anchors, evidence) => Promise.resolve(answerTo(question, { anchors, evidence }));

/** The engine with this installation's trust and status data. */
export function judgeWith(trust: TrustSource, ask: Ask): Judge {
  return async (question) => {
    const first = { certificates: trust.certificates, crls: [], ocsps: [] };
    const { anchors } = trust;
    const round = async (evidence: Evidence) => {
      const answer = await ask(question, anchors, evidence);
      if (answer.status === 'judged') return { ...answer, answer };
      // Nothing that could be fetched would change it.
      return { report: { verdict: 'unsigned' as const }, needs: [], answer };
    };
    const { answer } = await judgeInRounds(round, first, (needs) => fetchNeeds(needs, trust), ROUNDS);
    return answer;
  };
}

/** @throws {UnsupportedFile} `format.unsupported` */
export async function judgeFile(source: ByteSource, fileName: string, trust: TrustSource, at: number): Promise<ValidationReport> {
  const question: Question = { name: fileName, file: { bytes: source.read(0, source.size) }, data: [], relation: 'brought', at };
  const answer = await judgeWith(trust, askHere)(question);
  if (answer.status !== 'judged') throw new UnsupportedFile('the file is of no format that carries signatures this engine knows');
  return answer.report;
}

/** An open file, whole. */
export function wholeFile(source: OpenSource): FileRef {
  return { descriptor: source.descriptor, start: 0, size: source.size };
}

async function fetchNeeds(needs: readonly Wanted[], trust: TrustSource): Promise<Evidence> {
  const crls: Uint8Array[] = [];
  const ocsps: Uint8Array[] = [];
  for (const need of needs) {
    if (need.kind === 'certificate') continue;
    const found = await trust.evidence(need);
    if (found !== undefined) (need.kind === 'crl' ? crls : ocsps).push(found);
  }
  return { certificates: [], crls, ocsps };
}

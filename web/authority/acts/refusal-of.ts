import type { BothLanguages } from '@antin/protocol/basics';
import { ProblemError } from '../../staff/client.ts';

/** A refusal inside an answer about many, as if it had been the answer. */
export function refusalOf({ code, words }: { readonly code: string; readonly words: BothLanguages }): ProblemError {
  return new ProblemError({ type: 'about:blank', code, status: 409, title: words.vi, titles: words });
}

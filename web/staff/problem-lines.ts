import type { ProblemLine } from '../ui/ProblemSummary.tsx';
import { ProblemError, unreachable } from './client.ts';

export interface ProblemText {
  readonly title: string;
  readonly remedy: string | undefined;
  readonly lines: readonly ProblemLine[];
  /** Message by path of the field, as the server named it. */
  readonly byField: ReadonlyMap<string, string>;
}

/** A server's problem as a summary, with its fields linked to controls by `fieldIds`. */
export function problemText(error: unknown, lang: 'vi' | 'en', fieldIds: Readonly<Record<string, string>> = {}): ProblemText {
  const problem = error instanceof ProblemError ? error.problem : unreachable;
  const fields = problem.fields ?? [];
  return {
    title: problem.titles[lang],
    remedy:
      [problem.details?.[lang], problem.remedy?.[lang]].filter((text) => text !== undefined && text !== '').join(' ') ||
      undefined,
    lines: fields.map((field) => ({ text: field.message[lang], field: fieldIds[field.path.split('.')[0] ?? ''] })),
    byField: new Map(fields.map((field) => [field.path.split('.')[0] ?? field.path, field.message[lang]])),
  };
}

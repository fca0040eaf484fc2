import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

interface Outcome {
  readonly file: string;
  readonly name: string;
  readonly reason?: string;
}

interface Outcomes {
  readonly failed: readonly Outcome[];
  readonly skipped: readonly (Outcome & { readonly excused: boolean })[];
}

/**
 * Notes what failed and what was skipped, with reasons, for the last lines of `antin check`: of a long run only its end is
 * kept, and a silent skip is a test that cannot fail.
 *
 * Excused, also in CI: what depends on the computer (a title with "needs root" or "needs user namespaces"), and the
 * public corpora where they were not brought along.
 */
export default class OutcomeReporter implements Reporter {
  private readonly said = new Set<string>();

  onUserConsoleLog(log: { readonly content: string }): void {
    for (const [, reason] of log.content.matchAll(/^.*SKIPPED: (.*)$/gm)) this.said.add(reason!);
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const target = process.env['ANTIN_OUTCOMES'];
    if (target === undefined) return;
    const outcomes: Outcomes = {
      failed: [...modules.flatMap(failures), ...unhandled.map((error) => ({ file: 'outside any test', name: firstLine(error) }))],
      skipped: [
        ...modules.flatMap(skips),
        ...[...this.said].map((reason) => ({ file: 'said by tests', name: reason, excused: true })),
      ],
    };
    writeFileSync(target, JSON.stringify(outcomes));
  }
}

function failures(module: TestModule): Outcome[] {
  const file = relative(process.cwd(), module.moduleId);
  const suites = [...module.children.allSuites()].flatMap((suite) =>
    suite.errors().map((error) => ({ file, name: suite.fullName, reason: firstLine(error) })),
  );
  const tests = [...module.children.allTests('failed')].map((test) => {
    const error = test.result().errors?.[0];
    return { file, name: test.fullName, ...(error === undefined ? {} : { reason: firstLine(error) }) };
  });
  return [...module.errors().map((error) => ({ file, name: firstLine(error) })), ...suites, ...tests];
}

function skips(module: TestModule): Outcomes['skipped'] {
  const corpora = existsSync(process.env['ANTIN_CORPORA'] ?? '../shared/corpora');
  const usesCorpora = /corpus|corpora/i.test(readFileSync(module.moduleId, 'utf8'));
  return [...module.children.allTests('skipped')].map((test) => {
    const result = test.result();
    const note = result.state === 'skipped' ? result.note : undefined;
    const excused = /needs (?:root|user namespaces|an older Node)/.test(test.fullName) || (usesCorpora && !corpora);
    return {
      file: relative(process.cwd(), module.moduleId),
      name: test.fullName,
      ...(note === undefined ? {} : { reason: note }),
      excused,
    };
  });
}

function firstLine(error: { readonly message: string }): string {
  return (error.message.split('\n', 1)[0] ?? '').slice(0, 300);
}

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Notes every skipped test with its reason for the summary of `antin check`: a silent skip is a test that cannot fail.
 *
 * Excused, also in CI: what depends on the computer (a title with "needs root" or "needs user namespaces"), and the
 * public corpora where they were not brought along.
 */
export default class SkipReporter implements Reporter {
  private readonly said = new Set<string>();

  onUserConsoleLog(log: { readonly content: string }): void {
    for (const [, reason] of log.content.matchAll(/^.*SKIPPED: (.*)$/gm)) this.said.add(reason!);
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const target = process.env['ANTIN_SKIPPED'];
    if (target === undefined) return;
    const corpora = existsSync(process.env['ANTIN_CORPORA'] ?? '../shared/corpora');
    const skips = modules.flatMap((module) => {
      const usesCorpora = /corpus|corpora/i.test(readFileSync(module.moduleId, 'utf8'));
      return [...module.children.allTests()]
        .filter((test) => test.result().state === 'skipped')
        .map((test) => {
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
    });
    const reasons = [...this.said].map((reason) => ({ file: 'said by tests', name: reason, excused: true }));
    writeFileSync(target, JSON.stringify([...skips, ...reasons]));
  }
}

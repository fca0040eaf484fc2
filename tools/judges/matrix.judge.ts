import { beforeAll, describe, expect, it } from 'vitest';
import { judgesText, matrixText } from './document.ts';
import { cannotBeMade, exceptionFor } from './expectations.ts';
import type { Answer, Asked, Judge } from './judge.ts';
import { judges } from './judges.ts';
import { everything } from './making/everything.ts';
import type { Everything } from './making/everything.ts';
import { shapes } from './making/make.ts';
import { kinds } from './making/people.ts';
import { keep, keepOrCompare } from './written.ts';

/** Another version than the one that was seen may have learnt. */
const mayAcceptMore = (judge: Judge, file: Asked): boolean => {
  const seen = exceptionFor(judge.name, file);
  return seen !== undefined && seen.version !== judge.version;
};

describe('every format at every level with every kind of key', () => {
  let made: Everything;
  beforeAll(async () => {
    made = await everything();
  });

  it('is made, but for what a format has no name for', () => {
    const wanted = shapes.flatMap((shape) => kinds.map((kind) => ({ shape, kind })));
    const never = wanted.filter(({ shape, kind }) => cannotBeMade(shape, kind) !== undefined);
    const code = 'signature.algorithm-not-allowed';
    expect(made.refused.map((one) => `${one.shape} ${one.kind} ${one.code}`).sort()).toEqual(
      never.map(({ shape, kind }) => `${shape} ${kind} ${code}`).sort(),
    );
    expect(made.files.length).toBeGreaterThan(600);
  });

  it.each(judges.map((judge) => [judge.name, judge] as const))('%s answers as expected', async (_, judge) => {
    if (judge.version === undefined) return void console.warn(`SKIPPED: ${judge.name} is not here, its answers are not known`);
    const files = made.files.filter((file) => judge.takes(file.shape, file.level));
    const answers = await judge.ask(files);
    expect(answers.length).toBe(files.length);
    const wrong = files.flatMap((file, i) => {
      const answer = answers[i] as Answer;
      const seen = exceptionFor(judge.name, file);
      if (answer.accepted) {
        if (seen === undefined) return [];
        if (!mayAcceptMore(judge, file)) return [`${file.name}: accepted, where "${seen.not}" was expected`];
        learnt.add(`${judge.name} ${judge.version} accepts ${file.shape} with ${file.kind} now`);
        return [];
      }
      return seen?.says.test(answer.why) === true ? [] : [`${file.name}: ${answer.why}`];
    });
    for (const one of learnt) console.warn(`LEARNT: ${one}`);
    learnt.clear();
    expect(wrong).toEqual([]);
  });

  it('stands in docs/judges.md', async () => {
    await keep('judges', judgesText(judges));
    const shown = matrixText(
      judges,
      (judge, shape, kind, level) => exceptionFor(judge.name, { shape, kind, level }) ?? 'accepted',
    );
    await keepOrCompare('matrix', shown);
  });
});

const learnt = new Set<string>();

import { beforeAll, describe, expect, it } from 'vitest';
import { exceptionFor } from './expectations.ts';
import type { Answer, Asked, Judge } from './judge.ts';
import { judges } from './judges.ts';
import type { What } from './making/broken.ts';
import { broken, WHATS } from './making/broken.ts';
import type { Level, ShapeName } from './making/make.ts';
import { LEVELS, raised, shapeOf, shapes } from './making/make.ts';
import type { Kind } from './making/people.ts';
import { keyOf } from './making/people.ts';
import { keepOrCompare } from './written.ts';

const KIND: Kind = 'P-256 SHA-256';

interface Twin {
  readonly shape: ShapeName;
  readonly what: What;
  readonly honest: Asked;
  readonly file: Asked;
}

/** Where each kind of damage is at home: the highest level, or the only one that has the time-stamp and nothing over it. */
function levelFor(shape: ShapeName, what: What): Level | undefined {
  const levels: readonly Level[] = shapeOf(shape).levels ?? LEVELS;
  if (what === 'signature time-stamp') return levels.find((one) => one === 'B-T');
  if (what === 'archive time-stamp') return levels.find((one) => one === 'B-LTA');
  return levels.at(-1);
}

/** Who cannot notice what, because it does not look there. Everything else must be refused. */
function blind(judge: Judge, { shape, what }: Pick<Twin, 'shape' | 'what'>): string | undefined {
  if (judge.name === 'qpdf --check' || judge.name === '@libpdf/core') return 'looks at no signature';
  if (what === 'signed content' && shape === 'ASiC-E with CAdES' && ['pyHanko', 'openssl cms', 'pkijs'].includes(judge.name)) {
    return 'is given the signed manifest of the container, not the files it names';
  }
  if (!what.includes('time-stamp')) return undefined;
  if (['openssl cms', 'xmlsec1', 'jose', 'pdfsig'].includes(judge.name)) return 'does not look at what is not signed';
  if (what === 'signature time-stamp') return undefined;
  if (judge.name === 'pkijs') return 'knows no archive time-stamp';
  if (judge.name === 'pyHanko' && shape !== 'PAdES') return 'looks at archive time-stamps only in PDF';
  return undefined;
}

const unjudged = (judge: Judge, { shape, honest }: Twin): boolean =>
  !judge.takes(shape, honest.level) || exceptionFor(judge.name, honest) !== undefined;

describe('one flipped byte', () => {
  const twins: Twin[] = [];
  beforeAll(async () => {
    const key = keyOf(KIND);
    for (const shape of shapes) {
      const { detached, ending } = shapeOf(shape);
      const made = await raised(shape, key);
      for (const what of WHATS) {
        const level = levelFor(shape, what);
        if (level === undefined) continue;
        const name = `${shape} ${level} ${what.replaceAll(' ', '-')}.${ending}`;
        const more = { signer: key.certificate, ...(detached === undefined ? {} : { detached }) };
        const honest: Asked = { name, shape, kind: KIND, level, bytes: made.get(level) as Uint8Array, ...more };
        twins.push({ shape, what, honest, file: broken(honest, what) });
      }
    }
  });

  it.each(judges.map((judge) => [judge.name, judge] as const))('is noticed by %s wherever it looks', async (_, judge) => {
    if (judge.version === undefined) return void console.warn(`SKIPPED: ${judge.name} is not here, its answers are not known`);
    const mine = twins.filter((twin) => !unjudged(judge, twin));
    const answers = await judge.ask(mine.flatMap(({ honest, file }) => [honest, file]));
    const wrong = mine.flatMap((twin, i) => {
      const [honest, damaged] = answers.slice(2 * i, 2 * i + 2) as [Answer, Answer];
      const notices = blind(judge, twin) === undefined;
      return [
        ...(honest.accepted ? [] : [`${twin.honest.name}: the honest twin is refused: ${honest.why}`]),
        ...(damaged.accepted !== notices ? [] : [`${twin.file.name}: ${notices ? 'not noticed' : `noticed: ${damaged.why}`}`]),
      ];
    });
    expect(wrong).toEqual([]);
  });

  it('stands in docs/judges.md', async () => {
    const reasons: string[] = [];
    const cell = (judge: Judge, twin: Twin): string => {
      if (unjudged(judge, twin)) return '·';
      const why = blind(judge, twin);
      if (why === undefined) return '✗';
      const reason = `${judge.name}: ${why}`;
      if (!reasons.includes(reason)) reasons.push(reason);
      return `– [${reasons.indexOf(reason) + 1}]`;
    };
    const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
    const rows = twins.map((twin) =>
      row([twin.shape, `${twin.what}, ${twin.honest.level}`, ...judges.map((one) => cell(one, twin))]),
    );
    const head = ['', 'broken', ...judges.map((one) => one.name)];
    const text = `## One flipped byte

✗ refused · – not noticed, with the reason below · a dot: not for this judge. Each honest twin is accepted.

${[row(head), row(head.map(() => '---')), ...rows].join('\n')}

${reasons.map((reason, i) => `- [${i + 1}] ${reason}`).join('\n')}`;
    await keepOrCompare('broken', text);
  });
});

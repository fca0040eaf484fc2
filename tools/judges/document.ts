import type { Expected } from './expectations.ts';
import { cannotBeMade, exceptions, unjudging } from './expectations.ts';
import type { Judge } from './judge.ts';
import type { Level, ShapeName } from './making/make.ts';
import { LEVELS, shapeOf, shapes } from './making/make.ts';
import type { Kind } from './making/people.ts';
import { kinds } from './making/people.ts';

/** A tool's answer about one file as the matrix shows it; undefined: unjudged. */
export type Shown = (judge: Judge, shape: ShapeName, kind: Kind, level: Level) => Expected | undefined;

/** Numbers a reason the first time it is named. */
class Reasons {
  readonly list: string[] = [];

  mark(reason: string): string {
    if (!this.list.includes(reason)) this.list.push(reason);
    return `[${this.list.indexOf(reason) + 1}]`;
  }
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

function cell(judge: Judge, shape: ShapeName, kind: Kind, shown: Shown, reasons: Reasons): string {
  const levels = shapeOf(shape).levels ?? LEVELS;
  const each = levels.map((level) => {
    const answer = judge.takes(shape, level) ? shown(judge, shape, kind, level) : undefined;
    if (answer === undefined) return '·';
    return answer === 'accepted' ? '✓' : `– ${reasons.mark(`${judge.name}: ${answer.not}`)}`;
  });
  if (new Set(each).size === 1) return each[0] as string;
  const groups = [...new Set(each)].filter((one) => one !== '·');
  return groups.map((one) => `${one} ${levels.filter((_, i) => each[i] === one).join(' ')}`).join(', ');
}

function formatTable(shape: ShapeName, judges: readonly Judge[], shown: Shown, reasons: Reasons): string {
  const levels = shapeOf(shape).levels ?? LEVELS;
  const heads = judges.filter((judge) => levels.some((level) => judge.takes(shape, level)));
  // Kinds of key with the same answers share a row.
  const rows = new Map<string, { cells: string[]; kinds: Kind[] }>();
  for (const kind of kinds) {
    const never = cannotBeMade(shape, kind);
    const cells =
      never === undefined
        ? heads.map((judge) => cell(judge, shape, kind, shown, reasons))
        : heads.map((_, i) => (i === 0 ? `not made ${reasons.mark(never)}` : ''));
    const known = rows.get(cells.join('|'));
    if (known === undefined) rows.set(cells.join('|'), { cells, kinds: [kind] });
    else known.kinds.push(kind);
  }
  const body = [...rows.values()].map(({ cells, kinds: who }) => [who.join(', '), ...cells]);
  return `### ${shape}: ${levels.join(', ')}\n\n${table(['key', ...heads.map((one) => one.name)], body)}`;
}

/** The judges of this run: versions belong to the computer, so that this part is written and never compared. */
export function judgesText(judges: readonly Judge[]): string {
  const tools = table(
    ['judge', 'version', 'looks at'],
    judges.map((one) => [one.name, versionOf(one), one.looksAt]),
  );
  return `## Who judges\n\n${tools}\n\n${unjudging.map(([tool, why]) => `- ${tool}: unjudged; ${why}.`).join('\n')}`;
}

/** The matrix in words, and nothing in it that differs from run to run. */
export function matrixText(judges: readonly Judge[], shown: Shown): string {
  const reasons = new Reasons();
  const tables = shapes.map((shape) => formatTable(shape, judges, shown, reasons));
  return `## What we make

✓ accepted · – not supported, with the reason below · a dot: not for this judge. Without levels behind it, an answer is that for
all levels. EU DSS must call each by its level (\`XAdES-BASELINE-LT\`), find digest, value, structure and every time-stamp right and,
from B-LT on, answer TOTAL_PASSED.

${tables.join('\n\n')}

${reasons.list.map((reason, i) => `- [${i + 1}] ${reason}`).join('\n')}`;
}

function versionOf(judge: Judge): string {
  return exceptions.find((one) => one.judge === judge.name && one.version !== '')?.version ?? judge.version ?? '';
}

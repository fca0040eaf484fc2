import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tool = (path: string) => join(root, 'node_modules', path);
const vitest = (artefact: string, ...args: string[]) => [
  tool('vitest/vitest.mjs'),
  'run',
  '--reporter=default',
  `--reporter=${join(root, 'testkit/outcome-reporter.ts')}`,
  ...args,
  artefact,
];

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

/** Everything CI does, fastest first. */
const steps: readonly Step[] = [
  { name: 'lint', command: [tool('oxlint/bin/oxlint'), '--quiet'] },
  { name: 'types: pure rooms', command: [tool('typescript/bin/tsc'), '-p', 'tsconfig.pure.json'] },
  { name: 'types: servers', command: [tool('typescript/bin/tsc'), '-p', 'tsconfig.node.json'] },
  { name: 'types: web', command: [tool('typescript/bin/tsc'), '-p', 'web/tsconfig.json'] },
  {
    name: 'format',
    command: [
      tool('prettier/bin/prettier.cjs'),
      '--check',
      '--log-level=warn',
      '--cache',
      '--cache-location=node_modules/.cache/antin-prettier',
      '.',
    ],
  },
  { name: 'architecture', command: vitest('testkit/architecture.test.ts') },
  { name: 'build', command: [join(root, 'cli/antin.mjs'), 'build'] },
  { name: 'tests', command: vitest('--exclude=testkit/architecture.test.ts') },
  { name: 'end to end', command: vitest('--config=e2e/vitest.config.ts') },
];

const usage = `antin check: everything CI does, fastest first

  --only NAME    only the steps whose name contains NAME: ${steps.map((step) => step.name).join(', ')}

A test whose outside tool or corpus is missing is skipped and named at the end; with ANTIN_CI=1 that is an error.
`;

/** `antin check`: 0 when every step passed. */
export async function run(argv: string[], io: Io): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout.write(usage);
    return exit.ok;
  }
  const only = argv[0] === '--only' ? argv[1] : undefined;
  const chosen = steps.filter((step) => only === undefined || step.name.includes(only));
  if (chosen.length === 0 || (argv.length > 0 && only === undefined)) {
    io.stderr.write(usage);
    return exit.usage;
  }
  const outcomes = join(root, 'artefacts', 'outcomes');
  rmSync(outcomes, { recursive: true, force: true });
  mkdirSync(outcomes, { recursive: true });

  const lines: string[] = [];
  let failed = 0;
  for (const [at, step] of chosen.entries()) {
    if (step.name === 'end to end' && !existsSync(join(root, 'e2e/vitest.config.ts'))) {
      lines.push(`  –  ${step.name}: there are none yet`);
      continue;
    }
    io.stderr.write(`\n▸ ${step.name}\n`);
    const started = performance.now();
    const done = spawnSync(process.execPath, step.command, {
      cwd: root,
      stdio: ['ignore', 2, 2],
      env: { ...io.env, ANTIN_OUTCOMES: join(outcomes, `${at}.json`) },
    });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (done.status !== 0) failed += 1;
    lines.push(`  ${done.status === 0 ? '✓' : '✗'}  ${step.name} ${seconds} s${done.signal === null ? '' : ` (${done.signal})`}`);
    if (done.signal === 'SIGINT') break;
  }
  const read = chosen.map((_, at) => readOutcomes(join(outcomes, `${at}.json`)));
  const failures = read.flatMap((each) => each.failed);
  const skips = read.flatMap((each) => each.skipped);
  const unexcused = skips.filter((skip) => !skip.excused);
  if (skips.length > 0) {
    lines.push('', `  SKIPPED, so nothing is known about them (${skips.length}):`);
    for (const skip of skips) lines.push(outcomeLine(skip));
  }
  if (failures.length > 0) {
    lines.push('', `  FAILED TESTS (${failures.length}):`, ...failures.map(outcomeLine));
  }
  const strict = io.env['ANTIN_CI'] === '1' && unexcused.length > 0;
  if (strict) lines.push('', `  ✗  ${unexcused.length} tests skipped although CI has their tools`);
  io.stdout.write(`\n${lines.join('\n')}\n\n${failed > 0 || strict ? 'FAILED' : 'all is well'}\n`);
  return failed > 0 || strict ? 1 : exit.ok;
}

/** What testkit/outcome-reporter.ts writes. */
interface Outcome {
  readonly file: string;
  readonly name: string;
  readonly reason?: string;
}

interface Outcomes {
  readonly failed: readonly Outcome[];
  readonly skipped: readonly (Outcome & { readonly excused: boolean })[];
}

function outcomeLine({ file, name, reason }: Outcome): string {
  return `    ${file}: ${name}${reason === undefined ? '' : ` (${reason})`}`;
}

function readOutcomes(path: string): Outcomes {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Outcomes) : { failed: [], skipped: [] };
}

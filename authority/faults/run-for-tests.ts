/** `npm run faults:issuance -- --runs N`: one line of JSON on stdout, what happens meanwhile on stderr. */
import { parseArgs } from 'node:util';
import { softHsmModule } from '@antin/testkit/softhsm';
import { runFaults } from './faults-for-tests.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '50' }, quiet: { type: 'boolean', default: false } },
});
const summary = await runFaults({
  runs: Number(values.runs),
  module: softHsmModule(),
  onRun: (text) => values.quiet || process.stderr.write(`${text}\n`),
});
process.stdout.write(`${JSON.stringify(summary)}\n`);
const { orphans, serialReuse, goodForUnissued, crlRegressions, brokenPromises } = summary;
process.exitCode = orphans + serialReuse + goodForUnissued + crlRegressions + brokenPromises === 0 ? 0 : 1;

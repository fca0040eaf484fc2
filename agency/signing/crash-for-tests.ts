import { createInterface } from 'node:readline';
import { connect } from '@antin/adapters/db/connect';
import { startWorker } from '@antin/adapters/db/worker';
import { PASSWORD, testOffice, type TestKeys } from '../office-for-tests.ts';
import type { SigningStep } from './doors.ts';

/**
 * A process of the office that is killed (SIGKILL, no handler runs) when it reaches a step. Started by `crash.test.ts`,
 * which sends its task as one line of JSON.
 */
interface Task {
  readonly address: { socketDir: string; port: number; user: string; database: string };
  readonly folder: string;
  readonly now: number;
  readonly dieAt: SigningStep;
  readonly tsa: string;
  readonly act:
    | { kind: 'issue'; documentId: string; body: unknown }
    | { kind: 'batch'; body: unknown }
    | { kind: 'answer'; jobId: string; deviceId: string; answer: unknown }
    | { kind: 'complete' };
}

const [line] = await new Promise<string[]>((resolve) => createInterface(process.stdin).once('line', (text) => resolve([text])));
const task = JSON.parse(line!) as Task;
const keys: TestKeys = {
  now: task.now,
  certificate: () => ({ raw: new Uint8Array() }),
  chain: () => [],
  signingKey: () => {
    throw new Error('this process holds no key');
  },
  timeStampToken: () => new Uint8Array(),
};
const office = await testOffice(connect(task.address), keys, {
  folder: task.folder,
  at: (step) => {
    if (step === task.dieAt) process.kill(process.pid, 'SIGKILL');
  },
  timeStamp: async (imprint) =>
    new Uint8Array(await (await fetch(task.tsa, { method: 'POST', body: new Uint8Array(imprint) })).arrayBuffer()),
});

const { act } = task;
if (act.kind === 'issue') {
  const clerk = await office.signIn('van.thu', PASSWORD);
  await office.post(clerk, `/api/documents/${act.documentId}/issue`, act.body);
} else if (act.kind === 'batch') {
  await office.post(await office.signIn('lanh.dao', PASSWORD), '/api/batches', act.body);
} else if (act.kind === 'answer') {
  const body = new TextEncoder().encode(JSON.stringify(act.answer));
  await office.db
    .transaction()
    .execute((tx) => office.jobs.takeAnswer(tx, { jobId: act.jobId, deviceId: act.deviceId, body, proof: 'test' }));
} else {
  // A short lease, so that the test does not wait a minute for the dead worker's.
  const worker = startWorker(office.db, { handlers: office.handlers, leaseMs: 900, pollMs: 50, backOffMs: () => 0 });
  await worker.idle();
  await worker.stop();
}
process.stdout.write('survived\n');
process.exit(0);

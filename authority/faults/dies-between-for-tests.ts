/** An officer's process that is killed in the middle of a revocation; run by `revocation.test.ts`, told what to do on stdin. */
import { readFileSync } from 'node:fs';
import { connect, type DatabaseAddress } from '@antin/adapters/db/connect';
import type { SignedStatement } from '@antin/protocol/authority/registration';
import { authorityService } from '../service.ts';
import { officerById } from '../officers/store.ts';
import { revokeNow } from '../registration/approve.ts';

interface Task {
  readonly address: DatabaseAddress;
  readonly dataDir: string;
  readonly baseUrl: string;
  readonly now: number;
  readonly itemId: string;
  readonly officerId: string;
  readonly said: SignedStatement;
  readonly die: 'before' | 'between';
}

const task = JSON.parse(readFileSync(0, 'utf8')) as Task;
const quiet = { info: () => {}, error: () => {} };
const db = connect(task.address);
const service = await authorityService({
  ...{ db, dataDir: task.dataDir, baseUrl: task.baseUrl, clock: () => task.now, log: quiet },
  console: { profile: 'practice', signedActs: 'when-present', secureCookie: false },
});
const parts = service.console!.registration;

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const officer = await officerById(db, task.officerId);
await revokeNow(
  {
    ...parts,
    async revoke(order) {
      if (task.die === 'before') die();
      const done = await parts.revoke(order);
      // The revocation is on disk; its request does not know yet.
      if (done.status === 'revoked') process.stdout.write('revoked\n', die);
      return new Promise(() => {});
    },
  },
  { ...officer!, roles: ['revocation'] },
  task.itemId,
  task.said,
);

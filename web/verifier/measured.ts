import type { VerifyInput } from '@antin/pki/crypto';
import { readInPieces } from '@antin/formats/bytes/source';
import { nobleCrypto } from '../crypto/noble.ts';
import { check } from './check.ts';
import { fileSource } from './file-source.ts';
import type { CheckMessage } from './messages.ts';

/**
 * A worker for measuring, in no page: checks a file again and again as the verifier's worker does, and beside it does the least that
 * anybody would have to: one SHA-256 pass over the file, and each verification that the check asked for, once.
 */
self.addEventListener('message', (event: MessageEvent<{ file: File; rounds: number }>) => {
  void measure(event.data.file, event.data.rounds).then((times) => {
    (self as unknown as { postMessage(message: unknown, transfer: Transferable[]): void }).postMessage(times, []);
  });
});

async function measure(file: File, rounds: number): Promise<{ judgedMs: number[]; leastMs: number[]; verdict: string }> {
  const judgedMs: number[] = [];
  const leastMs: number[] = [];
  let verdict = 'none';
  for (let round = 0; round < rounds; round++) {
    const asked = new Map<string, VerifyInput>();
    const { verify } = nobleCrypto;
    const door = nobleCrypto as { verify: typeof verify };
    door.verify = (input) => {
      asked.set(`${input.signature.join()} ${input.data.length}`, input);
      return verify.call(nobleCrypto, input);
    };
    let done: CheckMessage | undefined;
    try {
      await check({ file, data: [], language: 'vi' }, (message) => void (done = message));
    } finally {
      door.verify = verify;
    }
    if (done?.kind !== 'done') throw new Error(`not judged: ${JSON.stringify(done)}`);
    verdict = done.report.verdict;
    judgedMs.push(done.spentMs);
    const beginning = performance.now();
    const running = nobleCrypto.digest('SHA-256');
    const source = fileSource(file);
    readInPieces(source, 0, source.size, (piece) => running.update(piece));
    running.finish();
    for (const input of asked.values()) nobleCrypto.verify(input);
    leastMs.push(performance.now() - beginning);
  }
  return { judgedMs, leastMs, verdict };
}

import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { memorySource } from '@antin/formats/bytes/source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { embedCades } from '../cades/embed.ts';
import { prepareCades } from '../cades/prepare.ts';
import type { CadesToBeSigned } from '../cades/to-be-signed.ts';
import { SignatureFault } from '../fault.ts';
import { signBatch } from './batch.ts';
import type { BatchKey, BatchOptions, BatchOutcome, BatchProgress, BatchSteps } from './batch.ts';

const pki = testPki();
const signer = pki.signingKey('leader');
const door = nodeCrypto;
const bytes = (text: string) => memorySource(new TextEncoder().encode(text));

/** CAdES of texts; "bad" cannot be prepared, "late" cannot be finished. */
const steps: BatchSteps<string, CadesToBeSigned, number> = {
  prepare(item) {
    if (item === 'bad') throw new SignatureFault('test.unreadable', 'not a document');
    const { certificate, algorithm } = signer;
    return prepareCades(bytes(item), { door, certificate, chain: [], algorithm, signingTime: pki.now });
  },
  dataOf: (tbs) => tbs.signedAttributes,
  async finish(item, tbs, value) {
    await turn();
    if (item === 'late') throw new SignatureFault('source.unreachable', 'no answer');
    return embedCades(undefined, tbs, value, { door }).size;
  },
};

async function all(items: readonly string[], key: BatchKey, options?: BatchOptions, own = steps) {
  const out: BatchOutcome<string, number>[] = [];
  for await (const one of signBatch(items, key, own, options)) out.push(one);
  return out.sort((a, b) => a.index - b.index).map((one) => (one.status === 'signed' ? one.status : `${one.item}: ${one.code}`));
}

/** Counts how often somebody would have typed a PIN. */
function token(fails?: SignatureFault) {
  const asked: number[] = [];
  const sign = () => Promise.reject(new Error('one by one'));
  const signAll = async (data: readonly Uint8Array[]) => {
    asked.push(data.length);
    if (fails !== undefined) throw fails;
    return Promise.all(data.map((one) => signer.sign(one)));
  };
  return { asked, key: { sign, signAll } };
}

describe('a batch', () => {
  it('activates the key once, and a bad item does not spoil the others', async () => {
    const { asked, key } = token();
    expect(await all(['a', 'bad', 'b', 'late', 'c'], key)).toEqual([
      'signed',
      'bad: test.unreadable',
      'signed',
      'late: source.unreachable',
      'signed',
    ]);
    expect(asked).toEqual([4]);
  });

  it('does not ask for a key when nothing can be signed', async () => {
    const { asked, key } = token();
    expect(await all(['bad', 'bad'], key)).toEqual(['bad: test.unreadable', 'bad: test.unreadable']);
    expect(await all([], key)).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('does not try a refusing key a second time', async () => {
    const wrong = new SignatureFault('pkcs11.pin-incorrect', 'wrong PIN');
    const { asked, key } = token(wrong);
    expect(await all(['a', 'bad', 'b'], key)).toEqual([
      'a: pkcs11.pin-incorrect',
      'bad: test.unreadable',
      'b: pkcs11.pin-incorrect',
    ]);
    expect(asked).toEqual([2]);
    let tried = 0;
    const single = { sign: () => Promise.reject((tried++, wrong)) };
    expect(await all(['a', 'b', 'c'], single)).toEqual(['a', 'b', 'c'].map((one) => `${one}: pkcs11.pin-incorrect`));
    expect(tried).toBe(1);
  });

  it('keeps what a key signed before it went away', async () => {
    let left = 2;
    const sign = (data: Uint8Array) =>
      left-- > 0 ? signer.sign(data) : Promise.reject(new SignatureFault('pkcs11.token-removed', 'gone'));
    expect(await all(['a', 'b', 'c'], { sign })).toEqual(['signed', 'signed', 'c: pkcs11.token-removed']);
  });

  it('takes values that are missing or of another item for what they are', async () => {
    const short = { ...token().key, signAll: () => Promise.resolve([]) };
    expect(await all(['a'], short)).toEqual(['a: batch.values-missing']);
    const turned = {
      ...token().key,
      signAll: async (data: readonly Uint8Array[]) => (await token().key.signAll(data)).reverse(),
    };
    expect(await all(['a', 'b'], turned)).toEqual(['a', 'b'].map((one) => `${one}: signature.value-mismatch`));
  });

  it('names a fault of the program as such, and carries it', async () => {
    const broken = { ...steps, finish: () => Promise.reject(new TypeError('undefined is no function')) };
    const out: BatchOutcome<string, number>[] = [];
    for await (const one of signBatch(['a'], signer, broken)) out.push(one);
    expect(out).toMatchObject([{ status: 'refused', code: 'batch.item-fault', fault: expect.any(TypeError) as unknown }]);
  });

  it('finishes no more items at a time than it may, and says how far it is', async () => {
    let [now, most] = [0, 0];
    const counting = {
      ...steps,
      async finish(...args: Parameters<typeof steps.finish>) {
        most = Math.max(most, ++now);
        await turn();
        now--;
        return steps.finish(...args);
      },
    };
    const progress: BatchProgress[] = [];
    const options = { concurrency: 3, onProgress: (one: BatchProgress) => void progress.push(one) };
    expect(await all([...'abcdefgh'], signer, options, counting)).toEqual(Array.from('abcdefgh', () => 'signed'));
    expect(most).toBe(3);
    for (const phase of ['prepared', 'signed', 'finished']) {
      expect(progress.filter((one) => one.phase === phase).map((one) => one.done)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    }
  });

  it('stops where it is told to: what is finished stays, the rest says so, the key is not used in vain', async () => {
    const stop = new AbortController();
    const finishing = {
      ...steps,
      finish: async (...args: Parameters<typeof steps.finish>) => (stop.abort(), steps.finish(...args)),
    };
    const options = { concurrency: 1, signal: stop.signal };
    expect(await all(['a', 'b'], signer, options, finishing)).toEqual(['signed', 'b: batch.cancelled']);
    const { asked, key } = token();
    expect(await all(['a', 'b'], key, options)).toEqual(['a: batch.cancelled', 'b: batch.cancelled']);
    expect(asked).toEqual([]);
  });

  it('lets those on their way arrive when nobody listens any more', async () => {
    let finished = 0;
    const counting = {
      ...steps,
      finish: async (...args: Parameters<typeof steps.finish>) => (await steps.finish(...args), ++finished),
    };
    for await (const one of signBatch(['a', 'b', 'c', 'd'], signer, counting, { concurrency: 2 })) {
      expect(one.status).toBe('signed');
      break;
    }
    expect(finished).toBe(2);
  });
});

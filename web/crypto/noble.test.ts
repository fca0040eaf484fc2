import { describe, expect, it } from 'vitest';
import { corpus } from '@antin/testkit/corpora';
import { cryptoContract } from '@antin/testkit/crypto-contract';
import { runWycheproof, wycheproofCases, wycheproofFiles } from '@antin/testkit/wycheproof';
import { nobleCrypto } from './noble.ts';

cryptoContract('noble', nobleCrypto);

const folder = corpus('wycheproof');

/** JavaScript arithmetic is slow: every eleventh vector of every file, all of Ed25519. */
const STEP = 11;

describe.skipIf(folder === undefined)('a sample of Wycheproof through the noble door', () => {
  const files = folder === undefined ? [] : wycheproofFiles(folder).filter((file) => !/shake|sha512_2|sha3_224|ed448/.test(file));

  it.each(files)('%s: no invalid accepted, no valid refused', (file) => {
    const wrong: string[] = [];
    for (const one of wycheproofCases(folder as string, file)) {
      if (one.id % STEP !== 0 && !file.startsWith('ed25519')) continue;
      const answer = runWycheproof(nobleCrypto, one);
      const expected = one.expected === 'acceptable' ? 'invalid' : one.expected;
      // Malformed r‖s is refused before the door is asked, also for curves it does not know.
      const fine = file.includes('brainpool') ? answer !== 'valid' : answer === expected;
      if (!fine) wrong.push(`${one.id} ${one.comment}: ${answer}`);
    }
    expect(wrong).toEqual([]);
  });
});

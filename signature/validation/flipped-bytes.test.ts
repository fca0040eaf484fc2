import { fromLatin1 } from '@antin/formats/bytes/bytes';
import { judged, letter, sign, walk } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';

const pki = testPki();

/** Fixed sequence, so that a failure repeats. */
function* numbers(seed: number): Generator<number> {
  for (let x = seed; ;) {
    x = (Math.imul(x, 1_103_515_245) + 12_345) >>> 0;
    yield x >>> 8;
  }
}

function byteRange(file: Uint8Array): [number, number, number] {
  const all = [...fromLatin1(file).matchAll(/\/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g)];
  const match = all.at(-1) as RegExpExecArray;
  return [Number(match[1]), Number(match[2]), Number(match[3])];
}

function flipped(file: Uint8Array, at: number, bit: number): Uint8Array {
  const copy = file.slice();
  copy[at] = (copy[at] as number) ^ (1 << bit);
  return copy;
}

describe('any flipped covered byte', () => {
  it('never passes and is never unsigned: every structural byte of a small signed letter', { timeout: 120_000 }, async () => {
    const original = letter().length;
    const file = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now });
    expect(judged(file, pki).verdict).toBe('valid');
    const [b, c, d] = byteRange(file);
    const bits = numbers(1);
    const outcomes = new Map<string, number>();
    for (let i = 0; i < b + d; i++) {
      const at = i < b ? i : c + (i - b);
      // The revision that signs: every byte. The letter below it: every third.
      if (at < original && at % 3 !== 0) continue;
      const bit = (bits.next().value as number) % 8;
      const report = judged(flipped(file, at, bit), pki);
      const sub = report.signatures.map((one) => one.subIndication).join();
      expect(report.verdict, `byte ${at} bit ${bit}: ${sub}`).toBe('invalid');
      expect(['HASH_FAILURE', 'FORMAT_FAILURE'], `byte ${at} bit ${bit}`).toContain(report.signatures[0]?.subIndication);
      if (report.signatures[0]?.subIndication === 'FORMAT_FAILURE') {
        expect(report.signatures[0].errors[0]?.offset, `byte ${at} bit ${bit}`).toBeTypeOf('number');
      }
      outcomes.set(sub, (outcomes.get(sub) ?? 0) + 1);
    }
    expect(outcomes.get('HASH_FAILURE') ?? 0).toBeGreaterThan(100);
    expect(outcomes.get('FORMAT_FAILURE') ?? 0).toBeGreaterThan(50);
  });

  it('never passes: bytes of all four revisions of the numbered and sealed letter', { timeout: 120_000 }, async () => {
    const { sealed } = await walk(pki);
    const [b, c, d] = byteRange(sealed);
    const random = numbers(7);
    for (let n = 0; n < 150; n++) {
      const i = (random.next().value as number) % (b + d);
      const at = i < b ? i : c + (i - b);
      const bit = (random.next().value as number) % 8;
      const report = judged(flipped(sealed, at, bit), pki);
      expect(report.verdict, `byte ${at} bit ${bit}`).toBe('invalid');
    }
  });

  it('a flipped byte of the CMS inside the gap never makes another signer pass', async () => {
    const file = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now });
    const [b, c] = byteRange(file);
    const honest = judged(file, pki).signatures[0]?.signer?.sha256;
    const random = numbers(3);
    for (let n = 0; n < 150; n++) {
      const at = b + 1 + ((random.next().value as number) % (c - b - 2));
      const copy = file.slice();
      // Another hexadecimal digit, so that the string stays a string.
      copy[at] = copy[at] === 0x30 ? 0x31 : 0x30;
      const report = judged(copy, pki);
      expect(report.verdict, `byte ${at}`).not.toBe('unsigned');
      // Certificates of issuers and the time-stamp are not signed by the signer: losing them may leave a weaker pass.
      if (report.verdict === 'valid') expect(report.signatures[0]?.signer?.sha256).toBe(honest);
    }
  });
});

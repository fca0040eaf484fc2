import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '@antin/formats/bytes/source';
import { SignatureFault } from '../fault.ts';
import { buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { pdfsig, qpdfRewrite, tools } from '@antin/testkit/pdf/outside';
import { doors, joined } from '@antin/testkit/pdf/signing';
import { judged } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { embedPades } from './embed.ts';
import { preparePades } from './prepare.ts';
import type { ToBeSigned } from './to-be-signed.ts';
import { toBeSignedFromJson, toBeSignedToJson } from './to-be-signed.ts';

const pki = testPki();
const SIGNERS = ['leader', 'seal', 'leaderRsa'].map((name) => pki.signingKey(name));
const plain = buildPdf(plainObjects(), { trailer: '/ID[<00><00>]' }).bytes;
const inputs = [plain, ...(tools.qpdf ? [qpdfRewrite(plain, '--object-streams=generate')] : [])];

/** The file as it lies on a disk, and the preparations that wait for a value: all that survives a crash. */
interface World {
  file: Uint8Array;
  readonly waiting: { readonly stored: string; readonly base: Uint8Array; readonly signer: number }[];
  signed: number;
}

const prepare = (file: Uint8Array, signer: number): ToBeSigned => {
  const key = SIGNERS[signer]!;
  return preparePades(memorySource(file), {
    ...{ ...doors, certificate: key.certificate, chain: key.chain.map((one) => one.raw), algorithm: key.algorithm },
    ...{ signingTime: pki.now, level: 'B-B' },
  });
};
const store = (tbs: ToBeSigned): string => JSON.stringify(toBeSignedToJson(tbs));
const read = (stored: string): ToBeSigned => toBeSignedFromJson(JSON.parse(stored));

/** What embedding answers: the code of the refusal, or the bytes to append. */
function attempt(file: Uint8Array, tbs: ToBeSigned, value: Uint8Array): Uint8Array | string {
  const before = file.slice();
  const stored = store(tbs);
  try {
    return embedPades(memorySource(file), tbs, value, doors);
  } catch (fault) {
    if (!(fault instanceof SignatureFault)) throw fault;
    // Refused means untouched: neither the file nor the preparation, so that the right value can still come.
    expect(file).toEqual(before);
    expect(store(tbs)).toBe(stored);
    return fault.code;
  }
}

const step = fc.record({ act: fc.constantFrom('prepare', 'embed', 'crash'), signer: fc.nat(2), which: fc.nat(3) });

describe('any order of preparing and embedding by several signers', () => {
  it('embeds what was prepared on the file as it is, refuses what was prepared on an older one, and all signatures stand', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...inputs), fc.array(step, { maxLength: 9 }), async (input, steps) => {
        const world: World = { file: input, waiting: [], signed: 0 };
        for (const { act, signer, which } of steps) {
          if (act === 'prepare') world.waiting.push({ stored: store(prepare(world.file, signer)), base: world.file, signer });
          const chosen = world.waiting[which % Math.max(1, world.waiting.length)];
          if (act === 'prepare' || chosen === undefined) continue;
          const tbs = read(chosen.stored);
          const value = await SIGNERS[chosen.signer]!.sign(tbs.signedAttributes);
          // After the value came, before it was embedded: the stored preparation is all there is, and it is enough.
          if (act === 'crash') continue;
          const answer = attempt(world.file, tbs, value);
          if (chosen.base !== world.file) expect(answer).toBe('pades.input-changed');
          else {
            expect(answer).toBeInstanceOf(Uint8Array);
            world.file = joined(world.file, answer as Uint8Array);
            world.signed++;
          }
        }
        expect(world.file.subarray(0, input.length)).toEqual(input);
        if (world.signed === 0) return;
        const report = judged(world.file, pki);
        expect(report.signatures.map(({ indication }) => indication)).toEqual(Array(world.signed).fill('TOTAL_PASSED'));
      }),
      { numRuns: 40 },
    );
  });

  it.skipIf(!tools.pdfsig)('three one after the other are valid elsewhere', async () => {
    let file = plain;
    for (const [i, key] of SIGNERS.entries()) {
      const tbs = read(store(prepare(file, i)));
      file = joined(file, embedPades(memorySource(file), tbs, await key.sign(tbs.signedAttributes), doors));
    }
    expect(pdfsig(file)).toMatchObject({ signatures: 3, valid: 3 });
  });
});

describe('what must not be embedded', () => {
  const signed = (async () => {
    const tbs = prepare(plain, 0);
    return { tbs, value: await SIGNERS[0]!.sign(tbs.signedAttributes) };
  })();

  it('any flipped bit of the file is another file', async () => {
    const { tbs, value } = await signed;
    fc.assert(
      fc.property(fc.nat(plain.length - 1), fc.nat(7), (at, bit) => {
        const changed = plain.with(at, plain[at]! ^ (1 << bit));
        expect(attempt(changed, tbs, value)).toBe('pades.input-changed');
      }),
    );
    expect(attempt(plain, tbs, value)).toBeInstanceOf(Uint8Array);
  });

  it('a flipped bit of the value, or a value of another length', async () => {
    const { tbs, value } = await signed;
    fc.assert(
      fc.property(fc.nat(value.length - 1), fc.nat(7), (at, bit) => {
        expect(attempt(plain, tbs, value.with(at, value[at]! ^ (1 << bit)))).toBe('signature.value-mismatch');
      }),
    );
    for (const wrong of [new Uint8Array(0), value.subarray(1), joined(value, Uint8Array.of(0))]) {
      expect(attempt(plain, tbs, wrong)).toBe('signature.value-mismatch');
    }
  });

  it('the value of another key, and the certificate of another person under the right value', async () => {
    const { tbs, value } = await signed;
    expect(attempt(plain, tbs, await SIGNERS[1]!.sign(tbs.signedAttributes))).toBe('signature.value-mismatch');
    const swapped = { ...tbs, certificate: SIGNERS[1]!.certificate.raw };
    expect(attempt(plain, swapped, value)).toBe('signature.value-mismatch');
  });

  it('anything, when the preparation itself was changed on the way', async () => {
    const { tbs, value } = await signed;
    fc.assert(
      fc.property(fc.nat(tbs.appended.length - 1), fc.nat(7), (at, bit) => {
        const [first, second] = [tbs.byteRange[1] - plain.length, tbs.byteRange[2] - plain.length];
        fc.pre(at < first || at >= second);
        const changed = { ...tbs, appended: tbs.appended.with(at, tbs.appended[at]! ^ (1 << bit)) };
        expect(attempt(plain, changed, value)).toBe('pades.input-changed');
      }),
    );
    // The preparation of another file, made to look like this one's: the value is about the other.
    const other = prepare(plain.with(12, 0x2a), 0);
    expect(
      attempt(plain, { ...tbs, signedAttributes: other.signedAttributes }, await SIGNERS[0]!.sign(other.signedAttributes)),
    ).toBe('pades.prepared-damaged');
    const attributes = tbs.signedAttributes.map((byte, i, { length }) => (i === length - 5 ? byte ^ 1 : byte));
    expect(attempt(plain, { ...tbs, signedAttributes: attributes }, value)).toBe('signature.value-mismatch');
  });
});

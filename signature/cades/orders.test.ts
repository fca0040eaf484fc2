import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { indexOfBytes, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { addCounterSignature, addSigner, embedCades } from './embed.ts';
import { extendCades } from './extend.ts';
import { readFrame } from './frame.ts';
import { prepareCades, prepareCounterSignature } from './prepare.ts';
import { readSignedCms } from './read-signed.ts';
import { cadesFromJson, cadesToJson } from './to-be-signed.ts';
import type { CadesToBeSigned } from './to-be-signed.ts';

const pki = testPki();
const door = nodeCrypto;
const content = memorySource(utf8('Báo cáo tháng 3'));
const keys = ['leader', 'seal', 'revokedLater'].map((name) => pki.signingKey(name));
const who = (i: number) => {
  const { certificate, chain, algorithm } = keys[i]!;
  return { door, signingTime: pki.now + i, certificate, chain: chain.map((one) => one.raw), algorithm };
};
/** The process ends and another one goes on: only what was stored survives. */
const crashed = (tbs: CadesToBeSigned) => cadesFromJson(JSON.parse(JSON.stringify(cadesToJson(tbs))));

type Step = 'counter' | 'B-T' | 'B-LT' | 'B-LTA';
const steps = fc.array(fc.constantFrom<Step>('counter', 'B-T', 'B-LT', 'B-LTA'), { maxLength: 3 });

it('whatever order signers, counter-signers and levels come in, every signature stays what it was', async () => {
  const order = fc.shuffledSubarray([0, 1, 2], { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(order, fc.boolean(), fc.array(steps, { minLength: 3, maxLength: 3 }), async (signers, attached, between) => {
      let time = pki.now;
      const prepared = signers.map((i) => crashed(prepareCades(content, who(i))));
      let cms = new Uint8Array(0);
      const seen: Uint8Array[] = [];
      for (const [n, i] of signers.entries()) {
        const tbs = prepared[n]!;
        const value = await keys[i]!.sign(tbs.signedAttributes);
        const source =
          n === 0
            ? embedCades(attached ? content : undefined, tbs, value, { door })
            : addSigner(readFrame(memorySource(cms)), content, tbs, value, { door });
        cms = Uint8Array.from(source.read(0, source.size));
        for (const step of between[n]!) {
          const frame = readFrame(memorySource(cms));
          let next;
          if (step === 'counter') {
            const over = crashed(prepareCounterSignature(frame, 0, who(0)));
            next = addCounterSignature(frame, 0, over, await keys[0]!.sign(over.signedAttributes), { door });
          } else {
            next = await extendCades(memorySource(cms), {
              door,
              level: step,
              anchors: pki.anchors,
              at: time + 3_600_000,
              timeStamp: timeStampSource(pki, () => (time += 1000)),
              evidenceFor: evidenceSource(pki, () => time),
              content,
            });
          }
          cms = Uint8Array.from(next.read(0, next.size));
        }
        seen.push(tbs.signedAttributes.subarray(2), value);
        for (const bytes of seen) expect(indexOfBytes(cms, bytes)).toBeGreaterThan(0);
      }
      // Digest and value of every signer, checked again.
      expect(readSignedCms(readFrame(memorySource(cms)), content, door).signers).toHaveLength(signers.length);
    }),
    { numRuns: 15 },
  );
});

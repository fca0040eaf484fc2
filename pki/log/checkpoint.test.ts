import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkpointText, parseCheckpoint } from './checkpoint.ts';

describe('a checkpoint', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (size, root) => {
        const checkpoint = { origin: 'antin.example/journal', size, root };
        expect(parseCheckpoint(checkpointText(checkpoint))).toEqual(checkpoint);
      }),
    );
  });

  const good = checkpointText({ origin: 'a', size: 7, root: new Uint8Array(32) });
  it.each([
    ['nothing', ''],
    ['a line too few', good.split('\n').slice(1).join('\n')],
    ['a line too many', `${good}x\n`],
    ['a size with a leading zero', good.replace('\n7\n', '\n07\n')],
    ['a size that no number holds', good.replace('\n7\n', '\n9999999999999999\n')],
    ['a head that is too short', good.replace('AAAA', '')],
    ['other line ends', good.replaceAll('\n', '\r\n')],
    ['a space in the name', `a ${good}`],
    ['a name that moves the cursor', `\u001b[2J${good}`],
  ])('%s is refused', (_, text) => {
    expect(() => parseCheckpoint(text)).toThrow(expect.objectContaining({ code: 'log.checkpoint-damaged' }) as Error);
  });
});

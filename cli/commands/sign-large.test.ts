import { readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeLargePdf } from '@antin/testkit/large/large-pdf';
import { signingDesk } from '@antin/testkit/signing-desk';
import type { SigningDesk } from '@antin/testkit/signing-desk';

const SIZE = 500_000_000;

let desk: SigningDesk;
beforeAll(async () => {
  desk = await signingDesk();
  writeLargePdf(desk.file('large.pdf'), SIZE, 'stream');
  // Zeros behind a declaration: nobody may hold them to find out that they are no XML.
  truncateSync(desk.file('large.xml', '<?xml version="1.0"?><a>'), SIZE);
});
afterAll(() => desk.close());

/** The real command; its peak of memory in millions of bytes, self-check and writing included. */
async function sign(input: string, ...more: readonly string[]) {
  const [out, peakFile] = [desk.file('large.signed'), desk.file('peak')];
  // Written by the process itself when it ends: nobody else can ask afterwards.
  const hook = `import{writeFileSync}from'node:fs';process.on('exit',()=>writeFileSync(process.env.PEAK,''+process.resourceUsage().maxRSS))`;
  const env = { PEAK: peakFile, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };
  const { code, err } = await desk.antin(['sign', desk.file(input), '-o', out, ...desk.key(), ...more], { env });
  const size = statSync(out, { throwIfNoEntry: false })?.size ?? 0;
  rmSync(out, { force: true });
  return { code, err, size, peakMB: (Number(readFileSync(peakFile, 'utf8')) * 1024) / 1e6 };
}

it.each([
  ['PAdES', []],
  ['ASiC-E', ['--format', 'ASiC-E']],
] as const)(
  'antin sign makes %s of 500 MB in less than 200 MB of memory',
  async (_, options) => {
    const { code, err, size, peakMB } = await sign('large.pdf', ...options);
    expect([code, err]).toEqual([0, expect.stringContaining('for practice only')]);
    expect(size).toBeGreaterThan(SIZE);
    expect(peakMB).toBeLessThan(200);
  },
  240_000,
);

it.each([
  ['large.pdf', 'XAdES', 'enveloping', 'signature.content-too-large'],
  ['large.xml', 'XAdES', 'enveloped', 'xml.too-large'],
] as const)('antin sign does not hold %s for %s %s, it refuses', async (input, format, packaging, reason) => {
  const { code, err, size, peakMB } = await sign(input, '--format', format, '--packaging', packaging);
  expect([code, err, size]).toEqual([65, expect.stringContaining(`[${reason}]`), 0]);
  expect(peakMB).toBeLessThan(200);
});

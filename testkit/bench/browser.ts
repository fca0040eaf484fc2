import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { memorySource } from '@antin/formats/bytes/source';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { signPades } from '@antin/signature/pades/sign';
import { trustOf } from '../judging/every-format.ts';
import { DEFAULT_PKI } from '../pki/description.ts';
import { testPki } from '../pki/test-pki.ts';
import type { Figure } from './figure.ts';
import { samplePdf } from './sample.ts';

export const IN_CHROMIUM = 'chromium/validate/pades-b-b/1MB/p-256';

const ROUNDS = 25;
/** Until the compiler of the browser has seen what it needs. */
const WARM = 8;
const CHROMIUM = [process.env['ANTIN_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * The verifier's worker in headless Chromium: a file of 1 MB with its path and lists, against one SHA-256 pass over it there and every
 * verification that the check needs. The evidence comes from a server; its time is not counted. Milliseconds are those of the clock.
 *
 * @returns undefined, and says so, where there is no Chromium
 */
export async function inChromium(): Promise<Figure | undefined> {
  const executablePath = CHROMIUM.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) {
    process.stderr.write(`SKIPPED: no Chromium here; ${IN_CHROMIUM} is not measured\n`);
    return undefined;
  }
  const pki = testPki({ ...DEFAULT_PKI, now: new Date(Date.now() - 3_600_000).toISOString() });
  const pdf = samplePdf(1_000_000);
  const options = { door: nodeCrypto, inflate: nodeInflate, signingTime: pki.now, level: 'B-B' } as const;
  const signed = concatBytes(pdf, await signPades(memorySource(pdf), pki.signingKey('leader'), options));
  await using server = await serve(await workerScript(), signed, trustOf(pki));
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    const { judgedMs, leastMs, verdict } = (await page.evaluate(RUN(WARM + ROUNDS))) as Times;
    // A figure of wrong answers would be worse than none.
    if (verdict !== 'valid') throw new Error(`in Chromium the file is judged ${verdict}`);
    const rate = (times: readonly number[]): number => 1000 / median(times.slice(WARM));
    const ratios = judgedMs.map((ms, i) => (leastMs[i] as number) / ms);
    const digits = (value: number): number => Number(value.toPrecision(4));
    const ratio = digits(median(ratios.slice(WARM)));
    return { name: IN_CHROMIUM, value: digits(rate(judgedMs)), unit: '1/s', limit: digits(rate(leastMs)), ratio, asked: 0.2 };
  } finally {
    await browser.close();
  }
}

interface Times {
  readonly judgedMs: readonly number[];
  readonly leastMs: readonly number[];
  readonly verdict: string;
}

/** What the page does, as text: this room knows no types of a browser. */
const RUN = (rounds: number): string => `(async () => {
  const file = new File([await (await fetch('/file.pdf')).arrayBuffer()], 'file.pdf');
  const worker = new Worker('/worker.js', { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = (event) => resolve(event.data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage({ file, rounds: ${rounds} });
  });
})()`;

/** The verifier as it is built for the pages, with its measuring worker as the beginning. */
async function workerScript(): Promise<string> {
  const { build } = await import('vite');
  const web = fileURLToPath(new URL('../../web/', import.meta.url));
  const built = await build({
    configFile: `${web}vite.config.ts`,
    logLevel: 'error',
    build: {
      write: false,
      manifest: false,
      rollupOptions: { input: `${web}verifier/measured.ts`, output: { codeSplitting: false } },
    },
  });
  const [first] = Array.isArray(built) ? built : [built];
  const chunk = first !== undefined && 'output' in first ? first.output.find((one) => one.type === 'chunk') : undefined;
  if (chunk?.type !== 'chunk') throw new Error('the measuring worker was not built');
  return chunk.code;
}

/** Trust and evidence as an installation answers them, and the file. */
async function serve(script: string, file: Uint8Array, trust: ReturnType<typeof trustOf>) {
  const list = {
    issuedAt: new Date().toISOString(),
    anchors: trust.anchors.map((one) => ({ ...one, certificate: toBase64(one.certificate.raw) })),
    certificates: trust.certificates.map(toBase64),
  };
  const server = createServer((request, response) => {
    const send = (type: string, body: string | Uint8Array): void => void response.setHeader('content-type', type).end(body);
    if (request.url === '/worker.js') return send('text/javascript', script);
    if (request.url === '/file.pdf') return send('application/pdf', file);
    if (request.url === '/api/public/trust') return send('application/json', JSON.stringify(list));
    if (request.url !== '/api/public/evidence') return send('text/html', '<!doctype html><title>bench</title>');
    let asked = '';
    request.on('data', (piece: Buffer) => (asked += piece.toString()));
    request.on('end', () => {
      const { needs } = JSON.parse(asked) as { needs: { kind: 'crl' | 'ocsp'; issuerSha256: string }[] };
      void Promise.all(needs.map((need) => trust.evidence(need))).then((found) => {
        const crls = found.flatMap((one) => (one === undefined ? [] : [toBase64(one)]));
        send('application/json', JSON.stringify({ certificates: [], crls, ocsps: [], notFetched: [] }));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

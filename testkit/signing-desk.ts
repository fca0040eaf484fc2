import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { encodePem } from '@antin/pki/pem';
import { writePkcs12 } from '@antin/pki/pkcs12/write';
import { parseTimeStampRequest } from '@antin/pki/tsp/request';
import { buildTimeStampResponse } from '@antin/pki/tsp/response';
import { DEFAULT_PKI } from './pki/description.ts';
import type { EntityDescription, PkiDescription } from './pki/description.ts';
import { testPki } from './pki/test-pki.ts';
import type { TestPki, TokenOptions } from './pki/types.ts';

const DAY = 86_400_000;

/** The usual test PKI moved to today, for commands that look at the real clock. */
export function presentPki(now = Math.floor(Date.now() / 1000) * 1000): TestPki {
  const day = (days: number) => new Date(now + days * DAY).toISOString();
  const moved = (name: string, one: EntityDescription): EntityDescription => ({
    ...one,
    notBefore: name === 'notYetValid' ? day(30) : name === 'expired' ? day(-400) : day(-30),
    notAfter: name === 'expired' ? day(-10) : day(365),
    ...(one.revoked === undefined ? {} : { revoked: { ...one.revoked, at: day(name === 'revokedLater' ? 20 : -5) } }),
  });
  const entities = Object.entries(DEFAULT_PKI.entities).map(([name, one]) => [name, moved(name, one)] as const);
  const description: PkiDescription = {
    ...DEFAULT_PKI,
    now: new Date(now).toISOString(),
    entities: Object.fromEntries(entities),
  };
  return testPki(description);
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What lies before somebody who types commands: keys in closed files, trust, a time-stamp authority that answers. */
export interface SigningDesk {
  readonly pki: TestPki;
  readonly folder: string;
  readonly passFile: string;
  readonly tsa: string;
  /** How the authority makes its tokens from now on; `undefined` refuses. */
  stampWith(options: TokenOptions | undefined): void;
  /** A path in the folder; with content, the file is written with this mode. */
  file(name: string, content?: Uint8Array | string, mode?: number): string;
  /** A PKCS#12 file of ours for one entity of the PKI; its passphrase is in `passFile`. */
  p12(entity: string): string;
  /** `--p12` and `--pass-file` of an entity, the leader if none is named. */
  key(entity?: string): string[];
  /** `--trust` and fresh `--crl` for `antin validate`, in the order of the command line. */
  trust(): string[];
  /** The real command as a process of its own. */
  antin(args: readonly string[], options?: { readonly input?: string; readonly env?: NodeJS.ProcessEnv }): Promise<Ran>;
  close(): Promise<void>;
}

export const PASSPHRASE = 'mật khẩu thử';

export async function signingDesk(pki: TestPki = presentPki()): Promise<SigningDesk> {
  const folder = mkdtempSync(join(tmpdir(), 'antin desk '));
  const file: SigningDesk['file'] = (name, content, mode = 0o600) => {
    const path = join(folder, name);
    if (content !== undefined) writeFileSync(path, content, { mode });
    return path;
  };
  let stamping: TokenOptions | undefined = {};
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      response.setHeader('content-type', 'application/timestamp-reply');
      response.end(answer(pki, body, stamping));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const passFile = file('pass', `${PASSPHRASE}\n`);
  const p12 = (entity: string): string => {
    const { pkcs8 } = pki.entity(entity);
    const certificates = [pki.certificate(entity), ...pki.chain(entity)].map((one) => one.raw);
    const content = { pkcs8, certificates, friendlyName: entity };
    return file(`${entity}.p12`, writePkcs12(content, PASSPHRASE, nodeSecrets, { iterations: 2048 }));
  };
  return {
    pki,
    folder,
    passFile,
    tsa: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsa`,
    stampWith: (options) => void (stamping = options),
    file,
    p12,
    key: (entity = 'leader') => ['--p12', p12(entity), '--pass-file', passFile],
    trust() {
      const root = file('root.pem', encodePem('CERTIFICATE', pki.certificate('root').raw));
      const { crls } = pki.evidence(Date.now());
      return ['--trust', root, '--crl', ...crls.map((crl, i) => file(`list-${i}.crl`, crl)), '--offline'];
    },
    antin: (args, options) => runAntin(args, folder, options),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function answer(pki: TestPki, body: Uint8Array, options: TokenOptions | undefined): Uint8Array {
  if (options === undefined) return buildTimeStampResponse({ status: 2, statusText: 'closed today', failInfo: 'badRequest' });
  const { messageImprint, nonce, certReq } = parseTimeStampRequest(new Uint8Array(body));
  const { digest, hash } = messageImprint;
  if (digest === undefined) return buildTimeStampResponse({ status: 2, failInfo: 'badAlg' });
  const more = { certReq, ...(nonce === undefined ? {} : { nonce }), ...options };
  return buildTimeStampResponse({ status: 0, token: pki.timeStampToken({ digest, hash }, Date.now(), more) });
}

/** The command as installed: the launcher, then everything behind it. */
export const ANTIN = join(import.meta.dirname, '..', 'cli', 'antin.mjs');

async function runAntin(
  args: readonly string[],
  cwd: string,
  { input, env }: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [ANTIN, ...args], {
    cwd,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const [out, err, [code]] = await Promise.all([
    buffer(child.stdout as Readable),
    buffer(child.stderr as Readable),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, out: out.toString(), err: err.toString() };
}

type Main = (
  argv: string[],
  io: {
    readonly stdin: NodeJS.ReadableStream;
    readonly stdout: NodeJS.WritableStream;
    readonly stderr: NodeJS.WritableStream;
    readonly env: NodeJS.ProcessEnv;
  },
) => Promise<number>;

/** The same command inside this process, for the many small questions: `input` is a pipe, without it there is nothing to read. */
export function inProcess(main: Main): (args: readonly string[], options?: { readonly input?: string }) => Promise<Ran> {
  return async (args, { input } = {}) => {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    if (input === undefined) Object.assign(stdin, { fd: -1 });
    stdin.end(input);
    const code = await main([...args], { stdin, stdout, stderr, env: {} });
    const [out, err] = await Promise.all([buffer(stdout.end()), buffer(stderr.end())]);
    return { code, out: out.toString(), err: err.toString() };
  };
}

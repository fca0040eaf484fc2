import { execFileSync, fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DatabaseAddress } from '@antin/adapters/db/connect';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { OID } from '@antin/pki/oids';
import { encodePem } from '@antin/pki/pem';
import { certId } from '@antin/pki/ocsp/certificate-id';
import { buildOcspRequest } from '@antin/pki/ocsp/request';
import { buildTimeStampRequest } from '@antin/pki/tsp/request';
import { contest, fourDigits } from './measure.ts';
import type { Figure, Rate } from './measure.ts';
import { made } from './made.ts';

interface Said {
  readonly ours: number;
  readonly bare: number;
  readonly request: string;
  readonly octets: number;
}

const CONNECTIONS = 8;
const QUESTIONS = 6000;

/** Pre-signed answers over keep-alive, by GET and by POST, against a bare server of the same octets in the same process. */
export async function* ocspFigures(address: DatabaseAddress, folder: string): AsyncGenerator<Figure> {
  const script = fileURLToPath(new URL('ocsp-server.ts', import.meta.url));
  const child = fork(script, [JSON.stringify([address, folder])]);
  try {
    const [said] = (await once(child, 'message')) as [Said];
    const path = `/authority/ocsp/${encodeURIComponent(said.request)}`;
    const der = Buffer.from(said.request, 'base64');
    const post = Buffer.concat([
      Buffer.from(
        `POST /authority/ocsp HTTP/1.1\r\nhost: a\r\ncontent-type: application/ocsp-request\r\ncontent-length: ${der.length}\r\n\r\n`,
      ),
      der,
    ]);
    const questions = { get: Buffer.from(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`), post };
    for (const [name, question] of Object.entries(questions)) {
      yield await contest(`authority/ocsp/pre-signed-${name}/keep-alive`, {
        work: rateOf(child, said.ours, question),
        limit: rateOf(child, said.bare, question),
        asked: 0.8,
      });
    }
    const least = await rateOf(child, said.bare, questions.get)();
    const wall = performance.now();
    await ask(said.ours, questions.get, QUESTIONS);
    yield {
      name: 'authority/ocsp/pre-signed-get/by-the-clock',
      value: fourDigits((QUESTIONS * 1000) / (performance.now() - wall)),
      unit: '1/s',
    };
    const stamp = stampQuestion();
    yield await contest('authority/tsa/over-http/recorded', {
      work: rateOf(child, said.ours, stamp, 64),
      limit: rateOf(child, said.bare, stamp, 64),
    });
    const clock = performance.now();
    await ask(said.ours, stamp, QUESTIONS, 64);
    yield {
      name: 'authority/tsa/over-http/by-the-clock',
      value: fourDigits((QUESTIONS * 1000) / (performance.now() - clock)),
      unit: '1/s',
    };
    const peer = await opensslOcsp(folder);
    yield {
      name: 'peer/openssl-ocsp/new-connections/p-256',
      value: fourDigits(peer),
      unit: '1/s',
      limit: fourDigits(least),
      ratio: fourDigits(peer / least),
    };
  } finally {
    child.kill();
  }
}

function stampQuestion(): Buffer {
  const der = buildTimeStampRequest({ digest: 'SHA-256', hash: randomBytes(32), nonce: 77n, certReq: true });
  const head = `POST /authority/tsa HTTP/1.1\r\nhost: a\r\ncontent-type: application/timestamp-query\r\ncontent-length: ${der.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), der]);
}

/** Answers a second of the server's processor time. */
function rateOf(child: ChildProcess, port: number, question: Buffer, connections?: number): Rate {
  return async () => {
    const before = await cpuOf(child);
    await ask(port, question, QUESTIONS, connections);
    return (QUESTIONS * 1_000_000) / ((await cpuOf(child)) - before);
  };
}

async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [{ cpu }] = (await once(child, 'message')) as [{ cpu: number }];
  return cpu;
}

/** As many questions over a few connections, each after the answer to the one before. */
async function ask(port: number, question: Buffer, count: number, connections = CONNECTIONS): Promise<void> {
  await Promise.all(Array.from({ length: connections }, () => line(port, question, Math.ceil(count / connections))));
}

function line(port: number, question: Buffer, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(port, '127.0.0.1', () => socket.write(question));
    socket.setNoDelay(true);
    let left = count;
    let expected = 0;
    let seen = 0;
    socket.on('error', reject);
    socket.on('data', (piece) => {
      seen += piece.length;
      if (expected === 0) {
        const end = piece.indexOf('\r\n\r\n');
        const length = /content-length: (\d+)/i.exec(piece.toString('latin1', 0, end))?.[1];
        if (!piece.subarray(0, 12).equals(Buffer.from('HTTP/1.1 200')) || length === undefined) {
          return reject(new Error(piece.toString('latin1', 0, end)));
        }
        expected = end + 4 + Number(length);
      }
      if (seen < expected) return;
      expected = seen = 0;
      left -= 1;
      if (left === 0) {
        socket.destroy();
        resolve();
      } else socket.write(question);
    });
  });
}

/** `openssl ocsp` as a responder with one thousand certificates in its index; it signs each answer and closes each connection. */
async function opensslOcsp(folder: string): Promise<number> {
  const ca = made('CA');
  const responder = made('OCSP', OID.ocspSigning);
  const path = (name: string) => join(folder, name);
  writeFileSync(path('ca.pem'), encodePem('CERTIFICATE', ca.certificate.raw));
  writeFileSync(path('ocsp.pem'), encodePem('CERTIFICATE', responder.certificate.raw));
  writeFileSync(path('ocsp.key'), encodePem('PRIVATE KEY', responder.pkcs8), { mode: 0o600 });
  const rows = Array.from(
    { length: 1000 },
    (_, i) => `V\t360101000000Z\t\t${(0x4100 + i).toString(16).toUpperCase()}\tunknown\t/CN=${i}`,
  );
  writeFileSync(path('index.txt'), `${rows.join('\n')}\n`);
  const port = 20_000 + (process.pid % 20_000);
  const args = [
    'ocsp',
    '-index',
    path('index.txt'),
    '-CA',
    path('ca.pem'),
    '-rsigner',
    path('ocsp.pem'),
    '-rkey',
    path('ocsp.key'),
  ];
  const server = spawn('openssl', [...args, '-port', String(port)], { stdio: 'ignore' });
  try {
    const der = buildOcspRequest([certId(ca.certificate, Uint8Array.of(0x41, 7), 'SHA-1', nodeCrypto)]);
    const question = Buffer.concat([
      Buffer.from(`POST / HTTP/1.0\r\ncontent-type: application/ocsp-request\r\ncontent-length: ${der.length}\r\n\r\n`),
      der,
    ]);
    for (let tries = 0; tries < 100; tries++)
      if (
        await onceOver(port, question).then(
          () => true,
          () => false,
        )
      )
        break;
      else await sleep(50);
    const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
    const cpu = () => {
      const fields = readFileSync(`/proc/${server.pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) / ticks;
    };
    const before = cpu();
    for (let i = 0; i < 3000; i++) await onceOver(port, question);
    return 3000 / (cpu() - before);
  } finally {
    server.kill();
  }
}

function onceOver(port: number, question: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = 0;
    const socket = connectSocket(port, '127.0.0.1', () => socket.write(question));
    socket.on('data', (piece) => (seen += piece.length));
    socket.on('error', reject);
    socket.on('close', () => (seen > 100 ? resolve() : reject(new Error('no answer'))));
  });
}

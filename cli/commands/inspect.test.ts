import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { encodePem } from '@antin/pki/pem';
import { digestOf } from '@antin/pki/crypto';
import { letter, sign } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import { useFolder } from '@antin/testkit/folder';
import type { Io } from '../io.ts';
import { run } from './inspect.ts';

const pki = testPki();
const dir = useFolder().path;

async function inspect(bytes: Uint8Array | string, ...more: string[]): Promise<{ code: number; out: string }> {
  const path = join(dir, 'input');
  writeFileSync(path, bytes);
  let out = '';
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      out += chunk.toString('utf8');
      done();
    },
  });
  const io: Io = {
    stdin: Readable.from([]) as Io['stdin'],
    stdout,
    stderr: new Writable({ write: (_c, _e, done) => done() }),
    env: {},
  };
  return { code: await run([path, ...more], io), out };
}

describe('antin inspect', () => {
  it('names revisions and signatures of a PDF', async () => {
    const file = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now });
    const done = await inspect(file, '--format', 'json');
    expect(done.code).toBe(0);
    expect(JSON.parse(done.out)).toMatchObject({
      kind: 'PDF',
      pages: 1,
      revision: [{}, {}],
      signature: [{ field: 'Signature1', coverage: 'file' }],
    });
  });

  it('reads certificate, CRL, OCSP response and time-stamp', async () => {
    const hash = digestOf(nodeCrypto, 'SHA-256', new Uint8Array(1));
    const inputs: [Uint8Array | string, string][] = [
      [pki.certificate('leader').raw, 'kind: certificate'],
      [encodePem('CERTIFICATE', pki.certificate('leader').raw), 'kind: certificate'],
      [pki.crlAt(pki.now), 'kind: CRL'],
      [pki.ocspAt('leader', pki.now), 'kind: OCSP response'],
      [pki.timeStampToken({ digest: 'SHA-256', hash }, pki.now), 'content: time-stamp'],
    ];
    for (const [bytes, line] of inputs) {
      const done = await inspect(bytes);
      expect(done.code).toBe(0);
      expect(done.out).toContain(line);
    }
  });

  it('refuses what it does not know', async () => {
    expect((await inspect('hello')).code).toBe(65);
    expect((await inspect('%PDF-1.7 broken')).code).toBe(65);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { letter } from '@antin/testkit/judging/documents';
import { inProcess, PASSPHRASE, signingDesk } from '@antin/testkit/signing-desk';
import type { SigningDesk } from '@antin/testkit/signing-desk';
import { softHsmModule, softToken } from '@antin/testkit/softhsm';
import { main } from '../main.ts';

const antin = inProcess(main);

let desk: SigningDesk;
let trust: string[];
beforeAll(async () => {
  desk = await signingDesk();
  trust = desk.trust();
});
afterAll(() => desk.close());

let n = 0;
let inbox: string;
let outbox: string;
/** A folder with papers of several kinds. */
beforeEach(() => {
  inbox = desk.file(`đến ${++n}`);
  outbox = desk.file(`đi ${n}`);
  mkdirSync(inbox);
  for (const name of ['1.pdf', '2.pdf', '3.pdf']) writeFileSync(join(inbox, name), letter());
  writeFileSync(join(inbox, 'ghi chú.txt'), 'Đã họp.');
});

const key = () => desk.key();
const paper = (name: string) => join(inbox, name);
const signed = () => (existsSync(outbox) ? readdirSync(outbox).sort() : undefined);

describe('antin sign --out-dir', () => {
  it('signs all files of a folder, each by itself, and all are valid', async () => {
    const ran = await antin(['sign', inbox, '--out-dir', outbox, ...key(), '--tsa', desk.tsa]);
    expect(ran, ran.err).toMatchObject({ code: 0 });
    expect(ran.out).toContain('PAdES B-T, Nguyễn Văn An, field Signature1');
    expect(ran.out).toContain('4 of 4 signed\n');
    expect(signed()).toEqual(['1.pdf', '2.pdf', '3.pdf', 'ghi chú.txt.p7m']);
    for (const name of signed() ?? []) {
      expect(await antin(['validate', join(outbox, name), ...trust])).toMatchObject({ code: 0 });
    }
    expect(readFileSync(paper('1.pdf')).equals(letter())).toBe(true);
  });

  it('a bad file does not spoil the others', async () => {
    writeFileSync(paper('2.pdf'), letter().subarray(0, 300));
    const ran = await antin(['sign', inbox, '--out-dir', outbox, ...key()]);
    expect(ran).toMatchObject({ code: 4 });
    expect(ran.err).toMatch(/2\.pdf: .*\[pdf\.startxref\]\n/);
    expect(ran.out).toContain('3 of 4 signed\n');
    expect(signed()).toEqual(['1.pdf', '3.pdf', 'ghi chú.txt.p7m']);
  });

  it('says what became of each file as lines of JSON', async () => {
    writeFileSync(paper('2.pdf'), 'no PDF');
    const ran = await antin(['sign', inbox, paper('not there.pdf'), '--out-dir', outbox, ...key(), '--json']);
    expect(ran).toMatchObject({ code: 64 });
    const again = await antin(['sign', inbox, '--out-dir', outbox, ...key(), '--json']);
    expect(again).toMatchObject({ code: 4 });
    const lines = again.out.trim().split('\n');
    const told = lines.map((line) => JSON.parse(line) as { inputs: string[]; status: string; code?: string; format?: string });
    expect(told.map(({ inputs, status, code, format }) => [inputs[0], status, code ?? format]).sort()).toEqual([
      [paper('1.pdf'), 'signed', 'PAdES'],
      [paper('2.pdf'), 'refused', 'pdf.header'],
      [paper('3.pdf'), 'signed', 'PAdES'],
      [paper('ghi chú.txt'), 'signed', 'CAdES'],
    ]);
  });

  it('answers with the code of the refusal when nothing is signed, and leaves no folder behind', async () => {
    const bad = [1, 2].map((i) => desk.file(`hỏng ${n} ${i}.pdf`, 'no PDF'));
    const ran = await antin(['sign', ...bad, '--out-dir', outbox, ...key()]);
    expect(ran).toMatchObject({ code: 65, out: '0 of 2 signed\n' });
    expect(signed()).toBeUndefined();
    const unreachable = await antin(['sign', paper('1.pdf'), '--out-dir', outbox, ...key(), '--tsa', 'http://127.0.0.1:1/']);
    expect(unreachable).toMatchObject({ code: 69 });
    expect(signed()).toBeUndefined();
  });

  it('asks for the passphrase once', async () => {
    const args = ['sign', inbox, '--out-dir', outbox, '--p12', desk.p12('leader'), '--pass-file', '-'];
    const ran = await antin(args, { input: `${PASSPHRASE}\n` });
    expect(ran, ran.err).toMatchObject({ code: 0 });
  });

  it('replaces nothing unasked, and writes no two files over each other', async () => {
    mkdirSync(outbox);
    writeFileSync(join(outbox, '1.pdf'), 'older');
    const more = desk.file(`thêm ${n}`);
    mkdirSync(more);
    writeFileSync(join(more, '3.pdf'), letter());
    const ran = await antin(['sign', inbox, join(more, '3.pdf'), '--out-dir', outbox, ...key()]);
    expect(ran).toMatchObject({ code: 4 });
    expect(ran.err).toMatch(/1\.pdf.*\[sign\.output-exists\]/);
    expect(ran.err).toMatch(/3\.pdf.*\[sign\.same-name\]/);
    expect(readFileSync(join(outbox, '1.pdf'), 'utf8')).toBe('older');
    expect(ran.out).toContain('3 of 5 signed');
    const into = await antin(['sign', inbox, '--out-dir', inbox, ...key(), '--force']);
    expect(into.err).toMatch(/1\.pdf.*\[sign\.output-is-input\]/);
    expect(readFileSync(paper('1.pdf')).equals(letter())).toBe(true);
  });

  it('takes one format for all, with evidence inside', async () => {
    const level = ['--format', 'CAdES', '--packaging', 'detached', '--level', 'B-LT', '--tsa', desk.tsa, ...trust];
    const ran = await antin(['sign', inbox, '--out-dir', outbox, ...key(), ...level]);
    expect(ran, ran.err).toMatchObject({ code: 0 });
    expect(signed()).toEqual(['1.pdf.p7s', '2.pdf.p7s', '3.pdf.p7s', 'ghi chú.txt.p7s']);
    expect(ran.out.match(/CAdES B-LT/g)).toHaveLength(4);
  });

  it('shows how far it is on a terminal', async () => {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), Object.assign(new PassThrough(), { isTTY: true })];
    const code = await main(['sign', inbox, '--out-dir', outbox, ...key()], { stdin, stdout, stderr, env: {} });
    expect(code).toBe(0);
    const seen = (await buffer(stderr.end())).toString();
    for (const step of ['prepared 4/4', 'signed 4/4', 'finished 4/4']) expect(seen).toContain(`${step}\r\u001b[K`);
  });

  it('ends at Ctrl-C: what is on its way arrives, the rest is told so', async () => {
    for (let i = 4; i < 12; i++) writeFileSync(paper(`${i}.pdf`), letter());
    const held: (() => void)[] = [];
    let open = false;
    const server = createServer((request, response) => {
      const answer = () =>
        void fetch(desk.tsa, { method: 'POST', body: request as never, duplex: 'half' } as RequestInit)
          .then((answered) => answered.arrayBuffer())
          .then((bytes) => response.setHeader('content-type', 'application/timestamp-reply').end(Buffer.from(bytes)));
      if (open) return answer();
      held.push(answer);
      // Four at a time: all of the first are waiting now.
      if (held.length < 4) return;
      child.kill('SIGINT');
      child.stderr.once('data', () => ((open = true), held.forEach((one) => one())));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const tsa = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const script = join(import.meta.dirname, '..', 'main.ts');
    const child = spawn(process.execPath, [script, 'sign', inbox, '--out-dir', outbox, ...key(), '--tsa', tsa, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, [code]] = await Promise.all([buffer(child.stdout), once(child, 'close') as Promise<[number | null]>]);
    server.close();
    expect(code).toBe(130);
    const told = out
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { status: string; code?: string });
    expect(told).toHaveLength(12);
    expect(told.filter((one) => one.status === 'signed')).toHaveLength(4);
    expect(told.filter((one) => one.code === 'batch.cancelled')).toHaveLength(8);
    expect(signed()).toHaveLength(4);
  });

  it('refuses a folder that cannot be made and a run without files', async () => {
    const nowhere = join(outbox, 'deep', 'down');
    expect(await antin(['sign', inbox, '--out-dir', nowhere, ...key()])).toMatchObject({ code: 69 });
    mkdirSync(outbox);
    expect(await antin(['sign', outbox, '--out-dir', outbox, ...key()])).toMatchObject({ code: 64 });
  });
});

const module = softHsmModule();

describe.skipIf(module === undefined)('antin sign --out-dir with a token', () => {
  it('signs all under one PIN, and a wrong PIN is tried once', async () => {
    const { pki } = desk;
    const held = { pkcs8: pki.entity('leader').pkcs8, certificate: pki.certificate('leader').raw, id: '01' };
    const token = await softToken(module as string, 'Văn thư', [held]);
    try {
      const issuer = desk.file('issuing.der', pki.certificate('issuing').raw);
      const place = ['--pkcs11', token.module, '--slot', 'Văn thư', '--chain', issuer, '--pin-file', '-'];
      const ran = await antin(['sign', inbox, '--out-dir', outbox, ...place], { input: `${token.pin}\n` });
      expect(ran, ran.err).toMatchObject({ code: 0 });
      for (const name of signed() ?? []) {
        expect(await antin(['validate', join(outbox, name), ...trust])).toMatchObject({ code: 0 });
      }
      const wrong = await antin(['sign', inbox, '--out-dir', `${outbox} 2`, ...place], { input: '135790\n' });
      expect(wrong).toMatchObject({ code: 65, out: '0 of 4 signed\n' });
      expect(wrong.err.match(/pkcs11\.pin-incorrect/g)).toHaveLength(4);
    } finally {
      token.close();
    }
  });
});

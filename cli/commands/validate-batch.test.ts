import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useFolder } from '@antin/testkit/folder';
import { everyFormat } from '@antin/testkit/judging/every-format';
import { letter } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { runCommand } from '@antin/testkit/run-command';
import { run } from './validate.ts';

const pki = testPki();
const dir = useFolder().path;
const path = (...names: string[]): string => join(dir, ...names);
let whole: Uint8Array[];
let damaged: Uint8Array;

beforeAll(async () => {
  const samples = await everyFormat(pki, 'leader');
  whole = samples.filter((one) => one.data === undefined).map((one) => one.file);
  damaged = samples[0]!.changed.file;
  writeFileSync(path('root.der'), pki.certificate('root').raw);
  for (const name of ['root', 'issuing']) writeFileSync(path(`${name}.crl`), pki.crlAt(pki.now, name));
});

const batch = (folder: string, ...more: string[]) =>
  runCommand(run, [
    ...['--batch', folder, '--trust', path('root.der'), '--crl', path('root.crl'), path('issuing.crl'), '--offline'],
    ...['--at', new Date(pki.now + 3_600_000).toISOString(), ...more],
  ]);

describe('antin validate --batch of a folder', () => {
  it('judges a thousand files of every format, one line each, and finds the one that was changed', async () => {
    const folder = path('nghìn tệp');
    for (let i = 0; i < 1000; i++) {
      const sub = join(folder, `quý ${i % 4}`);
      if (i < 4) mkdirSync(sub, { recursive: true });
      writeFileSync(
        join(sub, `${String(i).padStart(4, '0')}.bin`),
        i === 617 ? damaged : (whole[i % whole.length] as Uint8Array),
      );
    }
    const { out, err, code } = await batch(folder);
    expect({ err, code }).toEqual({ err: '', code: 1 });
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { file: string; verdict: string });
    expect(lines).toHaveLength(1000);
    expect(lines.filter((one) => one.verdict !== 'valid')).toMatchObject([
      { file: join(folder, 'quý 1', '0617.bin'), verdict: 'invalid' },
    ]);
    expect(new Set(lines.map((one) => one.file)).size).toBe(1000);
  }, 60_000);

  it('names files of no supported format without letting them decide, and follows no links', async () => {
    const folder = path('lẫn lộn');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.pdf'), whole[0] as Uint8Array);
    writeFileSync(join(folder, 'ghi chú.txt'), 'xin chào');
    symlinkSync(dir, join(folder, 'vòng'));
    const mixed = await batch(folder);
    expect(mixed.code).toBe(0);
    expect(mixed.out.trimEnd().split('\n')).toHaveLength(2);
    expect(mixed.out).toContain('"code":"format.unsupported"');
    writeFileSync(join(folder, 'b.pdf'), letter());
    expect((await batch(folder)).code).toBe(3);
    expect((await batch(folder, '--report', 'simple', '--format', 'text')).out).toMatch(/a\.pdf\nVăn bản này còn nguyên vẹn/);
  });

  it('a folder of nothing that can be judged is no success', async () => {
    const folder = path('chỉ ghi chú');
    mkdirSync(folder);
    expect((await batch(folder)).code).toBe(0);
    writeFileSync(join(folder, 'a.txt'), 'xin chào');
    expect((await batch(folder)).code).toBe(65);
    expect((await batch(path('không có'))).code).toBe(64);
  });
});

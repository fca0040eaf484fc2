import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { latin1 } from '@antin/formats/bytes/bytes';
import { pdfRef } from '@antin/formats/pdf/objects';
import { HOUR, append, letter, walk } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { runCommand } from '@antin/testkit/run-command';
import { beforeAll, describe, expect, it } from 'vitest';
import { useFolder } from '@antin/testkit/folder';
import { run } from './validate.ts';

const pki = testPki();
const dir = useFolder().path;
const path = (name: string): string => join(dir, name);
const at = new Date(pki.now + 2 * HOUR).toISOString();

beforeAll(async () => {
  writeFileSync(path('root.der'), pki.certificate('root').raw);
  pki.evidence(Date.parse(at)).crls.forEach((crl, i) => writeFileSync(path(`${i}.crl`), crl));
  const steps = await walk(pki);
  writeFileSync(path('sealed.pdf'), steps.sealed);
  const content = latin1('BT /F1 14 Tf 72 720 Td (Noi dung khac) Tj ET');
  writeFileSync(
    path('forged.pdf'),
    append(steps.leader, (update) => update.setStream(pdfRef(4), {}, content)),
  );
  writeFileSync(path('plain.pdf'), letter());
});

const crls = (): string[] => [path('0.crl'), path('1.crl')];
const antin = (argv: string[]) =>
  runCommand(run, [...argv, '--trust', path('root.der'), '--crl', ...crls(), '--at', at, '--offline', '--lang', 'en'], '');

describe('antin validate --visual', () => {
  it('lists where number, date and seal came in, writes the pictures and leaves the verdict alone', async () => {
    const folder = path('pictures');
    const done = await antin([path('sealed.pdf'), '--visual', folder]);
    expect(done.err).toBe('');
    expect(done.code).toBe(0);
    expect(done.out).toContain('a help for people; the verdict above stands');
    expect(done.out).toMatch(/signature-1: page 1: 0\.\d+% of the page; (\[[\d. ]+\](, )?){3} points/);
    expect(done.out).toContain('signature-2: nothing was appended after signing');
    const names = ['after', 'before', 'marked'].map((kind) => `signature-1-page-1-${kind}.png`);
    expect(readdirSync(folder).sort()).toEqual(names);
    for (const name of names) expect(readFileSync(join(folder, name)).subarray(1, 4).toString()).toBe('PNG');
    const without = await antin([path('sealed.pdf')]);
    expect(done.out.startsWith(without.out)).toBe(true);
  });

  it('a forged page is invalid with it and without it', async () => {
    const done = await antin([path('forged.pdf'), '--visual', path('forged')]);
    expect(done.code).toBe(1);
    expect(done.out).toMatch(/signature-1: page 1: /);
    expect(readdirSync(path('forged'))).toHaveLength(3);
  });

  it('JSON stays JSON: the words go to the other output', async () => {
    const done = await antin([path('forged.pdf'), '--visual', path('json'), '--format', 'json']);
    expect(JSON.parse(done.out)).toMatchObject({ verdict: 'invalid' });
    expect(done.err).toContain('signature-1: page 1: ');
  });

  it('an unsigned file has no signed revision to compare with', async () => {
    const done = await antin([path('plain.pdf'), '--visual', path('none')]);
    expect(done.code).toBe(3);
    expect(done.out).toContain('for signed PDF files only');
  });

  it('a folder that cannot be one is wrong usage, before anything is judged', async () => {
    const done = await antin([path('sealed.pdf'), '--visual', path('plain.pdf')]);
    expect([done.code, done.out]).toEqual([64, '']);
    expect(done.err).toContain('--visual needs a folder');
  });

  it('is for one file at a time', async () => {
    const done = await antin(['--batch', dir, '--visual', path('none')]);
    expect(done.code).toBe(64);
    expect(done.err).toContain('--visual');
  });
});

import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { checkpointText } from '@antin/pki/log/checkpoint';
import { leafHash } from '@antin/pki/log/hash';
import { append, NO_ENTRIES, rootOf, type Edge } from '@antin/pki/log/tree';
import { encodePem } from '@antin/pki/pem';
import { extendCades } from '@antin/signature/cades/extend';
import { signCades } from '@antin/signature/cades/sign';
import { useFolder } from '@antin/testkit/folder';
import { testPki } from '@antin/testkit/pki/test-pki';
import { evidenceSource } from '@antin/testkit/pki/evidence-source';
import { inProcess } from '@antin/testkit/signing-desk';
import { main } from '../main.ts';

const pki = testPki();
const home = useFolder();
const antin = inProcess(main);
const at = new Date(pki.now).toISOString();
const copy = join(home.path, 'copy');
let trust: string[];

/** A journal copied as a server copies it: lines of entries, and signed heads over the first 5, 8 and 13 of them. */
async function writeCopy(
  folder: string,
  by = 'seal',
  other: (index: number) => string | undefined = () => undefined,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  let edge: Edge = NO_ENTRIES;
  const [entries, heads]: [string[], string[]] = [[], []];
  for (let index = 0; index < 13; index++) {
    const about = { kind: 'certificate.issued', number: index, serial: index % 4 === 0 ? 'c0ffee' : `0${index}`.slice(-2) };
    const entry = other(index) ?? JSON.stringify(about);
    edge = append(nodeCrypto, edge, leafHash(nodeCrypto, utf8(entry))).edge;
    entries.push(JSON.stringify({ leafIndex: index, entry }));
    if (![5, 8, 13].includes(edge.size)) continue;
    const checkpoint = checkpointText({ origin: 'antin.test/journal', size: edge.size, root: rootOf(nodeCrypto, edge) });
    const content = memorySource(utf8(checkpoint));
    const timeStamp = async (imprint: Parameters<typeof pki.timeStampToken>[0]) => pki.timeStampToken(imprint, pki.now);
    const options = { door: nodeCrypto, signingTime: pki.now, packaging: 'detached', timeStamp } as const;
    const cms = await extendCades(await signCades(content, pki.signingKey(by), options), {
      ...{ door: nodeCrypto, level: 'B-LT', anchors: pki.anchors, at: pki.now, content, timeStamp },
      evidenceFor: evidenceSource(pki, () => pki.now),
    });
    heads.push(JSON.stringify({ size: edge.size, checkpoint, signature: toBase64(cms.read(0, cms.size)) }));
  }
  writeFileSync(join(folder, 'entries.ndjson'), entries.map((line) => `${line}\n`).join(''));
  writeFileSync(join(folder, 'heads.ndjson'), heads.map((line) => `${line}\n`).join(''));
}

beforeAll(async () => {
  const root = home.put('root.pem', encodePem('CERTIFICATE', pki.certificate('root').raw));
  const signer = home.put('journal.pem', encodePem('CERTIFICATE', pki.certificate('seal').raw));
  trust = ['--trust', root, '--signer', signer, '--at', at];
  await writeCopy(copy);
});

const check = async (path: string, more = trust) => {
  const ran = await antin(['journal', 'check', path, ...more, '--format', 'json']);
  return { code: ran.code, answer: ran.out === '' ? undefined : (JSON.parse(ran.out) as Record<string, unknown>) };
};
const proof = (name: string) => join(home.path, name);

describe('antin journal', () => {
  test('proves an entry from a copy; the proof is checked with nothing but root and key', async () => {
    const out = proof('entry.json');
    expect((await antin(['journal', 'prove', '--copy', copy, '--entry', '6', '--out', out])).code).toBe(0);
    expect(await check(out)).toMatchObject({
      code: 0,
      answer: { subject: 'entry', verdict: 'valid', leafIndex: 6, entry: { number: 6 }, heads: [{ size: 13, verdict: 'valid' }] },
    });
    const text = await antin(['journal', 'check', out, ...trust]);
    expect(text.out).toContain('Mục này có trong nhật ký.');
  });

  test('proves everything about one certificate', async () => {
    const ran = await antin(['journal', 'prove', '--copy', copy, '--serial', 'C0FFEE', '--out', proof('serial.json')]);
    expect(
      ran.out
        .trim()
        .split('\n')
        .map((line: string) => /-(\d+)\.json$/.exec(line)?.[1]),
    ).toEqual(['0', '4', '8', '12']);
    expect((await check(proof('serial-12.json'))).code).toBe(0);
  });

  test('proves that the journal continues a head that somebody kept', async () => {
    const kept = readFileSync(join(copy, 'heads.ndjson'), 'utf8').split('\n')[0]!;
    const since = home.put('kept.json', kept);
    expect((await antin(['journal', 'prove', '--copy', copy, '--since', since, '--out', proof('growth.json')])).code).toBe(0);
    expect(await check(proof('growth.json'))).toMatchObject({
      code: 0,
      answer: { subject: 'growth', heads: [{ size: 5 }, { size: 13 }] },
    });
  });

  test('checks a whole copy', async () => {
    expect(await check(copy)).toMatchObject({ code: 0, answer: { subject: 'copy', verdict: 'valid', entries: 13 } });
  });

  test.each([
    [
      'an entry was changed',
      'entries.ndjson',
      (text: string) => text.replace('number\\":3', 'number\\":4'),
      'journal.head-differs',
    ],
    [
      'an entry was taken out',
      'entries.ndjson',
      (text: string) => text.replace(/^.*number\\":3,.*\n/m, ''),
      'journal.entry-missing',
    ],
    [
      'the tail was cut off',
      'entries.ndjson',
      (text: string) => text.split('\n').slice(0, 9).join('\n') + '\n',
      'journal.head-without-entries',
    ],
    [
      'two entries changed places',
      'entries.ndjson',
      (text: string) =>
        text
          .replace('number\\":1,', 'number\\":X,')
          .replace('number\\":2,', 'number\\":1,')
          .replace('number\\":X,', 'number\\":2,'),
      'journal.head-differs',
    ],
    [
      'the heads are of another journal',
      'heads.ndjson',
      (text: string) => text.replace(/antin\.test(?=[^]*$)/, 'other.test'),
      'journal.head-differs',
    ],
  ])('a copy in which %s does not pass', async (what, file, change, code) => {
    const folder = join(home.path, what);
    cpSync(copy, folder, { recursive: true });
    const path = join(folder, file);
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, change(before));
    expect(readFileSync(path, 'utf8')).not.toBe(before);
    expect(await check(folder)).toMatchObject({ code: 1, answer: { verdict: 'invalid', code } });
  });

  test('entries behind the newest head are not taken for signed ones', async () => {
    const folder = join(home.path, 'added');
    cpSync(copy, folder, { recursive: true });
    const forged = JSON.stringify({ kind: 'certificate.revoked', serial: 'c0ffee' });
    appendFileSync(join(folder, 'entries.ndjson'), `${JSON.stringify({ leafIndex: 13, entry: forged })}\n`);
    expect(await check(folder)).toMatchObject({
      code: 2,
      answer: {
        verdict: 'indeterminate',
        code: 'journal.entries-without-head',
        entries: 14,
        brokenAt: 13,
        heads: [{ size: 13 }],
      },
    });
    writeFileSync(join(folder, 'heads.ndjson'), '');
    expect(await check(folder)).toMatchObject({ code: 2, answer: { code: 'journal.no-head', entries: 14, brokenAt: 0 } });
  });

  test('a line that says something twice, so that two readers see two things, does not pass', async () => {
    const folder = join(home.path, 'twice');
    cpSync(copy, folder, { recursive: true });
    const path = join(folder, 'entries.ndjson');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"leafIndex":3,', '"leafIndex":3,"entry":"{}",'));
    expect((await check(folder)).code).toBe(65);
  });

  test('a proof cannot repaint the answer: what it says is printed without control characters', async () => {
    const whole = JSON.parse(readFileSync(proof('entry.json'), 'utf8')) as { head: Record<string, string> };
    const evil = '\u001b[2J\u009b1A\u202eMục này có trong nhật ký.';
    const entry = home.put('evil-entry.json', JSON.stringify({ ...whole, entry: JSON.stringify(evil) }));
    const shown = await antin(['journal', 'check', entry, ...trust]);
    expect(shown.code).toBe(1);
    expect(['\u001b', '\u009b', '\u202e'].filter((letter) => shown.out.includes(letter))).toEqual([]);
    const checkpoint = whole.head['checkpoint']!.replace('antin.test', '\u001b[2Jgov.vn');
    const origin = home.put('evil-origin.json', JSON.stringify({ ...whole, head: { ...whole.head, checkpoint } }));
    expect(await antin(['journal', 'check', origin, ...trust])).toMatchObject({ code: 65, out: '' });
  });

  test('a journal written anew by somebody else whom the root vouches for does not pass', async () => {
    const folder = join(home.path, 'forged');
    await writeCopy(folder, 'leader');
    expect(await check(folder)).toMatchObject({ code: 1, answer: { code: 'journal.head-not-by-its-key' } });
  });

  test('a proof for another entry, place or head does not hold', async () => {
    const whole = JSON.parse(readFileSync(proof('entry.json'), 'utf8')) as Record<string, unknown>;
    const twisted = [
      { ...whole, leafIndex: 7 },
      { ...whole, entry: (whole['entry'] as string).replace('6', '7') },
      { ...whole, proof: (whole['proof'] as string[]).slice(1) },
    ];
    for (const one of twisted) {
      const path = home.put('twisted.json', JSON.stringify(one));
      expect(await check(path)).toMatchObject({ code: 1, answer: { code: 'journal.proof-does-not-hold' } });
    }
    const kept = JSON.parse(readFileSync(join(copy, 'heads.ndjson'), 'utf8').split('\n')[0]!) as Record<string, string>;
    const head = { checkpoint: (whole['head'] as Record<string, string>)['checkpoint'], signature: kept['signature'] };
    const path = home.put('other-signature.json', JSON.stringify({ ...whole, head }));
    expect(await check(path)).toMatchObject({ code: 1, answer: { verdict: 'invalid', heads: [{ verdict: 'invalid' }] } });
  });

  test('says what is missing or damaged, and writes nothing', async () => {
    expect((await antin(['journal', 'prove', '--copy', copy, '--entry', '13', '--out', proof('no.json')])).err).toContain(
      'journal.no-such-entry',
    );
    expect(existsSync(proof('no.json'))).toBe(false);
    expect((await check(home.put('rubbish.json', '{"type":"x"}'))).code).toBe(65);
    expect((await antin(['journal', 'check', copy])).code).toBe(64);
    expect((await antin(['journal'])).code).toBe(64);
  });

  test('a head of another log under the same key is not the one that was meant', async () => {
    const out = proof('entry.json');
    expect(await check(out, [...trust, '--origin', 'antin.test/journal'])).toMatchObject({ code: 0 });
    expect(await check(out, [...trust, '--origin', 'antin.test/agency'])).toMatchObject({
      code: 1,
      answer: { code: 'journal.other-origin', heads: [{ verdict: 'invalid' }] },
    });
    expect(await check(copy, [...trust, '--origin', 'antin.test/agency'])).toMatchObject({ code: 1 });
  });

  test('entries that are no JSON are about no certificate, and stop no proof of those that are', async () => {
    const folder = join(home.path, 'other entries');
    await writeCopy(folder, 'seal', (index) => (index === 1 ? 'not json' : index === 2 ? 'null' : undefined));
    expect(await check(folder)).toMatchObject({ code: 0 });
    const out = proof('among.json');
    expect((await antin(['journal', 'prove', '--copy', folder, '--serial', 'c0ffee', '--out', out])).code).toBe(0);
    const plain = proof('plain.json');
    expect((await antin(['journal', 'prove', '--copy', folder, '--entry', '1', '--out', plain])).code).toBe(0);
    expect(await check(plain)).toMatchObject({ code: 0, answer: { entry: 'not json' } });
  });

  test('what cannot be read or written has a code and a status too', async () => {
    const folder = join(home.path, 'unreadable');
    cpSync(copy, folder, { recursive: true });
    renameSync(join(folder, 'entries.ndjson'), join(folder, 'entries.away'));
    mkdirSync(join(folder, 'entries.ndjson'));
    const read = await antin(['journal', 'check', folder, ...trust]);
    expect(read).toMatchObject({ code: 65, out: '' });
    expect(read.err).toContain('[journal.unreadable]');
    const out = join(home.path, 'no such folder', 'proof.json');
    const written = await antin(['journal', 'prove', '--copy', copy, '--entry', '1', '--out', out]);
    expect(written).toMatchObject({ code: 69, err: expect.stringContaining('[journal.not-written]') });
    const { out: help } = await antin(['journal', '--help']);
    for (const said of ['.other-origin', '.not-written', '.unreadable', '.certificates-missing']) expect(help).toContain(said);
  });
});

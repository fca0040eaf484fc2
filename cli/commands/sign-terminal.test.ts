import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { letter } from '@antin/testkit/judging/documents';
import { ANTIN, PASSPHRASE, signingDesk } from '@antin/testkit/signing-desk';
import type { SigningDesk } from '@antin/testkit/signing-desk';
import { typedLine } from './sign/secret.ts';

const python = spawnSync('python3', ['-c', 'import pty']).status === 0;
if (!python) console.warn('SKIPPED: python3 is not installed, nobody types at a terminal');

/** A real terminal: the command runs on its slave side, this writes to its master side and tells what was to be seen. */
const TERMINAL = `
import json, os, pty, sys, termios
command, keys = json.loads(sys.argv[1]), json.loads(sys.argv[2])
pid, master = pty.fork()
if pid == 0:
    os.execv(command[0], command)
seen, echo = b'', None
while True:
    try:
        piece = os.read(master, 4096)
    except OSError:
        break
    if piece == b'':
        break
    seen += piece
    if keys is not None and seen.rstrip().endswith(b':'):
        echo = bool(termios.tcgetattr(master)[3] & termios.ECHO)
        os.write(master, keys.encode())
        keys = None
_, status = os.waitpid(pid, 0)
print(json.dumps({'seen': seen.decode(), 'code': os.waitstatus_to_exitcode(status), 'echo': echo}))
`;

describe.skipIf(!python)('antin sign at a terminal', () => {
  let desk: SigningDesk;
  beforeAll(async () => void (desk = await signingDesk()));
  afterAll(() => desk.close());

  let n = 0;
  function typing(keys: string) {
    const outPdf = desk.file(`out ${(n += 1)}.pdf`);
    const inPdf = desk.file('in.pdf', letter());
    const args = ['sign', inPdf, '-o', outPdf, '--p12', desk.p12('leader'), '--pass-file', '-'];
    const command = [process.execPath, ANTIN, ...args];
    const { stdout, stderr } = spawnSync('python3', ['-c', TERMINAL, JSON.stringify(command), JSON.stringify(keys)], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(stderr).toBe('');
    const answer = JSON.parse(stdout) as { seen: string; code: number; echo: boolean | null };
    return { ...answer, signed: existsSync(outPdf) };
  }

  it('asks for the passphrase and shows nothing of it', () => {
    const ran = typing(`${PASSPHRASE}\r`);
    expect(ran, ran.seen).toMatchObject({ code: 0, signed: true, echo: false });
    expect(ran.seen).toContain('passphrase of ');
    expect(ran.seen).not.toContain(PASSPHRASE);
    expect(ran.seen).not.toContain('*');
  });

  it('takes back what was mistyped', () => {
    expect(typing(`quên\u0015${PASSPHRASE}ế\u007f\r`)).toMatchObject({ code: 0, signed: true });
  });

  it('gives up at Ctrl-C and signs nothing', () => {
    const ran = typing('half\u0003');
    expect(ran).toMatchObject({ code: 130, signed: false });
    expect(ran.seen).toContain('[secret.cancelled]');
  });

  it('refuses an empty line', () => {
    expect(typing('\r')).toMatchObject({ code: 64, signed: false });
  });
});

describe('a line typed in raw mode', () => {
  const typed = (...pieces: (string | number[])[]) => {
    const line = typedLine();
    const states = pieces.map((piece) => line.take(Buffer.from(piece as string)));
    return [states.at(-1), line.secret().toString()];
  };
  it.each<[string, (string | number[])[], string, string]>([
    ['ends at Enter, whatever follows', ['ab\rcd'], 'done', 'ab'],
    ['comes in pieces, also of one letter', [[0xe1, 0xba], [0xbf], '\n'], 'done', 'ế'],
    ['loses whole letters to Backspace', ['aế\u007f\u007f\u007fb\r'], 'done', 'b'],
    ['loses everything to Ctrl-U', ['abc\u0015d\r'], 'done', 'd'],
    ['ignores arrows', ['a', '\u001b[A', 'b\r'], 'done', 'ab'],
    ['is given up at Ctrl-D only when empty', ['a\u0004b\r'], 'done', 'ab'],
    ['is given up at Ctrl-D', ['\u0004'], 'cancelled', ''],
    ['holds no more than it may', ['x'.repeat(5000), '\r'], 'done', 'x'.repeat(4096)],
  ])('%s', (_, pieces, state, secret) => {
    expect(typed(...pieces)).toEqual([state, secret]);
  });
});

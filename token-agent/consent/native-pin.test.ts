import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nativePin } from './native-pin.ts';

/** A desktop whose zenity is this script: it keeps what it was called with, then does as told. */
function desktop(body: string) {
  const folder = mkdtempSync(join(tmpdir(), 'antin-zenity-'));
  const log = join(folder, 'arguments');
  writeFileSync(join(folder, 'zenity'), `#!/bin/sh\nprintf '%s\\n' "$@" > '${log}'\n${body}\n`, { mode: 0o755 });
  const env = { PATH: `${folder}:/usr/bin:/bin`, DISPLAY: ':9' };
  return { ask: nativePin(env, 'linux'), seen: () => readFileSync(log, 'utf8') };
}
const words = { title: 'PIN: VNPT-CA', text: '4071 · Sở <b>Tài chính</b> & bạn' };
const never = new AbortController().signal;

it('takes the PIN from the desktop’s window, hidden and without the line’s end', async () => {
  const { ask, seen } = desktop(`printf 'mã 1234\\n'`);
  expect((await ask?.(words, never))?.toString()).toBe('mã 1234');
  expect(seen()).toContain('--hide-text');
  // zenity reads markup: what others wrote must not become any.
  expect(seen()).toContain('Sở &lt;b>Tài chính&lt;/b> &amp; bạn');
});

it('takes a closed window, an empty PIN and a question taken back for a refusal', async () => {
  expect(await desktop('exit 1').ask?.(words, never)).toBeUndefined();
  expect(await desktop(`printf '\\n'`).ask?.(words, never)).toBeUndefined();
  const stop = new AbortController();
  const open = desktop('sleep 60').ask?.(words, stop.signal);
  stop.abort();
  expect(await open).toBeUndefined();
});

it('is not there without a desktop, without such a program, or when the page is preferred', () => {
  expect(nativePin({ PATH: '/usr/bin:/bin' }, 'linux')).toBeUndefined();
  expect(nativePin({ PATH: '/nowhere', DISPLAY: ':0' }, 'linux')).toBeUndefined();
  expect(nativePin({ PATH: '/nowhere', DISPLAY: ':0', ANTIN_AGENT_PIN: 'page' }, 'win32')).toBeUndefined();
});

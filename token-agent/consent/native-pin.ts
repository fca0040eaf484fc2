import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A PIN typed into a window of the desktop, which no web page can imitate or read. Undefined: the person closed it. */
export type NativePin = (
  words: { readonly title: string; readonly text: string },
  signal: AbortSignal,
) => Promise<Buffer | undefined>;

/**
 * The desktop's own PIN window, where there is one; undefined where not (then the agent's page asks).
 *
 * Whatever program shows it writes the PIN to a pipe that only we read: it is in no argument, file or environment.
 * `ANTIN_AGENT_PIN=page` keeps to the page. Only zenity's way of calling is tested; kdialog, macOS and Windows are not.
 */
export function nativePin(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): NativePin | undefined {
  if (env['ANTIN_AGENT_PIN'] === 'page') return undefined;
  if (platform === 'darwin') return (words, signal) => ask('osascript', ['-e', APPLE, words.title, words.text], env, signal);
  if (platform === 'win32') {
    const script = Buffer.from(WINDOWS, 'utf16le').toString('base64');
    // Titles come from others: they travel as data in the environment of that one process, never as part of a script.
    return (words, signal) =>
      ask(
        'powershell.exe',
        ['-NoProfile', '-NonInteractive', '-EncodedCommand', script],
        { ...env, ANTIN_PIN_TITLE: words.title, ANTIN_PIN_TEXT: words.text },
        signal,
      );
  }
  if (env['DISPLAY'] === undefined && env['WAYLAND_DISPLAY'] === undefined) return undefined;
  if (onPath('zenity', env)) {
    return ({ title, text }, signal) =>
      ask('zenity', ['--entry', '--hide-text', `--title=${title}`, `--text=${escapeMarkup(text)}`], env, signal);
  }
  if (onPath('kdialog', env))
    return ({ title, text }, signal) => ask('kdialog', ['--title', title, '--password', text], env, signal);
  return undefined;
}

const APPLE = `on run argv
  set answer to display dialog (item 2 of argv) with title (item 1 of argv) default answer "" with hidden answer
  return text returned of answer
end run`;

const WINDOWS = `
Add-Type -AssemblyName System.Windows.Forms
[Console]::OutputEncoding = [System.Text.UTF8Encoding]::new($false)
$form = New-Object Windows.Forms.Form -Property @{ Text = $env:ANTIN_PIN_TITLE; Width = 460; Height = 200; TopMost = $true; StartPosition = 'CenterScreen' }
$label = New-Object Windows.Forms.Label -Property @{ Text = $env:ANTIN_PIN_TEXT; Left = 16; Top = 16; Width = 410; Height = 60 }
$box = New-Object Windows.Forms.TextBox -Property @{ Left = 16; Top = 84; Width = 410; UseSystemPasswordChar = $true }
$ok = New-Object Windows.Forms.Button -Property @{ Text = 'OK'; Left = 346; Top = 118; DialogResult = 'OK' }
$form.Controls.AddRange(@($label, $box, $ok)); $form.AcceptButton = $ok
if ($form.ShowDialog() -eq 'OK') { [Console]::Out.Write($box.Text); exit 0 } else { exit 1 }`;

async function ask(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true, signal });
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  const all = Buffer.concat(pieces);
  for (const piece of pieces) piece.fill(0);
  const end = all.findIndex((octet) => octet === 0x0a || octet === 0x0d);
  const pin = Buffer.from(end < 0 ? all : all.subarray(0, end));
  all.fill(0);
  if (code === 0 && pin.length > 0) return pin;
  pin.fill(0);
  return undefined;
}

/** zenity reads its text as Pango markup. */
function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function onPath(program: string, env: NodeJS.ProcessEnv): boolean {
  return (env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

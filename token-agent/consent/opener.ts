import { spawn } from 'node:child_process';
import type { AgentFolder } from '../folder.ts';

/**
 * Opens the agent's page in the person's browser.
 *
 * The address holds the secret of this launch, and arguments of processes are visible to every user of the machine: what is passed
 * on is the name of a file in our closed folder that leads there. `ANTIN_AGENT_OPENER` names another command (one argument is added);
 * `none` opens nothing.
 *
 * @returns false when there is nothing to open with: the caller prints the address on its own terminal
 */
export function openPage(openUrl: string, folder: AgentFolder, env: NodeJS.ProcessEnv): boolean {
  const command = openerOf(env);
  if (command === undefined) return false;
  folder.write('open.html', redirectTo(openUrl));
  const [program, ...args] = command;
  try {
    const child = spawn(program as string, [...args, folder.file('open.html')], {
      detached: true,
      stdio: 'ignore',
      windowsHide: true,
    });
    child.on('error', () => {});
    child.unref();
    return child.pid !== undefined;
  } catch {
    return false;
  }
}

function openerOf(env: NodeJS.ProcessEnv): string[] | undefined {
  const configured = env['ANTIN_AGENT_OPENER'];
  if (configured === 'none') return undefined;
  if (configured !== undefined && configured !== '') return [configured];
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  if (process.platform === 'darwin') return ['open'];
  const desktop = env['DISPLAY'] ?? env['WAYLAND_DISPLAY'];
  return desktop === undefined ? undefined : ['xdg-open'];
}

/** The address consists of digits and base64url: nothing in it needs escaping. */
function redirectTo(openUrl: string): string {
  return `<!doctype html><meta charset="utf-8"><title>Antin</title><meta http-equiv="refresh" content="0;url=${openUrl}">
<p><a href="${openUrl}">Mở trang ký · Open the signing page</a></p>\n`;
}

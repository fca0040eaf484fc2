import { userInfo } from 'node:os';
import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';

/**
 * A way to run PostgreSQL, which refuses to run as root.
 *
 * `owner` is who must own the data on disk. A process started by a way gets SIGINT when its parent dies (kernel's
 * parent-death signal), so that a killed Antin leaves no server behind; without `setpriv` a watchdog does it.
 */
export interface Way {
  readonly name: 'ordinary-user' | 'user-namespace' | 'unprivileged-uid';
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly needsWatchdog: boolean;
  wrap(program: string, args: readonly string[], dieWithParent: boolean): Wrapped;
}

interface Wrapped {
  readonly file: string;
  readonly args: string[];
  readonly options: Pick<SpawnOptions, 'uid' | 'gid'>;
}

export const NOBODY = 65534;

/** What this process may do; replaced in tests that forbid one way to try the next. */
export interface Powers {
  readonly uid: number;
  readonly gid: number;
  /** Whether the user id has a name; initdb refuses one without (containers started with a bare `--user 1234`). */
  readonly named: boolean;
  readonly setpriv: boolean;
  readonly userNamespaces: boolean;
}

/** Asks the system by trying: rules of containers (seccomp, sysctl, capabilities) cannot be read reliably. */
export function powersHere(env: NodeJS.ProcessEnv = process.env): Powers {
  const forbidden = new Set((env['ANTIN_FORBID'] ?? '').split(','));
  const works = (file: string, args: string[]) => spawnSync(file, args, { stdio: 'ignore' }).status === 0;
  const uid = process.geteuid?.() ?? NOBODY;
  return {
    uid,
    gid: process.getegid?.() ?? NOBODY,
    setpriv: !forbidden.has('setpriv') && works('setpriv', ['--pdeathsig', 'INT', 'true']),
    named: isNamed(),
    userNamespaces: !forbidden.has('user-namespaces') && works('unshare', [...UNSHARE, '--', 'true']),
  };
}

function isNamed(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

const UNSHARE = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];

/**
 * Ways worth trying, best first.
 *
 * @param dataOwner who owns the data folder (or where it will be made): root may start as that user where only they
 *   can enter, as in a checkout under somebody's closed home that is mounted into a container
 */
export function waysFor(powers: Powers, dataOwner: Way['owner']): Way[] {
  const mine = { uid: powers.uid, gid: powers.gid };
  const dying = (then: string[], dieWithParent: boolean): string[] =>
    dieWithParent && powers.setpriv ? ['setpriv', '--pdeathsig', 'INT', '--', ...then] : then;
  const toCommand = ([file, ...args]: string[], options: Wrapped['options'] = {}): Wrapped => ({ file: file!, args, options });
  const ways: Way[] = [];
  if (powers.uid !== 0 && powers.named) {
    ways.push({
      name: 'ordinary-user',
      owner: mine,
      needsWatchdog: !powers.setpriv,
      wrap: (program, args, die) => toCommand(dying([program, ...args], die)),
    });
  } else if (powers.userNamespaces) {
    // Inside, the process is "nobody" and PostgreSQL is content; outside it stays who it was, and so do its files.
    ways.push({
      name: 'user-namespace',
      owner: mine,
      needsWatchdog: !powers.setpriv,
      wrap: (program, args, die) => toCommand(['unshare', ...UNSHARE, '--', ...dying([program, ...args], die)]),
    });
  }
  if (powers.uid !== 0) return ways;
  const others = [dataOwner, { uid: NOBODY, gid: NOBODY }].filter(
    (owner, at, all) => owner.uid !== 0 && all[at - 1]?.uid !== owner.uid,
  );
  for (const owner of others) {
    ways.push({
      name: 'unprivileged-uid',
      owner,
      needsWatchdog: !powers.setpriv,
      wrap: (program, args, die) => {
        if (!powers.setpriv) return toCommand([program, ...args], owner);
        // The parent-death signal is asked for after the change of user: the kernel forgets it when credentials change.
        const drop = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', ...(die ? ['--pdeathsig', 'INT'] : [])];
        return toCommand(['setpriv', ...drop, '--', program, ...args]);
      },
    });
  }
  return ways;
}

/** Runs to the end. `ok` is false also when it could not be started at all. */
export function runBy(way: Way, program: string, args: readonly string[]): { ok: boolean; said: string } {
  const { file, args: all, options } = way.wrap(program, args, true);
  const done = spawnSync(file, all, { ...options, encoding: 'utf8', env: serverEnv(), cwd: '/', maxBuffer: 1 << 24 });
  const said = [done.stdout, done.stderr, done.error?.message].filter(Boolean).join('\n').trim();
  return { ok: done.status === 0, said };
}

/**
 * Starts a server that outlives no parent. It has its own session: Ctrl-C in the terminal reaches only us, and we
 * stop it after our own work is done.
 */
export function spawnBy(way: Way, program: string, args: readonly string[], logFd: number): ChildProcess {
  const { file, args: all, options } = way.wrap(program, args, true);
  const child = spawn(file, all, { ...options, detached: true, stdio: ['ignore', logFd, logFd], env: serverEnv(), cwd: '/' });
  if (way.needsWatchdog && child.pid !== undefined) watchdog(child.pid);
  return child;
}

/** A child that waits for its stdin to close (which the kernel does when we die) and then asks the server to stop. */
function watchdog(pid: number): void {
  const script = `process.stdin.resume().on('end', () => { try { process.kill(${pid}, 'SIGINT') } catch {} process.exit() })`;
  const dog = spawn(process.execPath, ['-e', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'], cwd: '/' });
  dog.unref();
  (dog.stdin as unknown as { unref(): void }).unref();
}

/** Nothing of the caller's environment steers the server (PGPORT, LD_PRELOAD, …), and its messages are plain. */
function serverEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

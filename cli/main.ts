import { exit } from './exit.ts';
import { commandNames, loadCommand } from './commands/table.ts';
import type { Io } from './io.ts';

const usage = `Antin (Ấn Tín): digital signatures for public administration

  antin serve     run the services (npm start does this)
  antin sign      sign files of any kind
  antin extend    raise signatures to B-T, B-LT, B-LTA
  antin timestamp prove that a file was there, as it is, at this time
  antin validate  judge the signatures of files
  antin path      judge a certification path
  antin revocation   was a certificate revoked?
  antin journal   prove and check what a journal says
  antin inspect   print the structure of a file
  antin agent     hold keys on the signer's own machine for an office
  antin ceremony  make keys and certificates of CAs from one reviewed file
  antin signer    hold a token for an authority, in a process of its own
  antin database  what an administrator of PostgreSQL runs once
  antin officers  the first officers of an issuer
  antin bench     measure
  antin check     everything CI does, but for the judges
  antin judges    second opinions from other engines

"antin COMMAND --help" explains a command. Exit codes: 0 valid or done, 1 invalid, 2 indeterminate, 3 unsigned,
4 some done and some not, 64 wrong usage, 65 no supported format, 69 something needed is not available, 70 our own fault, 130 cancelled.
`;

/** Runs `antin ARGV…`. */
export async function main(argv: string[], io: Io): Promise<number> {
  io.stdout.on('error', leaveQuietly);
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    (name === undefined ? io.stderr : io.stdout).write(usage);
    return name === undefined ? exit.usage : exit.ok;
  }
  if (!commandNames.includes(name)) {
    io.stderr.write(`antin: there is no command "${name}"\n\n${usage}`);
    return exit.usage;
  }
  try {
    const run = await loadCommand(name);
    return await run(rest, io);
  } catch (fault) {
    return explain(name, fault, io);
  }
}

/** `antin validate … | head`: who reads has enough. No fault, but no verdict either: the code is that of SIGPIPE. */
function leaveQuietly(fault: NodeJS.ErrnoException): void {
  if (fault.code !== 'EPIPE') throw fault;
  process.exit(141);
}

/** `parseArgs` complains with its own codes; everything else that gets here is ours to answer for. */
function explain(name: string, fault: unknown, io: Io): number {
  const { code, message } = fault as { code?: unknown; message?: string };
  if (typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS')) {
    io.stderr.write(`antin ${name}: ${message}\n"antin ${name} --help" shows the options.\n`);
    return exit.usage;
  }
  const known = typeof code === 'string' && /^[a-z0-9-]+\.[a-z0-9.-]+$/.test(code);
  const text =
    known && io.env['ANTIN_DEBUG'] === undefined ? `${message} [${code}]` : fault instanceof Error ? fault.stack : String(fault);
  io.stderr.write(`antin ${name}: ${text}\n`);
  return exit.fault;
}

if (import.meta.main) {
  // The launcher's silent channel must not keep a finished command alive.
  process.channel?.unref();
  process.exitCode = await main(process.argv.slice(2), process);
}

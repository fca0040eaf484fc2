import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { systemClock } from '@antin/adapters/clock/clock';
import { officeDay } from '@antin/adapters/clock/days';
import { ConfigFault } from '@antin/adapters/config/settings';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { DatabaseFault } from '@antin/adapters/db/fault';
import { Refusal } from '@antin/adapters/http/refusal';
import { hashPassword } from '@antin/adapters/password/argon2';
import { readmitOfficers } from '@antin/authority/officers/readmit';
import { foundOfficers } from '@antin/authority/officers/seed';
import { OfficerRole } from '@antin/protocol/authority/session';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { DataFolderFault, claimDataFolder } from '../services/data-folder.ts';
import { openDatabase } from '../services/database.ts';
import { databaseEnvironment } from '../services/role-databases.ts';
import { UsageFault, readOptions } from './options.ts';

const usage = `antin officers: the first officers of an issuer, and officers of operation whom a restore left without a password

  antin officers found FILE
      makes the officers of FILE in the empty database, and prints a first password for each, once: it must be
      changed at the first sign-in. Every later officer and every change of roles needs two officers of operation; so FILE must
      name two at least

  antin officers readmit NAME…
      after \`antin journal restore\` left fewer than two officers of operation with a password: gives those of NAME… a first password,
      printed once, to be changed at the first sign-in. The journal says so. Everybody else gets theirs from two of these

  --data DIR  folder of an installation that is stopped; DATABASE_URL where the database is elsewhere

  FILE is JSON: [{"signInName": "lan", "fullName": "Nguyễn Thị Lan", "roles": ["operation"]}, …]
  Roles: ${OfficerRole.options.join(', ')}

Exit codes: 0 done, 1 there are officers already, or refused: officer.two-can-act, .unknown, .role-not-held, .not-shut-out; 64 wrong usage, 69 folder in use or no database, 70 our own fault.
`;

const FirstOfficers = z
  .array(
    z.strictObject({
      signInName: z.string().regex(/^[a-z0-9][a-z0-9._-]{1,59}$/),
      fullName: z.string().trim().min(1).max(100),
      roles: z.array(OfficerRole).max(6),
    }),
  )
  .min(2)
  .max(100)
  .refine((all) => new Set(all.map((one) => one.signInName)).size === all.length, 'a sign-in name stands twice')
  .refine((all) => all.filter((one) => one.roles.includes('operation')).length >= 2, 'two officers of operation are needed');

/** `antin officers found` */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    const options = readOptions(argv, { singles: ['data'] });
    if (options.help) {
      io.stdout.write(usage);
      return exit.ok;
    }
    const [what, file, ...rest] = options.files;
    const right = file !== undefined && (what === 'readmit' || (what === 'found' && rest.length === 0));
    if (!right) throw new UsageFault('say: found FILE, or readmit NAME…');
    const officers = what === 'found' ? readOfficers(file) : [];
    return await withDatabase(options.single('data'), io, (db) =>
      what === 'readmit' ? readmit(db, [...new Set([file, ...rest])], io) : found(db, officers, io),
    );
  } catch (error) {
    if (error instanceof DataFolderFault || error instanceof DatabaseFault) {
      io.stderr.write(`antin officers: ${error.message} [${error.code}]\n`);
      return exit.unavailable;
    }
    const known = error instanceof UsageFault || error instanceof Refusal || error instanceof ConfigFault;
    if (!known) throw error;
    io.stderr.write(`antin officers: ${error.message}\n"antin officers --help" shows the options.\n`);
    return exit.usage;
  }
}

/** The database of `--data DIR`, whose folder is taken meanwhile, or of DATABASE_URL. */
async function withDatabase(data: string | undefined, io: Io, work: (db: AnyDatabase) => Promise<number>): Promise<number> {
  const url = databaseEnvironment(io.env)['DATABASE_URL'];
  const databaseUrl = url === '' ? undefined : url;
  if (data === undefined && databaseUrl === undefined)
    throw new UsageFault('--data says which installation, or DATABASE_URL which database');
  const folder = data === undefined ? undefined : claimDataFolder(data, { fresh: false });
  try {
    const database = await openDatabase({ databaseUrl, dataDir: join(data ?? '.', 'postgres') });
    try {
      return await work(database.db);
    } finally {
      await database.stop();
    }
  } finally {
    folder?.release();
  }
}

function readOfficers(file: string): z.infer<typeof FirstOfficers> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (fault) {
    throw new UsageFault(`${file} cannot be read: ${(fault as Error).message}`);
  }
  const parsed = FirstOfficers.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UsageFault(`${file}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}

async function found(db: AnyDatabase, officers: z.infer<typeof FirstOfficers>, io: Io): Promise<number> {
  const passwords = officers.map(() => newPassword());
  const hashes = await Promise.all(passwords.map(hashPassword));
  const now = systemClock();
  const given = { passwordHash: hashes[0]!, mustChange: true, at: now, from: officeDay(now) };
  const made = await foundOfficers(
    db,
    officers.map((one, i) => ({ ...one, passwordHash: hashes[i]! })),
    given,
  );
  if (!made) {
    io.stderr.write('antin officers: there are officers already; new ones are made by two of operation on the console\n');
    return exit.invalid;
  }
  tell(
    officers.map(({ signInName }, i) => ({ signInName, password: passwords[i]! })),
    io,
  );
  return exit.ok;
}

async function readmit(db: AnyDatabase, names: readonly string[], io: Io): Promise<number> {
  const given = names.map((signInName) => ({ signInName, password: newPassword() }));
  const hashed = given.map(async ({ signInName, password }) => ({ signInName, passwordHash: await hashPassword(password) }));
  const done = await readmitOfficers(db, await Promise.all(hashed), systemClock());
  if (!done.ok) {
    io.stderr.write(`antin officers: ${NOT_READMITTED[done.code] ?? 'refused'} [${done.code}]\n`);
    return exit.invalid;
  }
  tell(given, io);
  return exit.ok;
}

/** Once: nobody can ask for them again. */
function tell(given: readonly { readonly signInName: string; readonly password: string }[], io: Io): void {
  const width = Math.max(...given.map((one) => one.signInName.length));
  for (const { signInName, password } of given) io.stdout.write(`${signInName.padEnd(width)}  ${password}\n`);
}

const NOT_READMITTED: Readonly<Record<string, string>> = {
  'officer.two-can-act': 'two officers of operation can sign in: they give others a new password on the console',
  'officer.unknown': 'one of the names is no active officer',
  'officer.role-not-held': 'one of the names is not of operation today',
  'officer.not-shut-out': 'one of the names has a password',
};

/** Sixteen letters and digits that are not mistaken for each other: 79 bits. */
function newPassword(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  return Array.from({ length: 16 }, () => letters[randomInt(letters.length)]).join('');
}

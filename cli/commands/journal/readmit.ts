import { randomInt } from 'node:crypto';
import { systemClock } from '@antin/adapters/clock/clock';
import { hashPassword } from '@antin/adapters/password/argon2';
import { readmitAdministrators, type Readmission } from '@antin/agency/directory/readmit';
import { exit } from '../../exit.ts';
import type { Io } from '../../io.ts';
import { UsageFault, type ReadOptions } from '../options.ts';
import { withJournals } from './database.ts';

const WHY: Readonly<Record<Exclude<Readmission, 'done'>, string>> = {
  'not-restored': 'the database of this office was never restored from a copy',
  unknown: 'one of the names is nobody of this office',
  'not-administrator': 'one of the names is no administrator today',
  'not-shut-out': 'one of the names has a password',
  'another-administers': 'an administrator who has a password gives one of the names a new one',
};

/** `antin journal readmit`: administrators of an office whom a restore left without a password, and nobody above them has one. */
export async function readmit(options: ReadOptions, names: readonly string[], io: Io): Promise<number> {
  if (names.length === 0) throw new UsageFault('readmit takes sign-in names of administrators');
  return withJournals(options, io, async (db, journals) => {
    if (!journals.some((one) => one.name === 'agency')) throw new UsageFault('the database is of no office');
    const given = [...new Set(names)].map((signInName) => ({ signInName, password: newPassword() }));
    const hashed = given.map(async ({ signInName, password }) => ({ signInName, passwordHash: await hashPassword(password) }));
    const done = await readmitAdministrators(db, await Promise.all(hashed), systemClock());
    if (done !== 'done') {
      io.stderr.write(`antin journal: ${WHY[done]} [readmit.${done}]\n`);
      return exit.invalid;
    }
    for (const { signInName, password } of given) io.stdout.write(`${signInName}  ${password}\n`);
    return exit.ok;
  });
}

/** Sixteen letters and digits that are not mistaken for each other: 79 bits. */
function newPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  return Array.from({ length: 16 }, () => letters[randomInt(letters.length)]).join('');
}

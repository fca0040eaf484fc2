import { ConfigFault } from '@antin/adapters/config/settings';
import { connect } from '@antin/adapters/db/connect';
import { databaseRoleStatements, ensureDatabaseRoles } from '@antin/authority/database-roles/apply';
import { DATABASE_ROLES } from '@antin/authority/database-roles/roles';
import { administratorStatements, userStatements } from '@antin/authority/database-roles/statements';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { databaseEnvironment } from '../services/role-databases.ts';
import { UsageFault, readOptions } from './options.ts';

const usage = `antin database: the database behind an installation

  antin database roles [--user NAME]
      prints what an administrator of PostgreSQL runs once, when the installation's own user may not create roles: one role for
      each part of the issuer, so that none can do another's work. With DATABASE_URL the privileges of each are printed too
  antin database users [--user NAME]
      prints a user of its own for each part (NAME_approval, …), which production asks for; their addresses stand in ANTIN_DATABASES
  antin database roles --apply
      makes the roles and gives them their privileges, as the user of DATABASE_URL

  --user NAME   the user under which the installation connects; default antin

Exit codes: 0 done, 1 the roles cannot be made, 64 wrong usage, 70 our own fault.
`;

/** `antin database roles` */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    const options = readOptions(argv, { lists: [], singles: ['user'], flags: ['apply'] });
    if (options.help) {
      io.stdout.write(usage);
      return exit.ok;
    }
    const [what, ...rest] = options.files;
    if (what === 'users' && rest.length === 0 && !options.flag('apply')) {
      io.stdout.write(`${userStatements(options.single('user') ?? 'antin').join('\n')}\n`);
      return exit.ok;
    }
    if (what !== 'roles' || rest.length > 0) throw new UsageFault('say what: roles or users');
    return await roles(options.single('user') ?? 'antin', options.flag('apply'), io);
  } catch (error) {
    if (!(error instanceof UsageFault || error instanceof ConfigFault)) throw error;
    io.stderr.write(`antin database: ${error.message}\n"antin database --help" shows the options.\n`);
    return exit.usage;
  }
}

async function roles(user: string, apply: boolean, io: Io): Promise<number> {
  const url = databaseEnvironment(io.env)['DATABASE_URL'];
  if (url === undefined || url === '') {
    if (apply) throw new UsageFault('--apply needs DATABASE_URL');
    io.stdout.write(`${administratorStatements(user).join('\n')}\n`);
    return exit.ok;
  }
  const db = connect(url, { maxConnections: 1 });
  try {
    if (!apply) {
      io.stdout.write(`${(await databaseRoleStatements(db)).join('\n')}\n`);
      return exit.ok;
    }
    const done = await ensureDatabaseRoles(db, [], DATABASE_ROLES);
    if (done.status === 'ready') return exit.ok;
    io.stderr.write(`antin database: ${done.why}; an administrator runs:\n${done.statements.join('\n')}\n`);
    return exit.invalid;
  } finally {
    await db.destroy();
  }
}

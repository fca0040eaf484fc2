import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { ConfigFault } from '@antin/adapters/config/settings';
import { DATABASE_ROLES, type DatabaseRole } from '@antin/authority/database-roles/roles';

type Env = Readonly<Record<string, string | undefined>>;

const variableOf = (role: DatabaseRole) => `ANTIN_DATABASE_${role.slice('antin_'.length).toUpperCase()}`;
const OWNER = 'owner';

/**
 * The environment with what `ANTIN_DATABASES` adds to it: a JSON file of mode 0600 with the address of the owner's database
 * (`owner`, as `DATABASE_URL`) and of users of their own for some parts (`antin_approval`, as `ANTIN_DATABASE_APPROVAL`). Addresses
 * hold passwords: in a file neither other users nor crash reports see them. What a variable says as well is refused.
 *
 * @throws {ConfigFault} which names a variable or a member, never an address
 */
export function databaseEnvironment(env: Env): Env {
  const path = env['ANTIN_DATABASES'];
  if (path === undefined || path === '') return env;
  const known = new Map<string, string>([
    [OWNER, 'DATABASE_URL'],
    ...DATABASE_ROLES.map((role): [string, string] => [role, variableOf(role)]),
  ]);
  const more: Record<string, string> = {};
  for (const [name, url] of Object.entries(fileOf(path))) {
    const variable = known.get(name);
    if (variable === undefined)
      throw new ConfigFault(`ANTIN_DATABASES: "${name}" is no part; known: ${[...known.keys()].join(', ')}`);
    if (typeof url !== 'string') throw new ConfigFault(`ANTIN_DATABASES: ${name} must be an address`);
    if ((env[variable] ?? '') !== '') throw new ConfigFault(`${variable} and ANTIN_DATABASES both say where ${name} connects`);
    more[variable] = url;
  }
  return { ...env, ...more };
}

/** Users of their own for parts of the issuer. @throws {ConfigFault} */
export function roleDatabases(env: Env): Partial<Record<DatabaseRole, string>> {
  const whole = databaseEnvironment(env);
  const urls: Partial<Record<DatabaseRole, string>> = {};
  for (const role of DATABASE_ROLES) {
    const variable = variableOf(role);
    const url = whole[variable];
    if (url === undefined || url === '') continue;
    if (!/^postgres(ql)?:\/\//.test(url)) throw new ConfigFault(`${variable} must start with postgresql://`);
    urls[role] = url;
  }
  return urls;
}

function fileOf(path: string): Record<string, unknown> {
  try {
    const fd = openSync(path, 'r');
    try {
      // On the open descriptor: a swap between check and read changes nothing.
      if (process.platform !== 'win32' && (fstatSync(fd).mode & 0o077) !== 0)
        throw new ConfigFault('ANTIN_DATABASES can be read by others: run chmod 600 on it');
      const value: unknown = JSON.parse(readFileSync(fd, 'utf8'));
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not an object');
      return value as Record<string, unknown>;
    } finally {
      closeSync(fd);
    }
  } catch (fault) {
    if (fault instanceof ConfigFault) throw fault;
    // What JSON.parse says quotes the text, passwords with it.
    throw new ConfigFault(`ANTIN_DATABASES cannot be read as JSON (${(fault as { code?: string }).code ?? 'not JSON'})`);
  }
}

import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useFolder } from '@antin/testkit/folder';
import { expect, test } from 'vitest';
import { databaseEnvironment, roleDatabases } from './role-databases.ts';

const home = useFolder();
const SECRET = 'postgresql://ca_approval:geheim@db/ca';

function file(text: string, mode = 0o600): { ANTIN_DATABASES: string } {
  const path = join(home.path, 'databases.json');
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return { ANTIN_DATABASES: path };
}
function refusalOf(work: () => unknown): string {
  try {
    work();
  } catch (fault) {
    expect(fault).toMatchObject({ code: 'config.invalid' });
    expect((fault as Error).message).not.toContain('geheim');
    return (fault as Error).message;
  }
  return 'nothing was refused';
}

test('parts of the issuer get users of their own from variables, from a private file, or from both', () => {
  expect(roleDatabases({})).toEqual({});
  expect(roleDatabases({ ANTIN_DATABASE_TIME_STAMP: 'postgresql://ca_tsa@db/ca', ANTIN_DATABASE_AUDIT: '' })).toEqual({
    antin_time_stamp: 'postgresql://ca_tsa@db/ca',
  });
  const env = {
    ...file(JSON.stringify({ owner: 'postgresql://ca@db/ca', antin_approval: SECRET })),
    ANTIN_DATABASE_OCSP: 'postgresql://o@db/ca',
  };
  expect(databaseEnvironment(env)['DATABASE_URL']).toBe('postgresql://ca@db/ca');
  expect(roleDatabases(env)).toEqual({ antin_approval: SECRET, antin_ocsp: 'postgresql://o@db/ca' });
});

test('a file that others can read, that is damaged or names an unknown part is refused, and no address is quoted', () => {
  const good = JSON.stringify({ antin_approval: SECRET });
  expect(refusalOf(() => databaseEnvironment(file(good, 0o640)))).toContain('chmod 600');
  expect(refusalOf(() => databaseEnvironment(file(`{"antin_approval": "${SECRET}`)))).toContain('not JSON');
  expect(refusalOf(() => databaseEnvironment(file(JSON.stringify({ approval: SECRET }))))).toContain('"approval" is no part');
  expect(refusalOf(() => databaseEnvironment(file(JSON.stringify([SECRET]))))).toContain('cannot be read');
  expect(refusalOf(() => databaseEnvironment({ ...file(good), ANTIN_DATABASE_APPROVAL: SECRET }))).toContain('both say');
  expect(refusalOf(() => roleDatabases({ ANTIN_DATABASE_AUDIT: 'mysql://a:geheim@b' }))).toContain('ANTIN_DATABASE_AUDIT');
  expect(refusalOf(() => databaseEnvironment({ ANTIN_DATABASES: join(home.path, 'nowhere') }))).toContain('ENOENT');
});

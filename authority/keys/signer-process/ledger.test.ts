import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useFolder } from '@antin/testkit/folder';
import { expect, test } from 'vitest';
import { Ledger } from './ledger.ts';

const home = useFolder();
const one = { at: 1, kind: 'certificate', tbs: 'x' } as const;

test('when everything has ended that a key certified is remembered over a restart, also from lines without a state', () => {
  const first = new Ledger(home.path);
  expect(first.endOf('a')).toBe(0);
  first.write({ ...one, key: 'a', ends: 2000 });
  first.write({ ...one, key: 'a', ends: 1000 });
  first.write({ at: 1, kind: 'crl', key: 'b', tbs: 'y', crl: { number: '1', scope: 'full ' } });
  // Links and responders are the CA's own.
  first.write({ ...one, kind: 'link', key: 'b', ends: 0 });
  expect([first.endOf('a'), first.endOf('b')]).toEqual([2000, 0]);
  first.close();
  const second = new Ledger(home.path);
  expect([second.endOf('a'), second.endOf('b')]).toEqual([2000, 0]);
  second.close();
  rmSync(join(home.path, 'ledger-state.json'));
  const third = new Ledger(home.path);
  expect([third.endOf('a'), third.endOf('b')]).toEqual([2000, 0]);
  third.close();
});

test('a certificate that was noted before ends were is taken to have none', () => {
  const folder = join(home.path);
  const ledger = new Ledger(folder);
  ledger.write({ ...one, key: 'old' });
  ledger.write({ ...one, key: 'old', ends: 5 });
  expect(ledger.endOf('old')).toBe(Number.MAX_SAFE_INTEGER);
  ledger.close();
  // A state of before: counts, and no ends.
  const path = join(folder, 'ledger-state.json');
  const { ends: _, ...state } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify(state), { mode: 0o600 });
  const again = new Ledger(folder);
  expect(again.endOf('old')).toBe(Number.MAX_SAFE_INTEGER);
  again.write({ ...one, key: 'old', ends: 5 });
  expect(again.endOf('old')).toBe(Number.MAX_SAFE_INTEGER);
  again.close();
});

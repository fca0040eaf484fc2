import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VIETNAM_POLICY } from '@antin/signature/validation/policy';
import { useFolder } from '@antin/testkit/folder';
import { expect, it } from 'vitest';
import { openPolicyFolder } from './policy-folder.ts';

const folder = useFolder();
const put = (name: string, content: unknown): void =>
  writeFileSync(join(folder.path, name), typeof content === 'string' ? content : JSON.stringify(content));

it('policies answer to the name of their file and to their own, changed files are read again, broken ones are named', () => {
  put('chặt.json', { name: 'so-noi-vu-2027', minimumLevel: 'B-LT' });
  put('hỏng.json', '{"name": "x", ');
  put('lạ.json', { name: 'y', nothing: 1 });
  put('note.txt', 'not a policy');
  const said: string[] = [];
  const named = openPolicyFolder(folder.path, (code) => said.push(code));
  expect(said.sort()).toEqual(['json.damaged', 'policy.unknown-key'].sort());
  expect(named('chặt')).toMatchObject({ name: 'so-noi-vu-2027', minimumLevel: 'B-LT' });
  expect(named('so-noi-vu-2027')).toBe(named('chặt'));
  expect([named('hỏng'), named('lạ'), named('note.txt'), named('khác'), named('../chặt')]).toEqual([
    ...['broken', 'broken'],
    ...[undefined, undefined, undefined],
  ]);
  // Nothing is said twice about the same file.
  expect(said).toHaveLength(2);

  put('hỏng.json', { name: 'lành', minimumLevel: 'B-T' });
  expect(named('hỏng')).toMatchObject({ name: 'lành', minimumLevel: 'B-T' });
  put('chặt.json', '{');
  expect(named('chặt')).toBe('broken');
  expect(named('so-noi-vu-2027')).toBeUndefined();
  rmSync(join(folder.path, 'chặt.json'));
  expect(named('chặt')).toBeUndefined();
});

it('nobody takes the name of the policy that comes with the software, and two of one name are none', () => {
  put('a.json', { name: VIETNAM_POLICY.name, constraints: { 'trust.revocation-known': 'ignore' } });
  put('b.json', { name: 'one' });
  put('c.json', { name: 'one' });
  const named = openPolicyFolder(folder.path, () => {});
  expect(named(VIETNAM_POLICY.name)).toBe(VIETNAM_POLICY);
  expect(named('a')).toBe('broken');
  expect(named('one')).toBe('broken');
  expect(named('b')).toMatchObject({ name: 'one' });
});

import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useFolder } from '@antin/testkit/folder';
import { AgentJournal } from './journal.ts';

const clock = () => new Date('2026-11-21T08:00:00Z');
const folder = useFolder();
let journals = 0;
const path = () => join(folder.path, `journal ${++journals}.jsonl`);

it('remembers over a restart what was answered, and what the server took', () => {
  const file = path();
  const first = new AgentJournal(file, clock);
  first.write({ event: 'seen', jti: 'a', token: 't' });
  first.write({ event: 'intent', jti: 'a', credential: 'c', documents: [] });
  first.write({ event: 'result', jti: 'a', answer: { answer: 'signed', values: ['AAAA'] } });
  first.write({ event: 'result', jti: 'b', answer: { answer: 'not-used', reason: 'refused' } });
  first.write({ event: 'delivered', jti: 'b', state: 'accepted' });
  first.close();
  const second = new AgentJournal(file, clock);
  expect(second.undelivered()).toEqual([{ jti: 'a', answer: { answer: 'signed', values: ['AAAA'] } }]);
  expect(second.about('a')).toMatchObject({ token: 't', intent: true });
  expect(second.interrupted()).toEqual([]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('knows an intent without a result, and lets no later word turn a used key into an unused one', () => {
  const file = path();
  const first = new AgentJournal(file, clock);
  first.write({ event: 'intent', jti: 'a', credential: 'c', documents: [] });
  first.close();
  const second = new AgentJournal(file, clock);
  expect(second.interrupted()).toEqual(['a']);
  second.write({ event: 'result', jti: 'a', answer: { answer: 'unknown' } });
  second.write({ event: 'result', jti: 'a', answer: { answer: 'not-used', reason: 'refused' } });
  expect(second.about('a')?.answer).toEqual({ answer: 'unknown' });
});

it('reads on after a line that a power failure cut off', () => {
  const file = path();
  new AgentJournal(file, clock).write({ event: 'seen', jti: 'a', token: 't' });
  appendFileSync(file, '{"event":"result","jti":"a","ans');
  const second = new AgentJournal(file, clock);
  expect(second.about('a')?.answer).toBeUndefined();
  second.write({ event: 'seen', jti: 'b', token: 'u' });
  expect(new AgentJournal(file, clock).about('b')?.token).toBe('u');
  expect(readFileSync(file, 'utf8').endsWith('\n')).toBe(true);
});

import { expect, it } from 'vitest';
import { timesOf } from './times.ts';

it('of each limit one value holds today: the newest that has begun', () => {
  const limits = [
    { name: 'a', from: '2027-01-01' },
    { name: 'a', from: '2026-11-22' },
    { name: 'a', from: '2018-09-27' },
    { name: 'b', from: '2030-01-01' },
    { name: 'b', from: '2024-08-15' },
  ];
  expect([...timesOf(limits, '2026-11-22').values()]).toEqual(['ahead', 'now', 'over', 'ahead', 'now']);
  expect([...timesOf(limits, '2026-11-21').values()]).toEqual(['ahead', 'ahead', 'now', 'ahead', 'now']);
});

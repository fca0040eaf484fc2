import { expect, it } from 'vitest';
import { countsOfRole } from './counts-of-role.ts';

const all = {
  drafts: 1,
  toSign: 2,
  toIssue: 3,
  toReceive: 4,
  toAssign: 5,
  assignedToMe: 6,
  certificateTasks: 7,
  requestsToSign: 8,
};

it('each role is told of what it may do, and of what is assigned to it', () => {
  expect(countsOfRole(all, ['leader'])).toEqual({
    drafts: 0,
    toSign: 2,
    toIssue: 0,
    toReceive: 0,
    toAssign: 5,
    assignedToMe: 6,
    certificateTasks: 0,
    requestsToSign: 8,
  });
  expect(countsOfRole(all, ['clerk'])).toEqual({
    drafts: 0,
    toSign: 0,
    toIssue: 3,
    toReceive: 4,
    toAssign: 5,
    assignedToMe: 6,
    certificateTasks: 0,
    requestsToSign: 8,
  });
  expect(countsOfRole(all, ['drafter'])).toEqual({
    drafts: 1,
    toSign: 0,
    toIssue: 0,
    toReceive: 0,
    toAssign: 0,
    assignedToMe: 6,
    certificateTasks: 0,
    requestsToSign: 0,
  });
  expect(countsOfRole(all, ['drafter', 'clerk', 'leader', 'certificate-officer'])).toEqual(all);
});

import { ConfigFault } from '@antin/adapters/config/settings';
import { ISSUE_LEVELS, type IssueLevel } from '@antin/agency/signing/issue-level';

/** `ANTIN_ISSUE_LEVEL`; B-LT when it is not set. @throws {ConfigFault} */
export function issueLevelOf(said: string | undefined): IssueLevel {
  if (said === undefined || said === '') return 'B-LT';
  const level = ISSUE_LEVELS.find((one) => one === said);
  if (level === undefined) {
    throw new ConfigFault(`ANTIN_ISSUE_LEVEL is "${said}"; expected one of ${ISSUE_LEVELS.join(', ')}`);
  }
  return level;
}

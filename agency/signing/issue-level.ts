/** Baseline level (EN 319 142-1 §6) that an issued document has before it leaves the house. */
export const ISSUE_LEVELS = ['B-T', 'B-LT', 'B-LTA'] as const;
export type IssueLevel = (typeof ISSUE_LEVELS)[number];

import { NEGATIVE_CELLS, judgeCell } from '@antin/testkit/judging/negative-matrix';
import { cadesMaker, padesMaker, xadesMaker } from '@antin/testkit/judging/matrix-makers';
import { asicCadesMaker, jadesMaker } from '@antin/testkit/judging/json-and-container-makers';
import { inShort } from '@antin/testkit/judging/xml';
import { describe, expect, it } from 'vitest';

/** {revoked, expired, not yet valid, CA revoked, TSA revoked, TSA expired} × {before, after} × {none, T, LT, LTA}. */
describe.each([
  ['PAdES', padesMaker],
  ['CAdES', cadesMaker],
  ['XAdES', xadesMaker],
  ['JAdES', jadesMaker],
  ['CAdES in ASiC-E', asicCadesMaker],
] as const)('%s', (format, maker) => {
  it.each(NEGATIVE_CELLS)('$title: $expected', async (cell) => {
    const report = await judgeCell(maker, cell);
    expect(inShort(report), JSON.stringify(report.signatures[0]?.errors)).toBe(cell.expected);
    expect(report.signatures[0]?.format).toBe(format.split(' ')[0]);
    const stamps = report.signatures[0]?.timestamps.length ?? 0;
    expect(stamps).toBe({ none: 0, T: 1, LT: 1, LTA: 2 }[cell.level]);
    // A month later the list about the time-stamping unit is stale: the level is what the file carries, and stays.
    const levels = { none: 'B-B', T: 'B-T', LT: 'B-LT', LTA: 'B-LTA' };
    if (cell.expected === 'valid' && cell.row.tsa === 'tsa') expect(report.signatures[0]?.level).toBe(levels[cell.level]);
  });
});

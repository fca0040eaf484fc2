import { describe, expect, test } from 'vitest';
import { ShownRequest } from '../authority/registration.ts';
import { needsRoutes } from '../office/needs.ts';
import { withoutUnseen } from './line.ts';
import { ConsolidatedRequest, RequestItem } from './request.ts';

/** What people read before they sign a request, or decide about it: nothing in it may look like something else. */
const HIDDEN = ['\u202e', '\u2066', '\u200b', '\u034f', '\u3164', '\u00ad', '\u0000', '\u0085', '\u2028', '\ufeff', '\ud800'];
const id = '00000000-0000-4000-8000-000000000001';
const agency = { code: 'H99', name: 'Ủy ban', place: 'Nam Hà' };
const certificate = { issuerSha256: 'a'.repeat(64), serialHex: '01' };
const about = { id, managingAgency: agency, certificate, attachments: [] };
const recovery = { act: 'recover-device', ...about, holder: 'Lò Văn Hải', reason: 'Quên mã PIN' };
const whole = {
  ...{
    type: 'antin.certificate-request',
    version: 1,
    id,
    from: agency,
    createdAt: '2026-11-22T00:00:00.000Z',
    items: [recovery],
  },
  ...{ number: '7/TTr-UBND', round: { id, name: 'Đợt 1 – năm 2026' } },
};

describe('a request', () => {
  test('as people write it stands as it is', () => {
    expect(ConsolidatedRequest.parse(whole)).toEqual(whole);
    const { number: _n, round: _r, ...bare } = whole;
    expect(ConsolidatedRequest.parse(bare)).toEqual(bare);
    expect(RequestItem.parse({ ...recovery, holder: 'Lò\u00a0Văn Hải ' })).toEqual(recovery);
  });

  test('has no number, round or holder with a mark that nobody sees, or with letters that look like others', () => {
    for (const one of [...HIDDEN, '\n', '\t', 'Н']) {
      const text = `Số 7${one} UB`;
      expect([one, ConsolidatedRequest.safeParse({ ...whole, number: text }).success]).toEqual([one, false]);
      expect([one, ConsolidatedRequest.safeParse({ ...whole, round: { id, name: text } }).success]).toEqual([one, false]);
      for (const act of ['renew', 'revoke', 'recover-device'] as const) {
        const item = { ...recovery, act, cause: 'retired' };
        expect(RequestItem.safeParse(item).success).toBe(true);
        expect([act, one, RequestItem.safeParse({ ...item, holder: text }).success]).toEqual([act, one, false]);
      }
    }
  });

  test('gives a reason in as many lines as it needs, of nothing but what is seen', () => {
    const reason = 'Quên mã PIN:\r\n\t- lần 1,\n\t- lần 2 (Пётр và An)';
    expect(RequestItem.parse({ ...recovery, reason })).toMatchObject({ reason });
    for (const one of HIDDEN)
      expect([one, RequestItem.safeParse({ ...recovery, reason: `Quên${one} mã` }).success]).toEqual([one, false]);
    expect(RequestItem.safeParse({ ...recovery, reason: ' \n' }).success).toBe(false);
  });

  test('that an issuer took in before is shown, without the marks; what is sent now is held to the rule', () => {
    const item = { ...recovery, holder: 'Lò\u202e Văn\u200b Hải', reason: 'Quên\u2066 mã\nPIN' };
    const shown = {
      ...{ type: 'antin.request-as-shown', version: 1 },
      requestItemId: id,
      submission: {
        id,
        requestId: id,
        from: agency,
        createdAt: whole.createdAt,
        sha256: 'b'.repeat(64),
        authenticatedBy: 'token',
      },
      ...{
        itemVersion: 1,
        originalSha256: 'c'.repeat(64),
        item,
        edits: [],
        attachments: [],
        evidence: [],
        questions: [],
        checks: [],
      },
    };
    expect(ShownRequest.parse(shown).item).toEqual({ ...recovery, reason: 'Quên mã\nPIN' });
    expect(RequestItem.safeParse(item).success).toBe(false);
    expect(RequestItem.safeParse(ShownRequest.parse(shown).item).success).toBe(true);
  });

  test('is of a round that was named by the same rule', () => {
    const body = { name: 'Đợt 1', year: 2026, deadline: '2026-12-01', forms: ['01'] };
    expect(needsRoutes.open.body!.safeParse(body).success).toBe(true);
    expect(needsRoutes.open.body!.safeParse({ ...body, name: 'Đợt\u202e 1' }).success).toBe(false);
    expect(needsRoutes.request.body!.parse({ version: 1, number: ' ' })).toEqual({ version: 1, number: undefined });
    expect(needsRoutes.request.body!.parse({ version: 1, number: '7/TTr ' })).toEqual({ version: 1, number: '7/TTr' });
    expect(needsRoutes.request.body!.safeParse({ version: 1, number: '7\u200b' }).success).toBe(false);
  });
});

test('what nobody sees is taken away, and lines are kept where lines may be', () => {
  expect(withoutUnseen('Lê\u00a0Văn\u202e A\n\u3164')).toBe('Lê Văn A');
  expect(withoutUnseen('một\r\n\thai\u2066', 'lines')).toBe('một\r\n\thai');
});

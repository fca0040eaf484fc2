import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enrolmentRoutes } from '@antin/protocol/authority/enrolment';
import { authorityJournalRoutes } from '@antin/protocol/authority/journal';
import { issuedRoutes } from '@antin/protocol/authority/issued';
import { officerRoutes } from '@antin/protocol/authority/officers';
import { operationRoutes } from '@antin/protocol/authority/operation';
import { registrationRoutes } from '@antin/protocol/authority/registration';
import { reportRoutes } from '@antin/protocol/authority/reports';
import type { OfficerRole } from '@antin/protocol/authority/session';
import { submissionRoutes } from '@antin/protocol/authority/submissions';
import { suspensionRoutes } from '@antin/protocol/authority/suspensions';
import type { Route } from '@antin/protocol/route';
import { ConsoleForTests } from './console-for-tests.ts';
import type { Who } from './console-for-tests.ts';

let t: ConsoleForTests;
beforeAll(async () => {
  t = await ConsoleForTests.open();
});
afterAll(() => t.close());

const ONE_OF: Readonly<Record<OfficerRole, Who>> = {
  registration: 'registrar',
  approval: 'approver',
  issuance: 'issuer',
  revocation: 'revoker',
  audit: 'auditor',
  operation: 'operator',
};
const ALL = Object.keys(ONE_OF) as OfficerRole[];

/** Written out by hand: a change of who may do what is a change of this table. */
const TABLE: Readonly<Record<string, readonly OfficerRole[]>> = {
  'GET /authority/api/requests': ALL,
  'GET /authority/api/requests/statistics': ALL,
  'GET /authority/api/requests/:id': ALL,
  'GET /authority/api/requests/:id/attachments/:sha256': ['registration', 'approval', 'audit'],
  'PUT /authority/api/requests/:id/attachments': ['registration'],
  'POST /authority/api/requests/:id/evidence': ['registration'],
  'POST /authority/api/requests/:id/questions': ['registration'],
  'POST /authority/api/requests/:id/questions/:questionId/answer': ['registration'],
  'POST /authority/api/requests/:id/versions': ['registration'],
  'POST /authority/api/requests/:id/checks': ['registration'],
  'POST /authority/api/requests/:id/proposal': ['registration'],
  'POST /authority/api/requests/approvals': ['approval'],
  'POST /authority/api/requests/:id/refusal': ['registration', 'approval', 'revocation'],
  'POST /authority/api/requests/:id/withdrawal': ['registration'],
  'POST /authority/api/requests/:id/revocation': ['revocation'],
  'POST /authority/api/requests/:id/recovery': ['issuance'],
  'POST /authority/api/requests/:id/issuance': ['issuance'],
  'GET /authority/api/requests/:id/hand-over': ['issuance'],
  'POST /authority/api/requests/:id/hand-over': ['issuance'],
  'GET /authority/api/submissions': ALL,
  'POST /authority/api/submissions/file': ['registration'],
  'GET /authority/api/submissions/:id/file': ['registration', 'audit'],
  'POST /authority/api/submissions/:id/retry': ['registration'],
  'POST /authority/api/submissions/:id/dismissal': ['registration'],
  'GET /authority/api/submissions/:id/results.zip': ['registration', 'issuance'],
  'POST /authority/api/suspensions': ['revocation'],
  'POST /authority/api/suspensions/lifting': ['revocation'],
  'GET /authority/api/suspensions': ALL,
  'GET /authority/api/certificates': ALL,
  'GET /authority/api/certificates/:issuerSha256/:serialHex': ALL,
  'GET /authority/api/certificates/:issuerSha256/:serialHex/file': ALL,
  'GET /authority/api/signed-acts/:id/statement.asics': ALL,
  'POST /authority/api/certificates/revocation': ['revocation'],
  'GET /authority/api/cas': ALL,
  'GET /authority/api/services': ALL,
  'GET /authority/api/calendar': ALL,
  'POST /authority/api/calendar/days': ['operation'],
  'DELETE /authority/api/calendar/days/:day': ['operation'],
  'GET /authority/api/reports/monthly': ALL,
  'GET /authority/api/exports/requests': ['registration', 'approval', 'audit'],
  'GET /authority/api/exports/certificates': ['issuance', 'revocation', 'audit'],
  'GET /authority/api/exports/revocations': ['revocation', 'audit'],
  'GET /authority/api/machine-accounts': ALL,
  'GET /authority/api/machine-accounts/candidates': ['issuance'],
  'GET /authority/api/machine-accounts/:id': ALL,
  'POST /authority/api/machine-accounts': ['issuance'],
  'DELETE /authority/api/machine-accounts/:id': ['issuance', 'revocation'],
  'POST /authority/api/machine-accounts/:id/withdrawal': ['revocation'],
  'DELETE /authority/api/machine-accounts/:id/keys/:keyId': ['issuance', 'revocation'],
  'GET /authority/api/officers': ['operation', 'audit'],
  'GET /authority/api/senders': ['registration', 'operation', 'audit'],
  'GET /authority/api/officer-changes': ['operation', 'audit'],
  'POST /authority/api/officer-changes': ['operation'],
  'POST /authority/api/officer-changes/:id/confirm': ['operation'],
  'POST /authority/api/officer-changes/:id/reject': ['operation'],
  'GET /authority/api/journal': ['audit'],
  'GET /authority/api/journal/kinds': ['audit'],
  'GET /authority/api/journal/state': ['audit', 'operation'],
  'GET /authority/api/journal/entries/:number/proof': ['audit'],
};

const rows = [
  ...[registrationRoutes, submissionRoutes, officerRoutes, suspensionRoutes, authorityJournalRoutes, enrolmentRoutes],
  ...[issuedRoutes, operationRoutes, reportRoutes],
].flatMap((table) => Object.values(table) as unknown as Route[]);
const nameOf = (row: Route) => `${row.method} ${row.path}`;
/** An address that is nobody's: whoever is let in finds nothing there, and nothing happens. */
const addressOf = (row: Route) =>
  row.path
    .replace('/authority/api', '')
    .replaceAll(':sha256', 'f'.repeat(64))
    .replaceAll(/:[a-zA-Z]+/g, '00000000-0000-4000-8000-000000000000');

async function answer(who: Who | undefined, row: Route): Promise<{ status: number; code: string | undefined }> {
  const cookie = who === undefined ? '' : await t.cookie(who);
  const body = row.method === 'GET' ? undefined : {};
  const response = await t.send(cookie, row.method, addressOf(row), body);
  const text = await response.text();
  const code = text.startsWith('{') ? (JSON.parse(text) as { code?: string }).code : undefined;
  return { status: response.status, code };
}

test('every route of the console stands in the table', () => {
  expect(rows.map(nameOf).toSorted()).toEqual(Object.keys(TABLE).toSorted());
});

describe('every role at every route', () => {
  for (const row of rows) {
    test(nameOf(row), async () => {
      const allowed = TABLE[nameOf(row)]!;
      for (const role of ALL) {
        const { status, code } = await answer(ONE_OF[role], row);
        const refused = { status: 403, code: 'officer.role-needed' };
        if (allowed.includes(role)) {
          expect([role, status, code]).not.toEqual([role, refused.status, refused.code]);
          expect([role, status]).not.toEqual([role, 500]);
        } else expect([role, { status, code }]).toEqual([role, refused]);
      }
      expect(await answer(undefined, row)).toEqual({ status: 401, code: 'officer.session-needed' });
    });
  }
});

test('audit changes nothing: every act of every table refuses it', () => {
  const acts = Object.entries(TABLE).filter(([name]) => !name.startsWith('GET '));
  expect(acts.filter(([, roles]) => roles.includes('audit'))).toEqual([]);
});

test('operation, which makes officers, takes no part in requests', () => {
  const acts = Object.entries(TABLE).filter(
    ([name]) => !name.startsWith('GET ') && !name.includes('officer') && !name.includes('calendar'),
  );
  expect(acts.filter(([, roles]) => roles.includes('operation'))).toEqual([]);
});

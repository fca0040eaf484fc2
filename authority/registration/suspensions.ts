import { Hono } from 'hono';
import type { z } from 'zod';
import { inTransaction } from '@antin/adapters/db/transaction';
import { mount } from '@antin/adapters/http/mount';
import { Refusal } from '@antin/adapters/http/refusal';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { suspensionRoutes as routes } from '@antin/protocol/authority/suspensions';
import type { SuspensionStatement } from '@antin/protocol/authority/suspensions';
import type { OfficerRole } from '@antin/protocol/authority/session';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { recordEvent } from '../journal/record.ts';
import type { Officer, OfficerEnv } from '../officers/caller.ts';
import { requireOfficer } from '../officers/require-officer.ts';
import { requireSignatureBy } from '../officers/signed-statement.ts';
import { PROFILES } from '../profiles/table.ts';
import { liftSuspension, suspend } from '../revocation/revoke.ts';
import { sha256Hex } from './content.ts';
import type { RegistrationDoors } from './doors.ts';

const SUSPENSION_ROLES: Readonly<Record<keyof typeof routes, readonly OfficerRole[]>> = {
  suspend: ['revocation'],
  lift: ['revocation'],
};

const STALE_MS = 10 * 60_000;

/** Suspending is fast, one officer; lifting is slow, two (pki.md §8.5). The signed statements stand in the journal by hash. */
export function suspensionsApp(parts: RegistrationDoors): Hono<OfficerEnv> {
  const { doors, clock } = parts;
  const db = doors.as('antin_revocation');
  const session = { db: doors.as('antin_session'), clock };
  const app = new Hono<OfficerEnv>();

  mount(app, routes.suspend, [requireOfficer(session, SUSPENSION_ROLES.suspend)], async ({ body, c }) => {
    const { certificate } = body.statement;
    await signedBy(c.var.officer, 'suspend', body);
    const suspendable = (profile: string) =>
      (PROFILES as Record<string, { suspendable: boolean }>)[profile]?.suspendable === true;
    const done = await suspend(db, certificate, { by: c.var.officer.id }, { suspendable, now: clock().getTime() });
    if (done.status === 'refused') throw new Refusal(done.code);
    return { certificate, status: 'suspended' as const };
  });
  mount(app, routes.lift, [requireOfficer(session, SUSPENSION_ROLES.lift)], async ({ body, c }) => {
    const { certificate } = body.statement;
    await signedBy(c.var.officer, 'lift', body);
    const done = await liftSuspension(db, certificate, { by: c.var.officer.id }, clock().getTime());
    if (done.status === 'refused') throw new Refusal(done.code);
    return { certificate, status: 'lifted' as const };
  });
  return app;

  /** The intent is written down, with its signature, before anything is done with it. */
  async function signedBy(
    officer: Officer,
    act: 'suspend' | 'lift',
    { statement, cms }: { readonly statement: z.output<typeof SuspensionStatement>; readonly cms?: string | undefined },
  ): Promise<void> {
    const now = clock().getTime();
    if (statement.act !== act || statement.officerId !== officer.id) throw new Refusal('request.statement-other');
    if (Math.abs(now - Date.parse(statement.at)) > STALE_MS) throw new Refusal('request.statement-stale');
    if (cms === undefined && parts.signedActs === 'required') throw new Refusal('request.statement-unsigned');
    const text = canonicalJson(statement);
    if (cms !== undefined) {
      if (officer.certificateSha256 === undefined) throw new Refusal('officer.no-certificate');
      await requireSignatureBy(parts.judge, officer.certificateSha256, fromBase64(cms), text, now);
    }
    const { serialHex, issuerSha256 } = statement.certificate;
    const how = cms === undefined ? { signature: 'unsigned' } : { signature: 'signed', cms };
    const detail = {
      by: officer.id,
      act,
      issuerSha256,
      reason: statement.reason,
      statement: text,
      statementSha256: sha256Hex(text),
      ...how,
    };
    await inTransaction(db, (tx) =>
      recordEvent(tx, now, `suspension.${act === 'lift' ? 'lifting' : 'suspending'}-asked`, serialHex, detail),
    );
  }
}

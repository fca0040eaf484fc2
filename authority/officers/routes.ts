import { Hono } from 'hono';
import type { Context, MiddlewareHandler } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import type { z } from 'zod';
import { officeDay } from '@antin/adapters/clock/days';
import type { Db } from '@antin/adapters/db/transaction';
import { mount } from '@antin/adapters/http/mount';
import { Refusal } from '@antin/adapters/http/refusal';
import { officerRoutes } from '@antin/protocol/authority/officers';
import { officerSessionRoutes } from '@antin/protocol/authority/session';
import type { OfficerCounts, OfficerSession, PracticeOfficer } from '@antin/protocol/authority/session';
import type { Doors } from '../database-roles/doors.ts';
import type { Officer, OfficerEnv } from './caller.ts';
import { confirmChange, proposeChange, rejectChange } from './changes.ts';
import { boundCertificate, changeView, officerView } from './present.ts';
import { COOKIE_PATH, OFFICER_COOKIE, requireOfficer } from './require-officer.ts';
import { heldOn } from './rules.ts';
import { changesPage, officersPage, sendersPage } from './list-store.ts';
import { changePassword, signInOfficer, signOutOfficer } from './sign-in.ts';
import type { SignInDoors } from './sign-in.ts';
import { allOfficers, incompatiblePairs, termsOf } from './store.ts';

export interface OfficersDoors extends Omit<SignInDoors, 'db'> {
  readonly doors: Doors;
  readonly profile: 'practice' | 'production';
  readonly signedActs: 'required' | 'when-present';
  /** Whether the console is reached by https (the cookie then never leaves it). */
  readonly secureCookie: boolean;
  readonly addressOf: (c: Context) => string;
  /** Page of the practice agent, where officers consent; in practice only. */
  readonly agentPage?: (() => string | undefined) | undefined;
  /** Code of a journal that says that the database was set back; who may do what is then not changed. */
  readonly setBack?: (() => 'journal.set-back' | 'journal.forked' | undefined) | undefined;
  readonly countsOf: (db: Db, officer: Officer) => Promise<z.input<typeof OfficerCounts>>;
}

/** Who can be somebody in practice: active officers with the roles of the day. */
export async function practiceOfficers(db: Db, today: string): Promise<z.infer<typeof PracticeOfficer>[]> {
  const officers = (await allOfficers(db)).filter((one) => one.active);
  const terms = await termsOf(
    db,
    officers.map((one) => one.id),
  );
  return officers.map(({ id, signInName, fullName }) => ({ signInName, fullName, roles: heldOn(terms.get(id) ?? [], today) }));
}

/** Sign-in, officers, senders and the four-eyes changes of both. */
export function officersApp(parts: OfficersDoors): Hono<OfficerEnv> {
  const { doors, clock } = parts;
  const session: SignInDoors = { ...parts, db: doors.as('antin_session') };
  const operation = { db: doors.as('antin_operation'), clock, passwords: parts.passwords };
  const reading = doors.as('antin_audit');
  const app = new Hono<OfficerEnv>();
  const only = (roles: Parameters<typeof requireOfficer>[1]) => [requireOfficer(session, roles)];
  const address = (c: unknown) => parts.addressOf(c as Context);

  // Yesterday's officers, with yesterday's passwords: none of them makes another, or a password that the restore would believe.
  const whole: MiddlewareHandler<OfficerEnv> = async (_, next) => {
    const code = parts.setBack?.();
    if (code !== undefined) throw new Refusal(code);
    await next();
  };

  mount(app, officerSessionRoutes.signIn, [], async ({ body, c }) => {
    const { token, officer } = await signInOfficer(session, { ...body, address: address(c) });
    setCookie(c, OFFICER_COOKIE, token, { httpOnly: true, sameSite: 'Strict', path: COOKIE_PATH, secure: parts.secureCookie });
    return present(officer);
  });
  mount(app, officerSessionRoutes.current, only('also-new'), ({ c }) => present(c.var.officer));
  mount(app, officerSessionRoutes.changePassword, [...only('also-new'), whole], async ({ body, c }) => {
    await changePassword(session, { officer: c.var.officer, sessionHash: c.var.sessionHash, address: address(c) }, body);
    return {};
  });
  mount(app, officerSessionRoutes.signOut, only('also-new'), async ({ c }) => {
    await signOutOfficer(session.db, c.var.sessionHash);
    deleteCookie(c, OFFICER_COOKIE, { path: COOKIE_PATH });
    return {};
  });
  mount(app, officerSessionRoutes.practiceOfficers, [], async () => {
    if (parts.profile !== 'practice') throw new Refusal('http.not-found');
    return { officers: await practiceOfficers(reading, officeDay(clock())) };
  });

  mount(app, officerRoutes.list, only(['operation', 'audit']), async ({ query }) => {
    const { rows: officers, next } = await officersPage(operation.db, query);
    const terms = await termsOf(
      reading,
      officers.map((one) => one.id),
    );
    const today = officeDay(clock());
    return {
      officers: officers.map((one) => officerView(one, terms.get(one.id) ?? [], today)),
      incompatible: (await incompatiblePairs(reading)).map(([a, b]) => [a, b] as [typeof a, typeof b]),
      ...(next === undefined ? {} : { next }),
    };
  });
  mount(app, officerRoutes.senders, only(['registration', 'operation', 'audit']), async ({ query }) => {
    const { rows: senders, next } = await sendersPage(operation.db, query);
    return {
      ...(next === undefined ? {} : { next }),
      senders: senders.map(({ code, name, active, tokenIsEnough, hasToken, tokenForUnder, ...held }) => ({
        ...{ code, name, active, tokenIsEnough, hasToken, tokenForUnder },
        ...boundCertificate(held),
      })),
    };
  });
  mount(app, officerRoutes.changes, only(['operation', 'audit']), async ({ query }) => {
    const { rows, next } = await changesPage(reading, query);
    return { changes: rows.map(changeView), ...(next === undefined ? {} : { next }) };
  });
  mount(app, officerRoutes.propose, [...only(['operation']), whole], async ({ body, c }) => {
    // The token alone as proof of who asks is for trying things out.
    if (parts.profile === 'production' && body.kind === 'sender' && body.tokenIsEnough)
      throw new Refusal('sender.signature-needed');
    return changeView(await proposeChange(operation, c.var.officer, body));
  });
  mount(app, officerRoutes.confirm, [...only(['operation']), whole], async ({ params, c }) =>
    changeView(await confirmChange(operation, c.var.officer, params.id)),
  );
  mount(app, officerRoutes.reject, only(['operation']), async ({ params, body, c }) =>
    changeView(await rejectChange(operation, c.var.officer, params.id, body.reason)),
  );
  return app;

  async function present(officer: Officer): Promise<z.input<typeof OfficerSession>> {
    const practiceAgentUrl = parts.profile === 'practice' ? parts.agentPage?.() : undefined;
    return {
      ...(practiceAgentUrl === undefined ? {} : { practiceAgentUrl }),
      officerId: officer.id,
      fullName: officer.fullName,
      signInName: officer.signInName,
      roles: [...officer.roles],
      profile: parts.profile,
      signedActs: parts.signedActs,
      ...boundCertificate(officer),
      mustChangePassword: officer.mustChangePassword,
      today: officeDay(clock()),
      counts: await parts.countsOf(reading, officer),
    };
  }
}

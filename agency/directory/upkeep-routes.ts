import { Hono } from 'hono';
import { officeDay } from '@antin/adapters/clock/days';
import type { Clock } from '@antin/adapters/clock/clock';
import { inTransaction, type Db } from '@antin/adapters/db/transaction';
import { mount } from '@antin/adapters/http/mount';
import { Refusal } from '@antin/adapters/http/refusal';
import { directoryUpkeepRoutes as routes } from '@antin/protocol/office/directory-upkeep';
import { pageFrom, readCursor } from '../keyset.ts';
import type { Caller, PersonEnv } from '../session/caller.ts';
import { requirePerson } from '../session/require-person.ts';
import { agencyOfCode, childrenOn, namesAbove, placedAgency, searchAgencies, wordsQuery } from './agency-store.ts';
import { findChanges, noteChange } from './changes.ts';
import { codeForm, toDecision20, toQcvn102, writtenCode } from './codes.ts';
import type { CitizenNumbers } from './citizen-number.ts';
import { agencyDetail, agencyLine, changeLine, personDetail, personLine } from './present.ts';
import { personByCitizenHash, searchPeople } from './people-store.ts';
import { hashPassword } from '@antin/adapters/password/argon2';
import { addPerson, changePerson, keeps, mayChange, renewPassword } from './people.ts';
import { addAuthority, addPost, endAuthority, endPost } from './posts.ts';
import { agencyInReach, reachOf, readingReachOf } from './reach.ts';
import { addAlias, changeAgency, closeAgency, openAgency, undoChange } from './upkeep.ts';

export interface UpkeepDoors {
  readonly db: Db;
  readonly clock: Clock;
  readonly numbers: CitizenNumbers;
}

/** Upkeep of the directory by those whose it is; reading agencies is everybody's, people only their keepers'. */
export function upkeepApp(doors: UpkeepDoors): Hono<PersonEnv> {
  const { db, clock, numbers } = doors;
  const app = new Hono<PersonEnv>();
  const person = [requirePerson(doors)];
  const today = () => officeDay(clock());
  const maker = (caller: Caller) => ({ at: clock(), caller });
  const isAdministrator = (caller: Caller) => caller.position.roles.includes('administrator');

  mount(app, routes.agencies, person, async ({ query }) => {
    const day = query.day ?? today();
    const words = query.q === undefined ? undefined : wordsQuery(query.q);
    // Signs without a letter or digit find nothing, not everything.
    if (query.q !== undefined && query.q.trim() !== '' && words === undefined) return { items: [], next: null };
    const tree = words === undefined && query.under === undefined;
    const parentId = query.parentId === 'root' ? null : query.parentId;
    const below = query.under === undefined ? undefined : await placedAgency(db, query.under);
    if (query.under !== undefined && below === undefined) throw new Refusal('directory.agency-unknown');
    const search = {
      ...{ day, words, includeClosed: query.includeClosed ?? false, limit: query.limit + 1 },
      ...(below === undefined ? {} : { underPath: below.path }),
    };
    if (tree && parentId !== undefined) {
      const after = readCursor(query.cursor, 'su');
      const asked = { ...search, parentId, after };
      const found = day === today() ? await searchAgencies(db, asked) : await childrenOn(db, asked);
      const page = pageFrom(found, query.limit, (one) => [one.sortKey, one.id]);
      return { items: page.items.map((one) => agencyLine(one)), next: page.next ?? null };
    }
    const after = readCursor(query.cursor, 'nsu');
    const page = pageFrom(await searchAgencies(db, { ...search, after }), query.limit, (one) => [one.level, one.sortKey, one.id]);
    const above = await namesAbove(
      db,
      page.items.map((one) => one.id),
    );
    return {
      items: page.items.map((one) =>
        agencyLine(
          one,
          above.get(one.id)?.map((agency) => agency.name),
        ),
      ),
      next: page.next ?? null,
    };
  });
  mount(app, routes.agency, person, async ({ params, c }) => {
    const reach = isAdministrator(c.var.caller) ? await reachOf(db, c.var.caller) : undefined;
    const detail = await agencyDetail(db, params.id, today(), reach);
    if (detail === undefined) throw new Refusal('directory.agency-unknown');
    return detail;
  });
  mount(app, routes.createAgency, person, async ({ body, c }) => {
    const reach = await reachOf(db, c.var.caller);
    return inTransaction(db, (tx) => openAgency(tx, maker(c.var.caller), reach, body));
  });
  mount(app, routes.changeAgency, person, async ({ params, body, c }) => {
    const reach = await reachOf(db, c.var.caller);
    return inTransaction(db, (tx) => changeAgency(tx, maker(c.var.caller), reach, params.id, body));
  });
  mount(app, routes.closeAgency, person, async ({ params, body, c }) => {
    const reach = await reachOf(db, c.var.caller);
    return inTransaction(db, (tx) => closeAgency(tx, maker(c.var.caller), reach, params.id, body));
  });
  mount(app, routes.addAlias, person, async ({ params, body, c }) => {
    const reach = await reachOf(db, c.var.caller);
    return inTransaction(db, async (tx) => {
      await agencyInReach(tx, reach, params.id, true);
      const alias = await addAlias(tx, params.id, body);
      await noteChange(tx, maker(c.var.caller), {
        ...{ kind: 'alias-added', subject: 'agency', subjectId: params.id, agencyId: params.id, effectiveFrom: alias.validFrom },
        after: alias,
      });
      return alias;
    });
  });
  mount(app, routes.code, person, async ({ params, query }) => {
    const code = writtenCode(params.code);
    const form = codeForm(code) ?? null;
    return {
      ...{ code, form, decision20: toDecision20(code) ?? null, qcvn102: toQcvn102(code) ?? null },
      agency: (await agencyOfAnyWriting(db, code, query.day ?? today())) ?? null,
    };
  });
  mount(app, routes.changes, person, async ({ query, c }) => {
    const { agency } = await reachOf(db, c.var.caller);
    const before = readCursor(query.cursor, 's')?.[0] as string | undefined;
    const { agencyId, subjectId, limit } = query;
    const found = await findChanges(db, {
      ...{ underPath: agency.path, agencyId, subjectId, before, limit: limit + 1 },
      pendingOn: query.pending === true ? today() : undefined,
    });
    const page = pageFrom(found, limit, (one) => [one.sequence]);
    return { items: page.items.map((one) => changeLine(one, today())), next: page.next ?? null };
  });
  mount(app, routes.undoChange, person, async ({ params, c }) => {
    const reach = await reachOf(db, c.var.caller);
    await inTransaction(db, (tx) => undoChange(tx, maker(c.var.caller), reach, params.id));
    return {};
  });

  mount(app, routes.people, person, async ({ query, c }) => {
    const reach = await readingReachOf(db, c.var.caller);
    const agency = await agencyInReach(db, reach, query.agencyId ?? reach.agency.id);
    const words = query.q === undefined ? undefined : wordsQuery(query.q);
    if (query.q !== undefined && query.q.trim() !== '' && words === undefined) return { items: [], next: null };
    const found = await searchPeople(db, {
      ...{ words, day: today(), after: readCursor(query.cursor, 'su'), limit: query.limit + 1 },
      ...(query.under === true || (query.agencyId === undefined && words !== undefined)
        ? { underPath: agency.path }
        : { agencyId: agency.id }),
    });
    const page = pageFrom(found, query.limit, (one) => [one.sortKey, one.id]);
    return { items: page.items.map(personLine), next: page.next ?? null };
  });
  mount(app, routes.personByCitizenNumber, person, async ({ body, c }) => {
    const reach = await readingReachOf(db, c.var.caller);
    const found = await personByCitizenHash(db, numbers.hash(body.citizenNumber), today());
    return { person: found !== undefined && (await keeps(db, reach, found.id)) ? personLine(found) : null };
  });
  mount(app, routes.person, person, async ({ params, c }) => {
    const reach = await readingReachOf(db, c.var.caller);
    if (!(await keeps(db, reach, params.id))) throw new Refusal('directory.person-unknown');
    const mayEdit = isAdministrator(c.var.caller) && (await mayChange(db, reach, params.id, today()));
    return (await personDetail(db, params.id, today(), mayEdit))!;
  });
  mount(app, routes.createPerson, person, async ({ body, c }) => {
    const reach = await reachOf(db, c.var.caller);
    return inTransaction(db, (tx) => addPerson(tx, maker(c.var.caller), reach, numbers, body));
  });
  mount(app, routes.changePerson, person, async ({ params, body, c }) => {
    const reach = await reachOf(db, c.var.caller);
    await inTransaction(db, (tx) => changePerson(tx, maker(c.var.caller), reach, numbers, params.id, body));
    return {};
  });
  mount(app, routes.renewPassword, person, async ({ params, c }) => {
    const reach = await reachOf(db, c.var.caller);
    return inTransaction(db, (tx) => renewPassword(tx, maker(c.var.caller), reach, params.id, hashPassword));
  });
  mount(app, routes.addPosition, person, async ({ params, body, c }) => {
    const reach = await reachOf(db, c.var.caller);
    // Somebody of another agency may come here: only where they go to is asked about, and that they exist.
    if ((await personDetail(db, params.id, today(), false)) === undefined) throw new Refusal('directory.person-unknown');
    return inTransaction(db, (tx) => addPost(tx, maker(c.var.caller), reach, { ...body, personId: params.id }));
  });
  mount(app, routes.endPosition, person, async ({ params, body, c }) => {
    const reach = await reachOf(db, c.var.caller);
    return inTransaction(db, (tx) => endPost(tx, maker(c.var.caller), reach, params.id, body));
  });
  mount(app, routes.addAuthority, person, async ({ params, body, c }) => {
    const reach = await reachOf(db, c.var.caller);
    return inTransaction(db, (tx) => addAuthority(tx, maker(c.var.caller), reach, params.id, body));
  });
  mount(app, routes.endAuthority, person, async ({ params, body, c }) => {
    const reach = await reachOf(db, c.var.caller);
    return inTransaction(db, (tx) => endAuthority(tx, maker(c.var.caller), reach, params.id, body));
  });
  return app;
}

/** By the code as it is, then by its other writing: a stored alias goes before a conversion. */
async function agencyOfAnyWriting(db: Db, code: string, day: string) {
  const found = await agencyOfCode(db, code, day);
  if (found !== undefined) return found;
  for (const other of [toDecision20(code), toQcvn102(code)]) {
    const owner = other === undefined ? undefined : await agencyOfCode(db, other, day);
    if (owner !== undefined) return owner;
  }
  return undefined;
}

import { Hono } from 'hono';
import { mount } from '@antin/adapters/http/mount';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { commonName } from '@antin/pki/x509/name';
import type { Tx } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import { readBytes } from '../raw-body.ts';
import { issuerRoutes } from '@antin/protocol/office/issuers';
import { pageFrom } from '../keyset.ts';
import { isUnder, requireOfficer, scopeFor } from '../scope.ts';
import type { Caller, PersonEnv } from '../session/caller.ts';
import { requirePerson } from '../session/require-person.ts';
import { answerQuestion, settleUnmatched, takeArchive } from './answers.ts';
import type { IssuerDeps } from './deps.ts';
import { sha256Of } from './digest.ts';
import { candidatesFor, listUnmatched, questionById, questionsFor, unmatchedById, type UnmatchedRecord } from './open-store.ts';
import { itemView, questionView, requestViews, unmatchedView } from './present.ts';
import { sameName } from './rules.ts';
import { printRequest, sealedRequest, sendRequest, withdrawRequest } from './requests.ts';
import { orderRequestSignature, type RequestSigning } from './sign-request.ts';
import { endSignings } from './signing-store.ts';
import { itemsOf, listRequests, requestById, type RequestRecord } from './store.ts';

const MOST_CANDIDATES = 50;
const MOST_ARCHIVE = 128 << 20;

export interface IssuerAppDeps extends IssuerDeps {
  /** Devices of this installation, once they are there. */
  readonly signing: () => RequestSigning | undefined;
  /** Gives the items of a request that was taken apart back to the register and the round. */
  readonly onWithdrawn: (tx: Tx, request: RequestRecord) => Promise<void>;
}

/** Requests on their way. Preparing them is the register's and the round's. */
export function issuersApp(deps: IssuerAppDeps): Hono<PersonEnv> {
  const { db } = deps;
  const app = new Hono<PersonEnv>();
  const person = [requirePerson(deps)];
  const view = async (id: string) => (await requestViews(deps, db, [(await requestById(db, id))!]))[0]!;

  mount(app, issuerRoutes.connectors, person, async ({ c }) => {
    requireSigner(c.var.caller);
    const connectors = [...deps.connectors.values()].map(({ id, name, capabilities }) => ({ id, name, capabilities }));
    return { connectors };
  });
  mount(app, issuerRoutes.list, person, async ({ query, c }) => {
    requireSigner(c.var.caller);
    const rows = await listRequests(db, { ...query, agencyId: c.var.caller.position.agencyId });
    const page = pageFrom(rows, query.size, (row) => [row.createdAt.toISOString(), row.id]);
    return { ...page, items: await requestViews(deps, db, page.items) };
  });
  mount(app, issuerRoutes.view, person, async ({ params, c }) => view((await ownToSign(params.id, c.var.caller)).id));
  mount(app, issuerRoutes.items, person, async ({ params, query, c }) => {
    const request = await ownToSign(params.id, c.var.caller);
    const rows = await itemsOf(db, { requestId: request.id, ...query });
    const page = pageFrom(rows, query.size, (row) => [row.ordinal]);
    return { ...page, items: page.items.map(itemView) };
  });
  mount(app, issuerRoutes.print, person, async ({ params, c }) => {
    const request = await ownToSign(params.id, c.var.caller);
    return download(await printRequest(deps, request), 'application/pdf', `de-nghi-${request.id}.pdf`);
  });
  mount(app, issuerRoutes.archive, person, async ({ params, c }) => {
    const { id } = await own(params.id, c.var.caller);
    const { sealed } = await sealedRequest(deps, id);
    const asic = sealed.mediaType !== 'application/json';
    return download(sealed.container, asic ? sealed.mediaType : 'application/zip', `de-nghi-${id}.${asic ? 'asice' : 'zip'}`);
  });
  mount(app, issuerRoutes.sign, person, async ({ params, body, c }) => {
    const { id } = await ownToSign(params.id, c.var.caller);
    const signing = deps.signing();
    if (signing === undefined) throw new Refusal('device.credential-not-usable');
    return orderRequestSignature(deps, signing, c.var.caller, id, body);
  });
  mount(app, issuerRoutes.send, person, async ({ params, body, c }) => {
    await sendRequest(deps, c.var.caller, (await own(params.id, c.var.caller)).id, body);
    return view(params.id);
  });
  mount(app, issuerRoutes.withdraw, person, async ({ params, c }) => {
    await withdrawRequest(deps, c.var.caller, (await own(params.id, c.var.caller)).id, async (tx, request) => {
      await deps.onWithdrawn(tx, request);
      // The device need not ask any more; a value that comes all the same is late.
      for (const jobId of await endSignings(tx, request.id)) await deps.signing()?.jobs.requestCancel(tx, jobId);
    });
    return view(params.id);
  });
  mount(app, issuerRoutes.results, person, async ({ params, c }) => {
    const request = await own(params.id, c.var.caller);
    const bytes = await readBytes(c, MOST_ARCHIVE);
    const { applied, repeated } = await takeArchive(deps, c.var.caller, request, bytes);
    const open = await listUnmatched(db, { agencyId: request.agencyId, requestId: request.id, size: 500 });
    return { applied, repeated, unmatched: open.slice(0, 500).map(unmatchedView) };
  });
  mount(app, issuerRoutes.unmatched, person, async ({ query, c }) => {
    requireOfficer(c.var.caller);
    const rows = await listUnmatched(db, {
      ...{ requestId: query.requestId, after: query.after, size: query.size, settled: query.settled === 'true' },
      agencyId: c.var.caller.position.agencyId,
    });
    const page = pageFrom(rows, query.size, (row) => [row.at.toISOString(), row.id]);
    return { ...page, items: page.items.map(unmatchedView) };
  });
  mount(app, issuerRoutes.unmatchedView, person, async ({ params, c }) =>
    unmatchedView(await ownUnmatched(params.id, c.var.caller)),
  );
  mount(app, issuerRoutes.candidates, person, async ({ params, query, c }) => {
    const { der, requestId } = await ownUnmatched(params.id, c.var.caller);
    if (der === null) return { items: [], more: false };
    const certificate = parseCertificate(der);
    const about = { spkiSha256: sha256Of(certificate.spki), commonName: commonName(certificate.subject) ?? '' };
    const rows = await candidatesFor(db, { requestId, ...about, q: query.q, size: MOST_CANDIDATES + 1 });
    const items = rows.slice(0, MOST_CANDIDATES).map(({ form, ...row }) => ({
      ...{ ...row, sameName: sameName(about.commonName, row.name) },
      ...(form === null ? {} : { form }),
    }));
    return { items, more: rows.length > MOST_CANDIDATES };
  });
  mount(app, issuerRoutes.settleUnmatched, person, async ({ params, body, c }) => {
    await ownUnmatched(params.id, c.var.caller);
    await settleUnmatched(deps, c.var.caller, params.id, body);
    return unmatchedView((await unmatchedById(db, params.id))!);
  });
  mount(app, issuerRoutes.questions, person, async ({ query, c }) => {
    requireOfficer(c.var.caller);
    const scope = await scopeFor(db, c.var.caller);
    const open = query.open === undefined ? undefined : query.open === 'true';
    const rows = await questionsFor(db, { scope, open, after: query.after, size: query.size });
    const page = pageFrom(rows, query.size, (row) => [row.askedAt.toISOString(), row.id]);
    return { ...page, items: page.items.map(questionView) };
  });
  mount(app, issuerRoutes.answer, person, async ({ params, body, c }) => {
    requireOfficer(c.var.caller);
    const question = await questionById(db, params.id);
    if (question === undefined || !(await isUnder(db, question.agencyId, c.var.caller.position.agencyId)))
      throw new Refusal('issuer.question-not-found');
    await answerQuestion(deps, c.var.caller, params.id, body.text);
    return questionView((await questionById(db, params.id))!);
  });
  return app;

  /** The leader, and the clerk who holds the organisation's key, read what they sign. */
  async function ownToSign(id: string, caller: Caller): Promise<RequestRecord> {
    requireSigner(caller);
    const request = await requestById(db, id);
    if (request?.agencyId !== caller.position.agencyId) throw new Refusal('issuer.request-not-found');
    return request;
  }

  async function ownUnmatched(id: string, caller: Caller): Promise<UnmatchedRecord> {
    requireOfficer(caller);
    const found = await unmatchedById(db, id);
    if (found?.agencyId !== caller.position.agencyId) throw new Refusal('issuer.unmatched-not-found');
    return found;
  }

  /** A request of another agency does not exist for the caller. */
  async function own(id: string, caller: Caller): Promise<RequestRecord> {
    requireOfficer(caller);
    const request = await requestById(db, id);
    if (request?.agencyId !== caller.position.agencyId) throw new Refusal('issuer.request-not-found');
    return request;
  }
}

function requireSigner(caller: Caller): void {
  const { roles } = caller.position;
  if (!roles.includes('clerk') && !roles.includes('leader')) requireOfficer(caller);
}

export function download(bytes: Uint8Array, type: string, name: string): Response {
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: {
      'content-type': type,
      'content-length': String(bytes.length),
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
    },
  });
}

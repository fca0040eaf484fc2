import { Hono } from 'hono';
import type { z } from 'zod';
import { HttpRefusal } from '@antin/adapters/http/fault';
import { signingRoutes, type SigningJob } from '@antin/protocol/office/signing';
import type { DocumentView } from '@antin/protocol/office/documents';
import { agencyById, personById } from '../directory/store.ts';
import { documentById } from '../documents/store.ts';
import { mount } from '@antin/adapters/http/mount';
import { Refusal } from '@antin/adapters/http/refusal';
import type { Caller, PersonEnv } from '../session/caller.ts';
import { requirePerson } from '../session/require-person.ts';
import { inTransaction } from '@antin/adapters/db/transaction';
import { batchView, beginBatch, retryBatch, stopBatch } from './batch.ts';
import type { SigningDoors } from './doors.ts';
import { giveNumberBack } from './give-back.ts';
import { beginIssue, proposeIssue, retrySeal } from './issue.ts';
import { beginSigning } from './sign.ts';
import { attemptOfJob } from './store.ts';
import { toSign } from './to-sign.ts';

export interface SigningRouteDoors extends SigningDoors {
  readonly viewOf: (caller: Caller, documentId: string) => Promise<z.input<typeof DocumentView>>;
}

export function signingApp(doors: SigningRouteDoors): Hono<PersonEnv> {
  const { db, jobs } = doors;
  const app = new Hono<PersonEnv>();
  const person = [requirePerson(doors)];

  mount(app, signingRoutes.credentials, person, async ({ query, c }) => {
    const { caller } = c.var;
    const found = await jobs.credentialsFor(db, {
      personId: caller.personId,
      positionId: caller.position.id,
      ...(query.kind === undefined ? {} : { kind: query.kind }),
    });
    return {
      credentials: found.map(({ id, kind, holder, subject, issuer, serialHex, notAfter, deviceId, deviceName, online }) => ({
        ...{ id, kind, holder, subject, issuer, serialHex, notAfter, deviceId, deviceName, online },
      })),
    };
  });
  mount(app, signingRoutes.signatureImage, person, async ({ params, c }) => {
    const { caller } = c.var;
    const sha256 =
      params.kind === 'person'
        ? (await personById(db, caller.personId))?.signatureImageSha256
        : (await agencyById(db, caller.position.agencyId))?.sealImageSha256;
    if (sha256 === null || sha256 === undefined) throw new HttpRefusal('http.not-found');
    return new Response((await doors.files.bytes(sha256)) as Uint8Array<ArrayBuffer>, {
      headers: { 'content-type': 'image/png' },
    });
  });
  mount(app, signingRoutes.sign, person, ({ params, body, c }) => beginSigning(doors, c.var.caller, params.id, body));
  mount(app, signingRoutes.proposal, person, ({ params, c }) => proposeIssue(doors, c.var.caller, params.id));
  mount(app, signingRoutes.issue, person, ({ params, body, c }) => beginIssue(doors, c.var.caller, params.id, body));
  mount(app, signingRoutes.retry, person, ({ params, body, c }) => retrySeal(doors, c.var.caller, params.id, body.credentialId));
  mount(app, signingRoutes.cancel, person, async ({ params, body, c }) => {
    await giveNumberBack(doors, c.var.caller, params.id, body);
    return doors.viewOf(c.var.caller, params.id);
  });
  mount(app, signingRoutes.toSign, person, ({ c }) => toSign(db, c.var.caller));
  mount(app, signingRoutes.batch, person, ({ body, c }) => beginBatch(doors, c.var.caller, body));
  mount(app, signingRoutes.batchView, person, ({ params, c }) => batchView(doors, c.var.caller, params.id));
  mount(app, signingRoutes.stopBatch, person, ({ params, c }) => stopBatch(doors, c.var.caller, params.id));
  mount(app, signingRoutes.retryBatch, person, ({ params, body, c }) =>
    retryBatch(doors, c.var.caller, params.id, body.credentialId),
  );
  mount(app, signingRoutes.job, person, ({ params, c }) => jobView(c.var.caller, params.id));
  mount(app, signingRoutes.cancelJob, person, async ({ params, c }) => {
    const job = await jobView(c.var.caller, params.id);
    const asked = await jobs.jobStatus(db, job.id);
    // Only who sent the order may take it back; a colleague gives the number back instead.
    if (asked?.personId !== c.var.caller.personId) throw new Refusal('sign.not-your-job');
    await inTransaction(db, (tx) => jobs.requestCancel(tx, job.id));
    return jobView(c.var.caller, params.id);
  });
  return app;

  /** A job of the caller's agency, with what the worker last said about it. */
  async function jobView(caller: Caller, id: string): Promise<z.input<typeof SigningJob>> {
    const status = await jobs.jobStatus(db, id);
    const document = status === undefined ? undefined : await documentById(db, status.documentId);
    // A record of a hand-over is no document of the agency: only who signs it follows it.
    const theirs = document === undefined ? status?.personId === caller.personId : document.agencyId === caller.position.agencyId;
    if (status === undefined || !theirs) throw new HttpRefusal('http.not-found');
    const attempt = await attemptOfJob(db, id);
    const { personId: _personId, ...job } = status;
    const reason = job.reason ?? attempt?.reason ?? undefined;
    return { ...job, ...(reason === undefined ? {} : { reason }) };
  }
}

import { join } from 'node:path';
import { Hono } from 'hono';
import type { Clock } from '@antin/adapters/clock/clock';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import type { Certificate } from '@antin/pki/x509/certificate';
import { acmeApp } from './acme/routes.ts';
import { nonces } from './acme/nonce.ts';
import type { AcmeDoors } from './acme/doors.ts';
import { enrolmentApp } from './enrolment/routes.ts';
import { secretBox } from './enrolment/secret.ts';
import { estApp } from './est/routes.ts';
import type { Issuance } from './issuance/issue.ts';

export interface MachinesParts {
  /** Machines' own part. */
  readonly db: AnyDatabase;
  /** Where officers of issuance open accounts, and where sessions are looked up. */
  readonly opening: AnyDatabase;
  readonly session: AnyDatabase;
  readonly clock: Clock;
  readonly dataDir: string;
  /** `https://host/authority` */
  readonly baseUrl: string;
  readonly issuance: Issuance;
  /** Issuers of subscribers, nearest first, then the root. */
  readonly chain: () => Promise<readonly Certificate[]>;
  readonly revoke: AcmeDoors['revoke'];
}

/** What machines use: EST, ACME, and the officers' list of their accounts. Full paths. */
export function machinesApp(parts: MachinesParts): Hono {
  const { db, opening, session, clock, baseUrl, issuance, chain } = parts;
  const accounts = { db, clock, box: secretBox(join(parts.dataDir, 'enrolment.key')) };
  const certify = { db, issuance, clock: () => clock().getTime() };
  const acme = `${baseUrl}/acme`;
  const est = `${new URL(baseUrl).origin}/.well-known/est`;
  const app = new Hono();
  app.route('/', enrolmentApp({ ...accounts, db: opening, session, est, acme: `${acme}/directory` }));
  app.route('/', estApp({ ...accounts, certify, chain: async () => (await chain()).map((one) => one.raw) }));
  app.route(
    '/',
    acmeApp({
      ...accounts,
      certify,
      base: acme,
      nonces: nonces(),
      intermediates: async () => (await chain()).slice(0, -1).map((one) => one.raw),
      issuerOf: async (certificate) =>
        (await chain()).find((one) => Buffer.from(one.subject.raw).equals(Buffer.from(certificate.issuer.raw))),
      revoke: parts.revoke,
    }),
  );
  return app;
}

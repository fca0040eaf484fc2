import { join } from 'node:path';
import { Hono } from 'hono';
import type { Clock } from '@antin/adapters/clock/clock';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import type { Certificate } from '@antin/pki/x509/certificate';
import type { RevocationCause } from '@antin/protocol/certificates/request';
import { accountKeyOfSpki, thumbprintOf } from './acme/keys.ts';
import { acmeApp } from './acme/routes.ts';
import { nonces } from './acme/nonce.ts';
import { accountByThumbprint, keysOf, revokeKey, revokeKeys } from './acme/store.ts';
import type { EnrolmentLimit } from './enrolment/limits.ts';
import { enrolmentApp } from './enrolment/routes.ts';
import { secretBox } from './enrolment/secret.ts';
import { estApp } from './est/routes.ts';
import type { Refusal } from './fault.ts';
import type { Issuance } from './issuance/issue.ts';
import { issuersAmong } from './enrolment/issuers.ts';
import type { ProfileName } from './profiles/profile.ts';
import type { RevocationReason } from './revocation/causes.ts';

export interface MachinesParts {
  /** Machines' own part. */
  readonly db: AnyDatabase;
  /** Where officers of issuance open accounts, and where sessions are looked up. */
  readonly opening: AnyDatabase;
  readonly session: AnyDatabase;
  /** Where officers of revocation withdraw a machine. */
  readonly revoking: AnyDatabase;
  readonly clock: Clock;
  readonly dataDir: string;
  /** `https://host/authority` */
  readonly baseUrl: string;
  readonly issuance: Issuance;
  /** Who issues under a profile now. */
  readonly issuerFor: (profile: ProfileName) => Promise<Certificate>;
  /** Issuers of subscribers, nearest first, then the root. */
  readonly chain: () => Promise<readonly Certificate[]>;
  readonly revoke: (
    target: { readonly issuerSha256: string; readonly serialHex: string },
    wish: { readonly reason: RevocationReason; readonly at: number } | { readonly cause: RevocationCause; readonly by: string },
  ) => Promise<{ readonly status: 'revoked' } | Refusal>;
  readonly limits?: readonly EnrolmentLimit[];
  /** Closes attempts for a request that broke off in this process. */
  readonly giveUp?: (requestId: string) => Promise<void>;
  readonly onFault?: (fault: unknown) => void;
}

/** What machines use: EST, ACME, and the officers' list of their accounts. Full paths. */
export function machinesApp(parts: MachinesParts): Hono {
  const { db, opening, session, clock, baseUrl, issuance, issuerFor, chain, limits, giveUp, onFault = () => {} } = parts;
  const accounts = { db, clock, box: secretBox(join(parts.dataDir, 'enrolment.key')) };
  const certify = {
    pause: { until: 0, fault: undefined },
    ...{
      db,
      issuance,
      issuerFor,
      clock: () => clock().getTime(),
      ...(limits === undefined ? {} : { limits }),
      ...(giveUp === undefined ? {} : { giveUp }),
    },
    async isAccountKey(spki: Uint8Array) {
      const jwk = accountKeyOfSpki(spki);
      return jwk !== undefined && (await accountByThumbprint(db, thumbprintOf(jwk))) !== undefined;
    },
  };
  const issuers = issuersAmong(chain);
  const acme = `${baseUrl}/acme`;
  const est = `${new URL(baseUrl).origin}/.well-known/est`;
  const app = new Hono();
  app.route(
    '/',
    enrolmentApp({
      ...{ ...accounts, db: opening, session, est, acme: `${acme}/directory` },
      revoking: parts.revoking,
      keys: { of: keysOf, closeAll: revokeKeys, close: revokeKey },
    }),
  );
  app.route(
    '/',
    estApp({
      ...{ ...accounts, certify, onFault, issuerOf: issuers.of },
      chain: async () => (await chain()).map((one) => one.raw),
    }),
  );
  app.route(
    '/',
    acmeApp({
      ...{ ...accounts, certify, onFault, base: acme },
      nonces: nonces(accounts.box.keyFor('acme nonces')),
      chainOf: issuers.chainOf,
      issuerOf: issuers.of,
      issuersByKey: issuers.byKey,
      revoke: (issuerSha256, serialHex, compromised) =>
        parts.revoke(
          { issuerSha256, serialHex },
          { reason: compromised ? 'keyCompromise' : 'cessationOfOperation', at: clock().getTime() },
        ),
    }),
  );
  return app;
}

import { z } from 'zod';
import { Day, Id, Instant, Sha256 } from '../basics.ts';
import { RevocationCause } from '../certificates/request.ts';
import { route } from '../route.ts';

const Person = z.object({ id: Id, fullName: z.string() });

/**
 * `open`: fetches and renews. `expired`: its last day is over. `withdrawn`: an officer revoked a certificate of it for a cause
 * that ends the permission. `closed`: an officer closed it. Only `open` ones get anything.
 */
export const MachineAccountState = z.enum(['open', 'expired', 'withdrawn', 'closed']);
export type MachineAccountState = z.infer<typeof MachineAccountState>;

/** How a machine speaks to us: RFC 7030 or RFC 8555. One account serves both. */
export const MachineProtocol = z.enum(['est', 'acme']);
export type MachineProtocol = z.infer<typeof MachineProtocol>;

/** An account of a machine that fetches and renews its certificates by itself (EST, ACME), within an approved Form 03. */
export const MachineAccount = z.object({
  id: Id,
  /** User name of EST, key identifier of ACME's external account binding. */
  kid: z.string(),
  itemId: Id,
  subject: z.string(),
  agencyName: z.string(),
  /** What the device is for, as Form 03 says it; also names the profile. */
  use: z.enum(['tls-server', 'tls-client', 'document-service', 'mail-gateway', 'code-signing', 'other']),
  /** Profile its certificates are issued under, e.g. `device-tls-server`. */
  profile: z.string(),
  /** Approved host names: all it can get. */
  hostNames: z.array(z.string()),
  openedAt: Instant,
  openedBy: Person,
  expiresAt: Instant,
  closedAt: Instant.optional(),
  closedBy: Person.optional(),
  state: MachineAccountState,
  /** When and how it was last heard of with the right secret or key, to the minute. */
  lastUsed: z.object({ at: Instant, over: MachineProtocol }).optional(),
  certificates: z.object({ total: z.number().int(), valid: z.number().int(), lastIssuedAt: Instant.optional() }),
  /** ACME keys in force that are bound to it. */
  keys: z.number().int(),
});
export type MachineAccount = z.infer<typeof MachineAccount>;

/** Newest first. Keyset paging: `next` of one page is `after` of the following one. */
export const MachineAccountQuery = z.object({
  state: MachineAccountState.optional(),
  item: Id.optional(),
  /** Folded search in subject, agency, name of the account. */
  q: z.string().max(200).optional(),
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** A certificate that a machine fetched. */
export const MachineCertificate = z.object({
  issuerSha256: Sha256,
  serialHex: z.string(),
  hostNames: z.array(z.string()),
  notBefore: Instant,
  notAfter: Instant,
  state: z.enum(['valid', 'expired', 'revoked']),
  over: MachineProtocol.optional(),
  revokedAt: Instant.optional(),
});
export type MachineCertificate = z.infer<typeof MachineCertificate>;

/** A key of an ACME client bound to an account. `deactivated` by the client itself, `revoked` by an officer (RFC 8555 §7.1.2). */
export const MachineKey = z.object({
  id: Id,
  /** RFC 7638, base64url: what `certbot show_account` and others print. */
  thumbprint: z.string(),
  contact: z.array(z.string()),
  boundAt: Instant,
  state: z.enum(['valid', 'deactivated', 'revoked']),
});
export type MachineKey = z.infer<typeof MachineKey>;

export const MachineAccountDetail = z.object({
  account: MachineAccount,
  /** Newest first, at most 200. */
  certificates: z.array(MachineCertificate),
  keys: z.array(MachineKey),
  /** What the caller may do now, by the rules and their roles. */
  may: z.array(z.enum(['close', 'withdraw', 'close-key'])),
});
export type MachineAccountDetail = z.infer<typeof MachineAccountDetail>;

const params = z.object({ id: Id });

export const enrolmentRoutes = {
  list: route({
    method: 'GET',
    path: '/authority/api/machine-accounts',
    summary: 'Accounts of machines, newest first (every officer)',
    caller: 'officer',
    query: MachineAccountQuery,
    answer: z.object({ items: z.array(MachineAccount), next: z.string().optional() }),
  }),
  candidates: route({
    method: 'GET',
    path: '/authority/api/machine-accounts/candidates',
    summary: 'Approved devices and services without an open account; those I approved are not mine to open (issuance)',
    caller: 'officer',
    query: z.object({ q: z.string().max(200).optional() }),
    answer: z.object({
      /** At most 200, newest first. */
      items: z.array(
        z.object({
          itemId: Id,
          subject: z.string(),
          agencyName: z.string(),
          use: MachineAccount.shape.use,
          hostNames: z.array(z.string()),
          approvedAt: Instant,
          /** False: I approved it myself. */
          mayOpen: z.boolean(),
        }),
      ),
    }),
  }),
  one: route({
    method: 'GET',
    path: '/authority/api/machine-accounts/:id',
    summary: 'One account with its certificates and ACME keys (every officer)',
    caller: 'officer',
    params,
    answer: MachineAccountDetail,
  }),
  open: route({
    method: 'POST',
    path: '/authority/api/machine-accounts',
    summary: 'Open an account for an approved device or service; its secret is told once (issuance, not the approver)',
    caller: 'officer',
    body: z.object({ itemId: Id, until: Day }),
    answer: z.object({
      account: MachineAccount,
      /** base64url, as EST's password and as ACME's HMAC key. */
      secret: z.string(),
      /** Address of EST, without the operation. */
      est: z.string(),
      /** Address of ACME's directory. */
      acme: z.string(),
    }),
  }),
  close: route({
    method: 'DELETE',
    path: '/authority/api/machine-accounts/:id',
    summary:
      'Close an account: nothing is issued for it any more, its ACME keys are revoked; certificates stay (issuance, revocation)',
    caller: 'officer',
    params,
    answer: z.object({}),
  }),
  withdraw: route({
    method: 'POST',
    path: '/authority/api/machine-accounts/:id/withdrawal',
    summary: 'Close an account, also a closed one, and revoke every valid certificate that it fetched (revocation)',
    caller: 'officer',
    params,
    body: z.object({ cause: RevocationCause }),
    answer: z.object({ revoked: z.number().int() }),
  }),
  closeKey: route({
    method: 'DELETE',
    path: '/authority/api/machine-accounts/:id/keys/:keyId',
    summary: 'Revoke one ACME key of an account; the others go on (issuance, revocation)',
    caller: 'officer',
    params: params.extend({ keyId: Id }),
    answer: z.object({}),
  }),
};

import { z } from 'zod';
import { Day, Id, Sha256 } from '../basics.ts';
import { route } from '../route.ts';

/**
 * What an officer of the issuer may do. `registration`: tiếp nhận, kiểm tra, đề nghị · `approval`: duyệt · `issuance`: cấp
 * phát, bàn giao · `revocation`: thu hồi · `audit`: kiểm soát, reads everything and changes nothing · `operation`: quản trị
 * (officers, keys, schedules).
 */
export const OfficerRole = z.enum(['registration', 'approval', 'issuance', 'revocation', 'audit', 'operation']);
export type OfficerRole = z.infer<typeof OfficerRole>;

/** What waits for the officer, by the roles they hold; 0 where they hold none that could act. */
export const OfficerCounts = z.object({
  /** State `received`: to be checked and proposed. */
  toCheck: z.number().int(),
  /** State `proposed`, and I took no part in them. */
  toApprove: z.number().int(),
  /** State `approved`: keys and certificates to be made. */
  toIssue: z.number().int(),
  /** State `issued`: to be handed over. */
  toHandOver: z.number().int(),
  /** Revocations asked for and not yet done. */
  toRevoke: z.number().int(),
  /** Files that could not be taken in as they are. */
  quarantined: z.number().int(),
  /** Changes of officers and senders that wait for a second officer. */
  changesToConfirm: z.number().int(),
  overdue: z.number().int(),
  dueToday: z.number().int(),
});
export type OfficerCounts = z.infer<typeof OfficerCounts>;

/** The certificate whose key an officer signs their acts with. */
export const BoundCertificate = z.object({
  sha256: Sha256,
  subject: z.string(),
  serialHex: z.string(),
  notAfter: z.string(),
});

export const OfficerSession = z.object({
  officerId: Id,
  fullName: z.string(),
  signInName: z.string(),
  roles: z.array(OfficerRole),
  profile: z.enum(['practice', 'production']),
  /** `required`: an act without the officer's own signature is refused. `when-present`: it is recorded as unsigned (practice). */
  signedActs: z.enum(['required', 'when-present']),
  certificate: BoundCertificate.optional(),
  mustChangePassword: z.boolean(),
  today: Day,
  /** Page of the practice agent, where the officer consents (practice only). */
  practiceAgentUrl: z.string().optional(),
  counts: OfficerCounts,
});
export type OfficerSession = z.infer<typeof OfficerSession>;

export const PracticeOfficer = z.object({ signInName: z.string(), fullName: z.string(), roles: z.array(OfficerRole) });

/** At least twelve characters: long beats strange (NIST SP 800-63B §5.1.1). */
export const NewPassword = z.string().min(12).max(200);

export const officerSessionRoutes = {
  current: route({
    method: 'GET',
    path: '/authority/api/session',
    summary: 'Which officer am I, with which roles, what waits for me',
    caller: 'officer',
    answer: OfficerSession,
  }),
  signIn: route({
    method: 'POST',
    path: '/authority/api/session',
    summary: 'Sign in as an officer with name and password',
    caller: 'public',
    body: z.object({ signInName: z.string().min(1).max(100), password: z.string().min(1).max(200) }),
    answer: OfficerSession,
  }),
  changePassword: route({
    method: 'PUT',
    path: '/authority/api/session/password',
    summary: 'Change my password; my other sessions end',
    caller: 'officer',
    body: z.object({ old: z.string().min(1).max(200), new: NewPassword }),
    answer: z.object({}),
  }),
  signOut: route({
    method: 'DELETE',
    path: '/authority/api/session',
    summary: 'Sign out',
    caller: 'officer',
    answer: z.object({}),
  }),
  practiceOfficers: route({
    method: 'GET',
    path: '/authority/api/practice/officers',
    summary: 'Sign-in names of the practice authority (practice profile only, else 404)',
    caller: 'public',
    answer: z.object({ officers: z.array(PracticeOfficer) }),
  }),
};

import { z } from 'zod';
import { Id } from '../basics.ts';
import { route } from '../route.ts';

/** `certificate-officer`: cán bộ quản lý chứng thư số, asks for certificates and answers for the devices of the agency. */
export const Role = z.enum(['drafter', 'leader', 'clerk', 'certificate-officer', 'administrator']);
export type Role = z.infer<typeof Role>;

/** A position held now: chức vụ in an agency, with what it allows. */
export const Position = z.object({
  id: Id,
  agencyId: Id,
  agencyName: z.string(),
  unitName: z.string().optional(),
  title: z.string(),
  roles: z.array(Role),
});
export type Position = z.infer<typeof Position>;

export const Counts = z.object({
  drafts: z.number().int(),
  toSign: z.number().int(),
  toIssue: z.number().int(),
  toReceive: z.number().int(),
  toAssign: z.number().int(),
  assignedToMe: z.number().int(),
  /** What waits for a certificate officer: needs to state or review, questions, hand-overs, returns, reminders. */
  certificateTasks: z.number().int().default(0),
  /** Requests to issuers that wait for my signature: the organisation's (clerk), or the leader's where it is required. */
  requestsToSign: z.number().int().default(0),
});
export type Counts = z.infer<typeof Counts>;

export const Session = z.object({
  personId: Id,
  fullName: z.string(),
  signInName: z.string(),
  positions: z.array(Position).min(1),
  /** The position I act in. */
  positionId: Id,
  profile: z.enum(['practice', 'production']),
  counts: Counts,
  /** Loopback address of the practice agent's own page, without any secret; absent in production. */
  practiceAgentUrl: z.string().optional(),
});
export type Session = z.infer<typeof Session>;

export const PracticePerson = z.object({
  signInName: z.string(),
  fullName: z.string(),
  title: z.string(),
  agencyName: z.string(),
  roles: z.array(Role),
});
export type PracticePerson = z.infer<typeof PracticePerson>;

export const sessionRoutes = {
  current: route({
    method: 'GET',
    path: '/api/session',
    summary: 'Who am I, in which position, what waits for me',
    caller: 'person',
    answer: Session,
  }),
  signIn: route({
    method: 'POST',
    path: '/api/session',
    summary: 'Sign in with name and password',
    caller: 'public',
    body: z.object({ signInName: z.string().min(1).max(100), password: z.string().min(1).max(200) }),
    answer: Session,
  }),
  act: route({
    method: 'PUT',
    path: '/api/session/position',
    summary: 'Switch the position I act in',
    caller: 'person',
    body: z.object({ positionId: Id }),
    answer: Session,
  }),
  signOut: route({ method: 'DELETE', path: '/api/session', summary: 'Sign out', caller: 'person', answer: z.object({}) }),
  practicePeople: route({
    method: 'GET',
    path: '/api/practice/people',
    summary: 'Sign-in names of the demo province (practice profile only, else 404)',
    caller: 'public',
    answer: z.object({ people: z.array(PracticePerson) }),
  }),
};

/**
 * Roles of PostgreSQL that the parts of the authority act in (pki.md §8.8): what a part cannot do here, no fault in its
 * program makes it do. `NOLOGIN`: a user takes one by `set role`, or is one through a user of its own.
 */
export const DATABASE_ROLES = [
  'antin_session',
  'antin_registration',
  'antin_approval',
  'antin_issuance',
  'antin_revocation',
  'antin_status',
  'antin_ocsp',
  'antin_time_stamp',
  'antin_machines',
  'antin_operation',
  'antin_audit',
  'antin_ca',
  'antin_journal',
  'antin_agents',
  'antin_publication',
  'antin_jobs',
  'antin_office',
] as const;
export type DatabaseRole = (typeof DATABASE_ROLES)[number];

/** Parts of an issuer, and of an office without one. */
export const AUTHORITY_ROLES: readonly DatabaseRole[] = DATABASE_ROLES.filter((role) => role !== 'antin_office');
export const OFFICE_ROLES: readonly DatabaseRole[] = ['antin_office', 'antin_jobs'];

/** Privileges of one role on one table; `update` and `select` may name columns. */
export interface Grant {
  readonly select?: true | readonly string[];
  readonly insert?: true;
  readonly update?: true | readonly string[];
  readonly delete?: true;
}

/** Tables of the schema `authority`; with a dot, of another schema. */
export type Grants = Readonly<Record<string, Grant>>;

const read: Grant = { select: true };
const append: Grant = { select: true, insert: true };
const keep: Grant = { select: true, insert: true, update: true };
const own: Grant = { select: true, insert: true, update: true, delete: true };

/** Everybody writes down what they did; nobody but audit reads it back, and nobody changes it. */
const journal: Grants = {
  journal_entry: { insert: true, select: ['id'] },
  journal_waiting: { insert: true },
};
const outbox: Grants = { 'public.job': { insert: true, select: ['id', 'queue', 'key'] } };

const officers: Grants = {
  officer: { select: ['id', 'sign_in_name', 'full_name', 'active', 'certificate', 'certificate_sha256', 'must_change_password'] },
  officer_role: read,
};
const requestsRead: Grants = {
  submission: read,
  request_item: read,
  request_version: read,
  request_question: read,
  request_evidence: read,
  request_act: read,
  request_attachment: read,
  request_answer: read,
  result_batch: read,
  hand_over: read,
  sender: read,
  sender_attachment: read,
  calendar_day: read,
  registration_limit: read,
};
/** Whoever moves a request tells its sender and leaves the signed act. */
const telling: Grants = { request_act: append, request_answer: append };
const certificates: Grants = { certificate: read, revocation: read };

/** Columns of a request that registration may write: none of an approval, none of an issued certificate. */
const REGISTRATION_COLUMNS = [
  ...['state', 'version', 'current', 'subject', 'subject_key', 'folded', 'agency_code', 'agency_name', 'agency_place', 'form'],
  ...['spki_sha256', 'certificate_issuer', 'certificate_serial', 'checks', 'blocking', 'shown', 'shown_sha256'],
  ...['complete_at', 'due_on', 'days_left', 'editors', 'proposer', 'closed_at'],
  // Only to take an approval back after an edit: giving one needs the role of approval (trigger request_item_guard).
  ...['approver', 'approved_sha256', 'approved_at'],
];

export const GRANTS: Readonly<Record<DatabaseRole, Grants>> = {
  antin_session: {
    ...journal,
    officer: { select: true, update: ['password_hash', 'must_change_password'] },
    officer_role: read,
    officer_session: own,
    officer_attempt: own,
  },
  antin_registration: {
    ...journal,
    ...outbox,
    ...officers,
    ...requestsRead,
    ...telling,
    ...certificates,
    submission: keep,
    request_item: { select: true, insert: true, update: REGISTRATION_COLUMNS },
    request_version: append,
    request_question: keep,
    request_evidence: append,
    request_attachment: append,
    sender_attachment: own,
    request_answer: keep,
    result_batch: append,
  },
  antin_approval: {
    ...journal,
    ...outbox,
    ...officers,
    ...requestsRead,
    ...telling,
    ...certificates,
    request_item: {
      select: true,
      update: ['state', 'approver', 'approved_sha256', 'approved_at', 'closed_at', 'due_on', 'checks', 'blocking'],
    },
  },
  antin_issuance: {
    ...journal,
    ...outbox,
    ...officers,
    ...requestsRead,
    ...telling,
    certificate: keep,
    revocation: read,
    status_issuer: read,
    request_item: {
      select: true,
      update: ['state', 'issuer', 'issued_issuer_sha256', 'issued_serial_hex', 'closed_at', 'due_on', 'spki_sha256'],
    },
    hand_over: append,
    // An account of a machine is opened and shut by officers of issuance.
    enrolment_account: keep,
    enrolment_issue: keep,
    // Closing an account closes its keys.
    acme_account: { select: true, update: ['revoked_at'] },
  },
  antin_revocation: {
    ...journal,
    ...outbox,
    ...officers,
    ...requestsRead,
    ...telling,
    // `select … for update` of a certificate needs the right to write one column; the state is closed by the reconciler.
    certificate: { select: true, update: ['state'] },
    revocation: own,
    request_item: { select: true, update: ['state', 'closed_at', 'due_on'] },
    status_issuer: read,
    crl_due: append,
    crl_list: { select: true, update: ['build_at'] },
    ocsp_answer: { select: true, delete: true },
    notice: append,
    // A machine that is not believed any more loses its account with its certificates, and nothing is opened here.
    enrolment_account: { select: ['id', 'closed_at', 'closed_by'], update: ['closed_at', 'closed_by'] },
    enrolment_issue: { select: ['request_id', 'over'] },
    acme_account: { select: ['id', 'enrolment_id', 'deactivated_at', 'revoked_at'], update: ['revoked_at'] },
  },
  antin_status: {
    ...journal,
    ...outbox,
    revocation: read,
    // That it has been made searchable, and looked at once more; nothing else of it.
    certificate: { select: true, update: ['unpublished', 'linted_by'] },
    published: keep,
    notice: append,
    status_issuer: keep,
    // Old ones of a day that a later one stands for are thrown away.
    crl: { select: true, insert: true, delete: true },
    crl_list: keep,
    crl_due: own,
    ocsp_answer: own,
  },
  antin_ocsp: {
    ...certificates,
    status_issuer: read,
    crl: read,
    crl_list: read,
    ocsp_answer: read,
    ca: read,
    ca_link: read,
  },
  // What was stamped is added; nothing of it is changed or taken away.
  antin_time_stamp: { ...journal, time_stamp: append },
  // EST and ACME: whoever comes has an account already, and certificates are made by issuance.
  antin_machines: {
    ...journal,
    ...certificates,
    request_item: { select: ['id', 'current', 'approver', 'subject', 'agency_name'] },
    // When it was last here, and nothing else of it.
    enrolment_account: { select: true, update: ['last_used_at', 'last_used_over'] },
    enrolment_issue: read,
    acme_account: keep,
    acme_order: own,
    acme_used_nonce: { select: true, insert: true, delete: true },
  },
  antin_operation: {
    ...journal,
    ...requestsRead,
    officer: keep,
    officer_role: keep,
    officer_change: keep,
    officer_session: { select: ['officer_id'], delete: true },
    incompatible_role: read,
    sender: keep,
    calendar_day: own,
    // A day of the calendar and the due days that follow it are one act; nothing else of a request is theirs.
    request_item: { select: true, update: ['due_on'] },
    registration_limit: { select: true, insert: true, delete: true },
  },
  // Reads everything but what would let it act as somebody: password hashes, sessions, tokens.
  antin_audit: {},
  // CAs and their generations, certificates of the authority's own services, lists that ceremonies made.
  antin_ca: {
    ...journal,
    revocation: read,
    // Of its own services only: the table refuses others without an approved request.
    certificate: keep,
    ca: keep,
    ca_link: append,
    ca_profile: keep,
    signer_ledger: keep,
    status_issuer: keep,
    crl: append,
    crl_list: keep,
  },
  // Gives entries their places, signs heads, copies: all of the journal, and certificates that it carries along.
  antin_journal: {
    journal_entry: append,
    journal_waiting: { select: true, insert: true, delete: true },
    journal_place: append,
    journal_node: append,
    journal_head: { select: true, insert: true, update: ['signature', 'sealed_at'] },
    journal_identity: { select: true, update: ['copy'] },
    certificate: { select: ['issuer_sha256', 'serial_hex', 'der'] },
  },
  // Token agents of officers, and the statements that they are asked to sign.
  antin_agents: {
    ...journal,
    ...officers,
    statement_order: own,
    request_item: { select: ['id', 'subject', 'shown', 'shown_sha256'] },
    certificate: { select: ['issuer_sha256', 'serial_hex', 'subject'] },
    'devices.device': own,
    'devices.device_code_attempt': own,
    'devices.device_credential': own,
    'devices.device_nonce': own,
    'devices.device_person': keep,
    'devices.signing_job': keep,
    'devices.signing_job_batch': keep,
    'devices.signing_job_content': own,
    // Of an office in the same installation: whose a certificate is, as its directory answers; no password.
    'agency.agency': { select: ['id', 'name'] },
    'agency.person': { select: ['id', 'full_name', 'sign_in_name'] },
    'agency.position': read,
    'agency.bound_certificate': read,
  },
  // What anybody may search: nothing of a certificate that is not public is in its tables.
  antin_publication: {
    published: read,
    certificate: { select: ['issuer_sha256', 'serial_hex', 'der'] },
    revocation: { select: ['issuer_sha256', 'serial_hex', 'revoked_at', 'reason'] },
  },
  // Hands jobs out and takes their outcome; what a job does is done by the part that it is for.
  antin_jobs: { 'public.job': { select: true, update: true, delete: true } },
  // An office, with everything of its own schemas (`OFFICE_SCHEMAS`); of an issuer in the same installation what answers of token
  // agents of its officers touch: who they are, and where the signatures go. They leave no entry in the issuer's journal.
  antin_office: {
    // To lay one down and to hurry it; handing out is `antin_jobs`. Those of the issuer are guarded (trigger job_of_issuer_kept).
    'public.job': { select: ['id', 'queue', 'key', 'done_at', 'lease_token'], insert: true, update: ['run_at', 'dead_at'] },
    ...officers,
    statement_order: { select: true, update: ['signatures'] },
  },
};

/** Schemas of the office: rows of theirs are its own, their tables, triggers and functions the owner's. */
export const OFFICE_SCHEMAS = ['agency', 'agency_journal', 'devices'] as const;

/**
 * Tables that no part but the owner of the schema touches, each with why. A table stands in the grants or here: one that came
 * with a migration and in neither is a decision that nobody took.
 */
export const OWNER_ONLY: Readonly<Record<string, string>> = {
  journal_restored: 'what a restore answered: it is put back and read as the owner, while nothing is served',
  issuance_setting: 'read by a guard of the table of certificates; only a start in production turns it on',
  unrequested_profile: 'read by a guard of the table of certificates',
};

/** Columns that audit does not read. */
export const SECRET_COLUMNS: Readonly<Record<string, readonly string[] | 'whole table'>> = {
  enrolment_account: ['secret'],
  acme_used_nonce: 'whole table',
  officer: ['password_hash'],
  officer_change: ['secret_hash'],
  officer_session: 'whole table',
  sender: ['token_sha256'],
};

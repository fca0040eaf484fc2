import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const registrationMigrations: Record<string, Migration> = {
  '2026-11-22T0205-registration': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table authority.submission (
          id uuid primary key,
          status text not null check (status in ('accepted', 'quarantined', 'dismissed')),
          code text,
          note text,
          from_code text,
          from_name text,
          from_place text,
          request_id uuid,
          number text,
          round_name text,
          created_at timestamptz,
          channel text not null check (channel in ('api', 'file')),
          authenticated_by text not null check (authenticated_by in ('signature', 'token', 'officer', 'nobody')),
          signer jsonb,
          -- Of the file as it came, and of the canonical request inside: signed again, it is the same request.
          file_sha256 text not null,
          file_size bigint not null,
          request_sha256 text,
          media_type text not null,
          received_at timestamptz not null,
          received_by uuid references authority.officer (id),
          item_count integer not null,
          last_sequence integer not null default 0,
          check (status <> 'accepted' or (from_code is not null and request_id is not null and request_sha256 is not null)),
          check (status <> 'accepted' or authenticated_by <> 'nobody')
        )`.execute(db);
      await sql`
        create unique index submission_of_sender on authority.submission (from_code, request_id) where status = 'accepted'`.execute(
        db,
      );
      await sql`create index submission_newest on authority.submission (received_at, id)`.execute(db);
      await sql`
        create index submission_quarantined on authority.submission (received_at, id) where status = 'quarantined'`.execute(db);
      await sql`create index submission_file on authority.submission (file_sha256)`.execute(db);

      await sql`
        create table authority.request_item (
          id uuid primary key,
          submission_id uuid not null references authority.submission (id),
          item_id uuid not null,
          act text not null check (act in ('new', 'renew', 'change', 'revoke', 'recover-device')),
          form text check (form in ('01', '02', '03')),
          agency_code text not null,
          agency_name text not null,
          agency_place text not null,
          subject text not null,
          subject_key text,
          folded text not null,
          state text not null check (state in ('received', 'question', 'proposed', 'approved', 'issuing', 'issued',
            'handed-over', 'carried-out', 'refused', 'withdrawn')),
          version integer not null default 1,
          original jsonb not null,
          original_sha256 text not null,
          current jsonb not null,
          spki_sha256 text,
          certificate_issuer text,
          certificate_serial text,
          checks jsonb not null default '[]',
          blocking integer not null default 0,
          shown text,
          shown_sha256 text,
          received_at timestamptz not null,
          -- When nothing blocked any more: the limit begins then (Decree 68/2024 art. 11).
          complete_at timestamptz,
          due_on date,
          -- Set while the clock stands still: what was left of it.
          days_left integer,
          editors uuid[] not null default '{}',
          entered_by uuid references authority.officer (id),
          proposer uuid references authority.officer (id),
          approver uuid references authority.officer (id),
          approved_sha256 text,
          approved_at timestamptz,
          issuer uuid references authority.officer (id),
          issued_issuer_sha256 text,
          issued_serial_hex text,
          closed_at timestamptz,
          unique (submission_id, item_id),
          check (approver is null or (proposer is not null and approver <> proposer)),
          check (approver is null or approver <> all (editors)),
          check (approver is null or entered_by is null or approver <> entered_by),
          check ((approver is null) = (approved_sha256 is null)),
          check (issuer is null or issuer <> approver),
          check (state not in ('approved', 'issuing', 'issued', 'handed-over') or (approver is not null and approved_sha256 = shown_sha256)),
          check (state <> 'carried-out' or act = 'revoke' or approver is not null),
          check (state not in ('issued', 'handed-over') or issued_serial_hex is not null)
        )`.execute(db);
      await sql`create index request_item_state on authority.request_item (state, received_at, id)`.execute(db);
      await sql`create index request_item_all on authority.request_item (received_at, id)`.execute(db);
      await sql`create index request_item_agency on authority.request_item (agency_code, received_at, id)`.execute(db);
      await sql`create index request_item_act on authority.request_item (act, form, received_at, id)`.execute(db);
      await sql`
        create index request_item_due on authority.request_item (due_on, received_at, id)
        where due_on is not null and state in ('received', 'proposed', 'approved', 'issuing')`.execute(db);
      await sql`create extension if not exists pg_trgm`.execute(db);
      await sql`create index request_item_folded on authority.request_item using gin (folded gin_trgm_ops)`.execute(db);
      await sql`
        create index request_item_attachments on authority.request_item using gin ((current -> 'attachments'))
        where state in ('received', 'question')`.execute(db);
      await sql`
        create index request_item_unchecked on authority.request_item (received_at, id)
        where shown_sha256 is null and state = 'received'`.execute(db);
      await sql`create index request_item_submission on authority.request_item (submission_id, received_at, id)`.execute(db);
      await sql`create index request_item_key on authority.request_item (spki_sha256) where spki_sha256 is not null`.execute(db);
      await sql`
        create index request_item_subject on authority.request_item (subject_key) where subject_key is not null`.execute(db);
      await sql`
        create index request_item_certificate on authority.request_item (certificate_issuer, certificate_serial)
        where certificate_serial is not null`.execute(db);
      await sql`
        create index request_item_issued on authority.request_item (issued_issuer_sha256, issued_serial_hex)
        where issued_serial_hex is not null`.execute(db);

      await sql`
        create table authority.request_version (
          request_item_id uuid not null references authority.request_item (id),
          version integer not null,
          item jsonb not null,
          edited_by uuid not null references authority.officer (id),
          edited_at timestamptz not null,
          reason text not null,
          primary key (request_item_id, version)
        )`.execute(db);
      await sql`
        create table authority.request_question (
          id uuid primary key,
          request_item_id uuid not null references authority.request_item (id),
          text text not null,
          asked_by uuid not null references authority.officer (id),
          asked_at timestamptz not null,
          answer text,
          answered_at timestamptz,
          answered_by uuid references authority.officer (id)
        )`.execute(db);
      await sql`create index request_question_item on authority.request_question (request_item_id, asked_at)`.execute(db);
      await sql`
        create table authority.request_evidence (
          id uuid primary key,
          request_item_id uuid not null references authority.request_item (id),
          kind text not null,
          note text not null,
          sha256 text,
          seen_by uuid not null references authority.officer (id),
          at timestamptz not null
        )`.execute(db);
      await sql`create index request_evidence_item on authority.request_evidence (request_item_id, at)`.execute(db);
      // What each officer did and signed, with the text as it was shown to them.
      await sql`
        create table authority.request_act (
          id bigint generated always as identity primary key,
          request_item_id uuid not null references authority.request_item (id),
          act text not null,
          at timestamptz not null,
          officer_id uuid references authority.officer (id),
          by_sender text,
          shown_sha256 text,
          shown text,
          statement text,
          cms bytea,
          certificate_sha256 text,
          signature text not null check (signature in ('signed', 'unsigned', 'none')),
          note text,
          check ((signature = 'signed') = (cms is not null))
        )`.execute(db);
      await sql`create index request_act_item on authority.request_act (request_item_id, id)`.execute(db);
      await sql`
        create table authority.request_attachment (
          submission_id uuid not null references authority.submission (id),
          sha256 text not null,
          name text,
          media_type text,
          size bigint not null,
          received_at timestamptz not null,
          primary key (submission_id, sha256)
        )`.execute(db);
      // Sent ahead of the request that will name it.
      await sql`
        create table authority.sender_attachment (
          from_code text not null,
          sha256 text not null,
          media_type text,
          size bigint not null,
          received_at timestamptz not null,
          primary key (from_code, sha256)
        )`.execute(db);
      await sql`
        create table authority.request_answer (
          id bigint generated always as identity primary key,
          submission_id uuid not null references authority.submission (id),
          sequence integer,
          body jsonb not null
        )`.execute(db);
      await sql`create index request_answer_batch on authority.request_answer (submission_id, sequence)`.execute(db);
      await sql`
        create index request_answer_waiting on authority.request_answer (submission_id, id) where sequence is null`.execute(db);
      await sql`
        create table authority.result_batch (
          submission_id uuid not null references authority.submission (id),
          sequence integer not null,
          at timestamptz not null,
          primary key (submission_id, sequence)
        )`.execute(db);
      await sql`
        create table authority.hand_over (
          request_item_id uuid primary key references authority.request_item (id),
          statement text not null,
          cms bytea not null,
          officer_id uuid not null references authority.officer (id),
          device_serial text,
          at timestamptz not null
        )`.execute(db);
      // Days that are not what their weekday says, and limits that law may change: dated, with who said so.
      await sql`
        create table authority.calendar_day (
          day date primary key,
          kind text not null check (kind in ('off', 'work')),
          source text not null
        )`.execute(db);
      await sql`
        create table authority.registration_limit (
          name text not null,
          effective_from date not null,
          value integer not null,
          source text not null,
          primary key (name, effective_from)
        )`.execute(db);
      await sql`
        insert into authority.registration_limit (name, effective_from, value, source) values
          ('handling-working-days', '2024-08-15', 3, 'Nghị định 68/2024/NĐ-CP Điều 11'),
          ('renewal-days-left', '2018-09-27', 60, 'Nghị định 130/2018/NĐ-CP Điều 63'),
          ('renewals', '2018-09-27', 1, 'Nghị định 130/2018/NĐ-CP Điều 63'),
          ('holding-overlap-days', '2018-09-27', 60, 'Nghị định 130/2018/NĐ-CP Điều 63')`.execute(db);
    },
  },
  '2026-11-22T0210-registration-order-of-states': {
    async up(db: Kysely<unknown>) {
      // Whether the session acts in a database role; without such roles on the server there is nothing to hold it to.
      await sql`
        create function authority.acts_as(wanted text) returns boolean language sql stable as $$
          select not exists (select 1 from pg_catalog.pg_roles where rolname = wanted)
            or pg_catalog.pg_has_role(current_user, wanted, 'member')
        $$`.execute(db);
      // The order of states holds for whoever reaches the table, also past our program.
      await sql`
        create function authority.request_item_guard() returns trigger language plpgsql as $$
        begin
          if tg_op = 'DELETE' then
            raise exception 'requests are not removed' using errcode = 'check_violation';
          end if;
          if tg_op = 'INSERT' then
            if new.state <> 'received' or new.approver is not null or new.issued_serial_hex is not null then
              raise exception 'a request begins as received' using errcode = 'check_violation';
            end if;
            return new;
          end if;
          if new.original <> old.original or new.original_sha256 <> old.original_sha256 or new.submission_id <> old.submission_id
             or new.item_id <> old.item_id or new.act <> old.act then
            raise exception 'what came is kept as it came' using errcode = 'check_violation';
          end if;
          if (old.state in ('issuing', 'issued', 'handed-over', 'carried-out', 'refused', 'withdrawn')
             or (old.state = 'approved' and new.state <> 'received'))
             and (new.current <> old.current or new.shown is distinct from old.shown
               or new.shown_sha256 is distinct from old.shown_sha256 or new.editors <> old.editors) then
            raise exception 'a decided request is not edited' using errcode = 'check_violation';
          end if;
          if new.current <> old.current and new.state <> 'received' then
            raise exception 'an edit goes back to received' using errcode = 'check_violation';
          end if;
          if new.editors <> old.editors and not (new.editors @> old.editors) then
            raise exception 'who edited stays known' using errcode = 'check_violation';
          end if;
          if (new.approver is distinct from old.approver or new.approved_sha256 is distinct from old.approved_sha256)
             and not (old.state = 'proposed' and new.state = 'approved')
             and not (old.state = 'approved' and new.state = 'received' and new.approver is null) then
            raise exception 'an approval is given once, and void after an edit' using errcode = 'check_violation';
          end if;
          if new.state <> old.state then
            if not (case old.state
              when 'received' then new.state in ('question', 'proposed', 'refused', 'withdrawn')
                or (new.state = 'carried-out' and new.act = 'revoke')
              when 'question' then new.state in ('received', 'refused', 'withdrawn')
              when 'proposed' then new.state in ('received', 'approved', 'refused', 'withdrawn')
              when 'approved' then new.state in ('received', 'issuing') or (new.state = 'carried-out' and new.act = 'recover-device')
              when 'issuing' then new.state in ('approved', 'issued')
              when 'issued' then new.state = 'handed-over'
              else false end) then
              raise exception 'no way from % to %', old.state, new.state using errcode = 'check_violation';
            end if;
            if new.state = 'approved' and old.state = 'proposed' then
              if not authority.acts_as('antin_approval') then
                raise exception 'only approval approves' using errcode = 'insufficient_privilege';
              end if;
              if new.shown_sha256 is distinct from old.shown_sha256 or new.proposer is distinct from old.proposer then
                raise exception 'what is approved is what was proposed' using errcode = 'check_violation';
              end if;
            end if;
            if new.state in ('issuing', 'issued', 'handed-over') and not authority.acts_as('antin_issuance') then
              raise exception 'only issuance issues' using errcode = 'insufficient_privilege';
            end if;
            if new.state = 'carried-out' and new.act = 'revoke' and not authority.acts_as('antin_revocation') then
              raise exception 'only revocation revokes' using errcode = 'insufficient_privilege';
            end if;
          end if;
          return new;
        end $$`.execute(db);
      await sql`
        create trigger request_item_guard before insert or update or delete on authority.request_item
        for each row execute function authority.request_item_guard()`.execute(db);
      await sql`
        create function authority.only_inserted() returns trigger language plpgsql as $$
        begin raise exception '% is append-only', tg_table_name using errcode = 'check_violation'; end $$`.execute(db);
      for (const table of ['request_act', 'request_version', 'request_evidence', 'hand_over', 'result_batch'] as const) {
        await sql`
          create trigger append_only before update or delete on ${sql.table(`authority.${table}`)}
          for each row execute function authority.only_inserted()`.execute(db);
      }
    },
  },
  '2026-11-22T0830-registration-who-signed-and-when': {
    async up(db: Kysely<unknown>) {
      await sql`alter table authority.submission add column leader jsonb`.execute(db);
      // The same asks under another request: looked up by the sender's own id of each.
      await sql`create index request_item_of_sender on authority.request_item (item_id)`.execute(db);
      await sql`
        insert into authority.registration_limit (name, effective_from, value, source) values
          ('request-age-working-days', '2024-08-15', 10, 'Mặc định của hệ thống'),
          ('leader-signature', '2024-08-15', 1, 'Mặc định của hệ thống: 1 không bắt buộc, 2 bắt buộc'),
          ('attachments-ahead', '2024-08-15', 20000, 'Mặc định của hệ thống'),
          ('attachments-ahead-megabytes', '2024-08-15', 4096, 'Mặc định của hệ thống'),
          ('attachments-ahead-days', '2024-08-15', 30, 'Mặc định của hệ thống')`.execute(db);
    },
  },
  '2026-11-22T0850-registration-attachments-ahead': {
    async up(db: Kysely<unknown>) {
      await sql`create index sender_attachment_age on authority.sender_attachment (received_at)`.execute(db);
      await sql`create index request_attachment_content on authority.request_attachment (sha256)`.execute(db);
      await sql`create index request_evidence_content on authority.request_evidence (sha256) where sha256 is not null`.execute(
        db,
      );
    },
  },
};

import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const certificatesMigrations: Record<string, Migration> = {
  '2026-11-22T0240-certificates-register': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.certificate_limit (
          key text not null,
          valid_from date not null,
          value integer not null check (value >= 0),
          source_vi text not null,
          source_en text not null,
          primary key (key, valid_from)
        )`.execute(db);
      await sql`
        create table agency.key_device (
          id uuid primary key,
          serial text not null,
          kind text not null,
          model text,
          state text not null,
          agency_id uuid not null references agency.agency (id),
          person_id uuid references agency.person (id),
          with_whom text not null,
          return_by date,
          sort_key text collate "C" generated always as (lower(serial)) stored,
          version integer not null default 1,
          unique (kind, serial)
        )`.execute(db);
      await sql`create index key_device_agency on agency.key_device (agency_id, sort_key, id)`.execute(db);
      await sql`create index key_device_order on agency.key_device (sort_key, id)`.execute(db);
      await sql`create index key_device_return on agency.key_device (agency_id, return_by) where state = 'to-return'`.execute(db);
      await sql`
        create table agency.holding (
          id uuid primary key,
          agency_id uuid not null references agency.agency (id),
          form text not null check (form in ('01', '02', '03')),
          person_id uuid references agency.person (id),
          name text not null,
          title text,
          unit text,
          -- Sealed: an identity card's number and a telephone are not for whoever reads the database.
          subject_sealed bytea,
          search text not null,
          device_kind text not null,
          device_id uuid references agency.key_device (id),
          state text not null check (state in ('requested', 'approved', 'issued', 'handed-over', 'active', 'revoked', 'replaced', 'refused')),
          item_id uuid,
          spki_sha256 text,
          sha256 text,
          issuer_sha256 text,
          issuer bytea,
          issuer_text text,
          serial_hex text,
          der bytea,
          not_before timestamptz,
          not_after timestamptz,
          renewals integer not null default 0,
          replaces_id uuid references agency.holding (id),
          requested_at timestamptz,
          issued_at timestamptz,
          handed_over_at timestamptz,
          activated_at timestamptz,
          ended_at timestamptz,
          end_cause text,
          pending text,
          -- The days before its end of which somebody was reminded: the smallest so far.
          reminded integer,
          reminded_at timestamptz,
          version integer not null default 1,
          sort_key text collate "C" generated always as (agency.folded(name)) stored,
          words tsvector generated always as (agency.words_of(search)) stored,
          check ((sha256 is null) = (not_after is null))
        )`.execute(db);
      await sql`create unique index holding_sha256 on agency.holding (sha256) where sha256 is not null`.execute(db);
      // Whose a certificate is follows from issuer and serial number, never from the text of a name.
      await sql`create unique index holding_name on agency.holding (sha256(issuer), serial_hex) where issuer is not null`.execute(
        db,
      );
      await sql`create index holding_order on agency.holding (sort_key, id)`.execute(db);
      await sql`create index holding_agency_order on agency.holding (agency_id, sort_key, id)`.execute(db);
      await sql`create index holding_state on agency.holding (agency_id, state)`.execute(db);
      await sql`create index holding_expiry on agency.holding (not_after, id) include (agency_id) where state = 'active'`.execute(
        db,
      );
      await sql`create index holding_agency_expiry on agency.holding (agency_id, not_after, id) where state = 'active'`.execute(
        db,
      );
      await sql`create index holding_state_order on agency.holding (state, sort_key, id)`.execute(db);
      await sql`create index holding_words on agency.holding using gin (words)`.execute(db);
      await sql`create index holding_person on agency.holding (person_id) where person_id is not null`.execute(db);
      await sql`create index holding_device on agency.holding (device_id) where device_id is not null`.execute(db);
      await sql`create index holding_key on agency.holding (spki_sha256) where spki_sha256 is not null`.execute(db);
      await sql`create index holding_reminded on agency.holding (agency_id, reminded_at, id) where reminded is not null and state = 'active'`.execute(
        db,
      );
      await sql`
        create table agency.certificate_act (
          id uuid primary key,
          holding_id uuid not null references agency.holding (id),
          agency_id uuid not null references agency.agency (id),
          act text not null,
          state text not null,
          cause text,
          since date,
          reason text,
          subject_sealed bytea,
          asked_at timestamptz not null,
          asked_by text not null,
          due_on date,
          request_id uuid,
          answer text
        )`.execute(db);
      await sql`create index certificate_act_holding on agency.certificate_act (holding_id, asked_at)`.execute(db);
      await sql`create index certificate_act_prepared on agency.certificate_act (agency_id, asked_at, id) where state = 'prepared'`.execute(
        db,
      );
      // Two officers ask at once: one of them is told.
      await sql`create unique index certificate_act_open on agency.certificate_act (holding_id)
        where state in ('prepared', 'sent', 'question', 'approved')`.execute(db);
      await sql`
        create table agency.hand_over (
          id uuid primary key,
          holding_id uuid not null references agency.holding (id),
          state text not null,
          receiver_id uuid not null references agency.person (id),
          receiver text not null,
          giver text not null,
          prepared_at timestamptz not null,
          signed_at timestamptz,
          record_sha256 text not null,
          signed_sha256 text
        )`.execute(db);
      await sql`create unique index hand_over_open on agency.hand_over (holding_id) where state = 'prepared'`.execute(db);
      await sql`create index hand_over_receiver on agency.hand_over (receiver_id) where state = 'prepared'`.execute(db);
    },
  },
  '2026-11-22T0300-certificates-by-given-name': {
    async up(db: Kysely<unknown>) {
      // People are listed by their given name, as in every Vietnamese list; and one family name does not fill the first pages.
      await sql`alter table agency.holding drop column sort_key`.execute(db);
      await sql`
        alter table agency.holding add column sort_key text collate "C" generated always as (case when form = '01'
          then regexp_replace(agency.folded(name), '^(.*) (\\S+)$', '\\2 \\1') else agency.folded(name) end) stored`.execute(db);
      await sql`create index holding_order on agency.holding (sort_key, id)`.execute(db);
      await sql`create index holding_agency_order on agency.holding (agency_id, sort_key, id)`.execute(db);
      await sql`create index holding_state_order on agency.holding (state, sort_key, id)`.execute(db);
    },
  },
  '2026-11-22T0315-certificates-acts-in-order': {
    async up(db: Kysely<unknown>) {
      // Two acts of one moment stand in the order in which they were asked.
      await sql`alter table agency.certificate_act add column number bigint generated always as identity`.execute(db);
    },
  },
  '2026-11-22T0325-certificates-signed-on-device': {
    async up(db: Kysely<unknown>) {
      await sql`alter table agency.hand_over add column job_id uuid, add column to_be_signed jsonb`.execute(db);
      for (const table of ['signing_job', 'signing_job_batch']) {
        await sql`
          alter table devices.${sql.id(table)} drop constraint if exists ${sql.id(`${table}_act_check`)},
            add constraint ${sql.id(`${table}_act_check`)} check (act in ('sign', 'issue', 'approve', 'hand-over'))`.execute(db);
      }
    },
  },
};

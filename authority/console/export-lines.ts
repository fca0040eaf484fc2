import { sql } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';
import type { Language } from '@antin/protocol/basics';
import type { IssuedFilters } from '@antin/protocol/authority/issued';
import type { RequestQuery } from '@antin/protocol/authority/request-list';
import { commonName } from '@antin/web/authority/common-name';
import { wordFor } from '@antin/web/i18n/catalogue';
import type { Words } from '@antin/web/i18n/catalogue';
import { dayOf, dayText, instantText } from '@antin/web/i18n/dates';
import { authorityCertificateWords } from '@antin/web/i18n/words/authority-certificates';
import { authorityRequestWords } from '@antin/web/i18n/words/authority-requests';
import { consoleShellWords } from '@antin/web/i18n/words/authority';
import type { z } from 'zod';
import { requestsPage } from '../registration/list.ts';
import type { Reader } from '../registration/list.ts';
import { issuedPage } from './issued-store.ts';
import { stateOf } from './issued-routes.ts';

/** A table to carry away: headings, then rows page by page, so that no more than a page is in memory. */
export interface ExportTable {
  readonly name: string;
  readonly headings: readonly string[];
  readonly widths: readonly number[];
  rows(): AsyncGenerator<readonly string[]>;
}

const PAGE = 500;
const words: Words = { ...consoleShellWords, ...authorityRequestWords, ...authorityCertificateWords };

/** Words of the page's own language; an unknown code stays as it is. */
function speech(language: Language) {
  return (key: string, fallback = key): string => wordFor(words, key, language) ?? fallback;
}

const day = (at: Date): string => dayText(dayOf(at.toISOString()));
const instant = (at: Date): string => instantText(at.toISOString());

export function requestLines(
  db: Db,
  filters: Omit<z.output<typeof RequestQuery>, 'after' | 'limit'>,
  reader: Reader,
  language: Language,
  page = PAGE,
): ExportTable {
  const t = speech(language);
  return {
    name: 'yeu-cau',
    headings: [
      ...[t('export.id'), t('filter.act'), t('filter.form'), t('col.subject'), t('export.agency-code'), t('col.agency')],
      ...[t('col.received'), t('export.complete'), t('col.due'), t('col.state')],
    ],
    widths: [38, 20, 8, 34, 14, 44, 18, 18, 14, 24],
    async *rows() {
      for (let after: string | undefined; ;) {
        const place = after === undefined ? {} : { after };
        const { rows, next } = await requestsPage(db, { ...filters, ...place, limit: page }, reader);
        for (const row of rows) {
          yield [
            ...[row.id, t(`act.${row.act}`), row.form ?? '', row.subject, row.agencyCode, row.agencyName],
            ...[instant(row.receivedAt), row.completeAt === null ? '' : instant(row.completeAt)],
            ...[row.dueOn === null ? '' : dayText(row.dueOn), t(`reqstate.${row.state}`)],
          ];
        }
        if (next === undefined) return;
        after = next;
      }
    },
  };
}

export function certificateLines(db: Db, filters: IssuedFilters, now: Date, language: Language): ExportTable {
  const t = speech(language);
  return {
    name: 'chung-thu',
    headings: [
      ...[t('outcome.serial'), t('certs.subject'), t('cert.profile'), t('export.agency-code'), t('col.agency')],
      ...[t('cert.from'), t('cert.to'), t('col.state'), t('cert.revoked-at'), t('item.cause'), 'SHA-256'],
    ],
    widths: [40, 40, 20, 14, 44, 14, 14, 18, 18, 28, 66],
    async *rows() {
      for (let after: string | undefined; ;) {
        const { rows } = await issuedPage(filters, { after, limit: PAGE }, now).execute(db);
        for (const row of rows) {
          yield [
            ...[row.serialHex, commonName(row.subject), t(`profile.${row.profile}`, row.profile)],
            ...[row.agencyCode ?? '', row.agencyName ?? '', day(row.notBefore), day(row.notAfter)],
            t(`certs.${stateOf(row, now.getTime())}`),
            row.revokedAt === null ? '' : instant(row.revokedAt),
            ...[row.cause === null ? '' : t(`cause.${row.cause}`), row.fingerprint],
          ];
        }
        if (rows.length < PAGE) return;
        after = String(rows.at(-1)?.id);
      }
    },
  };
}

interface RevokedRow {
  readonly issuer: string;
  readonly serial: string;
  readonly subject: string;
  readonly profile: string;
  readonly code: string | null;
  readonly agency: string | null;
  readonly revokedAt: Date;
  readonly recordedAt: Date;
  readonly reason: number;
  readonly cause: string | null;
  readonly by: string | null;
}

export function revocationLines(db: Db, span: { readonly from: Date; readonly to: Date }, language: Language): ExportTable {
  const t = speech(language);
  return {
    name: 'thu-hoi',
    headings: [
      ...[t('outcome.serial'), t('certs.subject'), t('cert.profile'), t('export.agency-code'), t('col.agency')],
      ...[t('cert.revoked-at'), t('export.recorded'), t('item.cause'), t('export.reason'), t('export.by')],
    ],
    widths: [40, 40, 20, 14, 44, 18, 18, 30, 24, 26],
    async *rows() {
      let after = { at: span.from.toISOString(), issuer: '', serial: '' };
      for (;;) {
        const { rows } = await sql<RevokedRow>`
          select r.issuer_sha256 as issuer, r.serial_hex as serial, c.subject, c.profile, i.agency_code as code,
            i.agency_name as agency, r.revoked_at as "revokedAt", r.recorded_at as "recordedAt", r.reason, r.cause,
            o.full_name as by
          from authority.revocation r join authority.certificate c using (issuer_sha256, serial_hex)
          left join authority.officer o on o.id::text = r.decided_by
          left join authority.request_item i on i.issued_serial_hex = r.serial_hex and i.issued_issuer_sha256 = r.issuer_sha256
          where r.recorded_at < ${span.to}
            and (r.recorded_at, r.issuer_sha256, r.serial_hex) > (${after.at}::timestamptz, ${after.issuer}, ${after.serial})
          order by r.recorded_at, r.issuer_sha256, r.serial_hex limit ${PAGE}`.execute(db);
        for (const row of rows) {
          yield [
            ...[row.serial, commonName(row.subject), t(`profile.${row.profile}`, row.profile), row.code ?? '', row.agency ?? ''],
            ...[instant(row.revokedAt), instant(row.recordedAt), row.cause === null ? '' : t(`cause.${row.cause}`)],
            ...[t(`reasoncode.${row.reason}`, String(row.reason)), row.by ?? ''],
          ];
        }
        const last = rows.at(-1);
        if (last === undefined || rows.length < PAGE) return;
        after = { at: last.recordedAt.toISOString(), issuer: last.issuer, serial: last.serial };
      }
    },
  };
}

import { Hono } from 'hono';
import type { Context } from 'hono';
import { HttpRefusal } from '@antin/adapters/http/fault';
import { mount } from '@antin/adapters/http/mount';
import { clientAddress } from '@antin/adapters/http/border';
import { limitRate, rateLimit } from '@antin/adapters/http/rate-limit';
import type { Db } from '@antin/adapters/db/transaction';
import { encodePem } from '@antin/pki/pem';
import type { Language } from '@antin/protocol/basics';
import { certificateSearchRoutes } from '@antin/protocol/public/certificates';
import type { PublishedCertificate } from '@antin/protocol/public/certificates';
import { readWebAssets } from '@antin/web/assets';
import { paths } from '@antin/web/paths';
import { certificateSearchPage } from '@antin/web/public/certificate-search';
import { searchFor } from './rules.ts';
import type { Search } from './rules.ts';
import { certificatesPage, downloadable } from './store.ts';
import type { PublishedCertificate as Row } from './store.ts';

export interface PublicationDoors {
  readonly db: Db;
  readonly clock: () => number;
  readonly profile: 'practice' | 'production';
}

const PAGE = 20;

/** Search of published certificates for programs and for people; paths are whole. */
export function publicationRoutes({ db, clock, profile }: PublicationDoors): Hono {
  const app = new Hono();
  // Enough for people and for a service that looks senders up; too little to copy the register.
  const gently = limitRate(rateLimit({ burst: 60, perMinute: 60, clock: () => new Date(clock()) }), (c) => clientAddress(c));

  mount(app, certificateSearchRoutes.certificates, [gently], async ({ query, c }) => {
    c.header('cache-control', 'no-store');
    const { after, limit, ...criteria } = query;
    const { items, next } = await certificatesPage(db, criterion(criteria), { limit, ...(after === undefined ? {} : { after }) });
    return { items: items.map((row) => shown(row, clock())), ...(next === undefined ? {} : { next }) };
  });

  mount(app, certificateSearchRoutes.certificate, [gently], async ({ params }) => {
    const [fingerprint, kind] = params.file.split('.') as [string, string];
    const der = await downloadable(db, fingerprint);
    if (der === undefined) throw new HttpRefusal('http.not-found');
    const body = kind === 'cer' ? new Uint8Array(der) : encodePem('CERTIFICATE', new Uint8Array(der));
    const type = kind === 'cer' ? 'application/pkix-cert' : 'application/x-pem-file';
    // Named by its own hash: it never changes.
    const headers = { 'content-type': type, 'cache-control': 'public, max-age=86400, immutable' };
    return new Response(body, {
      headers: { ...headers, 'content-disposition': `attachment; filename="${fingerprint.slice(0, 16)}.${kind}"` },
    });
  });

  for (const [language, path] of Object.entries(paths.certificates) as [Language, string][]) {
    app.get(path, gently, async (c) => c.html(await page(c, language)));
  }

  async function page(c: Context, language: Language) {
    const typed = (c.req.query('q') ?? '').slice(0, 200);
    const after = c.req.query('after');
    const search = searchFor(typed);
    const found =
      search === undefined
        ? undefined
        : await certificatesPage(db, search, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    return certificateSearchPage({
      language,
      assets: readWebAssets().public,
      profile,
      typed,
      found: found?.items.map((row) => shown(row, clock())),
      next: found?.next,
      first: after === undefined,
    });
  }
  return app;
}

function criterion(query: {
  serial?: string | undefined;
  fingerprint?: string | undefined;
  mail?: string | undefined;
  words?: string | undefined;
}): Search {
  if (query.serial !== undefined) return { serial: query.serial };
  if (query.fingerprint !== undefined) return { fingerprint: query.fingerprint };
  if (query.mail !== undefined) return { mail: query.mail.trim().toLowerCase() };
  const search = searchFor(query.words ?? '');
  // Signs without a letter or a digit: nothing to search for.
  if (search === undefined) throw new HttpRefusal('http.invalid-query');
  return { words: query.words as string };
}

function shown(row: Row, now: number): PublishedCertificate {
  const { revoked, fingerprint } = row;
  const state =
    revoked !== undefined
      ? revoked.reason === 6
        ? 'suspended'
        : 'revoked'
      : now < row.notBefore
        ? 'not-yet-valid'
        : now > row.notAfter
          ? 'expired'
          : 'valid';
  return {
    issuerSha256: row.issuerSha256 as PublishedCertificate['issuerSha256'],
    serialHex: row.serialHex,
    fingerprint: fingerprint as PublishedCertificate['fingerprint'],
    subject: row.subject,
    notBefore: new Date(row.notBefore).toISOString(),
    notAfter: new Date(row.notAfter).toISOString(),
    state,
    ...(revoked === undefined ? {} : { revokedAt: new Date(revoked.at).toISOString(), reason: revoked.reason }),
    ...(row.downloadable ? { download: `/authority/certificates/${fingerprint}.cer` } : {}),
  };
}

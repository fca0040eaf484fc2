import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Hono } from 'hono';
import { createApp } from '@antin/adapters/http/app';
import { silentLog } from '@antin/adapters/log/log';
import { certificateSearchRoutes, type PublishedCertificate } from '@antin/protocol/public/certificates';
import { certificateSearchPage } from '@antin/web/public/certificate-search';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { AuthorityForTests, openssl, person } from '../authority-for-tests.ts';
import { fingerprint, type Issued } from '../issuance/issue.ts';
import { migrations } from '../migrations.ts';
import { publicationProblems } from './problems.ts';
import { publicFacts, searchFor, wordsOf } from './rules.ts';
import { publicationRoutes } from './routes.ts';
import { publishIssued } from './store.ts';

let database: TestDatabase;
let t: AuthorityForTests;
let app: Hono;
let an: Issued;

beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
  t = await new AuthorityForTests(database.db).open();
  an = await t.issued(person('Nguyễn Văn Ân'));
  for (let i = 0; i < 45; i++) await t.issued(person(`Trần Thị Số ${i}`));
  while ((await publishIssued(database.db, 20)) > 0);
  app = createApp({ log: silentLog, problems: publicationProblems }) as unknown as Hono;
  app.route('/', publicationRoutes({ db: database.db, clock: () => (t.now += 2000), profile: 'practice' }));
});
afterAll(async () => {
  t.close();
  await database.close();
});

const { answer: Answer } = certificateSearchRoutes.certificates;
async function search(query: Record<string, string>) {
  const answer = await app.request(`/authority/certificates?${String(new URLSearchParams(query))}`);
  expect(answer.status).toBe(200);
  return Answer.parse(await answer.json());
}
const names = (items: readonly PublishedCertificate[]) => items.map((one) => /CN=([^,]*)/.exec(one.subject)?.[1]);

describe('the search', () => {
  test.each([
    ['marks or none, any order, beginnings', { words: 'van NGUYEN an' }],
    ['marks', { words: 'Nguyễn Văn Ân' }],
    ['more words of the same name', { words: 'nguy ân so noi vu' }],
  ])('finds by words: %s', async (_, query) => {
    expect(names((await search(query)).items)).toEqual(['Nguyễn Văn Ân']);
  });

  test('finds by number, by fingerprint and by the exact mail address', async () => {
    const sha256 = fingerprint(an.certificate);
    for (const query of [{ serial: an.serialHex }, { fingerprint: sha256 }]) {
      expect((await search(query)).items).toMatchObject([{ serialHex: an.serialHex, state: 'valid', fingerprint: sha256 }]);
    }
    const all = await search({ mail: 'AN@noivu.gov.vn', limit: '100' });
    expect(all.items).toHaveLength(46);
    expect((await search({ mail: 'n@noivu.gov.vn' })).items).toEqual([]);
  });

  test('goes page by page to the end, none twice and none left out', async () => {
    const seen: string[] = [];
    for (let after: string | undefined, pages = 0; pages < 10; pages++) {
      const page = await search({ words: 'tran thi', limit: '20', ...(after === undefined ? {} : { after }) });
      seen.push(...page.items.map((one) => one.serialHex));
      after = page.next;
      if (after === undefined) break;
    }
    expect(seen).toHaveLength(45);
    expect(new Set(seen).size).toBe(45);
  });

  test('says what was revoked', async () => {
    const { serialHex } = await t.issued(person('Lê Bị Thu Hồi'));
    await publishIssued(database.db, 20);
    await t.service.revoke(serialHex, 'keyCompromise');
    expect((await search({ serial: serialHex })).items).toMatchObject([{ state: 'revoked', reason: 1 }]);
  });

  test.each([
    ['nothing', ''],
    ['two criteria', 'serial=41&mail=a@b.vn'],
    ['one letter', 'words=a'],
    ['signs only', 'words=%25%25%26%7C'],
    ['a number that is none', 'serial=xyz'],
    ['a page that is none', 'words=tran&after=1;drop'],
    ['too many at once', 'words=tran&limit=5000'],
  ])('refuses %s', async (_, query) => {
    expect((await app.request(`/authority/certificates?${query}`)).status).toBe(400);
  });

  test('operators of the database’s own language mean nothing', async () => {
    for (const words of [
      "tran' | 'nguyen",
      'tran:*|nguyen',
      '!tran',
      'tran <-> nguyen',
      "a'); drop table authority.published; --",
    ]) {
      const { items } = await search({ words });
      expect(names(items)).not.toContain('Nguyễn Văn Ân');
    }
  });
});

describe('a download', () => {
  test('is the certificate itself, as DER and as PEM', async () => {
    const [{ download }] = (await search({ serial: an.serialHex })).items as [PublishedCertificate];
    const der = await app.request(download as string);
    expect(der.headers.get('content-type')).toBe('application/pkix-cert');
    expect(new Uint8Array(await der.arrayBuffer())).toEqual(an.certificate.raw);
    const asPem = await (await app.request((download as string).replace('.cer', '.pem'))).text();
    expect(openssl('x509', '-in', t.file('got.pem', asPem), '-noout', '-serial')).toContain(an.serialHex.toUpperCase());
    expect((await app.request(`/authority/certificates/${'0'.repeat(64)}.cer`)).status).toBe(404);
    expect((await app.request('/authority/certificates/x.cer')).status).toBe(404);
  });

  test('and search never show the number of a person', async () => {
    const folder = t.folder;
    openssl(
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${folder}/k.pem`],
      ...['-outform', 'DER', '-out', `${folder}/citizen.der`, '-utf8', '-subj'],
      '/C=VN/SN=Trần/GN=Thị Bình/serialNumber=IDCVN-001099012345/UID=001099012345/CN=Trần Thị Bình',
    );
    const { readFileSync } = await import('node:fs');
    const der = new Uint8Array(readFileSync(`${folder}/citizen.der`));
    const citizen = publicFacts(der, 'citizen');
    expect(JSON.stringify(citizen)).not.toContain('001099012345');
    expect(citizen).toMatchObject({ downloadable: false, subject: expect.stringContaining('CN=Trần Thị Bình') });
    expect(publicFacts(der, 'organisation')).toMatchObject({ downloadable: true });
  });
});

test('one field of a page is enough for every kind of search', () => {
  const sha = 'ab'.repeat(32);
  expect(searchFor(sha.toUpperCase().replace(/../g, '$&:').slice(0, -1))).toEqual({ fingerprint: sha });
  expect(searchFor(' An@NoiVu.gov.vn ')).toEqual({ mail: 'an@noivu.gov.vn' });
  expect(searchFor('41 A8:43 44 aa')).toEqual({ serial: '41a84344aa' });
  expect(searchFor('0x141a84344')).toEqual({ serial: '0141a84344' });
  expect(searchFor('Bắc')).toEqual({ words: 'Bắc' });
  expect(searchFor('  ')).toBeUndefined();
  expect(searchFor('%_')).toBeUndefined();
  expect(wordsOf('Đề án, (Chuyển-đổi)!')).toEqual(['de', 'an', 'chuyen', 'doi']);
});

test('the page is Vietnamese or English, works without script and shows text, never markup', async () => {
  const assets = { script: '/assets/a-1.js', styles: [], preload: [] };
  const one = (await search({ serial: an.serialHex })).items[0] as PublishedCertificate;
  for (const language of ['vi', 'en'] as const) {
    const base = { language, assets, profile: 'practice', next: '7', first: true } as const;
    const text = String(
      await certificateSearchPage({ ...base, typed: '"><script>', found: [{ ...one, subject: 'CN=<b>An</b>' }] }),
    );
    expect(text).toContain('&lt;b&gt;An&lt;/b&gt;');
    expect(text).not.toContain('"><script>');
    expect(text).toContain('rel="next"');
    expect(text).toContain(language === 'vi' ? 'Còn hiệu lực' : 'Valid');
    expect(text).toContain('method="get"');
    const none = String(await certificateSearchPage({ ...base, typed: 'zz', found: [], next: undefined }));
    expect(none).toContain(language === 'vi' ? 'Không tìm thấy' : 'No certificate was found');
    expect(String(await certificateSearchPage({ ...base, typed: 'a', found: undefined }))).toContain('aria-invalid');
  }
});

test('whoever copies the register is slowed down', async () => {
  const standing = t.now;
  const own = createApp({ log: silentLog }) as unknown as Hono;
  own.route('/', publicationRoutes({ db: database.db, clock: () => standing, profile: 'practice' }));
  const statuses: number[] = [];
  for (let i = 0; i < 62; i++) statuses.push((await own.request('/authority/certificates?words=tran&limit=1')).status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(60);
  expect(statuses.at(-1)).toBe(429);
});

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { connect, singleClient, type AnyDatabase, type DatabaseAddress } from '@antin/adapters/db/connect';
import { inTransaction } from '@antin/adapters/db/transaction';
import { copyJournal } from '@antin/adapters/journal/copy';
import { beginCopy } from '@antin/adapters/journal/copy-identity';
import { growJournal } from '@antin/adapters/journal/grow';
import { keepSignature, newestHead } from '@antin/adapters/journal/head-store';
import { forgottenBy } from '@antin/adapters/journal/restore';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { buildTbsCertificate, certificateFrom } from '@antin/pki/x509/build';
import { buildName } from '@antin/pki/x509/name';
import { authorityJournal } from '../journal/kept.ts';
import { recordEvents } from '../journal/record.ts';
import { restoreAuthority, restoredAuthorityJournal } from '../journal/restore/restore.ts';
import { registerStatusIssuer } from '../status/issuers.ts';
import { fourDigits, type Figure } from './measure.ts';
import { made, NOW } from './made.ts';

const ENTRIES = 100_000;
const CERTIFICATES = 10_000;
/** One head for a minute of a busy day, each with a signature as long as a CAdES B-LT of two issuers. */
const PER_HEAD = 500;
const SIGNATURE_BYTES = 12_000;
const ORIGIN = 'bench/authority';
const journal = { ...authorityJournal, origin: ORIGIN };
type Server = Exclude<DatabaseAddress, string>;

/**
 * A database that forgot 100,000 entries, 10,000 certificates among them, beside one that forgot a tenth: time by the clock and the
 * most memory of a process that does nothing else. Half of both figures of memory is Node itself.
 */
export async function* restoreFigures(server: DatabaseAddress, folder: string): AsyncGenerator<Figure> {
  for (const entries of [ENTRIES / 10, ENTRIES]) {
    const place = join(folder, `copy-${entries}`);
    const [now, old] = [await anew(server as Server, `now_${entries}`), `old_${entries}`];
    const db = connect({ ...(server as Server), database: now });
    try {
      const ca = await begun(db, place);
      await administer(server as Server, now, `create database ${old} template ${now}`);
      await happen(db, ca, entries, (entries / ENTRIES) * CERTIFICATES);
      await copyJournal(db, journal, place);
    } finally {
      await db.destroy();
    }
    const address = JSON.stringify({ ...(server as Server), database: old });
    const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), address, place], { encoding: 'utf8' });
    if (child.status !== 0) throw new Error(child.stderr);
    const { seconds, peakKb } = JSON.parse(child.stdout) as { seconds: number; peakKb: number };
    yield { name: `authority/restore/${entries}-entries`, value: fourDigits(entries / seconds), unit: '1/s' };
    yield { name: `authority/restore/${entries}-entries/time`, value: fourDigits(seconds * 1000), unit: 'ms' };
    yield { name: `authority/restore/${entries}-entries/memory`, value: fourDigits(peakKb / 1024), unit: 'MB' };
    rmSync(place, { recursive: true });
    for (const one of [now, old]) await administer(server as Server, one, `drop database ${one} with (force)`);
  }
}

async function anew(server: Server, name: string): Promise<string> {
  await administer(server, 'x', `create database ${name} template ${server.database}`);
  return name;
}

async function administer(server: Server, sendAway: string, statement: string): Promise<void> {
  const admin = singleClient({ ...server, database: 'postgres' });
  await admin.connect();
  try {
    for (const one of [sendAway, server.database])
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [one]);
    await admin.query(statement);
  } finally {
    await admin.end();
  }
}

type Ca = Awaited<ReturnType<typeof begun>>;

async function begun(db: AnyDatabase, place: string) {
  const ca = made('CA');
  const schedule = { everyMs: 3_600_000, validMs: 86_400_000 };
  await registerStatusIssuer(
    db,
    { name: 'bench', certificate: ca.certificate, shards: 16, expiredStay: true, baseUrl: 'http://a', schedule },
    NOW,
  );
  await sql`update authority.crl_list set number = 1`.execute(db);
  await recordEvents(db, NOW, [{ kind: 'bench.begun', serialHex: undefined, detail: {} }]);
  await sealed(db, 0);
  await beginCopy(db, journal, place, { at: new Date(NOW) });
  await copyJournal(db, journal, place);
  return ca;
}

async function sealed(db: AnyDatabase, n: number): Promise<void> {
  await growJournal(db, journal, new Date(NOW + n));
  const { size } = (await newestHead(db, 'authority'))!;
  await keepSignature(db, 'authority', size, nodeSecrets.random(SIGNATURE_BYTES), new Date(NOW + n));
}

async function happen(db: AnyDatabase, ca: Ca, entries: number, certificates: number): Promise<void> {
  const issuerSha256 = createHash('sha256').update(ca.certificate.raw).digest('hex');
  const every = entries / certificates;
  let events: { kind: string; serialHex: string | undefined; detail: object }[] = [];
  const ders: { serial: string; der: string }[] = [];
  for (let n = 0; n < entries;) {
    const serialNumber = nodeSecrets.random(17).map((octet, i) => (i === 0 ? 0x41 : octet));
    const serialHex = toHex(serialNumber);
    const der = certificateOf(ca, serialNumber, n);
    const spkiSha256 = createHash('sha256').update(der.subarray(-32)).digest('hex');
    const signing = { issuerSha256, profile: 'person', profileSha256: 'f'.repeat(64), spkiSha256 };
    const certificateSha256 = createHash('sha256').update(der).digest('hex');
    ders.push({ serial: serialHex, der: Buffer.from(der).toString('base64') });
    const story: typeof events = [
      { kind: 'certificate.signing', serialHex, detail: signing },
      { kind: 'certificate.issued', serialHex, detail: { ...signing, certificateSha256 } },
    ];
    if (n % (every * 5) === 0)
      story.push({ kind: 'certificate.revoked', serialHex, detail: { issuerSha256, revokedAt: NOW, reason: 4, cause: 'x' } });
    if (n % (every * 100) === 0)
      story.push({
        kind: 'crl.published',
        serialHex: undefined,
        detail: { issuerSha256, shard: -1, number: NOW + n, entries: 0 },
      });
    while (story.length < every)
      story.push({
        kind: 'officer.signed-in',
        serialHex: undefined,
        detail: { officerId: '00000000-0000-4000-8000-000000000001' },
      });
    events.push(...story);
    n += every;
    if (events.length >= PER_HEAD || n >= entries) {
      await recordEvents(db, NOW + n, events);
      events = [];
      await sealed(db, n);
    }
  }
  await sql`
    insert into authority.certificate
      (issuer_sha256, serial_hex, state, profile, profile_hash, subject, spki_sha256, not_before, not_after, intended_at, issued_at, der)
    select ${issuerSha256}, serial, 'good', 'person', 'x', 'x', 'x', ${new Date(NOW)}, ${new Date(NOW)}, ${new Date(NOW)}, ${new Date(NOW)},
      decode(der, 'base64')
    from jsonb_to_recordset(${JSON.stringify(ders)}::jsonb) as x(serial text, der text)`.execute(db);
}

/** As long as a person's certificate; the signature is not looked at, because a believed head holds its entry. */
function certificateOf(ca: Ca, serialNumber: Uint8Array, n: number): Uint8Array {
  const tbs = buildTbsCertificate({
    ...{ serialNumber, signatureAlgorithm: ca.algorithmIdentifier, issuer: ca.certificate.subject.raw },
    ...{ notBefore: NOW, notAfter: NOW + 86_400_000 * 365, spki: ca.certificate.spki, extensions: [] },
    subject: buildName([
      ['C', 'VN'],
      ['O', 'SỞ NỘI VỤ '.repeat(60)],
      ['CN', `Nguyễn Văn ${n}`],
    ]),
  });
  return certificateFrom(tbs, ca.algorithmIdentifier, nodeSecrets.random(70));
}

/** The process that is measured. */
async function measured(address: DatabaseAddress, place: string): Promise<void> {
  const db = connect(address, { maxConnections: 2 });
  const own = { ...restoredAuthorityJournal, origin: ORIGIN };
  const from = performance.now();
  await inTransaction(db, async (tx) =>
    restoreAuthority(tx, own, place, await forgottenBy(tx, own, place), { at: new Date(NOW + 86_400_000) }),
  );
  const seconds = (performance.now() - from) / 1000;
  process.stdout.write(JSON.stringify({ seconds, peakKb: process.resourceUsage().maxRSS }));
  await db.destroy();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [address, place] = process.argv.slice(2) as [string, string];
  await measured(JSON.parse(address) as DatabaseAddress, place);
}

import { hash } from 'node:crypto';
import { sql } from 'kysely';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { encodeRevokedEntry } from '@antin/pki/crl/build';
import { buildIfDue, signedList } from '../status/crl.ts';
import { registerStatusIssuer } from '../status/issuers.ts';
import { FULL_LIST } from '../status/shards.ts';
import { contest, fourDigits, here, median } from './measure.ts';
import type { Figure } from './measure.ts';
import { ECDSA, made, NOW } from './made.ts';

const ENTRIES = 100_000;
const BLOCK = 20_000;

/** Blocks of finished entries as the database hands them out: serials of 17 octets, most with a reason. */
export function blocksOfEntries(): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let from = 0; from < ENTRIES; from += BLOCK) {
    const entries = Array.from({ length: BLOCK }, (_, i) => {
      const serialNumber = new Uint8Array(17).fill(0x41);
      new DataView(serialNumber.buffer).setUint32(13, from + i);
      return encodeRevokedEntry({ serialNumber, revokedAt: NOW - i * 60_000, reason: i % 4 === 0 ? 0 : 4 });
    });
    blocks.push(new Uint8Array(Buffer.concat(entries)));
  }
  return blocks;
}

/** Built, signed and read again, against one SHA-256 pass over the same bytes plus one signature; 20 times that is asked. */
export async function crlFigure(): Promise<Figure> {
  const ca = made('CA');
  const blocks = blocksOfEntries();
  const build = () =>
    signedList(ca, {
      thisUpdate: NOW,
      nextUpdate: NOW + 86_400_000,
      number: NOW,
      blocks,
      entries: ENTRIES,
      idp: 'http://a/crl/a-1.crl',
    });
  const { der } = await build();
  const little = new Uint8Array(32);
  return contest(`authority/crl/build-and-sign/${ENTRIES}-entries`, {
    work: here(build, 300),
    limit: here(() => {
      hash('sha256', der, 'buffer');
      nodeSecrets.sign(ca.pkcs8, ECDSA, little);
    }, 100),
    asked: 0.05,
  });
}

/** As the job does it: entries out of the table, the list signed, read again and stored; by the clock. */
export async function crlFromDatabase(db: AnyDatabase): Promise<Figure> {
  const ca = made('CA of the database');
  const schedule = { everyMs: 3_600_000, validMs: 86_400_000 };
  const issuer = { name: 'bench', certificate: ca.certificate, shards: 0, expiredStay: true, baseUrl: 'http://a', schedule };
  await registerStatusIssuer(db, issuer, NOW);
  const issuerSha256 = hash('sha256', ca.certificate.raw, 'hex');
  const now = new Date(NOW);
  const entry = encodeRevokedEntry({ serialNumber: new Uint8Array(17).fill(0x41), revokedAt: NOW, reason: 4 });
  await sql`
    insert into authority.certificate
      (issuer_sha256, serial_hex, state, profile, profile_hash, subject, spki_sha256, not_before, not_after, intended_at, issued_at, der)
    select ${issuerSha256}, '41' || lpad(to_hex(i), 32, '0'), 'good', 'person', 'x', 'x', md5(i::text), ${now}, ${now}, ${now}, ${now}, '\\x00'
    from generate_series(1, ${ENTRIES}) i`.execute(db);
  await sql`
    insert into authority.revocation (issuer_sha256, serial_hex, revoked_at, reason, entry, recorded_at, expires_at)
    select issuer_sha256, serial_hex, ${now}, 4, set_byte(set_byte(set_byte(${Buffer.from(entry)}::bytea, 18, i / 65536), 19, i / 256 % 256), 20, i % 256),
      ${now}, ${now}
    from (select issuer_sha256, serial_hex, (row_number() over ())::integer as i from authority.certificate where issuer_sha256 = ${issuerSha256}) c`.execute(
    db,
  );
  await sql`analyze authority.revocation`.execute(db);
  let clock = NOW;
  const parts = {
    db,
    caKey: () => ca,
    clock: () => clock,
    draw: () => 0,
    onFault: (fault: unknown) => void console.error(fault),
  };
  const took: number[] = [];
  for (let i = 0; i < 5; i++) {
    clock += schedule.everyMs;
    const from = performance.now();
    if ((await buildIfDue(parts, { issuerSha256, shard: FULL_LIST }, true)) === undefined) throw new Error('not built');
    took.push(performance.now() - from);
  }
  return { name: `authority/crl/from-the-database/${ENTRIES}-entries`, value: fourDigits(median(took)), unit: 'ms' };
}

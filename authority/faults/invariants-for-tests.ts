import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { sql } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { certId } from '@antin/pki/ocsp/certificate-id';
import { buildOcspRequest } from '@antin/pki/ocsp/request';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { parseCrl } from '@antin/pki/crl/parse';
import { lintCrl } from '@antin/pki/lint/lint';
import { blocks } from '@antin/pki/lint/rule';
import { certificateFrom } from '@antin/pki/x509/build';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { IssuingCa } from '../issuance/ca.ts';
import { fingerprint } from '../issuance/issue.ts';
import type { OcspResponder } from '../status/ocsp.ts';
import type { Said } from './task.ts';

/** What must be nought after any number of crashes. */
export interface Broken {
  /** Signed by the CA's key, and no row knows the serial. */
  orphans: number;
  /** One serial in two different signed certificates, or drawn twice. */
  serialReuse: number;
  /** OCSP says good of a serial that was never proven issued. */
  goodForUnissued: number;
  /** A list with a number that is not greater than the one before, or that lost a revocation. */
  crlRegressions: number;
  /** A promise made before the crash that does not hold: issued or revoked. */
  brokenPromises: number;
  /** What was wrong, in words. */
  readonly words: string[];
}

interface Signed {
  readonly serialHex: string;
  readonly tbsSha256: string;
}

const kindOf = (der: Uint8Array): string => parseOcspResponse(der).basic?.responses[0]?.status.kind ?? 'no answer';

/** Looks at everything the world might hold: signatures made, promises given, lists published. */
export function invariants(parts: {
  readonly db: () => Db;
  readonly ca: IssuingCa;
  readonly responder: Pick<OcspResponder, 'answer'>;
  readonly log: string;
  /** How an answer is read; replaced where the search itself is tested. */
  readonly ocspKind?: (der: Uint8Array) => string;
}) {
  const { ca, responder, log } = parts;
  const issuerSha256 = fingerprint(ca.certificate);
  const broken: Broken = {
    ...{ orphans: 0, serialReuse: 0, goodForUnissued: 0, crlRegressions: 0, brokenPromises: 0 },
    words: [],
  };
  const bySerial = new Map<string, string>();
  const numbers = new Map<number, number>();
  const revoked = new Set<string>();
  let read = 0;

  const complain = (kind: Exclude<keyof Broken, 'words'>, words: string): void => {
    const text = `${kind}: ${words}`;
    // What stays wrong is counted once.
    if (broken.words.includes(text)) return;
    broken[kind] += 1;
    broken.words.push(text);
  };

  function newSignatures(): Signed[] {
    const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : [];
    const fresh = lines.slice(read);
    read = lines.length;
    return fresh.flatMap((line) => {
      const { kind, tbs } = JSON.parse(line) as { kind: string; tbs: string };
      if (kind !== 'certificate') return [];
      const bytes = new Uint8Array(Buffer.from(tbs, 'base64'));
      const certificate = parseCertificate(certificateFrom(bytes, ca.algorithmIdentifier, new Uint8Array(8)));
      return [{ serialHex: certificate.serialHex, tbsSha256: createHash('sha256').update(bytes).digest('hex') }];
    });
  }

  async function ocspOf(serialHex: string): Promise<string> {
    const serial = new Uint8Array(Buffer.from(serialHex, 'hex'));
    const request = buildOcspRequest([certId(ca.certificate, serial, 'SHA-1', nodeCrypto)]);
    const { der } = await responder.answer(request);
    return (parts.ocspKind ?? kindOf)(der);
  }

  async function lookAtCertificates(fresh: readonly Signed[]): Promise<void> {
    for (const { serialHex, tbsSha256 } of fresh) {
      const before = bySerial.get(serialHex);
      if (before !== undefined && before !== tbsSha256) complain('serialReuse', serialHex);
      bySerial.set(serialHex, tbsSha256);
      const { rows } = await sql<{ state: string }>`
        select state from authority.certificate where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex}`.execute(
        parts.db(),
      );
      const state = rows[0]?.state;
      if (state === undefined) complain('orphans', serialHex);
      const status = await ocspOf(serialHex);
      if (status === 'good' && state !== 'good') complain('goodForUnissued', `${serialHex} is ${state}`);
    }
    // A number nobody drew, and one in the shape of ours.
    for (const guess of ['41'.repeat(17), `41${createHash('sha256').update(String(read)).digest('hex').slice(0, 32)}`]) {
      if ((await ocspOf(guess)) !== 'unknown') complain('goodForUnissued', `never drawn: ${guess}`);
    }
  }

  async function lookAtUnfinished(): Promise<void> {
    const { rows } = await sql<{ serial_hex: string }>`
      select serial_hex from authority.certificate
      where issuer_sha256 = ${issuerSha256} and state <> 'good' order by intended_at desc limit 20`.execute(parts.db());
    for (const { serial_hex: serialHex } of rows) {
      if ((await ocspOf(serialHex)) === 'good') complain('goodForUnissued', serialHex);
    }
  }

  async function lookAtLists(): Promise<void> {
    const { rows } = await sql<{ shard: number; number: number; der: Uint8Array }>`
      select l.shard, l.number, c.der from authority.crl_list l
      join authority.crl c on c.issuer_sha256 = l.issuer_sha256 and c.shard = l.shard and c.number = l.number
      where l.issuer_sha256 = ${issuerSha256} order by l.shard`.execute(parts.db());
    for (const { shard, number, der } of rows) {
      const before = numbers.get(shard);
      if (before !== undefined && number < before) complain('crlRegressions', `shard ${shard}: ${number} after ${before}`);
      numbers.set(shard, Math.max(number, before ?? 0));
      const bytes = new Uint8Array(der);
      const findings = lintCrl(bytes, nodeCrypto).filter(blocks);
      if (findings.length > 0) complain('crlRegressions', `shard ${shard}: ${findings.map(({ rule }) => rule).join(' ')}`);
      if (shard !== -1) continue;
      const list = parseCrl(bytes);
      for (const serialHex of revoked) {
        if (list.find(new Uint8Array(Buffer.from(serialHex, 'hex'))) === undefined) {
          complain('crlRegressions', `${serialHex} has left the list of number ${number}`);
        }
      }
    }
    // In the order of the journal: a list is published under its lock, so its entries stand as they were committed.
    const { rows: order } = await sql<{ shard: string; number: string; before: string }>`
      select * from (
        select detail ->> 'shard' as shard, (detail ->> 'number')::bigint as number,
          lag((detail ->> 'number')::bigint) over (partition by detail ->> 'shard' order by id) as before
        from authority.journal_entry where kind = 'crl.published' and detail ->> 'issuerSha256' = ${issuerSha256}) p
      where number <= before`.execute(parts.db());
    for (const { shard, number, before } of order)
      complain('crlRegressions', `shard ${shard}: ${number} published after ${before}`);
  }

  return {
    broken,
    /** Between a crash and the reconciler: nothing unproven may be good. */
    async afterCrash(said: readonly Said[]): Promise<void> {
      await lookAtCertificates(newSignatures());
      await lookAtUnfinished();
      for (const one of said) await lookAtPromise(one);
    },
    /** After reconciler and lists. */
    async afterRepair(): Promise<void> {
      await lookAtUnfinished();
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from authority.certificate where state in ('intended', 'signing')`.execute(parts.db());
      if ((rows[0]?.n ?? 0) > 0) complain('orphans', 'left open by the reconciler');
      await lookAtLists();
    },
    signatures: () => bySerial.size,
  };

  async function lookAtPromise(one: Said): Promise<void> {
    if (one.said === 'issued') {
      const { rows } = await sql<{ der: Uint8Array | null }>`
        select der from authority.certificate
        where issuer_sha256 = ${issuerSha256} and serial_hex = ${one.serialHex} and state = 'good'`.execute(parts.db());
      const der = rows[0]?.der;
      const same = der != null && createHash('sha256').update(der).digest('hex') === one.sha256;
      if (!same) complain('brokenPromises', `issued ${one.serialHex}`);
    }
    if (one.said !== 'revoked') return;
    revoked.add(one.serialHex);
    if ((await ocspOf(one.serialHex)) !== 'revoked') complain('brokenPromises', `revoked ${one.serialHex}`);
  }
}

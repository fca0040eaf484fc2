import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { connect } from '@antin/adapters/db/connect';
import { startPostgres } from '@antin/adapters/db/postgres/server';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { Tx } from '@antin/adapters/db/transaction';
import { decideChange, insertChange } from '@antin/authority/officers/change-store';
import { putSender } from '@antin/authority/officers/sender-store';
import { allOfficers, insertOfficer, insertTerm } from '@antin/authority/officers/store';
import { publishIssued } from '@antin/authority/publication/store';
import { revoke } from '@antin/authority/revocation/revoke';
import { authorityService } from '@antin/authority/service';
import { AgencySystem, official } from './console-paper.ts';
import type { Installation } from './installation.ts';
import type { Officer } from './officer.ts';

const FAMILY = ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Hoàng', 'Phan', 'Vũ', 'Đặng', 'Bùi', 'Đỗ', 'Hồ', 'Ngô', 'Dương', 'Lý'];
const MIDDLE = ['Văn', 'Thị', 'Minh', 'Quốc', 'Thu', 'Ngọc', 'Đức', 'Thanh', 'Hữu', 'Kim', 'Xuân'];
const GIVEN = ['Anh', 'Bình', 'Châu', 'Dũng', 'Hà', 'Hạnh', 'Hùng', 'Lan', 'Linh', 'Mai', 'Nam', 'Phúc', 'Quân', 'Sơn', 'Tuấn'];

/** One of two thousand names that are all different in some part. */
const personName = (n: number): string =>
  `${FAMILY[n % 14]} ${MIDDLE[Math.floor(n / 14) % 11]} ${GIVEN[Math.floor(n / 154) % 15]}`;

/** A round of a province with so many people, by its own system. */
export async function manyRequests(
  url: string,
  folder: string,
  operation: readonly [Officer, Officer],
  many: number,
): Promise<void> {
  const token = randomBytes(32).toString('base64url');
  const tokenSha256 = createHash('sha256').update(token).digest('hex');
  const sender = { kind: 'sender', code: 'H53', name: 'Ủy ban nhân dân tỉnh Ví Dụ', tokenSha256, tokenIsEnough: true };
  const { id } = await operation[0].post<{ id: string }>('/officer-changes', sender);
  await operation[1].post(`/officer-changes/${id}/confirm`);
  const number = (n: number) => `0791850${String(n).padStart(5, '0')}`;
  await new AgencySystem(url, token, folder).send(Array.from({ length: many }, (_, n) => official(personName(n), number(n))));
}

/**
 * What years leave behind, written by the very functions that the routes call, as a second process of the same issuer: certificates,
 * revocations, officers, senders and decided changes, so many of each.
 */
export async function manyYears(installation: Installation, many: number): Promise<void> {
  const server = await startPostgres({ dataDir: join(installation.data, 'postgres') });
  const db = connect(server.address('antin'));
  const log = { info: () => {}, error: () => {} };
  const dataDir = join(installation.data, 'authority');
  const service = await authorityService({ db, dataDir, baseUrl: `${installation.url}/authority`, clock: Date.now, log });
  try {
    for (let n = 0; n < many; n += 1) {
      const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const commonName = personName(n);
      const issued = await service.issueCertificate({
        profile: 'person',
        subject: { commonName, organization: 'Sở Tài chính tỉnh Ví Dụ', locality: 'Tỉnh Ví Dụ', title: 'Chuyên viên' },
        mail: `nguoi${n}@vidu.gov.vn`,
        spki: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
      });
      if (issued.status === 'refused') throw new Error(`${issued.code} ${issued.detail ?? ''}`);
      const { certificate } = issued;
      const issuerSha256 = createHash('sha256')
        .update(service.chain()[0]?.raw as Uint8Array)
        .digest('hex');
      const name = { issuerSha256, serialHex: certificate.serialHex };
      await revoke(db, name, { cause: 'post-changed', by: 'demo' }, Math.max(Date.now(), certificate.notBefore + 1000));
    }
    const [proposer = '', confirmer = ''] = (await allOfficers(db)).map((one) => one.id);
    await inTransaction(db, async (tx) => {
      for (let n = 0; n < many; n += 1) await oneOfEach(tx, n, proposer, confirmer);
    });
    // What happens every minute, now.
    while ((await publishIssued(db, 500)) > 0);
  } finally {
    await service.stop();
    await db.destroy();
  }
}

async function oneOfEach(tx: Tx, n: number, proposer: string, confirmer: string): Promise<void> {
  const at = new Date(Date.now() - n * 3_600_000);
  const id = randomUUID();
  const officer = { signInName: `ca.${String(n).padStart(4, '0')}`, fullName: personName(n) };
  await insertOfficer(tx, { id, ...officer, passwordHash: 'x', mustChangePassword: true, at });
  await insertTerm(tx, id, { role: 'registration', from: '2026-01-01', to: undefined });
  const sender = {
    code: `G${String(n).padStart(4, '0')}`,
    name: `Ủy ban nhân dân xã số ${n}`,
    active: true,
    tokenIsEnough: false,
  };
  await putSender(tx, { ...sender, tokenSha256: undefined, bound: undefined });
  const change = { kind: 'disable', officerId: id };
  const changeId = randomUUID();
  await insertChange(tx, { id: changeId, kind: change.kind, change, secretHash: undefined, by: proposer, at });
  await decideChange(tx, changeId, { state: 'rejected', by: confirmer, at, reason: 'Nhầm người' });
}

import { sql } from 'kysely';
import { generateKeyPairSync } from 'node:crypto';
import { workingCalendar } from '@antin/adapters/clock/working-days';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { startWorker } from '@antin/adapters/db/worker';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { ValidationReport } from '@antin/signature/validation/types';
import type { Role } from '@antin/protocol/office/session';
import { certificateSide, certificateSideProblems, type CertificateSideDeps } from '../certificate-side.ts';
import { citizenNumbers } from '../directory/citizen-number.ts';
import { loadAgenciesAndPeople } from '../directory/load.ts';
import type { AgencySeed, DirectorySeed, PersonSeed } from '../directory/types.ts';
import { platformKeyOf } from '@antin/adapters/devices/platform-key';
import { receiptKeyOf } from '../exchange/receipt-key.ts';
import { FakeIssuer } from '../issuers/fake-issuer-for-tests.ts';
import { filesConnector } from '../issuers/files-connector.ts';
import { installationSealer } from '../issuers/seal.ts';
import type { RequestFinishing } from '../issuers/signed-request.ts';
import { issuedUnder } from '../issuers/trusted.ts';
import { PASSWORD, testOffice, type TestKeys } from '../office-for-tests.ts';

const agency = (key: string, code: string, name: string, level: number, parent?: string): AgencySeed => ({
  ...{
    key,
    code,
    name,
    level,
    shortName: key,
    levelName: `Cấp ${level}`,
    validFrom: '2020-01-01',
    place: 'Nam Hà',
    notation: key,
    books: [],
  },
  ...(parent === undefined ? {} : { parent }),
});
const person = (signInName: string, fullName: string, agencyKey: string, title: string, roles: readonly Role[]): PersonSeed => ({
  ...{ signInName, fullName, passwordHash: `plain:${PASSWORD}` },
  positions: [{ key: signInName, agency: agencyKey, title, roles, validFrom: '2024-01-01' }],
});

/** A province with a department, a district with two communes, and another province beside it. */
export const certificateProvince: DirectorySeed = {
  agencies: [
    agency('tinh', 'H99', 'Ủy ban nhân dân tỉnh Nam Hà', 1),
    agency('so', 'H99.01', 'Sở Tài chính', 2, 'tinh'),
    agency('huyen', 'H99.20', 'Ủy ban nhân dân huyện Bình Sơn', 2, 'tinh'),
    agency('xa', 'H99.20.01', 'Ủy ban nhân dân xã Bình An', 3, 'huyen'),
    agency('xa2', 'H99.20.02', 'Ủy ban nhân dân xã Bình Lộc', 3, 'huyen'),
    agency('khac', 'H98', 'Ủy ban nhân dân tỉnh Bắc Sơn', 1),
  ],
  people: [
    person('cb.tinh', 'Đỗ Thị Tỉnh', 'tinh', 'Chuyên viên', ['certificate-officer']),
    person('cb.so', 'Phạm Văn Sở', 'so', 'Chuyên viên', ['certificate-officer']),
    person('cb.huyen', 'Lò Văn Hải', 'huyen', 'Chuyên viên', ['certificate-officer']),
    person('cb.xa', 'Hoàng Thị Xã', 'xa', 'Văn thư', ['certificate-officer', 'clerk']),
    person('cb.xa2', 'Vũ Thị Lộc', 'xa2', 'Văn thư', ['certificate-officer', 'clerk']),
    person('cb.khac', 'Bế Văn Khác', 'khac', 'Chuyên viên', ['certificate-officer']),
    person('an', 'Nguyễn Văn An', 'so', 'Giám đốc', ['leader']),
    person('binh', 'Lê Thị Bình', 'so', 'Chuyên viên', ['drafter']),
    person('cuong', 'Trần Văn Cường', 'xa', 'Chủ tịch', ['leader']),
  ],
};

/** The certificate side of a test's own installation: desks for signing in, an issuer that is asked by files. */
export async function certificateOffice(
  db: AnyDatabase,
  keys: TestKeys,
  options: {
    judgePdf?: (pdf: Uint8Array) => Promise<ValidationReport>;
    seed?: DirectorySeed;
    deps?: Partial<CertificateSideDeps>;
    finishing?: Partial<Omit<RequestFinishing, 'jobs'>>;
  } = {},
) {
  const o = await testOffice(db, keys, { problems: certificateSideProblems });
  const issuer = new FakeIssuer(o.clock);
  const platform = platformKeyOf(generateKeyPairSync('ed25519').privateKey);
  const files = filesConnector();
  const deps: CertificateSideDeps = {
    ...{ db, clock: o.clock, files: o.files, vault: citizenNumbers(platform), calendar: () => workingCalendar() },
    trusted: issuedUnder(() => [issuer.authority]),
    authorities: () => [issuer.authority],
    judgePdf: options.judgePdf ?? (() => Promise.reject(new Error('no judge here'))),
    ...{
      connectors: new Map([[files.id, files]]),
      defaultConnector: files.id,
      sealer: installationSealer(receiptKeyOf(platform)),
      unsealed: 'when-said',
    },
    ...options.deps,
  };
  const side = certificateSide(deps);
  o.app.route('/', side.app);
  side.signOn({
    ...{ jobs: o.jobs, chainOf: async () => [issuer.authority.raw], statusOf: async () => 'good' },
    ...options.finishing,
  });
  const loaded = await inTransaction(db, (tx) => loadAgenciesAndPeople(tx, options.seed ?? certificateProvince));
  return {
    ...o,
    ...{ deps, side, issuer, loaded },
    agencyId: (key: string): string => loaded.agencies.get(key)!,
    personId: (name: string): string => loaded.people.get(name)!,
    async bytes(as: string, method: string, path: string, body?: Uint8Array): Promise<Uint8Array> {
      const response = await o.call(as, method, path, body);
      if (!response.ok) throw Object.assign(new Error(`${response.status}`), (await response.json()) as object);
      return new Uint8Array(await response.arrayBuffer());
    },
    async send(as: string, method: string, path: string, body?: unknown): Promise<any> {
      const response = await o.call(as, method, path, body);
      const value = (await response.json()) as { code?: string };
      if (!response.ok)
        throw Object.assign(new Error(`${response.status} ${JSON.stringify(value)}`), {
          code: value.code,
          status: response.status,
        });
      return value;
    },
    /** Each job that is due, once. */
    async workOnce(): Promise<void> {
      const worker = startWorker(db, { handlers: side.jobs, backOffMs: () => 3_600_000, pollMs: 50 });
      await worker.idle();
      await worker.stop();
      await sql`update public.job set run_at = now() where done_at is null`.execute(db);
    },
    async work(): Promise<void> {
      const worker = startWorker(db, { handlers: side.jobs, backOffMs: () => 0, pollMs: 50 });
      await worker.idle();
      await worker.stop();
    },
  };
}
export type CertificateOffice = Awaited<ReturnType<typeof certificateOffice>>;

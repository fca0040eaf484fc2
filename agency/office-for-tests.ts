import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { handClock } from '@antin/adapters/clock/clock';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { startWorker, type Worker } from '@antin/adapters/db/worker';
import { openFileStore } from '@antin/adapters/files/store';
import { createApp } from '@antin/adapters/http/app';
import type { ProblemRows } from '@antin/adapters/http/problem';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { createLog } from '@antin/adapters/log/log';
import { routeTables } from '@antin/protocol/openapi';
import type { Route } from '@antin/protocol/route';
import type { JobAnswer } from '@antin/protocol/agent/jobs';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { platformKeyOf } from '@antin/adapters/devices/platform-key';
import type { JobRecord } from '@antin/adapters/devices/jobs';
import { bindCertificate } from './directory/load.ts';
import type { DirectorySeed } from './directory/types.ts';
import { loadDirectory } from './load-directory.ts';
import { office, type OfficeDeps } from './office.ts';
import { officeProblems } from './problems.ts';
import type { SigningDoors } from './signing/doors.ts';

const require = createRequire(import.meta.url);
const FONT = new Uint8Array(readFileSync(require.resolve('@expo-google-fonts/tinos/400Regular/Tinos_400Regular.ttf')));

/** What the test PKI of `testkit` offers; structural, so that this file needs no test room. */
export interface TestKeys {
  readonly now: number;
  certificate(name: string): { readonly raw: Uint8Array };
  chain(name: string): readonly { readonly raw: Uint8Array }[];
  signingKey(name: string): { sign(data: Uint8Array): Promise<Uint8Array> };
  timeStampToken(imprint: { readonly digest: 'SHA-256'; readonly hash: Uint8Array }, at: number): Uint8Array;
}

export const PASSWORD = 'đúng mật khẩu';

/** Two agencies with all roles, a third that closed with a successor. */
const TEST_SEED: DirectorySeed = {
  agencies: [
    agency('so', 'H99.01', 'Sở Tài chính', 'STC', 2),
    agency('ubnd', 'H99', 'Ủy ban nhân dân tỉnh Nam Hà', 'UBND', 1),
    { ...agency('huyen', 'H99.50', 'Ủy ban nhân dân huyện Bình An', 'UBND', 2), validTo: '2025-07-01', successors: ['xa'] },
    agency('xa', 'H99.51', 'Ủy ban nhân dân xã Bình An', 'UBND', 3),
  ],
  people: [
    person('soan.thao', 'Lê Thị Soạn', 'so', 'Chuyên viên', ['drafter'], 'Phòng Ngân sách'),
    person('lanh.dao', 'Nguyễn Văn An', 'so', 'Giám đốc', ['leader']),
    person('pho.gd', 'Trần Văn Phó', 'so', 'Phó Giám đốc', ['leader'], undefined, 'KT.'),
    person('van.thu', 'Phạm Thị Thư', 'so', 'Văn thư', ['clerk']),
    person('van.thu.tinh', 'Đỗ Thị Tỉnh', 'ubnd', 'Văn thư', ['clerk']),
    person('van.thu.xa', 'Hoàng Thị Xã', 'xa', 'Văn thư', ['clerk']),
    person('soan.tinh', 'Vũ Văn Tỉnh', 'ubnd', 'Chuyên viên', ['drafter', 'leader']),
  ],
};

function agency(key: string, code: string, name: string, shortName: string, level: number): DirectorySeed['agencies'][number] {
  return {
    ...{
      key,
      code,
      name,
      shortName,
      level,
      levelName: `Cấp ${level}`,
      validFrom: '2020-01-01',
      place: 'Nam Hà',
      notation: shortName,
    },
    books: [
      {
        year: 2026,
        outgoing: 'Sổ đăng ký văn bản đi năm 2026',
        incoming: 'Sổ đăng ký văn bản đến năm 2026',
        series: [
          { key: 'chung', name: 'Văn bản hành chính', typeCodes: 'all', lastNumber: 7 },
          { key: 'qd', name: 'Quyết định', typeCodes: ['QĐ'] },
        ],
      },
    ],
  };
}

function person(
  signInName: string,
  fullName: string,
  agencyKey: string,
  title: string,
  roles: readonly ('drafter' | 'leader' | 'clerk')[],
  unit?: string,
  capacity?: 'KT.',
): DirectorySeed['people'][number] {
  return {
    signInName,
    fullName,
    passwordHash: `plain:${PASSWORD}`,
    positions: [
      {
        ...{ key: signInName, agency: agencyKey, title, roles, validFrom: '2024-01-01' },
        ...(unit === undefined ? {} : { unit }),
        ...(capacity === undefined ? {} : { capacity }),
      },
    ],
  };
}

function routeOf(method: string, path: string): Route {
  const plain = path.split('?')[0]!;
  for (const row of Object.values(routeTables).flatMap((table) => Object.values(table))) {
    const pattern = new RegExp(`^${row.path.replace(/:[A-Za-z]+/g, '[^/]+')}$`);
    if (row.method === method && pattern.test(plain)) return row;
  }
  throw new Error(`no route ${method} ${plain}`);
}

export interface TestOfficeOptions {
  readonly at?: SigningDoors['at'];
  readonly timeStamp?: SigningDoors['timeStamp'];
  readonly statusOf?: SigningDoors['statusOf'];
  /** Files of an office that was here before (restart). */
  readonly folder?: string;
  readonly deps?: Partial<OfficeDeps>;
  /** Rows of features that are mounted beside the desks. */
  readonly problems?: ProblemRows;
}

/**
 * The desks on a real database with a directory, keys of the test PKI and devices that answer when told to.
 * For tests only: passwords are compared as they are.
 */
export async function testOffice(db: AnyDatabase, keys: TestKeys, options: TestOfficeOptions = {}) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'antin-office-'));
  const clock = handClock(new Date(keys.now));
  const files = openFileStore(folder);
  const built = office({
    ...{ db, files, clock, crypto: nodeCrypto, inflate: nodeInflate, font: FONT, profile: 'practice' },
    deflate: (bytes) => new Uint8Array(deflateSync(bytes)),
    passwords: { verify: async (hash, password) => hash === `plain:${password}` },
    decoyHash: `plain:${randomBytes(16).toString('hex')}`,
    platformKey: platformKeyOf(generateKeyPairSync('ed25519').privateKey),
    origin: () => 'http://office.test',
    judgeSignatures: async () => [],
    deliveriesOf: async () => [],
    incomingCounts: async () => ({ toReceive: 0, toAssign: 0, assignedToMe: 0 }),
    ...{
      issueLevel: () => 'B-T' as const,
      anchors: () => [],
      evidenceFor: async () => ({ certificates: [], crls: [], ocsps: [] }),
    },
    timeStamp:
      options.timeStamp ?? (async (imprint) => keys.timeStampToken({ digest: 'SHA-256', hash: imprint }, clock().getTime())),
    statusOf: options.statusOf ?? (async () => 'good'),
    chainOf: async () => keys.chain('leader').map((certificate) => certificate.raw),
    ...(options.at === undefined ? {} : { at: options.at }),
    ...options.deps,
  });
  const app = createApp({ log: createLog({ level: 'error' }), problems: { ...officeProblems, ...options.problems } });
  app.route('/', built.app);

  async function call(as: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const raw = body instanceof Uint8Array;
    const response = await app.request(`http://office.test${path}`, {
      method,
      headers: {
        ...(as === '' ? {} : { cookie: as }),
        'sec-fetch-site': 'same-origin',
        ...(raw || body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    });
    return response;
  }
  /** Every answer must be what the route table promises the browser. */
  const json = async (response: Response, method: string, path: string): Promise<any> => {
    const value = (await response.json()) as any;
    if (response.ok) routeOf(method, path).answer.parse(value);
    if (!response.ok)
      throw Object.assign(new Error(`${response.status} ${JSON.stringify(value)}`), { code: value.code, problem: value });
    return value;
  };

  async function withPictures(pictures: { signature: Uint8Array; seal: Uint8Array }): Promise<DirectorySeed> {
    const [signature, seal] = await Promise.all([files.put(pictures.signature), files.put(pictures.seal)]);
    return {
      agencies: TEST_SEED.agencies.map((one) => ({ ...one, sealImageSha256: seal.sha256 })),
      people: TEST_SEED.people.map((one) => ({ ...one, signatureImageSha256: signature.sha256 })),
    };
  }

  return {
    ...{ db, files, folder, clock, app, jobs: built.signingJobs, handlers: built.jobs },
    /** Loads the directory, binds the test PKI's keys and pairs one device that holds them all. Once per database. */
    async settle(
      bindings: Readonly<Record<string, { person: string } | { agency: string }>>,
      pictures?: { readonly signature: Uint8Array; readonly seal: Uint8Array },
    ) {
      const seed = pictures === undefined ? TEST_SEED : await withPictures(pictures);
      return db.transaction().execute(async (tx) => {
        const loaded = await loadDirectory(tx, seed);
        for (const [key, owner] of Object.entries(bindings)) {
          const to =
            'person' in owner ? { personId: loaded.people.get(owner.person)! } : { agencyId: loaded.agencies.get(owner.agency)! };
          await bindCertificate(tx, { der: keys.certificate(key).raw, owner: to }, clock());
        }
        await built.signingJobs.registerAgent(tx, {
          publicKey: new Uint8Array(randomBytes(32)),
          name: 'Máy thử',
          holder: 'practice',
          personIds: [...loaded.people.values()],
          certificates: Object.keys(bindings).map((key) => keys.certificate(key).raw),
        });
        return loaded;
      });
    },
    async signIn(signInName: string, password = PASSWORD): Promise<string> {
      const response = await call('', 'POST', '/api/session', { signInName, password });
      await json(response.clone(), 'POST', '/api/session');
      return response.headers.get('set-cookie')!.split(';')[0]!;
    },
    call,
    get: async (as: string, path: string) => json(await call(as, 'GET', path), 'GET', path),
    post: async (as: string, path: string, body: unknown) => json(await call(as, 'POST', path, body), 'POST', path),
    put: async (as: string, path: string, body: unknown) => json(await call(as, 'PUT', path, body), 'PUT', path),
    async upload(as: string, name: string, bytes: Uint8Array) {
      return json(await call(as, 'PUT', '/api/files', bytes, { 'x-file-name': encodeURIComponent(name) }), 'PUT', '/api/files');
    },
    /** The device answers an order, with the named key or in another way. */
    async answer(jobId: string, how: string | { answer: JobAnswer } | { values: (job: JobRecord) => Promise<Uint8Array[]> }) {
      const job = (await built.signingJobs.jobRecord(db, jobId))!;
      const answer: JobAnswer =
        typeof how === 'object' && 'answer' in how
          ? how.answer
          : {
              answer: 'signed',
              values: (typeof how === 'object'
                ? await how.values(job)
                : await Promise.all(job.documents.map((one) => keys.signingKey(how).sign(one.signedAttributes)))
              ).map(toBase64),
            };
      return db.transaction().execute((tx) =>
        built.signingJobs.takeAnswer(tx, {
          jobId,
          deviceId: job.agentId,
          body: new TextEncoder().encode(JSON.stringify(answer)),
          proof: 'test',
        }),
      );
    },
    credential: (key: string) => createHash('sha256').update(keys.certificate(key).raw).digest('hex'),
    /** Works off the outbox once. */
    async work(backOffMs = 0): Promise<void> {
      const worker: Worker = startWorker(db, { handlers: built.jobs, backOffMs: () => backOffMs, pollMs: 50 });
      await worker.idle();
      await worker.stop();
    },
    startWorker: (): Worker => startWorker(db, { handlers: built.jobs, backOffMs: () => 0, pollMs: 50 }),
    async close(keepFolder = false) {
      await built.stop();
      if (!keepFolder) rmSync(folder, { recursive: true, force: true });
    },
  };
}
export type TestOffice = Awaited<ReturnType<typeof testOffice>>;

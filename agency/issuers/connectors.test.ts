import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { handClock } from '@antin/adapters/clock/clock';
import { startWorker } from '@antin/adapters/db/worker';
import { openFileStore } from '@antin/adapters/files/store';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { ConsolidatedRequest, type RequestItem } from '@antin/protocol/certificates/request';
import type { ItemResult, RequestResult } from '@antin/protocol/certificates/result';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';

import { inTransaction } from '@antin/adapters/db/transaction';
import { platformKeyOf } from '@antin/adapters/devices/platform-key';
import { citizenNumbers } from '../directory/citizen-number.ts';
import { loadAgenciesAndPeople } from '../directory/load.ts';
import { receiptKeyOf } from '../exchange/receipt-key.ts';
import { officeMigrations } from '../office.ts';
import type { Caller } from '../session/caller.ts';
import { contentOf } from './at-rest.ts';
import { settleUnmatched, takeArchive } from './answers.ts';
import { apiConnector } from './api-connector.ts';
import type { IssuerConnector } from './connector.ts';
import type { IssuerDeps } from './deps.ts';
import { batchesOf, csrOf, FakeIssuer, newKey, resultArchive } from './fake-issuer-for-tests.ts';
import { filesConnector } from './files-connector.ts';
import { issuerJobs } from './jobs.ts';
import { issuersMigrations } from './migrations.ts';
import { listUnmatched } from './open-store.ts';
import { prepareRequests, sendRequest, type PreparedItem } from './requests.ts';
import { installationSealer } from './seal.ts';
import { issuedUnder } from './trusted.ts';
import { itemsOf, requestById } from './store.ts';

let database: TestDatabase;
let agencyId = '';
const folder = mkdtempSync(join(tmpdir(), 'antin-issuers-'));
const files = openFileStore(folder);
const vault = citizenNumbers(platformKeyOf(generateKeyPairSync('ed25519').privateKey));
const clock = handClock('2026-11-23T02:00:00Z');
const from = { code: 'H99', name: 'Ủy ban nhân dân tỉnh Nam Hà', place: 'Nam Hà' };
let caller: Caller;

beforeAll(async () => {
  database = await testDatabase({ ...officeMigrations, ...issuersMigrations }, 'agency');
  const loaded = await inTransaction(database.db, (tx) =>
    loadAgenciesAndPeople(tx, {
      agencies: [
        {
          ...{ key: 'ubnd', code: from.code, name: from.name, shortName: 'UBND', level: 1, levelName: 'Cấp tỉnh' },
          ...{ validFrom: '2020-01-01', place: from.place, notation: 'UBND', books: [] },
        },
      ],
      people: [],
    }),
  );
  agencyId = loaded.agencies.get('ubnd')!;
  const position = { id: randomUUID(), agencyId, agencyName: from.name, unitName: undefined, title: 'Chuyên viên', capacity: '' };
  caller = {
    ...{ personId: randomUUID(), fullName: 'Bùi Sơn Tùng', signInName: 'tung' },
    position: { ...position, roles: ['certificate-officer'] },
  };
});
afterAll(async () => {
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

const phone = '0912345678';
const personItem = (name: string): PreparedItem & { spki: Uint8Array } => {
  const key = newKey();
  const item: RequestItem = {
    ...{ act: 'new', id: randomUUID(), managingAgency: from, device: 'pkcs10', csr: toBase64(csrOf(key, name)), attachments: [] },
    subject: { form: '01', fullName: name, citizenNumber: '001090000001', title: 'Chuyên viên', mail: 'a@namha.gov.vn', phone },
  };
  const spkiSha256 = createHash('sha256').update(key.spki).digest('hex');
  return { item, name, form: '01', agencyId, spkiSha256, certificateId: null, spki: key.spki };
};
const tokenItem = (name: string): PreparedItem => ({
  item: {
    ...{ act: 'new', id: randomUUID(), managingAgency: from, device: 'pki-token', attachments: [] },
    subject: {
      ...{ form: '02', name, code: 'H99', address: 'Nam Hà', foundedBy: 'Quyết định 1/QĐ ngày 01/01/2020' },
      keeper: { fullName: 'Đặng Thị Mai', title: 'Văn thư', citizenNumber: '001190000002', mail: 'b@namha.gov.vn', phone },
    },
  },
  ...{ name, form: '02', agencyId, spkiSha256: null, certificateId: null },
});
const aboutCertificate = (act: 'renew' | 'revoke' | 'recover-device', name: string, issuer: FakeIssuer): PreparedItem => {
  const key = newKey();
  const old = issuer.certify(name, key.spki);
  const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const certificate = { issuerSha256: sha(issuer.authority.raw) as never, serialHex: old.serialHex };
  const more = { id: randomUUID() as string, managingAgency: from, certificate, attachments: [] };
  const item: RequestItem =
    act === 'renew'
      ? { act, ...more }
      : act === 'revoke'
        ? { act, cause: 'retired', ...more }
        : { act, reason: 'Khóa PIN', ...more };
  issuer.keys.set(item.id, key.spki);
  issuer.names.set(item.id, name);
  return { item, name, form: null, agencyId, spkiSha256: act === 'renew' ? sha(key.spki) : null, certificateId: randomUUID() };
};

/** Every kind of item; the issuer refuses one, asks about another first. */
function someItems(issuer: FakeIssuer): PreparedItem[] {
  return [
    ...['Nguyễn Văn An', 'Lê Thị Bình', 'Trần Văn Cường', 'Phạm Thị Dung', 'Hoàng Văn Em'].map(personItem),
    tokenItem('ỦY BAN NHÂN DÂN TỈNH NAM HÀ'),
    aboutCertificate('renew', 'Vũ Thị Giang', issuer),
    aboutCertificate('revoke', 'Đỗ Văn Hải', issuer),
    aboutCertificate('recover-device', 'Ngô Thị Khánh', issuer),
  ];
}

/** All that the issuer will ever say about a request, in its order. */
function story(issuer: FakeIssuer, request: ConsolidatedRequest): { parts: ItemResult[][]; ends: Map<string, string> } {
  const [first, second, ...others] = request.items as [RequestItem, RequestItem, ...RequestItem[]];
  const at = clock().toISOString();
  const parts: ItemResult[][] = [
    request.items.map((item) => ({ itemId: item.id, status: 'received' as const })),
    [{ itemId: second.id, status: 'question', questionId: randomUUID(), text: 'Bổ sung quyết định bổ nhiệm', at }],
    [...others.slice(0, 3).map((item) => issuer.outcome(item)), { itemId: first.id, status: 'approved', at }],
    [issuer.outcome(first), { itemId: second.id, status: 'refused', code: 'request.not-complete', text: 'Thiếu quyết định', at }],
    others.slice(3).map((item) => issuer.outcome(item)),
  ];
  const ends = new Map(
    parts
      .flat()
      .filter((one) => END.has(one.status))
      .map((one) => [one.itemId, one.status]),
  );
  return { parts, ends };
}
const END = new Set(['issued', 'revoked', 'recovered', 'refused']);

type Plan = 'calm' | 'late' | 'partial' | 'duplicate' | 'out-of-order' | 'reset' | 'after-time-out';
const PLANS: Plan[] = ['calm', 'late', 'partial', 'duplicate', 'out-of-order', 'reset', 'after-time-out'];

interface Heard {
  readonly itemId: string;
  readonly status: string;
}

function depsWith(connector: IssuerConnector, issuer: FakeIssuer, heard: Heard[]): IssuerDeps {
  return {
    ...{ db: database.db, clock, files, vault, connectors: new Map([[connector.id, connector]]), defaultConnector: connector.id },
    unsealed: 'when-said',
    sealer: installationSealer(receiptKeyOf(platformKeyOf(generateKeyPairSync('ed25519').privateKey))),
    trusted: issuedUnder(() => [issuer.authority]),
    onItem: async (_tx, item, result) => void heard.push({ itemId: item.id, status: result.status }),
    pollMs: 5,
  };
}

/** The issuer's HTTP side, as bad as the plan says. */
async function badServer(issuer: FakeIssuer, plan: Plan) {
  const stories = new Map<string, { batches: RequestResult[]; ends: Map<string, string> }>();
  const posts: string[] = [];
  const counts = { asked: 0, posted: 0 };
  const server: Server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()));
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const url = new URL(request.url!, 'http://issuer.test');
    const answer = async (value: unknown, n: number) => {
      const text = JSON.stringify(value);
      response.setHeader('content-type', 'application/json');
      if (plan === 'late' && n <= 2) return void response.writeHead(503).end('{}');
      if (plan === 'reset' && n % 2 === 1) {
        response.setHeader('content-length', text.length * 2);
        response.write(text.slice(0, Math.ceil(text.length / 2)));
        return void setImmediate(() => response.destroy());
      }
      if (plan === 'after-time-out' && n % 2 === 1) await sleep(250);
      response.end(text);
    };
    if (request.method === 'POST') {
      counts.posted += 1;
      const parsed = ConsolidatedRequest.parse(JSON.parse(Buffer.concat(pieces).toString()));
      posts.push(parsed.id);
      const known = issuer.received.has(parsed.id);
      issuer.receive(parsed);
      if (!known) {
        const { parts, ends } = story(issuer, parsed);
        const shown = plan === 'partial' ? parts.flatMap((part) => part.map((one) => [one])) : parts;
        stories.set(parsed.id, { batches: batchesOf(parsed.id, shown, clock()), ends });
      }
      const sha256 = createHash('sha256').update(Buffer.concat(pieces)).digest('hex');
      const receipt = {
        submissionId: randomUUID(),
        status: 'accepted',
        requestId: parsed.id,
        sha256,
        items: parsed.items.length,
      };
      return answer({ ...receipt, receivedAt: clock().toISOString(), missingAttachments: [] }, counts.posted);
    }
    counts.asked += 1;
    const id = url.pathname.split('/').at(-2)!;
    const after = Number(url.searchParams.get('after'));
    const { batches } = stories.get(id)!;
    const later = batches.filter((one) => one.sequence > after);
    if (plan === 'late' && counts.asked < 6) return answer({}, 99);
    // A sloppy issuer: the newest first, or what it sent already.
    const next = plan === 'out-of-order' && counts.asked % 3 === 1 ? later.at(-1) : later[0];
    const again = plan === 'duplicate' && counts.asked % 2 === 0 ? batches[Math.max(0, after - 1)] : undefined;
    return answer({ result: again ?? next }, counts.asked);
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { origin: `http://127.0.0.1:${port}`, server, posts, endsOf: (id: string) => stories.get(id)!.ends };
}

interface Way {
  readonly name: string;
  /** Makes, sends and lives through one request; what the issuer has decided comes back. */
  run(
    plan: Plan,
    issuer: FakeIssuer,
    heard: Heard[],
  ): Promise<{ requestId: string; ends: Map<string, string>; deps: IssuerDeps }>;
}

const WAYS: Way[] = [
  {
    name: 'api',
    async run(plan, issuer, heard) {
      const bad = await badServer(issuer, plan);
      const connector = apiConnector({
        origin: bad.origin,
        token: () => 'khóa thử'.normalize('NFD').replace(/[^a-z]/g, ''),
        fetch,
        timeoutMs: plan === 'after-time-out' ? 120 : 10_000,
      });
      const deps = depsWith(connector, issuer, heard);
      const [requestId] = await inTransaction(deps.db, (tx) =>
        prepareRequests(deps, tx, caller, { from, agencyId, items: someItems(issuer) }),
      );
      await sendRequest(deps, caller, requestId!, { byInstallation: true });
      const worker = startWorker(deps.db, { handlers: issuerJobs(deps), backOffMs: () => 5, pollMs: 10 });
      for (let waited = 0; waited < 60_000; waited += 20) {
        if ((await requestById(deps.db, requestId!))!.state === 'finished') break;
        await sleep(20);
      }
      await worker.stop();
      bad.server.closeAllConnections();
      bad.server.close();
      expect(new Set(bad.posts)).toEqual(new Set([requestId]));
      return { requestId: requestId!, ends: bad.endsOf(requestId!), deps };
    },
  },
  {
    name: 'files',
    async run(plan, issuer, heard) {
      const deps = depsWith(filesConnector(), issuer, heard);
      const [requestId] = await inTransaction(deps.db, (tx) =>
        prepareRequests(deps, tx, caller, { from, agencyId, items: someItems(issuer) }),
      );
      const before = (await requestById(deps.db, requestId!))!;
      await expect(takeArchive(deps, caller, before, new Uint8Array())).rejects.toMatchObject({ code: 'issuer.request-not-now' });
      await sendRequest(deps, caller, requestId!, { byInstallation: true });
      await sendRequest(deps, caller, requestId!, { byInstallation: true });
      const request = (await requestById(deps.db, requestId!))!;
      expect(request.state).toBe('sent');
      const content = ConsolidatedRequest.parse(JSON.parse(await contentOf(vault, database.db, request.id)));
      const { parts, ends } = story(issuer, content);
      const batches = batchesOf(
        requestId!,
        plan === 'partial' ? parts.flatMap((part) => part.map((one) => [one])) : parts,
        clock(),
      );
      const certificates = parts.flat().flatMap((one) => (one.status === 'issued' ? [fromBase64(one.certificate)] : []));
      const archives: Uint8Array[] = {
        calm: [resultArchive({ results: batches })],
        late: [resultArchive({}), resultArchive({ results: batches })],
        partial: batches.map((one) => resultArchive({ results: [one] })),
        duplicate: [...batches, ...batches].map((one) => resultArchive({ results: [one], certificates })),
        'out-of-order': [...batches].reverse().map((one) => resultArchive({ results: [one] })),
        reset: [resultArchive({ results: batches }).subarray(0, 500), resultArchive({ results: batches })],
        'after-time-out': [resultArchive({ results: batches, certificates }), resultArchive({ results: batches, certificates })],
      }[plan];
      for (const archive of archives) {
        const now = (await requestById(deps.db, requestId!))!;
        await takeArchive(deps, caller, now, archive).catch((fault: { code?: string }) => {
          if (plan !== 'reset' || fault.code !== 'issuer.archive-damaged') throw fault;
        });
      }
      return { requestId: requestId!, ends, deps };
    },
  },
];

describe.each(WAYS)('the $name connector', (way) => {
  it.each(PLANS)('loses nothing and does nothing twice when the issuer is %s', async (plan) => {
    const issuer = new FakeIssuer(clock);
    const heard: Heard[] = [];
    const { requestId, ends, deps } = await way.run(plan, issuer, heard);
    const items = await itemsOf(deps.db, { requestId, size: 100 });
    expect(Object.fromEntries(items.map((item) => [item.id, item.state]))).toEqual(Object.fromEntries(ends));
    const finished = heard.filter((one) => END.has(one.status));
    expect(finished.map((one) => one.itemId).sort()).toEqual([...ends.keys()].sort());
    expect((await requestById(deps.db, requestId))!.state).toBe('finished');
    // Repeated and late answers are no riddles for people; a bare token certificate beside its result is none either.
    expect(await listUnmatched(deps.db, { agencyId, requestId, size: 50 })).toEqual([]);
  });

  it('says what it can do, and does not claim what it cannot', () => {
    const connector = way.name === 'files' ? filesConnector() : apiConnector({ origin: 'http://x', token: () => '', fetch });
    expect(connector.capabilities.transport).toBe(way.name === 'files' ? 'files' : 'at-once');
    expect(connector.capabilities.reportsStatus).toBe(false);
    return expect(connector.status({ issuerSha256: '0'.repeat(64) as never, serialHex: '01' })).resolves.toBe('not-reported');
  });
});

describe('certificates that come without a result', () => {
  it('go to the item with their public key; strangers, doubles and look-alikes are listed and change nothing', async () => {
    const issuer = new FakeIssuer(clock);
    const stranger = new FakeIssuer(clock, 'CA thử nghiệm');
    const heard: Heard[] = [];
    const deps = depsWith(filesConnector(), issuer, heard);
    const [an, binh, em] = ['Nguyễn Văn An', 'Lê Thị Bình', 'Hoàng Văn Em'].map(personItem) as [
      ReturnType<typeof personItem>,
      ReturnType<typeof personItem>,
      ReturnType<typeof personItem>,
    ];
    const token = tokenItem('SỞ TÀI CHÍNH');
    const [id] = await inTransaction(deps.db, (tx) =>
      prepareRequests(deps, tx, caller, { from, agencyId, items: [an, binh, em, token] }),
    );
    await sendRequest(deps, caller, id!, { byInstallation: true });
    await sendRequest(deps, caller, id!, { byInstallation: true });
    const request = async () => (await requestById(deps.db, id!))!;
    const right = issuer.certify('Nguyễn Văn An', an.spki);
    const second = issuer.certify('Nguyễn Văn An', an.spki);
    const lookAlike = issuer.certify('Lê Thị Bình', newKey().spki);
    const foreign = stranger.certify('Lê Thị Bình', binh.spki);
    const renamed = issuer.certify('Hoàng Thị Em', em.spki);
    const ofToken = issuer.certify('SỞ TÀI CHÍNH', newKey().spki);
    const all = [right, second, lookAlike, foreign, renamed, ofToken, issuer.authority].map((one) => one.raw);
    await takeArchive(deps, caller, await request(), resultArchive({ certificates: all }));
    expect(heard).toEqual([{ itemId: an.item.id, status: 'issued' }]);
    const listed = await listUnmatched(deps.db, { agencyId, requestId: id!, size: 50 });
    expect(listed.map((one) => [one.reason, one.subject]).sort()).toEqual(
      [
        ['duplicate', 'CN=Nguyễn Văn An,C=VN'],
        ['unknown-key', 'CN=Lê Thị Bình,C=VN'],
        ['foreign-issuer', 'CN=Lê Thị Bình,C=VN'],
        ['name-mismatch', 'CN=Hoàng Thị Em,C=VN'],
        ['unknown-key', 'CN=SỞ TÀI CHÍNH,C=VN'],
      ].sort(),
    );
    // The same archive again lists nothing twice.
    await takeArchive(deps, caller, await request(), resultArchive({ certificates: all }));
    expect(await listUnmatched(deps.db, { agencyId, requestId: id!, size: 50 })).toHaveLength(5);

    // A person may say whose a token's certificate is, but not talk away a foreign issuer or another key.
    const by = (reason: string, subject: string) =>
      listed.find((one) => one.reason === reason && one.subject!.includes(subject))!;
    await expect(settleUnmatched(deps, caller, by('foreign-issuer', 'Bình').id, { itemId: binh.item.id })).rejects.toMatchObject({
      code: 'issuer.still-does-not-fit',
    });
    await expect(settleUnmatched(deps, caller, by('unknown-key', 'Bình').id, { itemId: binh.item.id })).rejects.toMatchObject({
      code: 'issuer.still-does-not-fit',
    });
    await settleUnmatched(deps, caller, by('unknown-key', 'SỞ').id, { itemId: token.item.id });
    await settleUnmatched(deps, caller, by('name-mismatch', 'Em').id, { itemId: em.item.id, confirmedName: 'Hoàng Thị Em' });
    await settleUnmatched(deps, caller, by('foreign-issuer', 'Bình').id, { none: true, reason: 'Gửi nhầm' });
    expect(heard.map((one) => one.itemId)).toEqual([an.item.id, token.item.id, em.item.id]);
    expect((await request()).state).toBe('sent');
  });

  it('the same batch number with other content is listed and not taken', async () => {
    const issuer = new FakeIssuer(clock);
    const heard: Heard[] = [];
    const deps = depsWith(filesConnector(), issuer, heard);
    const one = personItem('Nguyễn Văn An');
    const [id] = await inTransaction(deps.db, (tx) => prepareRequests(deps, tx, caller, { from, agencyId, items: [one] }));
    await sendRequest(deps, caller, id!, { byInstallation: true });
    const at = clock();
    const [first] = batchesOf(id!, [[{ itemId: one.item.id, status: 'received' }]], at);
    const [other] = batchesOf(id!, [[issuer.outcome(one.item)]], at);
    await takeArchive(deps, caller, (await requestById(deps.db, id!))!, resultArchive({ results: [first!] }));
    await takeArchive(deps, caller, (await requestById(deps.db, id!))!, resultArchive({ results: [other!] }));
    expect(heard.map((said) => said.status)).toEqual(['received']);
    expect((await listUnmatched(deps.db, { agencyId, requestId: id!, size: 50 })).map((said) => said.reason)).toEqual([
      'sequence-conflict',
    ]);
  });

  it('a certificate with another key than was asked for never becomes the item’s, whoever says so', async () => {
    const issuer = new FakeIssuer(clock);
    const heard: Heard[] = [];
    const deps = depsWith(filesConnector(), issuer, heard);
    const one = personItem('Nguyễn Văn An');
    const [id] = await inTransaction(deps.db, (tx) => prepareRequests(deps, tx, caller, { from, agencyId, items: [one] }));
    await sendRequest(deps, caller, id!, { byInstallation: true });
    const swapped = batchesOf(id!, [[issuer.outcome(one.item, () => newKey().spki)]], clock());
    await takeArchive(deps, caller, (await requestById(deps.db, id!))!, resultArchive({ results: swapped }));
    const [listed] = await listUnmatched(deps.db, { agencyId, requestId: id!, size: 50 });
    expect(listed!.reason).toBe('key-mismatch');
    expect(parseCertificate(listed!.der!).serialHex).toBe(listed!.serialHex);
    await expect(settleUnmatched(deps, caller, listed!.id, { itemId: one.item.id })).rejects.toMatchObject({
      code: 'issuer.still-does-not-fit',
    });
    expect(heard).toEqual([]);
  });
});

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { memorySource } from '@antin/formats/bytes/source';
import { utf8 } from '@antin/formats/bytes/bytes';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { inTransaction } from '@antin/adapters/db/transaction';
import { createApp } from '@antin/adapters/http/app';
import { createLog } from '@antin/adapters/log/log';
import type { Certificate } from '@antin/pki/x509/certificate';
import { canonicalJson } from '@antin/protocol/canonical-json';
import type { ConsolidatedRequest, RequestItem } from '@antin/protocol/certificates/request';
import { signAsicCades } from '@antin/signature/asic/sign';
import { signCades } from '@antin/signature/cades/sign';
import type { SigningKey } from '@antin/signature/making/signer';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { sql } from 'kysely';
import type { AuthorityOptions } from './service.ts';
import { AuthorityForTests, person } from './authority-for-tests.ts';
import { consoleProblems } from './console.ts';
import type { ConsoleSettings } from './console.ts';
import { migrations } from './migrations.ts';
import { PRACTICE_OFFICERS } from './officers/seed.ts';

export const PASSWORD = 'mật khẩu thực hành';

/** Names of the practice officers, by what they do. */
export const WHO = {
  registrar: 'ca.tiepnhan',
  approver: 'ca.duyet',
  both: 'ca.duyet2',
  issuer: 'ca.capphat',
  revoker: 'ca.thuhoi',
  revoker2: 'ca.thuhoi2',
  auditor: 'ca.kiemsoat',
  operator: 'ca.quantri',
  operator2: 'ca.quantri2',
} as const;
export type Who = keyof typeof WHO;

/** A key with its certificate of this authority, as a token would hold it. */
export interface HeldKey {
  readonly certificate: Certificate;
  readonly key: SigningKey;
}

/** A whole console over a database of its own: the real app, officers who have signed in, a sender who is registered. */
export class ConsoleForTests {
  readonly database: TestDatabase;
  readonly authority: AuthorityForTests;
  private readonly cookies = new Map<string, string>();
  private app!: { request(input: Request): Response | Promise<Response> };
  private limits = 0;
  readonly token = randomBytes(32).toString('base64url');
  sender!: HeldKey;
  readonly faults: Error[] = [];

  private constructor(database: TestDatabase) {
    this.database = database;
    this.authority = new AuthorityForTests(database.db);
  }

  static async open(
    settings: Partial<ConsoleSettings> = {},
    more: Partial<AuthorityOptions> & { readonly now?: number } = {},
  ): Promise<ConsoleForTests> {
    const t = new ConsoleForTests(await testDatabase(migrations, 'authority'));
    const console: ConsoleSettings = { profile: 'practice', signedActs: 'when-present', secureCookie: false, ...settings };
    const log = {
      info: () => {},
      error: (facts: object, text: string) => void t.faults.push(Object.assign(new Error(text), facts)),
    };
    const { now, ...authority } = more;
    if (now !== undefined) t.authority.now = now;
    await t.authority.open({ console, log, ...authority });
    await t.desk.foundOfficers(PRACTICE_OFFICERS, PASSWORD, false);
    t.app = createApp({ log: createLog({ level: 'silent' }), problems: consoleProblems });
    (t.app as ReturnType<typeof createApp>).route('/', t.desk.app);
    (t.app as ReturnType<typeof createApp>).route('/', t.authority.service.machines());
    t.sender = await t.certified('VĂN PHÒNG UBND TỈNH', 'organisation');
    await t.register('H53', t.sender, t.token);
    return t;
  }

  get desk() {
    return this.authority.service.console!;
  }

  get db() {
    return this.database.db;
  }

  async close(): Promise<void> {
    // A part that lacks a privilege is heard of in the log only: jobs try again for ever.
    await this.authority.service.runJobs();
    if (this.faults.length > 0) throw new AggregateError(this.faults, 'the authority met faults');
    await this.authority.service.stop();
    this.authority.close();
    await this.database.close();
  }

  /** A sender as two officers of operation would have registered it. */
  async register(code: string, held: HeldKey, token: string, tokenIsEnough = false, tokenForUnder = false): Promise<void> {
    const tokenSha256 = createHash('sha256').update(token).digest('hex');
    await this.change({
      kind: 'sender',
      ...{ code, name: `Cơ quan ${code}`, certificate: toBase64(held.certificate.raw), tokenSha256 },
      ...{ tokenIsEnough, tokenForUnder },
    });
  }

  /** A change of officers or senders, by two. */
  async change(change: object): Promise<void> {
    const proposed = await this.post('operator', '/officer-changes', change);
    await this.post('operator2', `/officer-changes/${proposed.id}/confirm`);
  }

  /** A limit as if two officers had decided it long ago: past the guard, and of a later day each, for none is rewritten. */
  async limited(name: string, value: number): Promise<void> {
    const from = `2025-01-${String((this.limits += 1)).padStart(2, '0')}`;
    await inTransaction(this.db, async (tx) => {
      await sql`alter table authority.registration_limit disable trigger limit_guard`.execute(tx);
      await sql`
        insert into authority.registration_limit (name, effective_from, value, source)
        values (${name}, ${from}, ${value}, 'thử')`.execute(tx);
      await sql`alter table authority.registration_limit enable trigger limit_guard`.execute(tx);
    });
  }

  async certified(name: string, profile: 'person' | 'organisation' = 'person'): Promise<HeldKey> {
    const { pkcs8, ...request } = person(name);
    const { mail: _, ...rest } = request;
    const issued = await this.authority.issued(profile === 'person' ? request : { ...rest, profile });
    const { certificate } = issued;
    const algorithm = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
    const sign = (data: Uint8Array) => Promise.resolve(nodeSecrets.sign(pkcs8, algorithm, data));
    return { certificate, key: { certificate, chain: this.authority.service.chain(), algorithm, sign } };
  }

  /** Gives an officer a certificate of their own, bound by two others. */
  async bind(who: Who): Promise<HeldKey> {
    const held = await this.certified(`Cán bộ ${who}`);
    const officerId = await this.officerId(who);
    await this.change({ kind: 'bind-certificate', officerId, certificate: toBase64(held.certificate.raw) });
    return held;
  }

  async officerId(who: Who): Promise<string> {
    const { rows } = await sql<{ id: string }>`
      select id from authority.officer where sign_in_name = ${WHO[who]}`.execute(this.db);
    return rows[0]!.id;
  }

  async signIn(signInName: string, password = PASSWORD): Promise<string> {
    const response = await this.send('', 'POST', '/session', { signInName, password });
    if (response.status !== 200) throw Object.assign(new Error('sign-in'), await response.json());
    return response.headers.get('set-cookie')!.split(';')[0]!;
  }

  /** Days go by: sessions end, lists are published anew. */
  async later(days: number): Promise<void> {
    this.authority.now += days * 86_400_000;
    this.cookies.clear();
    await this.authority.service.runJobs();
  }

  async cookie(who: Who): Promise<string> {
    const known = this.cookies.get(who) ?? (await this.signIn(WHO[who]));
    this.cookies.set(who, known);
    return known;
  }

  /** One request with a cookie, as a browser of the console's own page sends it. */
  async send(
    cookie: string,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const bytes = body instanceof Uint8Array ? body : undefined;
    return this.app.request(
      new Request(`http://127.0.0.1:8080/authority/api${path}`, {
        method,
        headers: {
          'sec-fetch-site': 'same-origin',
          ...(cookie === '' ? {} : { cookie }),
          ...(body === undefined || bytes !== undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: bytes === undefined ? JSON.stringify(body) : new Uint8Array(bytes) }),
      }),
    );
  }

  /** As a program of somebody else's sees it. */
  fetch = async (url: string, init: RequestInit): Promise<Response> => this.app.request(new Request(url, init));

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked at by tests
  private async json(response: Response): Promise<any> {
    const value = (await response.json()) as object;
    if (response.status !== 200) throw Object.assign(new Error((value as { code?: string }).code), value);
    return value;
  }

  async get(who: Who, path: string) {
    return this.json(await this.send(await this.cookie(who), 'GET', path));
  }

  async post(who: Who, path: string, body: unknown = undefined, method = 'POST') {
    return this.json(await this.send(await this.cookie(who), method, path, body));
  }

  /** As an agency's system. */
  async asSender(method: string, path: string, body?: unknown, type?: string, token = this.token) {
    const headers = { authorization: `Bearer ${token}`, ...(type === undefined ? {} : { 'content-type': type }) };
    return this.json(await this.send('', method, `/sender${path}`, body, headers));
  }

  /** Of what an officer was shown; signed when a key is given. */
  async statement(who: Who, id: string, shownSha256: string, act: string, key?: SigningKey) {
    const at = new Date(this.authority.now).toISOString();
    const officerId = await this.officerId(who);
    const statement = { type: 'antin.approval', requestItemId: id, shownSha256, act, officerId, at };
    if (key === undefined) return { statement };
    return { statement, cms: await this.detached(canonicalJson(statement), key) };
  }

  async detached(text: string, key: SigningKey): Promise<string> {
    const options = { door: nodeCrypto, signingTime: this.authority.now, packaging: 'detached' as const };
    const cms = await signCades(memorySource(utf8(text)), key, options);
    return toBase64(cms.read(0, cms.size));
  }

  /** The request as its sender packs it: ASiC-E with CAdES over the request and its papers. */
  async packed(request: ConsolidatedRequest, papers: readonly Uint8Array[] = [], key = this.sender.key): Promise<Uint8Array> {
    const files = [
      { name: 'request.json', content: memorySource(utf8(canonicalJson(request))), mimeType: 'application/json' },
      ...papers.map((bytes, i) => ({ name: `giay-${i}.pdf`, content: memorySource(bytes), mimeType: 'application/pdf' })),
    ];
    const options = { door: nodeCrypto, signingTime: this.authority.now, level: 'B-B' as const };
    const container = await signAsicCades({ container: 'ASiC-E', files }, key, options);
    return container.read(0, container.size);
  }

  /** Sends a request and returns the ids of its items here. */
  async submitted(items: readonly RequestItem[], papers: readonly Uint8Array[] = [PAPER]): Promise<string[]> {
    const request = requestOf(items, new Date(this.authority.now));
    const receipt = await this.asSender('POST', '/submissions', await this.packed(request, papers), ASICE);
    if (receipt.status !== 'accepted') throw new Error(`${receipt.code}`);
    const { rows } = await sql<{ id: string; item_id: string }>`
      select id, item_id from authority.request_item where submission_id = ${receipt.submissionId}`.execute(this.db);
    return items.map((item) => rows.find((row) => row.item_id === item.id)!.id);
  }

  /** Proposed by the registrar as it stands. */
  async proposed(id: string, who: Who = 'registrar', key?: SigningKey): Promise<string> {
    const { shownSha256 } = await this.get(who, `/requests/${id}`);
    await this.post(who, `/requests/${id}/proposal`, await this.statement(who, id, shownSha256, 'propose', key));
    return shownSha256;
  }

  /** @returns the code of the refusal, or `approved` */
  async approve(who: Who, id: string, shownSha256: string, key?: SigningKey): Promise<string> {
    const approvals = [await this.statement(who, id, shownSha256, 'approve', key)];
    const { outcomes } = await this.post(who, '/requests/approvals', { approvals });
    return outcomes[0].code ?? outcomes[0].status;
  }
}

export const ASICE = 'application/vnd.etsi.asic-e+zip';
/** A paper of confirmation. */
export const PAPER = utf8('%PDF-1.7 văn bản xác nhận của cơ quan quản lý trực tiếp');
export const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let people = 0;

/** Form 01 for somebody new. */
export function personItem(more: object = {}): RequestItem {
  people += 1;
  return {
    act: 'new',
    id: randomUUID(),
    managingAgency: { code: 'H53.11', name: 'Sở Tài chính', place: 'Tỉnh Ví Dụ' },
    subject: {
      form: '01',
      fullName: `Nguyễn Văn ${people}`,
      citizenNumber: `0790850${String(people).padStart(5, '0')}`,
      title: 'Chuyên viên',
      mail: `nv${people}@vidu.gov.vn`,
      phone: '0912345678',
    },
    device: 'pki-token',
    attachments: [sha256Of(PAPER)],
    ...more,
  } as RequestItem;
}

export function requestOf(items: readonly RequestItem[], at: Date, more: Partial<ConsolidatedRequest> = {}): ConsolidatedRequest {
  return {
    type: 'antin.certificate-request',
    version: 1,
    id: randomUUID(),
    from: { code: 'H53', name: 'UBND tỉnh Ví Dụ', place: 'Tỉnh Ví Dụ' },
    createdAt: at.toISOString(),
    items: [...items],
    ...more,
  };
}

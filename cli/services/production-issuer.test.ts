import { execFile } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readSettings } from '@antin/adapters/config/settings';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { connect, type DatabaseAddress } from '@antin/adapters/db/connect';
import { ASICE, PAPER, personItem, requestOf } from '@antin/authority/console-for-tests';
import { DATABASE_ROLES } from '@antin/authority/database-roles/roles';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { fromBase64, toBase64 } from '@antin/formats/bytes/text-encodings';
import { encodePem } from '@antin/pki/pem';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { openZip } from '@antin/formats/zip/reader';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { RESULT_ARCHIVE } from '@antin/protocol/certificates/result';
import { canonicalJson } from '@antin/protocol/canonical-json';
import type { RequestItem } from '@antin/protocol/certificates/request';
import { signAsicCades } from '@antin/signature/asic/sign';
import { signCades } from '@antin/signature/cades/sign';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { useFolder } from '@antin/testkit/folder';
import { opensslVersion } from '@antin/testkit/openssl';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';
import { softHsmModule, softToken, type SoftToken } from '@antin/testkit/softhsm';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { run as officersCommand } from '../commands/officers.ts';
import { databaseUrl, runForTests } from '../commands/run-for-tests.ts';
import { run as serveCommand } from '../commands/serve.ts';
import { moment, productionCeremonies } from './production-ceremonies-for-tests.ts';
import { databaseEnvironment } from './role-databases.ts';
import { runServices, type Installation } from './run.ts';
import { serviceTable } from './table.ts';

// A ceremony, a signer process, a server with its database: minutes on a busy computer.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

const module = softHsmModule();
const HOST = 'ca.example.vn';
const BASE = `http://${HOST}/authority`;
const POLICY = '1.3.6.1.4.1.99999.1';
const TSA_POLICY = '1.3.6.1.4.1.99999.2';
const BEGUN = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;

/** Officers and senders hold certificates of another issuer, as those of the Government's own hierarchy. */
const WHO = {
  registrar: { signInName: 'lan', roles: ['registration'] },
  approver: { signInName: 'hung', roles: ['approval'] },
  issuer: { signInName: 'mai', roles: ['issuance'] },
  revoker: { signInName: 'son', roles: ['revocation'] },
  operator: { signInName: 'quan', roles: ['operation'] },
  operator2: { signInName: 'tri', roles: ['operation'] },
} as const;
type Who = keyof typeof WHO;
const live = { notBefore: moment(BEGUN), notAfter: '2099-01-01T00:00:00Z' };
const entities = Object.fromEntries(Object.entries(DEFAULT_PKI.entities).map(([name, one]) => [name, { ...one, ...live }]));
for (const who of Object.keys(WHO))
  entities[who] = {
    ...entities['leader']!,
    subject: [
      ['C', 'VN'],
      ['O', 'Cơ quan cấp phát'],
      ['CN', `Cán bộ ${who}`],
    ],
  };
const pki = testPki({ ...DEFAULT_PKI, now: moment(Date.now()), entities });

describe.skipIf(module === undefined || opensslVersion === undefined)('an issuer in production', () => {
  const home = useFolder();
  const path = (...names: string[]) => join(home.path, ...names);
  let token: SoftToken;
  let admin: TestDatabase;
  let lists: Server;
  let installation: Installation | undefined;
  let origin = '';
  const users: string[] = [];
  const owner = `ca_${randomBytes(4).toString('hex')}`;
  const cookies = new Map<Who, string>();
  const ids = new Map<Who, string>();

  const openssl = async (...args: string[]) => {
    const { stdout, stderr } = await promisify(execFile)('openssl', args, { cwd: home.path });
    return stdout + stderr;
  };
  const data = () => path('data');

  /** An owner who is nobody special, and a user of its own for every part. */
  async function databases(): Promise<void> {
    const socket = admin.address as Exclude<DatabaseAddress, string>;
    const run = (statement: string) => sql.raw(statement).execute(admin.db);
    for (const role of DATABASE_ROLES)
      await run(`do $$ begin create role ${role} nologin; exception when duplicate_object or unique_violation then null; end $$`);
    await run(`create role ${owner} login nosuperuser nocreatedb nocreaterole`);
    await run(`create database ${owner} owner ${owner}`);
    const urls: Record<string, string> = { owner: databaseUrl({ ...socket, user: owner, database: owner }) };
    for (const role of DATABASE_ROLES) {
      const user = `${owner}_${role.slice(6)}`;
      users.push(user);
      await run(`create role ${user} login in role ${role}`);
      urls[role] = databaseUrl({ ...socket, user, database: owner });
    }
    writeFileSync(path('databases.json'), JSON.stringify(urls), { mode: 0o600 });
  }

  function trust(): void {
    mkdirSync(path('trust'));
    const at = `http://127.0.0.1:${(lists.address() as AddressInfo).port}`;
    for (const name of ['root', 'issuing']) writeFileSync(path('trust', `${name}.crt`), pki.certificate(name).raw);
    const store = {
      format: 'antin-trust-store-1',
      anchors: [{ file: 'root.crt', purposes: ['signer', 'time-stamp'], crl: [`${at}/root.crl`] }],
      authorities: [{ file: 'issuing.crt', crl: [`${at}/issuing.crl`] }],
    };
    writeFileSync(path('trust', 'trust.json'), JSON.stringify(store));
  }

  const environment = (): Record<string, string> => ({
    ANTIN_DATABASES: path('databases.json'),
    ANTIN_TRUST: path('trust'),
    ANTIN_TIME_SERVERS: 'local',
    ANTIN_JOURNAL_SEAL: path('seal.json'),
    ANTIN_STATUS_URL: `http://${HOST}`,
    ANTIN_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.5',
  });
  const argv = (...more: string[]) => [
    ...['--profile', 'production', '--public-url', `https://${HOST}`, '--data', data(), '--port', '0'],
    ...['--services', 'authority', '--log-level', 'fatal', ...more],
  ];

  async function serve(): Promise<void> {
    const services = serviceTable({ softwareToken: true });
    const settings = readSettings(argv(), databaseEnvironment(environment()), { dataDir: '', services: Object.keys(services) });
    installation = await runServices(settings, services);
    origin = installation.listening;
  }

  const url = (rest: string) => `${origin}/authority${rest}`;
  async function api(method: string, rest: string, cookie?: string, body?: unknown, headers: Record<string, string> = {}) {
    const binary = body instanceof Uint8Array;
    const answer = await fetch(url(`/api${rest}`), {
      method,
      headers: {
        'sec-fetch-site': 'same-origin',
        ...(cookie === undefined ? {} : { cookie }),
        ...(body === undefined || binary ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: (binary ? body : JSON.stringify(body)) as string }),
    });
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- looked at by tests
    const value = (await answer.json()) as any;
    if (answer.status !== 200) throw Object.assign(new Error(`${method} ${rest}: ${JSON.stringify(value)}`), value);
    return { value, cookie: answer.headers.get('set-cookie')?.split(';')[0] };
  }
  const as = async (who: Who, method: string, rest: string, body?: unknown) =>
    (await api(method, rest, cookies.get(who), body)).value;
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (fault: { code?: string }) => fault.code,
    );

  async function change(body: object): Promise<void> {
    const { id } = await as('operator', 'POST', '/officer-changes', body);
    await as('operator2', 'POST', `/officer-changes/${id}/confirm`);
  }
  async function signed(text: string, by: string): Promise<string> {
    const cms = await signCades(memorySource(utf8(text)), pki.signingKey(by), {
      door: nodeCrypto,
      signingTime: Date.now(),
      packaging: 'detached',
    });
    return toBase64(cms.read(0, cms.size));
  }
  async function statement(who: Who, id: string, act: string, by: string = who) {
    const { shownSha256 } = await as(who, 'GET', `/requests/${id}`);
    const officerId = ids.get(who);
    const text = { type: 'antin.approval', requestItemId: id, shownSha256, act, officerId, at: new Date().toISOString() };
    return { statement: text, cms: await signed(canonicalJson(text), by) };
  }

  const senderToken = randomBytes(32).toString('base64url');
  const bearer = { authorization: `Bearer ${senderToken}` };
  async function submitted(item: RequestItem, by = 'seal'): Promise<{ requestId: string; status: string; code?: string }> {
    const request = requestOf([item], new Date());
    const files = [
      { name: 'request.json', content: memorySource(utf8(canonicalJson(request))), mimeType: 'application/json' },
      { name: 'giay.pdf', content: memorySource(PAPER), mimeType: 'application/pdf' },
    ];
    const options = { door: nodeCrypto, signingTime: Date.now(), level: 'B-B' as const };
    const packed = await signAsicCades({ container: 'ASiC-E', files }, pki.signingKey(by), options);
    const body = packed.read(0, packed.size);
    const receipt = await api('POST', '/sender/submissions', undefined, body, { ...bearer, 'content-type': ASICE });
    return { requestId: request.id, ...receipt.value };
  }
  const itemOf = async (submissionId: string): Promise<string> =>
    (await as('registrar', 'GET', `/requests?submission=${submissionId}`)).items[0].id;

  beforeAll(async () => {
    token = await softToken(module as string, 'le-khoa', []);
    writeFileSync(path('pin'), token.pin, { mode: 0o600 });
    admin = await testDatabase();
    lists = createServer((request, answer) =>
      answer.end(pki.crlAt(Date.now(), request.url === '/root.crl' ? 'root' : 'issuing')),
    ).listen(0, '127.0.0.1');
    await new Promise((resolve) => lists.once('listening', resolve));
    for (const [name, value] of Object.entries(environment())) vi.stubEnv(name, value);
    await databases();
    trust();
    const parts = { folder: home.path, module: module as string, pin: token.pin, baseUrl: BASE, begun: BEGUN };
    await productionCeremonies({ ...parts, policy: POLICY, tsaPolicy: TSA_POLICY });
  });
  afterAll(async () => {
    await installation?.stop();
    vi.unstubAllEnvs();
    lists?.close();
    for (const statement of [
      `drop database if exists ${owner} with (force)`,
      ...users.map((user) => `drop role if exists ${user}`),
      `drop role if exists ${owner}`,
    ])
      await sql.raw(statement).execute(admin.db);
    await admin?.close();
    token?.close();
  });

  test('does not begin with a token made of software, a practice root, without a time source or as a superuser', async () => {
    const start = async (env: Record<string, string | undefined> = {}, ...more: string[]) => {
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
      const whole = Object.fromEntries(
        Object.entries({ ...environment(), ...env }).filter((one): one is [string, string] => one[1] !== undefined),
      );
      const { code, err } = await runForTests(serveCommand, argv(...more), whole);
      for (const [name, value] of Object.entries(environment())) vi.stubEnv(name, value);
      return `${code} ${err}`;
    };
    expect(await start({ ANTIN_TIME_SERVERS: undefined })).toMatch(/^64 .*ANTIN_TIME_SERVERS is needed/);
    expect(await start({ ANTIN_JOURNAL_SEAL: undefined })).toMatch(/^64 .*ANTIN_JOURNAL_SEAL is needed/);
    // Its folder has no keys of a ceremony: the keys of practice are not made in their place.
    expect(await start({}, '--data', path('empty'))).toMatch(/^64 .*serve\.practice-only/);
    const hierarchy = path('data', 'authority', 'hierarchy.json');
    const text = readFileSync(hierarchy, 'utf8');
    writeFileSync(hierarchy, text.replace('"production"', '"practice"'), { mode: 0o600 });
    expect(await start()).toMatch(/^64 .*made for practice.*serve\.practice-only/);
    writeFileSync(hierarchy, text, { mode: 0o600 });
    const socket = admin.address as Exclude<DatabaseAddress, string>;
    const above = { ANTIN_DATABASES: undefined, DATABASE_URL: databaseUrl({ ...socket, database: owner }) };
    // Software tokens are met first: keys are opened before parts are connected.
    expect(await start()).toMatch(/^64 .*keys\.software-token/);
    for (const [name, value] of Object.entries(above)) vi.stubEnv(name, value);
    const services = serviceTable({ softwareToken: true });
    const settings = readSettings(argv(), { ...environment(), ANTIN_DATABASES: '', DATABASE_URL: above.DATABASE_URL }, { dataDir: '', services: Object.keys(services) }); // prettier-ignore
    await expect(runServices(settings, services)).rejects.toMatchObject({ code: 'database.superuser' });
    for (const [name, value] of Object.entries(environment())) vi.stubEnv(name, value);
    vi.stubEnv('DATABASE_URL', undefined);
  });

  test('begins with a ceremony’s keys, and its first officers bind certificates of another issuer', async () => {
    await serve();
    expect(await (await fetch(`${origin}/healthz`)).json()).toMatchObject({ status: 'ok' });
    const officers = Object.values(WHO).map((one) => ({ ...one, fullName: `Cán bộ ${one.signInName}` }));
    writeFileSync(path('officers.json'), JSON.stringify(officers));
    const found = await runForTests(officersCommand, ['found', path('officers.json')], environment());
    expect(found).toMatchObject({ code: 0, err: '' });
    const first = new Map(found.out.trim().split('\n').map((line) => line.split(/\s+/) as [string, string])); // prettier-ignore
    for (const [who, { signInName }] of Object.entries(WHO)) {
      const old = first.get(signInName)!;
      const { cookie } = await api('POST', '/session', undefined, { signInName, password: old });
      // Before the first password is changed nothing else is done.
      expect(await codeOf(api('GET', '/requests', cookie))).toBe('officer.password-to-change');
      await api('PUT', '/session/password', cookie, { old, new: `mật khẩu của ${signInName}` });
      const { value } = await api('GET', '/session', cookie);
      expect(value).toMatchObject({ profile: 'production', signedActs: 'required' });
      cookies.set(who as Who, cookie!);
      ids.set(who as Who, value.officerId);
    }
    for (const who of ['registrar', 'approver', 'issuer', 'revoker'] as const)
      await change({ kind: 'bind-certificate', officerId: ids.get(who), certificate: toBase64(pki.certificate(who).raw) });
    const tokenSha256 = createHash('sha256').update(senderToken).digest('hex');
    const seal = toBase64(pki.certificate('seal').raw);
    await change({ kind: 'sender', code: 'H53', name: 'UBND tỉnh', certificate: seal, tokenSha256, tokenIsEnough: false });
  });

  let certificatePem = '';
  let held: { issuerSha256: string; serialHex: string };

  test('takes a request signed under a root of the folder of trust, and needs two people and their signatures', async () => {
    // Somebody whom no anchor vouches for asks in the same name.
    expect(await submitted(personItem(), 'unknownIssuer')).toMatchObject({ status: 'quarantined' });
    const receipt = await submitted(personItem());
    expect(receipt).toMatchObject({ status: 'accepted' });
    const { submissionId } = receipt as unknown as { submissionId: string };
    const id = await itemOf(submissionId);
    const unsigned = { statement: (await statement('registrar', id, 'propose')).statement };
    expect(await codeOf(as('registrar', 'POST', `/requests/${id}/proposal`, unsigned))).toBe('request.statement-unsigned');
    await as('registrar', 'POST', `/requests/${id}/proposal`, await statement('registrar', id, 'propose'));
    const approve = async (who: Who, by: string = who) => {
      const { outcomes } = await as(who, 'POST', '/requests/approvals', { approvals: [await statement(who, id, 'approve', by)] });
      return outcomes[0].code ?? outcomes[0].status;
    };
    expect(await approve('approver', 'registrar')).toBe('request.signer-not-bound');
    expect(await approve('approver')).toBe('approved');

    await openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'ee.key', '-subj', '/CN=ai', '-outform', 'DER', '-out', 'ee.csr'); // prettier-ignore
    const csr = readFileSync(path('ee.csr')).toString('base64');
    const issued = await as('issuer', 'POST', `/requests/${id}/issuance`, { ...(await statement('issuer', id, 'issue')), csr });
    held = issued.issued;
    const results = (await api('GET', `/sender/submissions/${receipt.requestId}/results?after=0`, undefined, undefined, bearer))
      .value.result.items;
    const told = results.find((one: { status: string }) => one.status === 'issued');
    const certificate = parseCertificate(fromBase64(told.certificate));
    expect(certificate.serialHex).toBe(held.serialHex);
    certificatePem = encodePem('CERTIFICATE', certificate.raw);
    writeFileSync(path('ee.pem'), certificatePem);
    // The same answer, carried by people: under the authority's own seal.
    const archive = await fetch(url(`/api/submissions/${submissionId}/results.zip`), {
      headers: { cookie: cookies.get('issuer')! },
    });
    expect(archive.headers.get('content-type')).toBe(RESULT_ARCHIVE.sealed.mediaType);
    expect(archive.headers.get('content-disposition')).toContain('.asice"');
    const zip = openZip(memorySource(new Uint8Array(await archive.arrayBuffer())), { inflateRaw: nodeInflateRaw });
    for (const [file, name] of [
      ['manifest.xml', /ASiCManifest/],
      ['seal.p7s', /\.p7s$/],
    ] as const) {
      // prettier-ignore
      const content = zip.content(zip.entries.find((entry) => name.test(entry.name))!);
      writeFileSync(path(file), content.read(0, content.size));
    }
    const cms = ['cms', '-verify', '-binary', '-inform', 'DER', '-in', 'seal.p7s', '-content', 'manifest.xml', '-purpose', 'any'];
    expect(await openssl(...cms, '-CAfile', 'goc.crt', '-certfile', 'cap.crt', '-out', 'said.xml')).toContain('successful');
    expect(readFileSync(path('said.xml'), 'utf8')).toContain('URI="result.json"');
    const verify = ['verify', '-x509_strict', '-purpose', 'any', '-CAfile', 'goc.crt', '-untrusted', 'cap.crt', 'ee.pem'];
    expect(await openssl(...verify)).toContain('ee.pem: OK');
    const text = await openssl('x509', '-in', 'ee.pem', '-noout', '-text');
    // RFC 5280 §8: not by https.
    expect(text).toContain(`URI:${BASE}/ocsp`);
    expect(text).toMatch(new RegExp(`URI:${BASE}/crl/issuing(-\\d+)?\\.crl`));
    expect(text).not.toContain('https:');
  });

  const ocsp = (...more: string[]) =>
    openssl('ocsp', '-issuer', 'cap.crt', '-cert', 'ee.pem', '-CAfile', 'goc.crt', '-verify_other', 'cap.crt', '-url', url('/ocsp'), '-resp_text', ...more); // prettier-ignore

  test('answers openssl: OCSP, the lists of issuing CA and offline root, and time-stamps', async () => {
    for (const nonce of [['-nonce'], ['-no_nonce']])
      expect(await ocsp(...nonce)).toMatch(/ee\.pem: good[\s\S]*Response verify OK/);
    for (const [name, ca] of [
      ['issuing', 'cap.crt'],
      ['root', 'goc.crt'],
    ] as const) {
      // prettier-ignore
      const list = await fetch(url(`/crl/${name}.crl`));
      writeFileSync(path(`${name}.crl`), new Uint8Array(await list.arrayBuffer()));
      expect(await openssl('crl', '-inform', 'DER', '-in', `${name}.crl`, '-CAfile', ca, '-noout')).toContain('verify OK');
    }
    expect((await fetch(url('/ca/issuing.p7c'))).status).toBe(200);
    writeFileSync(path('letter.txt'), 'Kính gửi');
    await openssl('ts', '-query', '-data', 'letter.txt', '-sha256', '-cert', '-out', 'q.tsq');
    const body = readFileSync(path('q.tsq'));
    const stamp = await fetch(url('/tsa'), { method: 'POST', body, headers: { 'content-type': 'application/timestamp-query' } });
    writeFileSync(path('r.tsr'), new Uint8Array(await stamp.arrayBuffer()));
    const verify = ['ts', '-verify', '-queryfile', 'q.tsq', '-in', 'r.tsr', '-CAfile', 'goc.crt', '-untrusted', 'cap.crt'];
    expect(await openssl(...verify)).toContain('Verification: OK');
    expect(await openssl('ts', '-reply', '-in', 'r.tsr', '-text')).toContain(TSA_POLICY);
  });

  test('revokes with one signed act: openssl hears it by OCSP and finds it on the list', async () => {
    const item = {
      ...{ act: 'revoke', id: randomUUID(), managingAgency: { code: 'H53.11', name: 'Sở Tài chính', place: 'x' } },
      ...{ certificate: held, attachments: [], cause: 'key-compromised' },
    } as unknown as RequestItem;
    const receipt = (await submitted(item)) as unknown as { submissionId: string };
    const id = await itemOf(receipt.submissionId);
    await as('revoker', 'POST', `/requests/${id}/revocation`, await statement('revoker', id, 'revoke'));
    expect(await ocsp('-nonce')).toMatch(/ee\.pem: revoked[\s\S]*keyCompromise/);
    await expect
      .poll(
        async () => {
          const list = await fetch(url('/crl/issuing.crl'));
          writeFileSync(path('new.crl'), new Uint8Array(await list.arrayBuffer()));
          return openssl('crl', '-inform', 'DER', '-in', 'new.crl', '-CAfile', 'cap.crt', '-noout', '-text');
        },
        { timeout: 60_000 },
      )
      .toContain(held.serialHex.toUpperCase());
  });

  test('counts wrong passwords of officers where its proxies say that they come from', async () => {
    const wrong = (forwarded: string) =>
      codeOf(api('POST', '/session', undefined, { signInName: 'lan', password: 'x' }, { 'x-forwarded-for': forwarded }));
    const guesses: (string | undefined)[] = [];
    for (let n = 0; n < 7; n++) guesses.push(await wrong(`1.2.3.${n}, 203.0.113.66, 10.0.0.5`));
    expect(new Set(guesses.slice(0, 5)).size).toBe(1);
    expect(guesses[5]).toBe(guesses[6]);
    expect(guesses[5]).not.toBe(guesses[0]);
    expect(await wrong('203.0.113.67, 10.0.0.5')).toBe(guesses[0]);
  });

  test('serves nothing as the owner of the tables', async () => {
    const { rows } = await sql<{ who: string }>`
      select distinct usename::text as who from pg_stat_activity where datname = ${owner}`.execute(admin.db);
    const connected = rows.map(({ who }) => who);
    expect(connected).not.toContain(owner);
    // Everything above was done by parts, each as its own user.
    expect(connected.length).toBeGreaterThan(8);
    expect(connected.filter((who) => !users.includes(who))).toEqual([]);
    // A part without a user would be served as the owner: the start is refused.
    await installation!.stop();
    installation = undefined;
    const all = JSON.parse(readFileSync(path('databases.json'), 'utf8')) as Record<string, string>;
    for (const role of ['antin_journal', 'antin_ca', 'antin_agents', 'antin_jobs']) {
      const { [role]: _, ...rest } = all;
      writeFileSync(path('databases.json'), JSON.stringify(rest), { mode: 0o600 });
      await expect(serve()).rejects.toMatchObject({
        code: 'database.role-user-missing',
        message: expect.stringContaining(role) as string,
      });
    }
    writeFileSync(path('databases.json'), JSON.stringify(all), { mode: 0o600 });
    await serve();
  });

  test('goes on after a restart, and every use of its keys has a record', async () => {
    await installation!.stop();
    await serve();
    expect(await ocsp('-nonce')).toContain('ee.pem: revoked');
    const db = connect(databaseEnvironment(environment())['DATABASE_URL']!, { maxConnections: 1 });
    const kinds = await sql<{ kind: string; n: number }>`
      select kind, count(*)::int as n from authority.journal_entry
      where kind in ('certificate.issued', 'request.approved', 'certificate.revoked', 'ca.hierarchy-installed') or kind like 'keys.%'
      group by kind`.execute(db);
    await db.destroy();
    const counted = Object.fromEntries(kinds.rows.map(({ kind, n }) => [kind, n]));
    // Of the responder, of time-stamps, and the one that was asked for; no use of a key without its record.
    expect(counted).toEqual({
      'ca.hierarchy-installed': 1,
      'certificate.issued': 3,
      'certificate.revoked': 1,
      'request.approved': 1,
    });
  });
});

import { createHash, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { Hono } from 'hono';
import { formatProof, proofText } from '@antin/protocol/agent/request-proof';
import type { AnyDatabase } from '../db/connect.ts';
import { Refusal } from '../http/refusal.ts';
import { devices } from './devices.ts';
import type { DeviceDirectory } from './jobs.ts';
import { platformKeyOf } from './platform-key.ts';
import { deviceProblems } from './problems.ts';
import { devicesMigrations } from './migrations.ts';
import { signingJobs } from './signing-jobs.ts';
import { startWake } from './wake.ts';

export const PERSON = '11111111-1111-4111-8111-111111111111';
export const OTHER_PERSON = '22222222-2222-4222-8222-222222222222';
export const POSITION = '33333333-3333-4333-8333-333333333333';
export const AGENCY = '44444444-4444-4444-8444-444444444444';

export const TEST_MIGRATIONS = devicesMigrations;

/**
 * The devices feature on a real database with a directory of two people. Tests only: `x-person` says who is signed in.
 */
export function testOffice(
  database: { readonly db: AnyDatabase; close(): Promise<void> },
  options: { origin?: () => string; profile?: 'practice' | 'production' } = {},
) {
  const bindings = new Map<string, Awaited<ReturnType<DeviceDirectory['bindingOf']>>>();
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const time = { offsetMs: 0 };
  /** So many answers are lost on the way: the server says 503. */
  const failing = { answers: 0 };
  const clock = () => new Date(Date.now() + time.offsetMs);
  const directory: DeviceDirectory = {
    bindingOf: async (_db, certificate) => bindings.get(createHash('sha256').update(certificate.der).digest('hex')),
    personName: async (_db, id) => (id === PERSON ? 'Nguyễn Thị Hồng Hạnh' : 'Trần Văn Bình'),
    sealAgencyOf: async (_db, who) => (who.personId === PERSON && who.positionId === POSITION ? AGENCY : undefined),
  };
  const profile = options.profile ?? 'practice';
  const jobs = signingJobs({ clock, directory, profile });
  const platformKey = platformKeyOf(generateKeyPairSync('ed25519').privateKey);
  const wake = startWake(database.db);
  const notes: Record<string, string>[] = [];
  const app = new Hono();
  app.onError((error, c) => {
    if (!(error instanceof Refusal)) throw error;
    return c.json({ code: error.code }, (deviceProblems[error.code]?.status ?? 500) as 400);
  });
  app.use('/api/agent/jobs/:id/answer', async (c, next) => {
    if (failing.answers === 0) return next();
    failing.answers -= 1;
    return c.json({ code: 'test.lost' }, 503);
  });
  app.route(
    '/',
    devices({
      db: database.db,
      clock,
      directory,
      jobs,
      platformKey,
      origin: options.origin ?? (() => 'http://office.test'),
      profile,
      files: {
        stream: async (sha256) => {
          const bytes = files.get(sha256) ?? new Uint8Array();
          return { size: bytes.length, body: new Blob([bytes]).stream() };
        },
      },
      callerOf: async (c) => ({
        personId: c.req.header('x-person') ?? PERSON,
        positionId: POSITION,
      }),
      note: async (_tx, caller, event, detail) => void notes.push({ ...detail, event, personId: caller.personId }),
      wake,
    }),
  );
  return {
    db: database.db,
    app,
    jobs,
    platformKey,
    wake,
    time,
    failing,
    clock,
    /** Puts a certificate into the directory. */
    bind(der: Uint8Array, to: NonNullable<Awaited<ReturnType<DeviceDirectory['bindingOf']>>>): string {
      const sha256 = createHash('sha256').update(der).digest('hex');
      bindings.set(sha256, to);
      return sha256;
    },
    putFile(bytes: Uint8Array): string {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      files.set(sha256, new Uint8Array(bytes));
      return sha256;
    },
    files,
    /** What the history was told. */
    notes,
    async close() {
      await wake.stop();
      await database.close();
    },
  };
}
export type TestOffice = ReturnType<typeof testOffice>;

/** An agent made of nothing but its key: what a well-behaved or a hostile one puts on the wire. */
export class BareAgent {
  readonly privateKey: KeyObject;
  readonly publicKey: Uint8Array;
  id = '';
  readonly #office: TestOffice;

  constructor(office: TestOffice) {
    this.#office = office;
    const pair = generateKeyPairSync('ed25519');
    this.privateKey = pair.privateKey;
    this.publicKey = new Uint8Array(Buffer.from(pair.publicKey.export({ format: 'jwk' }).x as string, 'base64url'));
  }

  proof(method: string, path: string, body = '', change: { ts?: number; nonce?: string } = {}): string {
    const ts = change.ts ?? Math.floor(this.#office.clock().getTime() / 1000);
    const nonce = change.nonce ?? randomUUID().replaceAll('-', '');
    const text = proofText(method, path, ts, nonce, createHash('sha256').update(body).digest('hex'));
    const signature = sign(null, Buffer.from(text), this.privateKey).toString('base64url');
    return formatProof({ agentId: this.id, timestampSeconds: ts, nonce, signature });
  }

  async send(method: string, path: string, body?: unknown, authorization?: string): Promise<{ status: number; json: any }> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const response = await this.#office.app.request(path, {
      method,
      headers: { authorization: authorization ?? this.proof(method, path, text), 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: text }),
    });
    return { status: response.status, json: await response.json() };
  }

  async askToPair(): Promise<string> {
    const asked = await this.send(
      'POST',
      '/api/agent/pairings',
      {
        publicKey: Buffer.from(this.publicKey).toString('base64'),
        name: 'Máy văn thư',
        holder: 'token',
      },
      'none',
    );
    this.id = asked.json.agentId;
    return asked.json.userCode;
  }
}

import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { tinosFile } from '@antin/adapters/fonts/tinos';
import { nodeDeflate, nodeInflate } from '@antin/adapters/inflate/node';
import { hashPassword, verifyPassword } from '@antin/adapters/password/argon2';
import { issueLevelOf } from './issue-level.ts';
import { inTransaction } from '@antin/adapters/db/transaction';
import { citizenNumbers } from '@antin/agency/directory/citizen-number';
import { agencyMigrations, agencyProblems, agencyService, type AgencyService } from '@antin/agency/service';
import { isSetBack, jobsUnlessSetBack, refuseWhileSetBack } from '@antin/agency/journal/closed';
import { agencyJournal } from '@antin/agency/journal/kept';
import type { PracticeAgent } from '@antin/token-agent/practice/practice-agent';
import type { AuthorityService } from '@antin/authority/service';
import { seedCitizen } from '../seed/citizen.ts';
import type { EnrolmentRequest } from '../seed/doors.ts';
import { seedOfficers } from '../seed/officers.ts';
import { demos, seedDemo } from '../seed/seed.ts';
import { seedSenders } from '../seed/senders.ts';
import { devicesHere } from './devices.ts';
import { finishFirstStart, isSeeding } from './first-start.ts';
import { copyHealth, journalHere, type KeptJournal } from './journal.ts';
import { issuerSeal, issuersHere, requestSignatures } from './issuers.ts';
import { keepPracticeAgent, type KeptPracticeAgent } from './practice-agent.ts';
import type { Service, ServiceContext } from './service.ts';
import { policiesHere, reportSealHere, trustHere } from './judging.ts';
import type { ReportSeal } from './report-seal.ts';
import { timeStamps } from './time-stamps.ts';
import { issuersOf, statusNow } from './trust.ts';
import type { Wires } from './wires.ts';

const VERSION = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;
/** Names that a newcomer needs for the walk: who drafts, who signs, who numbers and seals, who receives. */
const CAST = ['stc.lan', 'stc.hung', 'stc.hoa', 'binhan.huong'];

/** The office of all agencies of this installation, its public pages, and in practice the agent that holds the demo's keys. */
export function makeAgency(context: ServiceContext, wires: Wires): Service {
  const { db, files, folder, clock, settings, publicUrl, log } = context;
  // Without it this installation trusts whom its folder names, and the demo, whose keys the practice authority certifies, is not there.
  const authority = wires.authority?.authority;
  const issueLevel = issueLevelOf(process.env['ANTIN_ISSUE_LEVEL']);
  const app = new Hono();
  const jobs: Record<string, NonNullable<Service['jobs']>[string]> = {};
  let running: AgencyService | undefined;
  let journal: KeptJournal | undefined;
  let agent: KeptPracticeAgent | undefined;
  let reportSeal: ReportSeal | undefined;
  const practice = settings.profile === 'practice' && settings.seed !== 'none' && authority !== undefined;

  return {
    name: 'agency',
    migrations: agencyMigrations,
    problems: agencyProblems,
    app,
    jobs,
    async prepare() {
      if (practice)
        agent = await keepPracticeAgent({
          folder: folder.agent,
          log,
          again: async (fresh) => {
            await pairPracticeAgent(fresh, running as AgencyService);
            process.stdout.write(`${deviceLine(fresh)}\n`);
          },
        });
      wires.agentPage = () => (agent as KeptPracticeAgent).current().pageUrl;
      const devices = devicesHere(context, wires);
      const font = tinosFile('400Regular');
      const trust = trustHere(context, authority, process.env);
      const policies = policiesHere(context, process.env);
      journal = await journalHere(context, wires, { ...agencyJournal, name: 'agency' }, () => trust, process.env);
      reportSeal = await reportSealHere(context, authority, process.env);
      running = agencyService({
        ...{ db, files, clock, font, journal, profile: settings.profile, version: VERSION },
        crypto: nodeCrypto,
        inflate: nodeInflate,
        deflate: nodeDeflate,
        passwords: { verify: verifyPassword },
        decoyHash: await hashPassword(randomBytes(16).toString('hex')),
        platformKey: devices.platformKey,
        devices,
        origin: () => publicUrl,
        ...{ trust, policies, reportSeal, connectors: issuersHere(process.env), ...issuerSeal(process.env) },
        ...requestSignatures(process.env, authority !== undefined),
        issueLevel: () => issueLevel,
        timeStamp: timeStamps(process.env['ANTIN_TSA_URL'], authority),
        statusOf: (certificate) => statusNow(trust, certificate, clock().getTime()),
        chainOf: async (certificate) => issuersOf(certificate, trust).map((one) => one.raw),
        ...(agent === undefined ? {} : { practiceAgentUrl: () => (agent as KeptPracticeAgent).current().pageUrl }),
        onFault: (fault) => log.error({ fault }, 'the office met a fault'),
      });
      const closed = () => journal?.closed();
      app.use('/api/*', refuseWhileSetBack(closed));
      app.route('/', running.app);
      Object.assign(jobs, jobsUnlessSetBack(running.jobs, closed));
      if (agent !== undefined && authority !== undefined && isSeeding(folder.path))
        await seed(running, agent.current(), authority());
      wires.past = undefined;
    },
    async health() {
      const copy = copyHealth(journal);
      return { ...copy, status: copy.journal === 'ok' ? 'ok' : 'alarm' };
    },
    async everyMinute() {
      if (wires.past === undefined && !isSeeding(folder.path)) await journal?.run();
    },
    async started() {
      // Each writes something down: the office would tell a second story before anybody looked.
      if (isSetBack(journal?.closed())) return;
      await running?.start();
      if (agent !== undefined && running !== undefined) await pairPracticeAgent(agent.current(), running);
    },
    async stop() {
      await agent?.stop();
      await running?.stop();
      await journal?.close();
      // Where there is an authority it still needs them.
      if (wires.authority === undefined) await wires.devices?.stop();
      await reportSeal?.close();
    },
    greeting: () => (practice ? greeting(join(folder.path, SIGN_IN_FILE), agent?.current()) : []),
  };

  /** At every start: the address of the office may have changed, and so may the agent's certificates. */
  async function pairPracticeAgent(keys: PracticeAgent, office: AgencyService): Promise<void> {
    const certificates = keys.held.map((one) => one.certificate);
    const { agentId } = await inTransaction(db, (tx) =>
      office.signingJobs.registerAgent(tx, { ...PRACTICE_DEVICE, publicKey: keys.publicKey, personIds: [], certificates }),
    );
    const platformKey = Buffer.from(devicesHere(context, wires).platformKey.publicKey).toString('base64');
    await keys.pair({ agentId, serverUrl: publicUrl, origin: publicUrl, platformKey, person: 'Thực hành' });
  }

  async function seed(office: AgencyService, keys: PracticeAgent, authority: AuthorityService): Promise<void> {
    const demo = demos[settings.seed as keyof typeof demos];
    const password = newPassword();
    writeFileSync(
      join(folder.path, SIGN_IN_FILE),
      JSON.stringify({
        password,
        names: demo.people.filter((one) => one.positions.some((p) => p.validTo === undefined)).map((one) => one.signInName),
      }),
      { mode: 0o600 },
    );
    await seedDemo(demo, {
      ...{ db, files, password, numbers: citizenNumbers(devicesHere(context, wires).platformKey) },
      authority,
      agent: { enrol: (people) => keys.enrol(people), accept: (entries) => keys.store(entries) },
      registerAgent: async (tx, personIds, certificates) => {
        await office.signingJobs.registerAgent(tx, {
          publicKey: keys.publicKey,
          name: 'Thiết bị thực hành',
          holder: 'practice',
          personIds,
          certificates,
        });
      },
      request: async (path, init) => office.app.request(new URL(path, publicUrl), init),
      turnClock: (to) => (wires.past = to),
      now: clock,
      passwordHash: await hashPassword(password),
      font: tinosFile('400Regular'),
    });
    const agent = {
      publicKey: keys.publicKey,
      enrol: (people: EnrolmentRequest[]) => keys.enrol(people),
      accept: (entries: Parameters<PracticeAgent['store']>[0]) => keys.store(entries),
    };
    await seedOfficers({ ...{ db, authority, password, agent }, devices: devicesHere(context, wires) });
    await seedCitizen(authority, agent);
    await seedSenders(demo, db);
    finishFirstStart(folder.path, settings.seed);
  }
}

const PRACTICE_DEVICE = { name: 'Thiết bị thực hành', holder: 'practice' } as const;

/** Readable by the owner of the folder only; what `npm start` prints comes from here. */
const SIGN_IN_FILE = 'practice-sign-in.json';

/** Short enough to type on the first day, random for each folder. */
function newPassword(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz';
  return Array.from(randomBytes(8), (byte) => letters[byte % letters.length]).join('');
}

function greeting(file: string, agent: PracticeAgent | undefined): string[] {
  const { password, names } = JSON.parse(readFileSync(file, 'utf8')) as { password: string; names: string[] };
  const cast = CAST.filter((name) => names.includes(name));
  const shown = cast.length > 0 ? cast : names.slice(0, 6);
  return [
    `Practice sign-in names: ${shown.join(', ')} … (${names.length} in all, listed on the sign-in page)`,
    `Practice password of this folder: ${password}`,
    ...(agent === undefined ? [] : [deviceLine(agent)]),
  ];
}

function deviceLine(agent: PracticeAgent): string {
  return `Practice signing device, open it once in your browser: ${agent.openUrl}`;
}

import { createHash } from 'node:crypto';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { Devices } from '@antin/adapters/devices/shared';
import { PRACTICE_OFFICERS } from '@antin/authority/officers/seed';
import { allOfficers, bindCertificate } from '@antin/authority/officers/store';
import { subjectName } from '@antin/authority/issuance/rules';
import type { AuthorityService } from '@antin/authority/service';
import { certify } from './certificates.ts';
import type { SeedDoors } from './doors.ts';

export interface OfficersDoors {
  readonly db: AnyDatabase;
  readonly authority: AuthorityService;
  readonly devices: Devices;
  readonly agent: SeedDoors['agent'] & { readonly publicKey: Uint8Array };
  readonly password: string;
}

/** Officers of the practice authority, each with a key in the practice agent and its certificate bound. */
export async function seedOfficers({ db, authority, devices, agent, password }: OfficersDoors): Promise<void> {
  if ((await authority.console?.foundOfficers(PRACTICE_OFFICERS, password, false)) !== true) return;
  const officers = await allOfficers(db);
  const subjects = new Map(
    officers.map(({ signInName, fullName }) => [
      signInName,
      {
        profile: 'person',
        subject: { commonName: fullName, organization: 'Ấn Tín thực hành', title: 'Cán bộ chứng thực' },
        mail: `${signInName}@thuchanh.gov.vn.example`,
      } as const,
    ]),
  );
  const wanted = [...subjects].map(([key, { profile, subject }]) => ({ key, profile, subject: subjectName(subject) }));
  const issuers = authority.chain().map((one) => one.raw);
  const issued: { key: string; chain: Uint8Array[] }[] = [];
  for (const { key, csr } of await agent.enrol(wanted)) {
    issued.push({ key, chain: [(await certify(authority, { ...subjects.get(key)!, csr })).raw, ...issuers] });
  }
  await agent.accept(issued);
  await inTransaction(db, async (tx) => {
    for (const { key, chain } of issued) {
      const der = chain[0] as Uint8Array;
      const officer = officers.find((one) => one.signInName === key);
      if (officer === undefined) throw new Error(`the agent answered for ${key}, which nobody asked for`);
      await bindCertificate(tx, officer.id, der, createHash('sha256').update(der).digest('hex'));
    }
    await devices.jobs.registerAgent(tx, {
      publicKey: agent.publicKey,
      ...{ name: 'Thiết bị thực hành', holder: 'practice' },
      personIds: officers.map((one) => one.id),
      certificates: issued.map(({ chain }) => chain[0] as Uint8Array),
    });
  });
}

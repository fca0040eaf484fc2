import { subjectAttributes } from '@antin/authority/profiles/subject';
import { CITIZEN } from '@antin/authority/profiles/subscribers';
import type { AuthorityService } from '@antin/authority/service';
import { certify } from './certificates.ts';
import type { SeedDoors } from './doors.ts';

/** Somebody of the province who is no official: what only citizens' certificates allow can be tried on this one. */
const SOMEBODY = {
  surname: 'Lương',
  givenName: 'Thị Hồng Nhung',
  serialNumber: 'IDCVN-001190000077',
  commonName: 'Lương Thị Hồng Nhung',
} as const;

/** One citizen's public certificate (Decree 23/2025), its key in the practice agent like everybody's. */
export async function seedCitizen(authority: AuthorityService, agent: SeedDoors['agent']): Promise<void> {
  const subject = subjectAttributes(CITIZEN, SOMEBODY).map(([type, text]): [string, string] => [type, text]);
  const issuers = authority.chain().map((one) => one.raw);
  const issued: { key: string; chain: Uint8Array[] }[] = [];
  for (const { key, csr } of await agent.enrol([{ key: 'citizen:nhung', profile: 'person', subject }])) {
    const { raw } = await certify(authority, { profile: 'citizen', subject: SOMEBODY, csr });
    issued.push({ key, chain: [raw, ...issuers] });
  }
  await agent.accept(issued);
}

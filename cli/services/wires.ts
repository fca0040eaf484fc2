import type { Devices } from '@antin/adapters/devices/shared';
import type { AuthorityService } from '@antin/authority/service';
import type { SigningKey } from '@antin/signature/making/signer';
import type { ReportSeal } from './report-seal.ts';
import type { Service } from './service.ts';

/** A service with the object that other services of the same process may call. */
export interface AuthorityHere extends Service {
  /** @throws TypeError before `prepare` */
  authority(): AuthorityService;
}

/** What services of one process share beside the database. Filled while they are made, read after `prepare`. */
export interface Wires {
  /** The clock of the authority while documents of the past are seeded; undefined = now. */
  past?: Date | undefined;
  authority?: AuthorityHere;
  /** Page of the practice agent, once it runs. */
  agentPage?: () => string | undefined;
  /** Token agents, made by whoever needs them first. */
  devices?: Devices;
  /** Signs heads of journals, when one is configured. */
  journalSeal?: ReportSeal;
  /** In practice, where none is. */
  journalKey?: Promise<SigningKey>;
}

import { nodeCrypto } from '@antin/adapters/crypto/node';
import { ConfigFault } from '@antin/adapters/config/settings';
import { answerCache } from '@antin/adapters/sources/answer-cache';
import { openPolicyFolder, type PolicyByName } from '@antin/adapters/sources/policy-folder';
import { openTrustFolder } from '@antin/adapters/sources/trust-folder';
import type { TrustSource } from '@antin/agency/verification/trust-source';
import type { AuthorityService } from '@antin/authority/service';
import { configuredReportSeal, practiceReportSeal, type ReportSeal } from './report-seal.ts';
import type { ServiceContext } from './service.ts';
import { ofFolder, trustOf, withFolder } from './trust.ts';

type Here = Pick<ServiceContext, 'settings' | 'clock' | 'log'>;
type Env = Readonly<Record<string, string | undefined>>;

/**
 * Whom this installation trusts: the authority of the process, the folder `ANTIN_TRUST`, or both.
 *
 * @throws {ConfigFault} with neither, nobody is trusted and every answer would be "not known"
 */
export function trustHere(
  { settings, clock, log }: Here,
  authority: (() => AuthorityService) | undefined,
  env: Env,
): TrustSource {
  const path = said(env, 'ANTIN_TRUST');
  if (path === undefined) {
    if (authority !== undefined) return trustOf(authority);
    throw new ConfigFault('without an authority in this process, ANTIN_TRUST must name the folder that says whom to trust');
  }
  const folder = openTrustFolder(path, {
    door: nodeCrypto,
    clock,
    cache: answerCache({ clock, maxBytes: 64 << 20 }),
    profile: settings.profile,
    onWarning: (code, message) => log.warn({ code }, message),
  });
  return authority === undefined ? ofFolder(folder) : withFolder(trustOf(authority), folder);
}

/** `ANTIN_POLICIES`. @throws {ConfigFault} */
export function policiesHere({ log }: Pick<Here, 'log'>, env: Env): PolicyByName | undefined {
  const path = said(env, 'ANTIN_POLICIES');
  if (path === undefined) return undefined;
  try {
    return openPolicyFolder(path, (code, message) => log.warn({ code }, message));
  } catch (fault) {
    throw new ConfigFault(`ANTIN_POLICIES cannot be read: ${(fault as Error).message}`);
  }
}

/** `ANTIN_REPORT_SEAL`, else in practice a seal by the authority of the process, else none. @throws {ConfigFault} */
export async function reportSealHere(
  { settings, clock, log }: Here,
  authority: (() => AuthorityService) | undefined,
  env: Env,
): Promise<ReportSeal | undefined> {
  const path = said(env, 'ANTIN_REPORT_SEAL');
  const { profile } = settings;
  if (path !== undefined) {
    const io = { stdin: process.stdin, stderr: process.stderr };
    return configuredReportSeal(path, { profile, clock, io });
  }
  if (profile === 'practice' && authority !== undefined) return practiceReportSeal(authority);
  log.warn('no ANTIN_REPORT_SEAL: printed reports are offered without a seal, and say so');
  return undefined;
}

function said(env: Env, name: string): string | undefined {
  const value = env[name];
  return value === '' ? undefined : value;
}

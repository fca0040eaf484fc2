import { parseCertificate } from '@antin/pki/x509/certificate';
import type { MachineAccount, MachineCertificate } from '@antin/protocol/authority/enrolment';
import type { RequestItem } from '@antin/protocol/certificates/request';
import { profileFor } from '../profiles/table.ts';
import type { FetchedRow, ListedAccount } from './list.ts';
import { dnsNamesOf } from './names.ts';
import { stateOf } from './rules.ts';

/** What a Form 03 says about the device; accounts are opened for nothing else. */
export function deviceOf(item: RequestItem) {
  const subject = item.act === 'new' || item.act === 'change' ? item.subject : undefined;
  if (subject?.form !== '03') throw new TypeError(`an account for ${item.act}, which is no device`);
  return { use: subject.use, profile: profileFor(subject), hostNames: subject.hostNames };
}

export function accountView(row: ListedAccount, now: Date): MachineAccount {
  const { id, kid, itemId, subject, agencyName, total, valid, keys } = row;
  const { closedAt, closedBy, closedByName, lastUsedAt, lastUsedOver, lastIssuedAt } = row;
  return {
    ...{ id, kid, itemId, subject, agencyName, keys, ...deviceOf(row.item) },
    openedAt: row.openedAt.toISOString(),
    openedBy: { id: row.openedBy, fullName: row.openedByName },
    expiresAt: row.expiresAt.toISOString(),
    ...(closedAt === null ? {} : { closedAt: closedAt.toISOString() }),
    ...(closedBy === null ? {} : { closedBy: { id: closedBy, fullName: closedByName ?? '' } }),
    state: stateOf(row, now.getTime()),
    ...(lastUsedAt === null || lastUsedOver === null ? {} : { lastUsed: { at: lastUsedAt.toISOString(), over: lastUsedOver } }),
    certificates: { total, valid, ...(lastIssuedAt === null ? {} : { lastIssuedAt: lastIssuedAt.toISOString() }) },
  };
}

export function certificateView(row: FetchedRow, now: Date): MachineCertificate {
  const { issuerSha256, serialHex, notBefore, notAfter, over, revokedAt } = row;
  return {
    issuerSha256: issuerSha256 as MachineCertificate['issuerSha256'],
    serialHex,
    hostNames: [...dnsNamesOf(parseCertificate(new Uint8Array(row.der)))],
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
    state: revokedAt !== null ? 'revoked' : notAfter <= now ? 'expired' : 'valid',
    ...(over === null ? {} : { over }),
    ...(revokedAt === null ? {} : { revokedAt: revokedAt.toISOString() }),
  };
}

import type { z } from 'zod';
import type { Officer as OfficerView, ProposedChange } from '@antin/protocol/authority/officers';
import type { BoundCertificate } from '@antin/protocol/authority/session';
import { nameText } from '@antin/pki/x509/name';
import { parseCertificate, serialHexOf } from '@antin/pki/x509/certificate';
import type { ChangeRecord } from './change-store.ts';
import { heldOn } from './rules.ts';
import type { RoleTerm } from './rules.ts';
import type { ListedOfficer } from './list-store.ts';

export function boundCertificate(held: {
  readonly certificate: Uint8Array | undefined;
  readonly certificateSha256: string | undefined;
}): { certificate?: z.input<typeof BoundCertificate> } {
  if (held.certificate === undefined || held.certificateSha256 === undefined) return {};
  const certificate = parseCertificate(held.certificate);
  return {
    certificate: {
      sha256: held.certificateSha256,
      subject: nameText(certificate.subject),
      serialHex: serialHexOf(certificate.serialNumber),
      notAfter: new Date(certificate.notAfter).toISOString(),
    },
  };
}

export function officerView(one: ListedOfficer, terms: readonly RoleTerm[], today: string): z.input<typeof OfficerView> {
  return {
    id: one.id,
    signInName: one.signInName,
    fullName: one.fullName,
    active: one.active,
    hasPassword: one.hasPassword,
    terms: terms.map(({ role, from, to }) => ({ role, from, ...(to === undefined ? {} : { to }) })),
    rolesToday: heldOn(terms, today),
    ...boundCertificate(one),
  };
}

export function changeView(one: ChangeRecord): z.input<typeof ProposedChange> {
  return {
    id: one.id,
    state: one.state,
    change: { ...one.change },
    ...(one.aboutId === null ? {} : { about: { id: one.aboutId, fullName: one.aboutName!, signInName: one.aboutSignInName! } }),
    proposedBy: { id: one.proposedBy, fullName: one.proposedByName },
    proposedAt: one.proposedAt.toISOString(),
    ...(one.decidedBy === null ? {} : { decidedBy: { id: one.decidedBy, fullName: one.decidedByName! } }),
    ...(one.decidedAt === null ? {} : { decidedAt: one.decidedAt.toISOString() }),
    ...(one.reason === null ? {} : { reason: one.reason }),
  };
}

import type { RequestItem } from '@antin/protocol/certificates/request';
import type { Certificate } from '@antin/pki/x509/certificate';
import type { AltName } from '../profiles/extensions.ts';
import type { ProfileName } from '../profiles/profile.ts';
import { subjectPartsOf } from '../profiles/subject.ts';
import { profileFor } from '../profiles/table.ts';
import type { Order } from './draft.ts';

type Asked = Extract<RequestItem, { act: 'new' | 'change' }>;
type Unkeyed = Omit<Order, 'spki'>;

/**
 * What a form of Decree 68/2024 becomes in a certificate. The office somebody holds does not stand there: title
 * certificates are not issued, authority is looked up in the directory of the day (domain.md §0).
 */
export function orderOfForm({ subject, managingAgency, id }: Pick<Asked, 'subject' | 'managingAgency' | 'id'>): Unkeyed {
  const place = { locality: managingAgency.place, organization: managingAgency.name };
  const profile = profileFor(subject);
  const common = { profile, requestId: id };
  switch (subject.form) {
    case '01':
      return {
        ...common,
        subject: {
          ...place,
          ...(subject.unit === undefined ? {} : { organizationalUnit: subject.unit }),
          commonName: subject.fullName,
        },
        altNames: [{ kind: 'rfc822', value: subject.mail }],
      };
    case '02':
      return { ...common, subject: { ...place, commonName: subject.name } };
    case '03':
      return { ...common, subject: { ...place, commonName: subject.name }, altNames: deviceNames(subject) };
  }
}

function deviceNames(subject: Extract<Asked['subject'], { form: '03' }>): AltName[] {
  if (subject.use === 'mail-gateway') return [{ kind: 'rfc822', value: subject.keeper.mail }];
  if (subject.use !== 'tls-server' && subject.use !== 'other') return [];
  return subject.hostNames.map((value) => ({ kind: 'dns', value }));
}

/** A renewal: the same holder and key as the certificate it follows, which it may outlive by what law allows. */
export function orderOfRenewal(profile: ProfileName, old: Certificate, requestId: string): Order {
  const altNames = (old.subjectAltName ?? []).flatMap((name): AltName[] =>
    name.kind === 'rfc822' || name.kind === 'dns' ? [{ kind: name.kind, value: name.value }] : [],
  );
  return {
    profile: profile as Order['profile'],
    subject: subjectPartsOf(old.subject),
    altNames,
    spki: old.spki,
    renewsUntil: old.notAfter,
    requestId,
  };
}

import { equalBytes } from '@antin/formats/bytes/bytes';
import { OID } from '@antin/pki/oids';
import type { CertificateFacts } from '@antin/pki/lint/facts';
import type { Rule } from '@antin/pki/lint/rule';
import type { Certificate } from '@antin/pki/x509/certificate';
import { latestEnd } from '../profiles/limits.ts';
import { SUBJECT_FIELDS } from '../profiles/profile.ts';
import type { Profile } from '../profiles/profile.ts';
import { ATTRIBUTE_TYPES } from '../profiles/subject.ts';

const DAY = 86_400_000;

const at = (time: CertificateFacts['notBefore']): number => time?.at ?? Number.NaN;

/** The extensions a profile gives, in its order; subjectAltName only where the order has names. */
function extensionsOf(profile: Profile, facts: CertificateFacts): string[] {
  const named = facts.extension(OID.subjectAltName) !== undefined && profile.altNames.length > 0;
  const policies = facts.extension(OID.certificatePolicies) !== undefined;
  return [
    OID.authorityKeyIdentifier,
    OID.subjectKeyIdentifier,
    OID.keyUsage,
    ...(profile.ca ? [OID.basicConstraints] : []),
    ...(profile.extKeyUsage.length > 0 ? [OID.extKeyUsage] : []),
    ...(policies ? [OID.certificatePolicies] : []),
    ...(named ? [OID.subjectAltName] : []),
    ...(profile.status === 'none' ? [] : [OID.cRLDistributionPoints, OID.authorityInfoAccess]),
    ...(profile.qcStatements === undefined ? [] : [OID.qcStatements]),
    ...(profile.noCheck ? [OID.idPkixOcspNoCheck] : []),
  ];
}

/** What a profile, its issuer and the scope's moment say beside the standards; findings join those of `pki/lint`. */
export function profileRules(profile: Profile, issuer: Certificate): readonly Rule<CertificateFacts>[] {
  const severity = 'error';
  const order = profile.subject.map(({ field }) => ATTRIBUTE_TYPES[SUBJECT_FIELDS[field].type]);
  return [
    {
      id: 'profile.issuer-name',
      severity,
      clause: 'RFC 5280 §4.1.2.4',
      check: ({ issuer: name }) => name !== undefined && equalBytes(name.raw, issuer.subject.raw),
    },
    {
      id: 'profile.issuer-key',
      severity,
      clause: 'RFC 5280 §4.2.1.1',
      check(facts) {
        const found = facts.value(OID.authorityKeyIdentifier)?.keyIdentifier;
        const wanted = issuer.subjectKeyIdentifier;
        return found !== undefined && wanted !== undefined && equalBytes(found, wanted);
      },
    },
    {
      id: 'profile.issuers-own-key',
      severity,
      clause: 'one key is one holder',
      check: ({ publicKey }) => publicKey !== undefined && !equalBytes(publicKey, issuer.publicKey),
    },
    {
      id: 'profile.within-issuer',
      severity,
      clause: 'a certificate that outlives its issuer cannot be verified on its last days',
      check: ({ notBefore, notAfter }) => at(notBefore) >= issuer.notBefore && at(notAfter) <= issuer.notAfter,
    },
    {
      id: 'profile.begins-late',
      severity,
      clause: 'profile',
      check: ({ notBefore }, { moment }) => moment !== undefined && at(notBefore) <= moment.now + DAY,
    },
    {
      id: 'profile.too-long',
      severity,
      clause: 'the limits of its day',
      check({ notBefore, notAfter }, { moment }) {
        return at(notAfter) <= latestEnd(profile.limit, at(notBefore), moment?.renewsUntil);
      },
    },
    {
      id: 'profile.subject-order',
      severity,
      clause: 'profile',
      check({ subject }) {
        let last = -1;
        return (subject?.attributes ?? []).every(({ type }) => {
          const place = order.indexOf(type);
          const follows = place > last;
          last = place;
          return follows;
        });
      },
    },
    {
      id: 'profile.extensions',
      severity,
      clause: 'profile: nothing comes from a request',
      check(facts) {
        const found = (facts.extensions ?? []).map(({ oid }) => oid);
        const wanted = extensionsOf(profile, facts);
        return (found.length === wanted.length && found.every((oid, i) => oid === wanted[i])) || found.join(' ');
      },
    },
    {
      id: 'profile.key-usage',
      severity,
      clause: 'profile',
      check(facts) {
        const usage = facts.value(OID.keyUsage);
        const purposes = facts.value(OID.extKeyUsage) ?? [];
        return (
          usage?.size === profile.keyUsage.length &&
          profile.keyUsage.every((bit) => usage.has(bit)) &&
          purposes.join() === profile.extKeyUsage.join()
        );
      },
    },
    {
      id: 'profile.ca-flag',
      severity,
      clause: 'RFC 5280 §4.2.1.9',
      check: ({ ca }) => ca === profile.ca,
    },
  ];
}

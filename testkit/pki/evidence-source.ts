import type { Evidence, EvidenceSource } from '@antin/signature/making/evidence';
import type { TimeStampSource } from '@antin/signature/making/time-stamp-source';
import { nameText } from '@antin/pki/x509/name';
import type { TestPki, TokenOptions } from './types.ts';

const NONE: Evidence = { certificates: [], crls: [], ocsps: [] };

/**
 * The services of a test PKI as `extend` asks them: OCSP answers for people and authorities, lists for CAs and responders.
 * `asked` collects what was asked, in words.
 */
export function evidenceSource(
  pki: TestPki,
  at: () => number,
  options: { readonly prefer?: 'ocsp' | 'crl'; readonly asked?: string[] } = {},
): EvidenceSource {
  const names = Object.keys(pki.description.entities);
  // Naming every entity would make its key: only those of the asked name and kind are looked at.
  const nameOf = (subject: string): string | undefined =>
    names.find((name) => {
      const words = pki.description.entities[name]?.subject.map(([, text]) => text) ?? [];
      return words.every((word) => subject.includes(word)) && nameText(pki.certificate(name).subject) === subject;
    });
  return (certificate, issuer) => {
    options.asked?.push(`${nameText(certificate.subject)}${issuer === undefined ? ' (issuer)' : ''}`);
    if (issuer === undefined) {
      const name = nameOf(nameText(certificate.issuer));
      return Promise.resolve(name === undefined ? NONE : { ...NONE, certificates: [pki.certificate(name).raw] });
    }
    const name = nameOf(nameText(issuer.subject));
    if (name === undefined) return Promise.resolve(NONE);
    const list =
      options.prefer === 'crl' || certificate.basicConstraints?.ca === true || certificate.authorityInfoAccess.ocsp.length === 0;
    if (list) return Promise.resolve({ ...NONE, crls: [pki.crlAt(at(), name)] });
    return Promise.resolve({ ...NONE, ocsps: [pki.ocspAt(certificate, at())] });
  };
}

export function timeStampSource(pki: TestPki, at: () => number, options?: TokenOptions): TimeStampSource {
  return (imprint) => Promise.resolve(pki.timeStampToken(imprint, at(), options));
}

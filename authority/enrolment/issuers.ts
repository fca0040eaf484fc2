import { equalBytes } from '@antin/formats/bytes/bytes';
import { parseCertificate, type Certificate } from '@antin/pki/x509/certificate';

/** Deeper than any hierarchy here. */
const MAX_DEPTH = 8;

/**
 * Who issued what, among the CAs in use: generations of one series share a name, so the key decides where it is said.
 *
 * @param among asked each time, because CAs follow one another
 */
export function issuersAmong(among: () => Promise<readonly Certificate[]>) {
  async function of(certificate: Certificate): Promise<Certificate | undefined> {
    const wanted = certificate.authorityKeyIdentifier?.keyIdentifier;
    return (await among()).find(
      ({ subject, subjectKeyIdentifier }) =>
        equalBytes(subject.raw, certificate.issuer.raw) &&
        (wanted === undefined || (subjectKeyIdentifier !== undefined && equalBytes(subjectKeyIdentifier, wanted))),
    );
  }
  return {
    of,
    async byKey(keyIdentifier: Uint8Array): Promise<readonly Certificate[]> {
      const all = await among();
      return all.filter((one) => one.subjectKeyIdentifier !== undefined && equalBytes(one.subjectKeyIdentifier, keyIdentifier));
    },
    /** The certificate and its issuers, nearest first, without the root, which whoever verifies must have; DER. */
    async chainOf(der: Uint8Array): Promise<readonly Uint8Array[]> {
      const chain = [parseCertificate(der)];
      while (chain.length < MAX_DEPTH) {
        const issuer = await of(chain.at(-1)!);
        if (issuer === undefined || equalBytes(issuer.subject.raw, issuer.issuer.raw)) break;
        chain.push(issuer);
      }
      return chain.map(({ raw }) => raw);
    },
  };
}

import { createHash } from 'node:crypto';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { equalBytes } from '@antin/formats/bytes/bytes';
import { checkSignature } from '@antin/pki/path/signature-check';
import {
  basicConstraints,
  aki,
  buildTbsCertificate,
  certificateFrom,
  certificatePolicies,
  keyUsage,
  ski,
} from '@antin/pki/x509/build';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { Db } from '@antin/adapters/db/transaction';
import { AuthorityFault } from '../fault.ts';
import { recordEvent } from '../journal/record.ts';
import type { CertifiedKey } from '../keys/signing-key.ts';
import type { Generation } from './rules.ts';
import { insertLink } from './store.ts';
import type { Link } from './store.ts';
import { drawSerial } from './serial.ts';

/** 2.5.29.32.0: a link says that two keys are one CA's, and takes no policy away. */
const ANY_POLICY = '2.5.29.32.0';

/**
 * The bytes of a link certificate (RFC 4210 §4.4): `signer` says of `subject`, another generation of the same name, that it
 * is the same CA. Valid while both are. Self-issued, so it does not count against a path length of zero.
 *
 * @throws {AuthorityFault} `ca.link` when the names differ or they never live at the same time
 */
export function linkTbs(
  signer: Pick<CertifiedKey, 'certificate' | 'algorithmIdentifier'>,
  subject: Pick<Generation, 'certificate'>,
  serialNumber: Uint8Array = drawSerial(nodeSecrets),
): Uint8Array {
  const { certificate: from } = signer;
  const { certificate: to } = subject;
  if (!equalBytes(from.subject.raw, to.subject.raw)) {
    throw new AuthorityFault('ca.link', 'generations with different names are cross-certified in a ceremony, not linked');
  }
  const notBefore = Math.max(from.notBefore, to.notBefore);
  const notAfter = Math.min(from.notAfter, to.notAfter);
  if (notAfter <= notBefore || from.subjectKeyIdentifier === undefined || to.subjectKeyIdentifier === undefined) {
    throw new AuthorityFault('ca.link', 'the two generations never live at the same time');
  }
  return buildTbsCertificate({
    serialNumber,
    signatureAlgorithm: signer.algorithmIdentifier,
    issuer: from.subject.raw,
    notBefore,
    notAfter,
    subject: to.subject.raw,
    spki: to.spki,
    extensions: [
      aki(from.subjectKeyIdentifier),
      ski(to.subjectKeyIdentifier),
      keyUsage('keyCertSign', 'cRLSign'),
      basicConstraints(true, to.basicConstraints?.pathLength),
      certificatePolicies([ANY_POLICY]),
    ],
  });
}

/** Signs and keeps one link. @throws {AuthorityFault} `ca.link`, `keys.*`, `ca.tbs-refused` */
export async function signLink(
  db: Db,
  signer: CertifiedKey & { readonly generation: Generation },
  subject: Generation,
  now: number,
): Promise<Link> {
  const tbs = linkTbs(signer, subject);
  const der = certificateFrom(tbs, signer.algorithmIdentifier, await signer.key.sign('link', tbs));
  const certificate = parseCertificate(der);
  if (!equalBytes(certificate.tbs, tbs) || checkSignature(certificate, signer.certificate.spki, nodeCrypto, false) !== 'valid') {
    throw new AuthorityFault('ca.link', 'the link that came back is not the link that was meant');
  }
  const kind = signer.generation.generation < subject.generation ? 'new-with-old' : 'old-with-new';
  const link: Link = { signerSha256: signer.generation.issuerSha256, subjectSha256: subject.issuerSha256, kind, der };
  await inTransaction(db, async (tx) => {
    await insertLink(tx, link, now);
    const { signerSha256, subjectSha256 } = link;
    const tbsSha256 = createHash('sha256').update(tbs).digest('hex');
    await recordEvent(tx, now, 'ca.link-signed', certificate.serialHex, { signerSha256, subjectSha256, kind, tbsSha256 });
  });
  return link;
}

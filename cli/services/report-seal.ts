import { nodeSecrets } from '@antin/adapters/crypto/node';
import type { AuthorityService } from '@antin/authority/service';
import type { SigningKey } from '@antin/signature/making/signer';

/**
 * The seal under printed verification reports, in practice: a key of this process, certified by the practice authority when the first
 * report is asked for, gone with the process. A production installation has its own.
 */
export function practiceReportSeal(authority: () => AuthorityService): () => Promise<SigningKey> {
  let made: Promise<SigningKey> | undefined;
  // What failed once is tried again.
  return () => (made ??= make(authority()).catch((fault: unknown) => ((made = undefined), Promise.reject(fault as Error))));
}

async function make(authority: AuthorityService): Promise<SigningKey> {
  const { pkcs8, spki } = nodeSecrets.generateKeyPair('p-256');
  const algorithm = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
  const issued = await authority.issueCertificate({
    profile: 'organisation',
    subject: { commonName: 'BỘ PHẬN KIỂM TRA CHỮ KÝ (THỰC HÀNH)', organization: 'Ấn Tín' },
    spki,
  });
  if (issued.status === 'refused') throw new Error(`the authority refused the seal of reports: ${issued.code}`);
  return {
    certificate: issued.certificate,
    chain: authority.chain(),
    algorithm,
    sign: (data) => Promise.resolve(nodeSecrets.sign(pkcs8, algorithm, data)),
  };
}

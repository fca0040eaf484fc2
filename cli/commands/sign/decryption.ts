import { nodePdfCiphers } from '@antin/adapters/crypto/pdf-ciphers';
import type { PdfDecryption } from '@antin/formats/pdf/encryption';
import type { Io } from '../../io.ts';
import { readSecret } from './secret.ts';

/** For PDF files that a password opens; without effect on others. @throws {SignFault} `secret.*` @throws {SecretFileFault} */
export async function decryptionFrom(file: string | undefined, io: Io): Promise<PdfDecryption | undefined> {
  if (file === undefined) return undefined;
  const secret = await readSecret(file, 'password that opens the PDF', io);
  try {
    return { password: secret.toString('utf8'), ciphers: nodePdfCiphers };
  } finally {
    secret.fill(0);
  }
}

import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { PdfCiphers } from '@antin/formats/pdf/security-handler';

/** What passwords of PDF files need, by `node:crypto`. MD5 stands there because ISO 32000-2 §7.6.4 derives keys with it. */
export const nodePdfCiphers: PdfCiphers = {
  md5: (data) => new Uint8Array(createHash('md5').update(data).digest()),
  sha2: (bits, data) => new Uint8Array(createHash(`sha${bits}`).update(data).digest()),
  aesCbc(direction, key, iv, data) {
    const name = key.length === 32 ? 'aes-256-cbc' : 'aes-128-cbc';
    const cipher = direction === 'encrypt' ? createCipheriv(name, key, iv) : createDecipheriv(name, key, iv);
    cipher.setAutoPadding(false);
    return new Uint8Array(Buffer.concat([cipher.update(data), cipher.final()]));
  },
};

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FormatFault } from '@antin/formats/fault';
import { corpus } from '@antin/testkit/corpora';
import { pdfsig, qpdfCheck, tools } from '@antin/testkit/pdf/outside';
import { signedPdf, testKey } from '@antin/testkit/pdf/signing';
import { SignatureFault } from '../fault.ts';

/** Files that must be refused, and why. Everything else in the corpora must be signed. Names ending in `*` are prefixes. */
const refused: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'pyhanko-pdf': {
    'pdf.encrypted': [
      'embedded-encrypted-nocf.pdf',
      'malformed-encrypt-dict*',
      'minimal-aes256*',
      'minimal-pubkey-*',
      'minimal-rc4.pdf',
      'minimal-two-fields-aes256.pdf',
      'minimal-two-fields-pubkey-*',
      'minimal-with-field-aes256.pdf',
      'minimal-with-field-pubkey-*',
      'minimal-with-field-rc4.pdf',
      'pubkey-*',
      'signed-encrypted-pubkey-with-catalog-ref.pdf',
    ],
    'pdf.header': ['minimal-illegal-header.pdf'],
    'pdf.object-mismatch': ['minimal-annotless.pdf'],
    'pdf.object-stream': ['broken-objstream1.pdf', 'broken-objstream2.pdf', 'broken-objstream3.pdf', 'broken-objstream6.pdf'],
    'pdf.startxref': ['minimal-startxref-hopeless2.pdf', 'minimal-startxref-hopeless3.pdf'],
    'pdf.xref-damaged': [
      'malformed-xref-space-padded.pdf',
      'minimal-badxref.pdf',
      'minimal-startxref-hopeless.pdf',
      'minimal-startxref-obo*',
    ],
    'pdf.xref-size': ['minimal-broken-xref-size.pdf'],
    'pades.form-damaged': ['form-tree-circular-ref-input.pdf'],
    'pades.locked-by-certification': ['certified-with-indirect-refs-in-dir.pdf'],
  },
  'libpdf-pdf': {
    'pdf.encrypted': ['encryption/AES*', 'encryption/PasswordSample-*', 'encryption/issue17069.pdf'],
    'pdf.header': ['malformed/PDFBOX-6040-nodeloop.pdf'],
    'pdf.startxref': [
      'malformed/pdfbox/PDFBOX-3208.pdf',
      'malformed/pdfbox/PDFBOX-378*',
      'malformed/pdfbox/PDFBOX-3948.pdf',
      'malformed/pdfbox/PDFBOX-3949.pdf',
      'malformed/pdfbox/PDFBOX-395*',
      'malformed/pdfbox/PDFBOX-3977.pdf',
      'malformed/pdfbox/PDFBOX-433*',
    ],
    'pdf.xref-damaged': ['malformed/pdfbox/PDFBOX-3940.pdf'],
    'pdf.xref-size': ['malformed/pdfbox/PDFBOX-5025.pdf', 'malformed/xref-off-by-one.pdf'],
  },
};

const counts = { 'pyhanko-pdf': { files: 130, signed: 87 }, 'libpdf-pdf': { files: 51, signed: 29 } } as const;

function expectedCode(name: string, file: string): string | undefined {
  const matches = (pattern: string): boolean =>
    pattern.endsWith('*') ? file.startsWith(pattern.slice(0, -1)) : file === pattern;
  return Object.entries(refused[name] ?? {}).find(([, patterns]) => patterns.some(matches))?.[0];
}

const key = testKey('Người ký thử', 'rsa-2048');

describe.each(['pyhanko-pdf', 'libpdf-pdf'] as const)('corpus %s', (name) => {
  const folder = corpus(name);
  const files = folder ? globSync('**/*.pdf', { cwd: folder }).sort() : [];

  it.skipIf(!folder)('is whole', () => {
    expect(files).toHaveLength(counts[name].files);
    expect(files.filter((file) => !expectedCode(name, file))).toHaveLength(counts[name].signed);
  });

  it.skipIf(!folder || !tools.pdfsig || !tools.qpdf).each(files)(
    '%s is signed and verifies elsewhere, or is refused by its code',
    async (file) => {
      const input = new Uint8Array(readFileSync(join(folder as string, file)));
      const code = expectedCode(name, file);
      let output: Uint8Array;
      try {
        output = await signedPdf(input, key, { reason: 'Kiểm thử' });
      } catch (fault) {
        // Anything but these two classes is a crash.
        if (!(fault instanceof FormatFault) && !(fault instanceof SignatureFault)) throw fault;
        expect(fault.code).toBe(code);
        return;
      }
      expect(code).toBeUndefined();
      expect(Buffer.compare(output.subarray(0, input.length), input)).toBe(0);
      // pdfsig counts empty signature fields too.
      const before = pdfsig(input);
      const after = pdfsig(output);
      expect([after.signatures, after.valid], after.text).toEqual([before.signatures + 1, before.valid + 1]);
      const check = qpdfCheck(output);
      if (check.status !== 0) expect(qpdfCheck(input).status, check.text).toBe(check.status);
    },
  );
});

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodePem } from '@antin/pki/pem';

export const xmlsecVersion: string | undefined = (() => {
  const { status, stdout } = spawnSync('xmlsec1', ['--version'], { encoding: 'utf8' });
  if (status === 0) return stdout.trim();
  console.warn('SKIPPED: xmlsec1 is not installed, no second opinion on XML signatures');
  return undefined;
})();

export interface XmlsecAnswer {
  readonly ok: boolean;
  readonly text: string;
}

const IDS = [
  '--id-attr:Id',
  'http://uri.etsi.org/01903/v1.3.2#:SignedProperties',
  '--id-attr:Id',
  'http://www.w3.org/2000/09/xmldsig#:Object',
  '--id-attr:Id',
  'letter',
];

/**
 * What xmlsec1 says about one signature of a document, with the public key of `certificate`; trust is not asked.
 *
 * @param files content outside the document, by its path beside it
 * @param index which signature, from 0
 */
export function xmlsecVerify(
  xml: Uint8Array,
  certificate: Uint8Array,
  { files = {}, index = 0 }: { readonly files?: Readonly<Record<string, Uint8Array>>; readonly index?: number } = {},
): XmlsecAnswer {
  const folder = mkdtempSync(join(tmpdir(), 'antin-xmlsec-'));
  try {
    for (const [name, bytes] of Object.entries({
      ...files,
      'in.xml': xml,
      'signer.pem': encodePem('CERTIFICATE', certificate),
    })) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
    const place = ['--node-xpath', `(//*[local-name()='Signature'])[${index + 1}]`];
    const args = ['--verify', ...IDS, ...place, '--pubkey-cert-pem', 'signer.pem', 'in.xml'];
    const { status, stdout, stderr } = spawnSync('xmlsec1', args, { cwd: folder, encoding: 'utf8' });
    return { ok: status === 0, text: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A signature template filled in by xmlsec1; the key stands in a folder that is gone afterwards. */
export function xmlsecSign(
  template: string,
  { pkcs8, certificate }: { readonly pkcs8: Uint8Array; readonly certificate: Uint8Array },
): string {
  const folder = mkdtempSync(join(tmpdir(), 'antin-xmlsec-'));
  try {
    writeFileSync(join(folder, 'key.pem'), encodePem('PRIVATE KEY', pkcs8), { mode: 0o600 });
    writeFileSync(join(folder, 'signer.pem'), encodePem('CERTIFICATE', certificate));
    writeFileSync(join(folder, 'in.xml'), template);
    const args = ['--sign', ...IDS, '--id-attr:Id', 'so', '--privkey-pem', 'key.pem,signer.pem', 'in.xml'];
    const { status, stdout, stderr } = spawnSync('xmlsec1', args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`xmlsec1 did not sign: ${stderr}`);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { encodePem } from '@antin/pki/pem';
import { writePkcs12 } from '@antin/pki/pkcs12/write';
import { JSON_TEXT, PDF, TEXT, XML } from '../making/make.ts';
import { pki } from '../making/people.ts';

const MINUTE = 60_000;

/** The present, in whole seconds: engines that sign look at the real clock. */
export const NOW = Math.floor(Date.now() / 1000) * 1000;
/** Of the lists: after the signature time-stamps, before the archive time-stamps. */
const LISTS_AT = NOW - 30 * MINUTE;

const LISTS = ['root', 'issuing', 'issuingRsa'];
export const crls = (at = LISTS_AT): Uint8Array[] => LISTS.map((name) => pki.crlAt(at, name));

export const CONTENTS = { pdf: PDF, xml: XML, txt: TEXT, json: JSON_TEXT } as const;
export const SIGNERS = ['p256', 'rsa2048', 'p521', 'ed25519'] as const;

/** A folder with all that others need to sign: keys, trust, lists, contents, and `out` for what they make. Its keys live as long as the run. */
export function desk(): string {
  const folder = mkdtempSync(join(tmpdir(), 'antin-theirs-'));
  mkdirSync(join(folder, 'out'));
  const put = (name: string, content: Uint8Array | string): void => writeFileSync(join(folder, name), content, { mode: 0o600 });
  // ASCII: Java takes nothing else for PBES2.
  const password = Buffer.from(nodeSecrets.random(12)).toString('hex');
  put('pass', password);
  put('at', String(NOW));
  for (const name of [...SIGNERS, 'tsa', 'tsaRsa']) {
    const { pkcs8 } = pki.entity(name);
    const certificates = [pki.certificate(name), ...pki.chain(name)].map((one) => one.raw);
    put(`${name}.p12`, writePkcs12({ pkcs8, certificates, friendlyName: name }, password, nodeSecrets, { iterations: 2048 }));
    put(`${name}.key`, encodePem('PRIVATE KEY', pkcs8));
    const [own, ...chain] = certificates.map((one) => encodePem('CERTIFICATE', one));
    put(`${name}.pem`, own as string);
    put(`${name}.chain.pem`, chain.join('\n'));
  }
  put('root.cer', pki.certificate('root').raw);
  for (const [i, list] of crls().entries()) put(`${LISTS[i]}.crl`, list);
  for (const [ending, content] of Object.entries(CONTENTS)) put(`letter.${ending}`, content);
  return folder;
}

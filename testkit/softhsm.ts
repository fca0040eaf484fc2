import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cryptoki } from '@antin/adapters/pkcs11/cryptoki';

const PLACES = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
];

/** Path of SoftHSM's module, or undefined with a loud line: CI installs it, so nothing is skipped there. */
export function softHsmModule(): string | undefined {
  const found = PLACES.find((place) => existsSync(place));
  if (found === undefined) console.warn('SKIPPED: SoftHSM2 is not installed (Debian: softhsm2); token tests do not run');
  return found;
}

export interface SoftToken {
  readonly module: string;
  /** Environment for processes that use the token; also set in this process. */
  readonly env: { readonly SOFTHSM2_CONF: string };
  readonly pin: string;
  close(): void;
}

/**
 * A SoftHSM token in a folder of its own, with keys and certificates as a vendor's software would leave them.
 *
 * `certificateId` other than `id` makes the quirk of the field: certificate and key not linked by CKA_ID.
 */
export async function softToken(
  module: string,
  label: string,
  entries: readonly {
    readonly pkcs8: Uint8Array;
    readonly certificate: Uint8Array;
    readonly id: string;
    readonly certificateId?: string;
  }[],
): Promise<SoftToken> {
  const folder = mkdtempSync(join(tmpdir(), 'antin-softhsm-'));
  mkdirSync(join(folder, 'tokens'));
  const conf = join(folder, 'softhsm2.conf');
  writeFileSync(conf, `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  process.env['SOFTHSM2_CONF'] = conf;
  const pin = '482913';
  const util = (...args: string[]) => execFileSync('softhsm2-util', args, { stdio: 'pipe', env: { ...process.env } });
  util('--init-token', '--free', '--label', label, '--pin', pin, '--so-pin', '87654321');
  for (const entry of entries) {
    const path = join(folder, 'key.pem');
    const key = createPrivateKey({ key: Buffer.from(entry.pkcs8), format: 'der', type: 'pkcs8' });
    writeFileSync(path, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    util('--import', path, '--token', label, '--label', 'key', '--id', entry.id, '--pin', pin);
    rmSync(path);
  }
  await writeCertificates(module, label, pin, entries);
  return { module, env: { SOFTHSM2_CONF: conf }, pin, close: () => rmSync(folder, { recursive: true, force: true }) };
}

async function writeCertificates(
  module: string,
  label: string,
  pin: string,
  entries: readonly { readonly certificate: Uint8Array; readonly id: string; readonly certificateId?: string }[],
): Promise<void> {
  const { default: koffi } = await import('koffi');
  const { Cryptoki: Binding } = await import('@antin/adapters/pkcs11/cryptoki');
  const cryptoki: Cryptoki = new Binding(koffi, module);
  cryptoki.initialize();
  const slot = cryptoki.slots().find((candidate) => cryptoki.tokenInfo(candidate).label === label) as number;
  const session = cryptoki.openSession(slot, { write: true });
  cryptoki.login(session, 1, Buffer.from(pin));
  for (const entry of entries) {
    const id = Buffer.from(entry.certificateId ?? entry.id, 'hex');
    cryptoki.createObject(session, [
      [0x0, 1], // CKA_CLASS = CKO_CERTIFICATE
      [0x1, true], // CKA_TOKEN
      [0x80, 0], // CKA_CERTIFICATE_TYPE = CKC_X_509
      [0x3, Buffer.from('certificate')], // CKA_LABEL
      [0x101, Buffer.from('3000', 'hex')], // CKA_SUBJECT
      [0x102, id], // CKA_ID
      [0x11, Buffer.from(entry.certificate)], // CKA_VALUE
    ]);
  }
  cryptoki.logout(session);
  cryptoki.closeSession(session);
  cryptoki.finalize();
}

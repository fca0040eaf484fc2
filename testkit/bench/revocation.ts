import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { buildTbsCertList, crlFrom, encodeRevokedEntry } from '@antin/pki/crl/build';
import { parseCrl } from '@antin/pki/crl/parse';
import { digestOf } from '@antin/pki/crypto';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { once, pki } from './desk.ts';
import type { Contest, Figure, Planned } from './figure.ts';

const ENTRIES = 100_000;
const DAY = 86_400_000;

/** A list of 100,000 revoked certificates with serial numbers of 16 bytes, as public authorities have them. */
function longList(): Uint8Array {
  return once('long list', () => {
    const ca = pki.entity('issuing');
    const identifier = signatureAlgorithmIdentifier(ca.algorithm);
    const tbs = buildTbsCertList({
      signatureAlgorithm: identifier,
      issuer: ca.certificate.subject.raw,
      thisUpdate: pki.now,
      nextUpdate: pki.now + 7 * DAY,
      crlNumber: 1,
      authorityKeyIdentifier: ca.certificate.subjectKeyIdentifier as Uint8Array,
      entries: Array.from({ length: ENTRIES }, (_, i) =>
        encodeRevokedEntry({ serialNumber: serialOf(i), revokedAt: pki.now - (i % 700) * DAY, ...(i % 3 ? {} : { reason: 1 }) }),
      ),
    });
    return crlFrom(tbs, identifier, ca.signNow(tbs));
  });
}

function serialOf(i: number): Uint8Array {
  const serial = new Uint8Array(16).fill(0x5a);
  new DataView(serial.buffer).setUint32(8, Math.imul(i, 0x9e3779b1));
  new DataView(serial.buffer).setUint32(12, i);
  return serial;
}

/** From its bytes to the answer, for the last certificate of the list and for one that is not on it; against one SHA-256 pass. */
export const LOOKUP: Planned = { name: `revocation/crl-lookup/${ENTRIES}-entries`, make: lookup };
export const LOOKUP_MEMORY = `revocation/crl-memory/${ENTRIES}-entries`;

function lookup(): Omit<Contest, 'name'> {
  const raw = longList();
  const wanted = [serialOf(ENTRIES - 1), serialOf(ENTRIES)];
  let turn = 0;
  return {
    work() {
      const crl = parseCrl(raw);
      const i = turn++ & 1;
      if ((crl.find(wanted[i] as Uint8Array) === undefined) !== (i === 1)) throw new Error('the wrong answer');
    },
    limit: () => void digestOf(nodeCrypto, 'SHA-256', raw),
    asked: 0.1,
  };
}

/** What a process takes more than at rest that looks one certificate up, the bytes of the list included. */
export function lookupMemory(): Figure {
  const folder = mkdtempSync(join(tmpdir(), 'antin-bench-'));
  try {
    const path = join(folder, 'long.crl');
    writeFileSync(path, longList());
    const script = fileURLToPath(new URL('crl-peak.ts', import.meta.url));
    const serial = Buffer.from(serialOf(ENTRIES - 1)).toString('hex');
    const { stdout } = spawnSync(process.execPath, [script, path, serial], { encoding: 'utf8' });
    return { name: LOOKUP_MEMORY, unit: 'MB', ...(JSON.parse(stdout) as { value: number; limit: number; ratio: number }) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

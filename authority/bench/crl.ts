import { hash } from 'node:crypto';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { encodeRevokedEntry } from '@antin/pki/crl/build';
import { signedList } from '../status/crl.ts';
import { contest, here } from './measure.ts';
import type { Figure } from './measure.ts';
import { ECDSA, made, NOW } from './made.ts';

const ENTRIES = 100_000;
const BLOCK = 20_000;

/** Blocks of finished entries as the database hands them out: serials of 17 octets, most with a reason. */
export function blocksOfEntries(): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let from = 0; from < ENTRIES; from += BLOCK) {
    const entries = Array.from({ length: BLOCK }, (_, i) => {
      const serialNumber = new Uint8Array(17).fill(0x41);
      new DataView(serialNumber.buffer).setUint32(13, from + i);
      return encodeRevokedEntry({ serialNumber, revokedAt: NOW - i * 60_000, reason: i % 4 === 0 ? 0 : 4 });
    });
    blocks.push(new Uint8Array(Buffer.concat(entries)));
  }
  return blocks;
}

/** Built, signed and read again, against one SHA-256 pass over the same bytes plus one signature; 20 times that is asked. */
export async function crlFigure(): Promise<Figure> {
  const ca = made('CA');
  const blocks = blocksOfEntries();
  const build = () =>
    signedList(ca, {
      thisUpdate: NOW,
      nextUpdate: NOW + 86_400_000,
      number: NOW,
      blocks,
      entries: ENTRIES,
      idp: 'http://a/crl/a-1.crl',
    });
  const der = await build();
  const little = new Uint8Array(32);
  return contest(`authority/crl/build-and-sign/${ENTRIES}-entries`, {
    work: here(build, 300),
    limit: here(() => {
      hash('sha256', der, 'buffer');
      nodeSecrets.sign(ca.pkcs8, ECDSA, little);
    }, 100),
    asked: 0.05,
  });
}

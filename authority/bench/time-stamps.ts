import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { OID } from '@antin/pki/oids';
import { encodePem } from '@antin/pki/pem';
import { buildTimeStampRequest, nonceFrom } from '@antin/pki/tsp/request';
import { parseTimeStampResponse } from '@antin/pki/tsp/response';
import { stamper } from '../time-stamp/stamp.ts';
import { stampLog } from '../time-stamp/store.ts';
import { contest, fourDigits, here } from './measure.ts';
import type { Figure } from './measure.ts';
import { ECDSA, made, NOW } from './made.ts';

const TOGETHER = 64;

/** Stamps in process and with their records on disk, and `openssl ts` beside; against bare P-256 signatures over as many octets. */
export async function* timeStampFigures(db: AnyDatabase, folder: string): AsyncGenerator<Figure> {
  const tsa = made('TSA', OID.timeStamping);
  const parts = { tsa: () => tsa, chain: [], clock: () => NOW, trust: () => ({ trusted: true }) as const, last: 0 };
  const request = buildTimeStampRequest({
    digest: 'SHA-256',
    hash: randomBytes(32),
    nonce: nonceFrom(randomBytes(16)),
    certReq: true,
  });
  const bare = new Uint8Array(randomBytes(160));
  const limit = here(() => void nodeSecrets.sign(tsa.pkcs8, ECDSA, bare));
  const alone = stamper({ ...parts, record: () => Promise.resolve() });
  if (parseTimeStampResponse(await alone(request)).token === undefined) throw new Error('no stamp');
  yield await contest('authority/tsa/in-process/p-256', { work: here(() => alone(request)), limit, asked: 0.4 });

  const recorded = stamper({ ...parts, record: stampLog(db).record });
  const many = here(() => Promise.all(Array.from({ length: TOGETHER }, () => recorded(request))));
  yield await contest(`authority/tsa/recorded-${TOGETHER}-at-once/p-256`, { work: async () => (await many()) * TOGETHER, limit });
  const single = performance.now();
  for (let i = 0; i < 50; i++) await recorded(request);
  yield {
    name: 'authority/tsa/recorded-one-after-another',
    value: fourDigits(50_000 / (performance.now() - single)),
    unit: '1/s',
  };

  const peer = opensslTs(folder, tsa, request);
  const least = await limit();
  yield {
    name: 'peer/openssl-ts/one-process-each/p-256',
    value: fourDigits(peer),
    unit: '1/s',
    limit: fourDigits(least),
    ratio: fourDigits(peer / least),
  };
}

/** Rate by the clock: each stamp is a process. */
function opensslTs(folder: string, tsa: ReturnType<typeof made>, request: Uint8Array): number {
  const path = (name: string) => join(folder, name);
  writeFileSync(path('tsa.pem'), encodePem('CERTIFICATE', tsa.certificate.raw));
  writeFileSync(path('tsa.key'), encodePem('PRIVATE KEY', tsa.pkcs8), { mode: 0o600 });
  writeFileSync(path('q.tsq'), request);
  writeFileSync(path('serial'), '01\n');
  writeFileSync(
    path('ts.cnf'),
    `[tsa]\nserial = ${path('serial')}\nsigner_digest = sha256\ndefault_policy = 1.2.3\ndigests = sha256\naccuracy = secs:1\ness_cert_id_alg = sha256\n`,
  );
  const args = ['ts', '-reply', '-config', path('ts.cnf'), '-section', 'tsa', '-queryfile', path('q.tsq')];
  const from = performance.now();
  for (let i = 0; i < 20; i++) {
    execFileSync('openssl', [...args, '-signer', path('tsa.pem'), '-inkey', path('tsa.key'), '-out', path('r.tsr')], {
      stdio: 'ignore',
    });
  }
  return 20_000 / (performance.now() - from);
}

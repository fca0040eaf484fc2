import { nodeSecrets } from '@antin/adapters/crypto/node';
import type { KeyKind, SignatureAlgorithm } from '@antin/pki/crypto';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { buildTbsCertificate, certificateFrom } from '@antin/pki/x509/build';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { buildName } from '@antin/pki/x509/name';
import { drawSerial } from '../ca/serial.ts';
import { CA_USES, certifiedKey } from '../keys/signing-key.ts';
import { softwareKey } from '../keys/software-key.ts';
import { extensionsOf } from '../profiles/extensions.ts';
import { latestEnd } from '../profiles/limits.ts';
import { PROFILES } from '../profiles/table.ts';
import type { IssuingCa } from './ca.ts';

const ALGORITHMS: Partial<Record<KeyKind, SignatureAlgorithm>> = {
  'p-384': { scheme: 'ecdsa', digest: 'SHA-384' },
  'p-521': { scheme: 'ecdsa', digest: 'SHA-512' },
  'p-256': { scheme: 'ecdsa', digest: 'SHA-256' },
};

/** A root that issues by itself, in memory: for tests and benches of what needs no hierarchy. */
export function caForTests(
  kind: KeyKind,
  now: number,
  { pkcs8, spki } = nodeSecrets.generateKeyPair(kind),
  baseUrl = 'http://127.0.0.1:8080/authority',
): IssuingCa {
  const algorithm = ALGORITHMS[kind] ?? { scheme: 'rsa-pkcs1', digest: 'SHA-256' };
  const identifier = signatureAlgorithmIdentifier(algorithm);
  const addresses = { baseUrl, issuer: 'root', shards: 0 };
  const serialNumber = drawSerial(nodeSecrets);
  const extensions = extensionsOf(PROFILES.root, { keyIdentifier: undefined, addresses, policies: ['2.999.1'] });
  const name = buildName([
    ['C', 'VN'],
    ['O', 'Ấn Tín thử'],
    ['CN', `Gốc thử ${kind}`],
  ]);
  const notBefore = Math.floor(now / 1000) * 1000;
  const tbs = buildTbsCertificate({
    ...{ serialNumber, signatureAlgorithm: identifier, issuer: name, subject: name, spki, notBefore },
    notAfter: latestEnd('root', notBefore),
    extensions: extensions({ spki, serialNumber, altNames: [] }),
  });
  const certificate = parseCertificate(certificateFrom(tbs, identifier, nodeSecrets.sign(pkcs8, algorithm, tbs)));
  const key = softwareKey({ pkcs8, spki, algorithm, uses: CA_USES });
  return { ...certifiedKey(certificate, key), addresses: { ...addresses, shards: 4 }, policies: ['2.999.1'] };
}

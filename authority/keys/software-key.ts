import { createHash } from 'node:crypto';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { AuthorityFault } from '../fault.ts';
import type { CaKey, SigningKind } from './signing-key.ts';

/**
 * A key in this process's memory: practice only. It looks at the kind and not into the bytes: whoever owns this process
 * owns the key as well, and the pipeline has linted what it brings; the signer process is the one that reads again.
 *
 * @param spki of the certificate it stands under
 * @throws {AuthorityFault} `ca.key-mismatch` when the private key belongs to another public one
 */
export function softwareKey(input: {
  readonly pkcs8: Uint8Array;
  readonly spki: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly uses: readonly SigningKind[];
}): CaKey {
  const { pkcs8, spki, algorithm } = input;
  const uses = new Set(input.uses);
  const probe = new TextEncoder().encode('does this key belong to this certificate?');
  if (nodeCrypto.verify({ spki, algorithm, data: probe, signature: nodeSecrets.sign(pkcs8, algorithm, probe) }) !== 'valid') {
    throw new AuthorityFault('ca.key-mismatch', 'a key file of the authority does not fit its certificate');
  }
  return {
    id: createHash('sha256').update(spki).digest('hex'),
    spki,
    algorithm,
    async sign(kind, tbs) {
      if (!uses.has(kind)) throw new AuthorityFault('ca.tbs-refused', `the key refuses to sign: it is not for ${kind}`);
      return nodeSecrets.sign(pkcs8, algorithm, tbs);
    },
  };
}

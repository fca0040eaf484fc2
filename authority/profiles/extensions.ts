import { concatBytes } from '@antin/formats/bytes/bytes';
import { decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { readBitStringBytes } from '@antin/formats/der/values';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { digestOf } from '@antin/pki/crypto';
import {
  aki,
  authorityInfoAccess,
  basicConstraints,
  certificatePolicies,
  crlDistributionPoints,
  extKeyUsage,
  keyUsage,
  ocspNoCheck,
  ski,
  subjectAltName,
} from '@antin/pki/x509/build';
import { qcStatements } from '@antin/pki/x509/qc-statements';
import { crlUrl, issuerUrl, ocspUrl, shardOf } from './addresses.ts';
import type { Addresses } from './addresses.ts';
import type { Profile } from './profile.ts';

export interface AltName {
  readonly kind: 'rfc822' | 'dns';
  readonly value: string;
}

/** What differs from one certificate of a profile to the next. */
export interface HolderParts {
  readonly spki: Uint8Array;
  /** Octets of its BIT STRING, where they were read already. */
  readonly subjectPublicKey?: Uint8Array;
  readonly serialNumber: Uint8Array;
  readonly altNames: readonly AltName[];
}

/** RFC 5280 §4.2.1.2 method 1: SHA-1 of the key's octets, an identifier and no protection. */
function keyIdentifierOf({ spki, subjectPublicKey }: Pick<HolderParts, 'spki' | 'subjectPublicKey'>): Uint8Array {
  return digestOf(nodeCrypto, 'SHA-1', subjectPublicKey ?? readBitStringBytes(decodeDer(spki).children()[1] as DerNode));
}

/**
 * All extensions of a certificate, in the order of the profile, in pieces. Whatever a
 * profile and an issuer fix together is encoded once; the function that comes back adds what belongs to one holder.
 *
 * @param issuerKeyIdentifier of the issuer's certificate; undefined for a root, which points at itself
 * @param policies the issuer's own, written into every certificate beside those of the profile
 */
export function extensionsOf(
  profile: Profile,
  issuer: { readonly keyIdentifier: Uint8Array | undefined; readonly addresses: Addresses; readonly policies: readonly string[] },
): (holder: HolderParts) => Uint8Array[] {
  const { addresses } = issuer;
  const fixedAki = issuer.keyIdentifier === undefined ? undefined : aki(issuer.keyIdentifier);
  const uses = [keyUsage(...profile.keyUsage)];
  if (profile.ca) uses.push(basicConstraints(true, profile.pathLength));
  if (profile.extKeyUsage.length > 0) uses.push(extKeyUsage(...profile.extKeyUsage));
  const policies = [...profile.policies, ...issuer.policies];
  if (policies.length > 0) uses.push(certificatePolicies(policies));
  const ends: Uint8Array[] = [];
  if (profile.status !== 'none') {
    const ocsp = profile.status === 'crl-and-ocsp' ? [ocspUrl(addresses)] : [];
    ends.push(authorityInfoAccess({ ocsp, caIssuers: [issuerUrl(addresses)] }));
  }
  if (profile.qcStatements !== undefined) ends.push(qcStatements(profile.qcStatements));
  if (profile.noCheck) ends.push(ocspNoCheck());

  const beforeIdentifier = ski(new Uint8Array(20)).subarray(0, -20);
  const usesTogether = concatBytes(...uses);
  /** From the distribution point on, by shard. */
  const tails: (Uint8Array | undefined)[] = [];
  const tailOf = (serialNumber: Uint8Array): Uint8Array => {
    const shard = addresses.shards === 0 ? undefined : shardOf(serialNumber, addresses.shards);
    const point = () => (profile.status === 'none' ? [] : [crlDistributionPoints([crlUrl(addresses, shard)])]);
    return (tails[shard ?? 0] ??= concatBytes(...point(), ...ends));
  };

  return (holder) => {
    const { serialNumber, altNames } = holder;
    const keyIdentifier = keyIdentifierOf(holder);
    const own = [fixedAki ?? aki(keyIdentifier), beforeIdentifier, keyIdentifier, usesTogether];
    if (altNames.length > 0) own.push(subjectAltName(...altNames));
    own.push(tailOf(serialNumber));
    return own;
  };
}

import type { CaGenerations } from '../ca/generations.ts';
import { issuerBySha256 } from '../status/issuers.ts';
import type { IssuerOf, IssuingCa } from './ca.ts';
import type { Database } from './store.ts';

/**
 * The CA that answers for a profile now, with what it writes into certificates. How many shards it has is asked once a
 * process: a certificate keeps the shard it was made with, whatever the number later.
 *
 * @param parts.policies the authority's own, in every certificate
 */
export function issuersOf(parts: {
  readonly db: Database;
  readonly generations: CaGenerations;
  readonly baseUrl: string;
  readonly policies: readonly string[];
  readonly serialPrefix?: number;
}): IssuerOf {
  const { db, generations, baseUrl, policies, serialPrefix } = parts;
  const known = new Map<string, IssuingCa>();
  return async (profile) => {
    const issuer = await generations.issuerFor(profile);
    const { issuerSha256, name } = issuer.generation;
    let ca = known.get(issuerSha256);
    if (ca === undefined || ca.key !== issuer.key) {
      const shards = (await issuerBySha256(db, issuerSha256))?.shards ?? 0;
      const { certificate, key, algorithmIdentifier } = issuer;
      ca = { certificate, key, algorithmIdentifier, addresses: { baseUrl, issuer: name, shards }, policies };
      if (serialPrefix !== undefined) ca = { ...ca, serialPrefix };
      known.set(issuerSha256, ca);
    }
    return ca;
  };
}

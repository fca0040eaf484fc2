/** The full list of an issuer, beside its shards: the one without issuingDistributionPoint, for readers that know no shards. */
export const FULL_LIST = -1;

/** Most shards of one issuer: what a 16-bit column and a directory listing bear. */
export const MAX_SHARDS = 1024;

/**
 * Which of an issuer's `shards` lists a certificate belongs to: its serial number modulo their count. Fixed when the
 * certificate is made (its address stands in it) and kept with it: the count may change, the certificate cannot.
 *
 * @param serialNumber big-endian magnitude
 * @returns 0 … shards−1; undefined when the issuer has no shards and only the full list speaks of the certificate
 */
export function shardOf(serialNumber: Uint8Array, shards: number): number | undefined {
  if (shards === 0) return undefined;
  let rest = 0;
  for (const octet of serialNumber) rest = (rest * 256 + octet) % shards;
  return rest;
}

/** Where a list stands, as certificates and the list itself say it. @param shard from `shardOf`, or FULL_LIST */
export function crlUrl(baseUrl: string, issuerName: string, shard: number | undefined): string {
  return `${baseUrl}/crl/${crlFile(issuerName, shard)}`;
}

/** `issuing.crl`, `issuing-3.crl`. */
export function crlFile(issuerName: string, shard: number | undefined): string {
  return shard === undefined || shard === FULL_LIST ? `${issuerName}.crl` : `${issuerName}-${shard}.crl`;
}

/** The addresses a certificate of this authority points at. */
export interface Addresses {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** Names the issuer's files: `root`, `issuing`, … */
  readonly issuer: string;
  /** Number of CRL shards of the issuer; 0 = only the full list. */
  readonly shards: number;
}

/** The shard a serial belongs to for ever: its last four octets, modulo the number of shards at its issue. */
export function shardOf(serialNumber: Uint8Array, shards: number): number {
  let value = 0;
  for (let i = Math.max(0, serialNumber.length - 4); i < serialNumber.length; i++)
    value = value * 256 + (serialNumber[i] as number);
  return value % shards;
}

/** Where a list is published: the full one, or one shard. */
export function crlUrl({ baseUrl, issuer }: Pick<Addresses, 'baseUrl' | 'issuer'>, shard?: number): string {
  return shard === undefined ? `${baseUrl}/crl/${issuer}.crl` : `${baseUrl}/crl/${issuer}-${shard}.crl`;
}

export function ocspUrl({ baseUrl }: Pick<Addresses, 'baseUrl'>): string {
  return `${baseUrl}/ocsp`;
}

export function issuerUrl({ baseUrl, issuer }: Pick<Addresses, 'baseUrl' | 'issuer'>): string {
  return `${baseUrl}/ca/${issuer}.crt`;
}

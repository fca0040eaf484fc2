/** Stands for the full list of an issuer among the numbers of its shards: no issuingDistributionPoint, for old readers. */
export const FULL_LIST = -1;

/** Most shards of one issuer: what a 16-bit column and a directory listing bear. */
export const MAX_SHARDS = 1024;

/** Lists that the practice CA spreads its certificates over. Which one a serial belongs to: `shardOf` in profiles/addresses. */
export const PRACTICE_SHARDS = 4;

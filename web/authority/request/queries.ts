import { queryOptions } from '@tanstack/react-query';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { registrationRoutes, type RequestDetail, type ShownRequest } from '@antin/protocol/authority/registration';
import { canonicalJson } from '@antin/protocol/canonical-json';
import type { Sha256 } from '@antin/protocol/basics';
import type { z } from 'zod';
import { call } from '../../staff/client.ts';

export type Detail = z.output<typeof RequestDetail>;
export type Shown = z.output<typeof ShownRequest>;
export type Item = Shown['item'];

export const requestQuery = (id: string) =>
  queryOptions({
    queryKey: ['request', id],
    queryFn: ({ signal }) => call(registrationRoutes.detail, { params: { id } }, signal),
    refetchInterval: 30_000,
  });

/**
 * SHA-256 of the document that this page is drawn from, computed here. An officer signs this hash and no other: were the
 * server to send one document and the hash of another, the signature would be about something nobody has seen.
 */
export function hashOfShown(shown: Shown): z.output<typeof Sha256> {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(shown)))) as z.output<typeof Sha256>;
}

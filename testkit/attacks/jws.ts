import { createHash } from 'node:crypto';
import { utf8 } from '@antin/formats/bytes/bytes';
import { ecdsaRawFromDer } from '@antin/pki/ecdsa-value';
import type { TestPki } from '../pki/types.ts';

export const b64url = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64url');
export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('base64url');
export const payload = '{"quyết định":1}';

export interface More {
  readonly unprotected?: object;
  readonly payload?: string;
  readonly by?: string;
  /** Leaves the payload out of the file. */
  readonly omit?: true;
  readonly compact?: true;
}

/** What a JAdES baseline signature of somebody has in its protected header. */
export const baselineOf = (pki: TestPki, who = 'leader') => ({
  alg: 'ES256',
  'x5t#S256': sha256(pki.certificate(who).raw),
  x5c: [who, 'issuing'].map((name) => Buffer.from(pki.certificate(name).raw).toString('base64')),
  iat: Math.floor(pki.now / 1000),
});

/** Any protected header, really signed by the leader: only the header is hostile. */
export function signedWith(pki: TestPki, header: string | object, more: More = {}): Uint8Array {
  const protectedText = b64url(typeof header === 'string' ? header : JSON.stringify(header));
  const text = more.payload ?? b64url(payload);
  const value = pki.entity(more.by ?? 'leader').signNow(utf8(`${protectedText}.${text}`));
  const signature = b64url(ecdsaRawFromDer(value, 32));
  if (more.compact) return utf8(`${protectedText}.${more.omit ? '' : text}.${signature}`);
  const { unprotected } = more;
  return utf8(
    JSON.stringify({ ...(more.omit ? {} : { payload: text }), protected: protectedText, header: unprotected, signature }),
  );
}

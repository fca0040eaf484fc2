import { createHash, randomBytes } from 'node:crypto';

/** The value of a session's cookie: 256 random bits. Only its hash is stored, so that a copy of the table signs nobody in. */
export function newSessionToken(): { readonly token: string; readonly tokenHash: string } {
  const token = randomBytes(32).toString('base64url');
  return { token, tokenHash: sessionTokenHash(token) };
}

export function sessionTokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

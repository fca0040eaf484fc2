import { hash, verify } from '@node-rs/argon2';

/** Passwords as argon2id (RFC 9106) in PHC strings: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFC'), COST);
}

/** False also for a hash that is no argon2 string: such an account has no password. */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  try {
    // Unicode: the same name of a street is typed decomposed on one keyboard and composed on another.
    return await verify(stored, password.normalize('NFC'));
  } catch {
    return false;
  }
}

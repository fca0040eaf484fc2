import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { Base64 } from '@antin/protocol/basics';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { buildName } from '@antin/pki/x509/name';
import { buildCertificationRequest, buildCertificationRequestInfo } from '@antin/pki/x509/request';
import { Pairing } from '../identity.ts';
import type { PracticeKeys } from '../keys/practice-keys.ts';

/** Who gets a key: a name of the caller's, and the subject to ask for. */
export const Applicant = z.object({
  key: z.string().min(1).max(200),
  profile: z.enum(['person', 'organisation']),
  /** Relative names in order, e.g. `[["C", "VN"], ["CN", "…"]]`: short names or OIDs. */
  subject: z.array(z.tuple([z.string(), z.string()])).min(1),
});
export type Applicant = z.infer<typeof Applicant>;

/** Parent → practice agent on stdin, one JSON line a command. Only a parent can write there: no port, no server. */
export const PracticeCommand = z.discriminatedUnion('cmd', [
  z.object({ cmd: z.literal('enrol'), id: z.number(), people: z.array(Applicant) }),
  z.object({
    cmd: z.literal('certificates'),
    id: z.number(),
    entries: z.array(z.object({ key: z.string(), chain: z.array(Base64).min(1) })),
  }),
  z.object({ cmd: z.literal('pair'), id: z.number(), pairing: Pairing }),
]);
export type PracticeCommand = z.infer<typeof PracticeCommand>;

/** Practice agent → parent on stdout, one JSON line each. */
export type PracticeReply =
  | {
      readonly event: 'ready';
      readonly publicKey: string;
      /** Names and certificates (DER, base64) it has keys for already. */
      readonly held: readonly { readonly key: string; readonly certificate: string }[];
      readonly pageUrl: string;
      readonly openUrl: string;
    }
  | { readonly event: 'report'; readonly code: string; readonly about?: string }
  | { readonly id: number; readonly requests: readonly { readonly key: string; readonly csr: string }[] }
  | { readonly id: number; readonly stored: number }
  | { readonly id: number; readonly paired: true }
  | { readonly id: number; readonly error: string };

/** Keys made for a request wait here for their certificate; they are gone if the agent ends before it comes. */
export function enrolment(keys: PracticeKeys) {
  const waiting = new Map<string, Uint8Array>();
  return {
    /** PKCS#10 requests, DER. P-256 for people, RSA-2048 for organisations, so that both kinds are practised. */
    enrol(people: readonly Applicant[]): { key: string; csr: string }[] {
      return people.map(({ key, profile, subject }) => {
        const pair = nodeSecrets.generateKeyPair(profile === 'organisation' ? 'rsa-2048' : 'p-256');
        const algorithm: SignatureAlgorithm =
          profile === 'organisation' ? { scheme: 'rsa-pkcs1', digest: 'SHA-256' } : { scheme: 'ecdsa', digest: 'SHA-256' };
        const info = buildCertificationRequestInfo({ subject: buildName(subject), spki: pair.spki });
        const csr = buildCertificationRequest(
          info,
          signatureAlgorithmIdentifier(algorithm),
          nodeSecrets.sign(pair.pkcs8, algorithm, info),
        );
        waiting.set(key, pair.pkcs8);
        return { key, csr: Buffer.from(csr).toString('base64') };
      });
    },
    store(entries: readonly { key: string; chain: readonly string[] }[]): number {
      let stored = 0;
      for (const { key, chain } of entries) {
        const pkcs8 = waiting.get(key);
        if (pkcs8 === undefined) continue;
        keys.store(
          key,
          pkcs8,
          chain.map((der) => new Uint8Array(Buffer.from(der, 'base64'))),
        );
        pkcs8.fill(0);
        waiting.delete(key);
        stored += 1;
      }
      return stored;
    },
  };
}

/** Calls `handle` for each command until the parent closes stdin. */
export async function readCommands(input: Readable, handle: (command: PracticeCommand) => Promise<void>): Promise<void> {
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    const command = PracticeCommand.safeParse(line === '' ? undefined : JSON.parse(line));
    if (command.success) await handle(command.data);
  }
}

import { hash } from 'node:crypto';
import { AuthorityFault } from '../../fault.ts';
import type { SignerConfig, SignerKeyConfig } from './config.ts';
import { KINDS, OP } from './frame.ts';
import type { Frame } from './frame.ts';
import type { Ledger } from './ledger.ts';
import { judgeTbs } from './policy.ts';
import type { Vocabulary } from './server.ts';
import type { Token } from './token.ts';

export interface SignerView {
  readonly keys: readonly {
    readonly id: string;
    readonly name: string;
    readonly spki: string;
    readonly algorithm: SignerKeyConfig['algorithm'];
  }[];
  readonly fileSha256: string;
  /** Manufacturer and model, as the token says them. */
  readonly token: string;
}

const HOUR = 3_600_000;

/** A counter that fills by time: `perSecond` uses, and at most one second's worth at once. */
interface Bucket {
  left: number;
  at: number;
}

/** The vocabulary: `keys`, `sign kind key TBS`, `status`, `ledger`. There is no word for signing bytes, a digest or a PIN. */
export function signer(config: SignerConfig, token: Token, ledger: Ledger, now: () => number = Date.now): Vocabulary {
  const keys = new Map(config.keys.map((key) => [key.id, key]));
  const buckets = new Map<string, Bucket>();
  const refusals = { count: 0 };

  function take(key: SignerKeyConfig): void {
    const at = performance.now();
    const bucket = buckets.get(key.id) ?? { left: key.perSecond, at };
    bucket.left = Math.min(key.perSecond, bucket.left + ((at - bucket.at) / 1000) * key.perSecond);
    bucket.at = at;
    buckets.set(key.id, bucket);
    if (bucket.left < 1) throw new AuthorityFault('keys.rate-limited', `more than ${key.perSecond} uses a second`);
    bucket.left -= 1;
  }

  /** Judges, counts and notes; the key is used by what comes back. */
  function sign(payload: Buffer): () => Uint8Array | Promise<Uint8Array> {
    const kind = KINDS[payload[0] as number];
    const key = keys.get(payload.toString('hex', 1, 33));
    if (kind === undefined || key === undefined || payload.length < 34) {
      throw new AuthorityFault('keys.unknown-key', 'this signer has no such key or kind');
    }
    take(key);
    // A copy: the frame's memory is used again, and what was judged must be what is signed.
    const tbs = new Uint8Array(payload.subarray(33));
    const answer = judgeTbs(key.policy, kind, tbs, key.algorithm, now());
    if (answer.status === 'refused') {
      refusals.count++;
      throw new AuthorityFault('ca.tbs-refused', `the key “${key.name}” refuses to sign: ${answer.detail}`);
    }
    if (key.policy.use !== 'ca') ledger.add(key.id, kind);
    else {
      const { serialHex, crl, ends } = answer.seen;
      const digest = hash('sha256', tbs, 'hex');
      if (crl !== undefined && !ledger.mayFollow(key.id, crl, digest)) {
        refusals.count++;
        throw new AuthorityFault('ca.tbs-refused', `the key “${key.name}” refuses to sign: the CRL number is not greater`);
      }
      // A list that is valid for ever hides every later revocation from whoever is shown it.
      const ending = key.policy.certificate.notAfter - now() < HOUR;
      if (crl?.last === true && !ending && ledger.endOf(key.id) >= now()) {
        refusals.count++;
        const why = 'a last list, and a certificate of this CA has not ended';
        throw new AuthorityFault('ca.tbs-refused', `the key “${key.name}” refuses to sign: ${why}`);
      }
      ledger.write({
        at: now(),
        key: key.id,
        kind,
        tbs: digest,
        ...(serialHex === undefined ? {} : { serialHex }),
        ...(ends === undefined ? {} : { ends }),
        ...(crl === undefined ? {} : { crl: { number: String(crl.number), scope: crl.scope } }),
      });
    }
    return () => token.sign(key, tbs);
  }

  function tell({ code, payload }: Frame): object {
    switch (code) {
      case OP.keys:
        return {
          keys: config.keys.map(({ id, name, spki, algorithm }) => ({
            id,
            name,
            spki: Buffer.from(spki).toString('base64'),
            algorithm,
          })),
          fileSha256: config.fileSha256,
          token: token.madeBy,
        } satisfies SignerView;
      case OP.status:
        ledger.flush();
        return { pid: process.pid, counts: ledger.counts, refusals: refusals.count, ledgerEnd: ledger.offset };
      case OP.ledger: {
        const { offset } = JSON.parse(payload.toString('utf8')) as { offset: number };
        if (!Number.isSafeInteger(offset) || offset < 0) throw new AuthorityFault('keys.bad-frame', 'offset');
        ledger.flush();
        return ledger.read(offset);
      }
      default:
        throw new AuthorityFault('keys.unknown-operation', `there is no operation ${code}`);
    }
  }

  return {
    begin(frame) {
      if (frame.code === OP.sign) return sign(frame.payload);
      const answer = tell(frame);
      return () => answer;
    },
    noted: () => ledger.flush(),
  };
}

import { fromLatin1 } from '@antin/formats/bytes/bytes';
import type { CryptoDoor, VerifyAnswer } from '../crypto.ts';

/** Certificates whose status may be asked for the sake of one, and signatures checked on the way. */
const MAX_QUESTIONS = 128;
const MAX_VERIFICATIONS = 20_000;

/**
 * What one question about revocation may cost in all: the signers of lists have a status of their own, their signers too, and who makes
 * them vouch for each other could keep a verifier busy for days. No signature is checked twice.
 */
export class CheckBudget {
  readonly door: CryptoDoor;
  #questions = MAX_QUESTIONS;
  #verifications = MAX_VERIFICATIONS;
  readonly #known = new Map<Uint8Array, Map<string, VerifyAnswer>>();

  constructor(door: CryptoDoor) {
    this.door = {
      digest: (algorithm) => door.digest(algorithm),
      verify: (input) => {
        const answers = this.#known.get(input.data) ?? new Map<string, VerifyAnswer>();
        this.#known.set(input.data, answers);
        const key = `${fromLatin1(input.spki)} ${fromLatin1(input.signature)} ${JSON.stringify(input.algorithm)}`;
        let answer = answers.get(key);
        if (answer === undefined) answers.set(key, (answer = this.#verifications-- > 0 ? door.verify(input) : 'unsupported'));
        return answer;
      },
    };
  }

  /** May one more certificate be asked about? */
  question(): boolean {
    return this.#questions-- > 0;
  }

  /** More was asked than there was: what was not looked at could have been a revocation. */
  get exceeded(): boolean {
    return this.#questions < 0 || this.#verifications < 0;
  }
}

import { equalBytes } from '@antin/formats/bytes/bytes';
import type { CryptoDoor, SignatureAlgorithm, VerifyAnswer, VerifyInput } from '@antin/pki/crypto';
import { placeOf } from './place.ts';

const MEMORY = 512;
/** Long data (a whole detached content) is not worth keeping. */
const LONGEST = 64 * 1024;

/**
 * The same door, which answers a question it has been asked before from memory: the certificates of issuers and
 * time-stamping units are the same in file after file. Every byte of the question is compared, never a hash of it.
 *
 * @param asking called before every question that is not answered from memory; what it throws goes to the caller
 */
export function rememberingDoor(door: CryptoDoor, asking: () => void = () => {}): CryptoDoor {
  let memory = memories.get(door);
  if (memory === undefined) memories.set(door, (memory = new Map()));
  return over(door, memory, asking);
}

type Memory = Map<number, { input: VerifyInput; answer: VerifyAnswer }>;

const memories = new WeakMap<CryptoDoor, Memory>();

function over(door: CryptoDoor, memory: Memory, asking: () => void): CryptoDoor {
  return {
    digest: (algorithm) => door.digest(algorithm),
    verify(input) {
      if (input.data.length > LONGEST) {
        asking();
        return door.verify(input);
      }
      const place = placeOf(input.signature) ^ placeOf(input.spki);
      const hit = memory.get(place);
      if (hit !== undefined && same(hit.input, input)) return hit.answer;
      asking();
      const answer = door.verify(input);
      if (memory.size >= MEMORY) memory.delete(memory.keys().next().value as number);
      memory.set(place, { input: own(input), answer });
      return answer;
    },
  };
}

function same(a: VerifyInput, b: VerifyInput): boolean {
  return (
    equalBytes(a.data, b.data) &&
    equalBytes(a.spki, b.spki) &&
    equalBytes(a.signature, b.signature) &&
    sameAlgorithm(a.algorithm, b.algorithm)
  );
}

function sameAlgorithm(a: SignatureAlgorithm, b: SignatureAlgorithm): boolean {
  if (a === b) return true;
  if (a.scheme === 'ed25519' || b.scheme === 'ed25519') return a.scheme === b.scheme;
  if (a.scheme !== b.scheme || a.digest !== b.digest) return false;
  return a.scheme !== 'rsa-pss' || (b.scheme === 'rsa-pss' && a.mgfDigest === b.mgfDigest && a.saltLength === b.saltLength);
}

/** Copies, because slices would keep whole files alive. */
function own(input: VerifyInput): VerifyInput {
  return { algorithm: input.algorithm, spki: input.spki.slice(), data: input.data.slice(), signature: input.signature.slice() };
}

import type { CertificateFacts, ExtensionFacts } from './facts.ts';
import type { Scope } from './rule.ts';
import { HOLE_EXTENSIONS } from './shape.ts';

/** Facts that the octets outside the holes decide. `complaints` among them: a certificate with one is never of a shape. */
const FIXED: ReadonlySet<string | symbol> = new Set<keyof CertificateFacts>([
  'version',
  'innerAlgorithm',
  'outerAlgorithm',
  'issuer',
  'keyAlgorithm',
  'hasIssuerUniqueId',
  'hasSubjectUniqueId',
  'complaints',
  'altNameKinds',
  'ca',
]);
const TIMES: ReadonlySet<string | symbol> = new Set<keyof CertificateFacts>(['notBefore', 'notAfter']);
const isHole = (oid: string): boolean => (HOLE_EXTENSIONS as readonly string[]).includes(oid);

/**
 * Facts and scope of a sample that notice whether something was asked that differs from one certificate of its shape to the
 * next. A rule is a pure function of what it asks: if it asked for nothing of the kind, then it takes the same way and gives
 * the same answer on every certificate of the shape.
 */
export class Tracked {
  asked = false;
  /** Validity was asked for: the same for many certificates in a row, though not for all. */
  askedTimes = false;
  readonly facts: CertificateFacts;

  constructor(sample: CertificateFacts) {
    const asked = () => {
      this.asked = true;
    };
    const noticeTimes = () => {
      this.askedTimes = true;
    };
    const filled = (one: ExtensionFacts): ExtensionFacts => (isHole(one.oid) ? watched(one, ['oid', 'critical'], asked) : one);
    const known: Partial<CertificateFacts> = {
      get extensions() {
        return sample.extensions?.map(filled);
      },
      extension(oid) {
        const found = sample.extension(oid);
        return found === undefined ? undefined : filled(found);
      },
      value(oid) {
        if (isHole(oid) && sample.extension(oid) !== undefined) asked();
        return sample.value(oid);
      },
      // What another rule computed would hide what this one depends on.
      once: (_what, compute) => compute(),
      onceOver: (_oids, _what, compute) => compute((oid) => this.facts.value(oid)),
    };
    this.facts = new Proxy(sample, {
      get(target, name) {
        if (Object.hasOwn(known, name)) return known[name as keyof CertificateFacts];
        if (TIMES.has(name)) noticeTimes();
        else if (!FIXED.has(name)) asked();
        return target[name as keyof CertificateFacts];
      },
      ...listing<CertificateFacts>(asked),
    });
  }

  /** The scope of a table; what its moment says is of one certificate. */
  scope(scope: Scope): Scope {
    return watched(scope, ['kind', 'door'], () => {
      this.asked = true;
    });
  }
}

function watched<T extends object>(target: T, fixed: readonly (keyof T)[], asked: () => void): T {
  return new Proxy(target, {
    get(whole, name) {
      if (!(fixed as readonly (string | symbol)[]).includes(name)) asked();
      return whole[name as keyof T];
    },
    ...listing<T>(asked),
  });
}

/** Whoever looks at everything asks for everything. */
function listing<T extends object>(asked: () => void): ProxyHandler<T> {
  return {
    has(target, name) {
      asked();
      return Reflect.has(target, name);
    },
    ownKeys(target) {
      asked();
      return Reflect.ownKeys(target);
    },
    getOwnPropertyDescriptor(target, name) {
      asked();
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
  };
}

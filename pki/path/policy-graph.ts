/**
 * The valid-policy graph of RFC 9618 (which replaces the exponential tree of RFC 5280 §6.1.2): at each depth one node per
 * policy, so that a hostile chain of mappings costs its length times its width and not a power of it.
 */
const ANY = '2.5.29.32.0';

interface PolicyNode {
  readonly policy: string;
  expected: Set<string>;
  /** Nodes one depth nearer to the anchor. */
  readonly parents: Set<PolicyNode>;
}

type Level = Map<string, PolicyNode>;

export class PolicyGraph {
  #levels: Level[] = [new Map([[ANY, { policy: ANY, expected: new Set([ANY]), parents: new Set() }]])];

  /** True when no policy is valid for the path any more. */
  get isNull(): boolean {
    return (this.#levels.at(-1) as Level).size === 0;
  }

  /** RFC 9618 §5.3 (e): a certificate without policies ends them all. */
  clear(): void {
    this.#levels = [new Map()];
  }

  /** RFC 9618 §5.3 (d). @param anyPolicyAllowed inhibit_anyPolicy > 0, or a self-issued intermediate */
  descend(policies: readonly string[], anyPolicyAllowed: boolean): void {
    const above = this.#levels.at(-1) as Level;
    const level: Level = new Map();
    const add = (policy: string, parents: Iterable<PolicyNode>) =>
      level.set(policy, { policy, expected: new Set([policy]), parents: new Set(parents) });
    const any = above.get(ANY);
    const expecting = byExpected(above);
    for (const policy of new Set(policies)) {
      if (policy === ANY) continue;
      const parents = expecting.get(policy);
      if (parents !== undefined) add(policy, parents);
      else if (any !== undefined) add(policy, [any]);
    }
    if (policies.includes(ANY) && anyPolicyAllowed) {
      for (const node of above.values()) {
        for (const policy of node.expected) {
          const known = level.get(policy);
          if (known === undefined) add(policy, [node]);
          else known.parents.add(node);
        }
      }
    }
    this.#levels.push(level);
    this.#prune();
  }

  /**
   * RFC 9618 §5.4 (b): policies of the issuer's domain take the names of the subject's domain, or vanish when mapping is
   * inhibited.
   */
  map(
    mappings: readonly { readonly issuerDomainPolicy: string; readonly subjectDomainPolicy: string }[],
    allowed: boolean,
  ): void {
    const level = this.#levels.at(-1) as Level;
    const above = this.#levels.at(-2);
    const targets = new Map<string, Set<string>>();
    for (const { issuerDomainPolicy, subjectDomainPolicy } of mappings) {
      const set = targets.get(issuerDomainPolicy) ?? new Set<string>();
      targets.set(issuerDomainPolicy, set.add(subjectDomainPolicy));
    }
    for (const [policy, expected] of targets) {
      const node = level.get(policy);
      const any = above?.get(ANY);
      if (!allowed) level.delete(policy);
      else if (node !== undefined) node.expected = expected;
      else if (level.has(ANY) && any !== undefined) level.set(policy, { policy, expected, parents: new Set([any]) });
    }
    if (!allowed) this.#prune();
  }

  /**
   * The user-constrained policy set in the anchor's own policy names: what the anchor's domain allows, cut to `wanted`.
   *
   * @param wanted user-initial-policy-set; containing anyPolicy means no wish
   */
  userConstrained(wanted: ReadonlySet<string>): ReadonlySet<string> {
    const last = this.#levels.at(-1) as Level;
    if (last.size === 0) return new Set();
    const authority = new Set<string>();
    for (const level of this.#levels.slice(1)) {
      for (const node of level.values()) {
        if (node.policy !== ANY && [...node.parents].some((parent) => parent.policy === ANY)) authority.add(node.policy);
      }
    }
    const any = last.has(ANY);
    if (wanted.has(ANY)) return any ? authority.add(ANY) : authority;
    return any ? new Set(wanted) : new Set([...authority].filter((policy) => wanted.has(policy)));
  }

  /** Takes away what leads nowhere, from the leaf side up (RFC 9618 §5.3 (d)(3)). */
  #prune(): void {
    for (let depth = this.#levels.length - 2; depth >= 0; depth--) {
      const used = new Set<PolicyNode>();
      for (const node of (this.#levels[depth + 1] as Level).values()) for (const parent of node.parents) used.add(parent);
      const level = this.#levels[depth] as Level;
      for (const [policy, node] of level) if (!used.has(node)) level.delete(policy);
    }
  }
}

/** Who expects a policy, looked up once: twenty thousand policies in each of two certificates would be four hundred million questions. */
function byExpected(level: Level): ReadonlyMap<string, PolicyNode[]> {
  const out = new Map<string, PolicyNode[]>();
  for (const node of level.values()) {
    for (const policy of node.expected) {
      const known = out.get(policy);
      if (known === undefined) out.set(policy, [node]);
      else known.push(node);
    }
  }
  return out;
}

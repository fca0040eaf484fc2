import type { Certificate } from '../x509/certificate.ts';
import { subtreesOf } from './name-constraints.ts';
import type { NameSubtrees } from './name-constraints.ts';

interface AnchorProblem {
  readonly code: 'path.not-a-ca' | 'path.key-usage' | 'path.unsupported-name-constraint';
  readonly detail?: string;
}

interface AnchorConstraints {
  readonly problems: readonly AnchorProblem[];
  readonly pathLength?: number;
  readonly names?: NameSubtrees;
}

/**
 * What a trusted certificate that stands above others says about them (RFC 5937 §3). It need not be said in a trust anchor, but where it
 * is, it holds. Whoever trusts a person's certificate has not made this person an authority.
 */
export function anchorConstraints(anchor: Certificate): AnchorConstraints {
  const problems: AnchorProblem[] = [];
  // Version 1 knows no extensions; roots of that age are authorities because somebody trusts them as such.
  if (anchor.version === 3 && anchor.basicConstraints?.ca !== true) problems.push({ code: 'path.not-a-ca' });
  if (anchor.keyUsage !== undefined && !anchor.keyUsage.has('keyCertSign')) problems.push({ code: 'path.key-usage' });
  const names = anchor.nameConstraints === undefined ? undefined : subtreesOf(anchor.nameConstraints);
  if (names?.unsupported !== undefined) {
    problems.push({ code: 'path.unsupported-name-constraint', detail: names.unsupported });
  }
  const pathLength = anchor.basicConstraints?.pathLength;
  return {
    problems,
    ...(pathLength === undefined ? {} : { pathLength }),
    ...(names === undefined ? {} : { names }),
  };
}

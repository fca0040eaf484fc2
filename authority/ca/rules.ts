import type { Certificate } from '@antin/pki/x509/certificate';

/**
 * `prepared`: certified, known, issues nothing yet. `active`: the one that issues. `status-only`: a newer one issues, this one
 * signs lists and OCSP until its last certificate has expired. `retired`: nobody needs it any more; its key may be destroyed.
 */
export type GenerationState = 'prepared' | 'active' | 'status-only' | 'retired';

/** One certificate of a CA; a renewed key is a new generation of the same series. */
export interface Generation {
  /** SHA-256 of its certificate: how this authority names an issuer everywhere. */
  readonly issuerSha256: string;
  /** `root`, `issuing`, `officials`, `citizens`, `devices`, … */
  readonly series: string;
  readonly generation: number;
  readonly name: string;
  readonly certificate: Certificate;
  /** SHA-256 of its SubjectPublicKeyInfo: `CaKey.id`. */
  readonly keyId: string;
  /** The generation that signed it; undefined for a root. */
  readonly parentSha256: string | undefined;
  readonly state: GenerationState;
  readonly supersededAt: number | undefined;
}

/** The first generation bears the bare name: addresses in certificates of before there were generations stay true. */
export function generationName(series: string, generation: number): string {
  return generation === 1 ? series : `${series}-g${generation}`;
}

const NEXT: Readonly<Record<GenerationState, readonly GenerationState[]>> = {
  prepared: ['active', 'retired'],
  active: ['status-only'],
  'status-only': ['retired'],
  retired: [],
};

export function mayBecome(from: GenerationState, to: GenerationState): boolean {
  return NEXT[from].includes(to);
}

/** Whether a generation may sign its lists and answers. */
export function signsStatus(state: GenerationState): boolean {
  return state === 'active' || state === 'status-only';
}

/** A certificate never outlives its issuer: verifiers would drop the path before its day. */
export function endWithin(issuer: Certificate, wanted: number): number {
  return Math.min(wanted, issuer.notAfter);
}

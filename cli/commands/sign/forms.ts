/** The formats of signatures that `antin sign` makes, with their ways of packing; the first one is taken when none is named. */
export const PACKAGINGS = {
  PAdES: [],
  CAdES: ['attached', 'detached'],
  XAdES: ['enveloped', 'enveloping', 'detached'],
  'ASiC-E': ['xades', 'cades'],
  'ASiC-S': ['xades', 'cades'],
  JAdES: ['general', 'flattened', 'compact', 'detached'],
  OOXML: [],
} as const;

export type Form = keyof typeof PACKAGINGS;
export type Packaging<F extends Form = Form> = (typeof PACKAGINGS)[F][number];

export const FORMS = Object.keys(PACKAGINGS) as readonly Form[];

/** By name, whatever its case. */
export function formNamed(name: string): Form | undefined {
  return FORMS.find((one) => one.toLowerCase() === name.toLowerCase());
}

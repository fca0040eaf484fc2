import type { Choice } from './choice.ts';

/** How a signed file is called when nobody names it: what can still be opened as before keeps its name. */
export function outputName(name: string, { form, packaging, joins }: Pick<Choice, 'form' | 'packaging' | 'joins'>): string {
  if (joins || form === 'PAdES' || form === 'OOXML' || packaging === 'enveloped') return name;
  switch (form) {
    case 'CAdES':
      return `${name}${packaging === 'attached' ? '.p7m' : '.p7s'}`;
    case 'XAdES':
      return `${name}.xades.xml`;
    case 'JAdES':
      return `${name}${packaging === 'compact' ? '.jws' : '.jws.json'}`;
    case 'ASiC-E':
      return `${name}.asice`;
    case 'ASiC-S':
      return `${name}.asics`;
  }
}

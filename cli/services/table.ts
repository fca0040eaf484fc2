import { makeAgency } from './agency.ts';
import { makeAuthority, type ForTrial } from './authority.ts';
import type { MakeService } from './service.ts';
import type { Wires } from './wires.ts';

/** Services in the order they are made and prepared; stopped in reverse. */
export function serviceTable(trial: ForTrial = {}): Readonly<Record<string, MakeService>> {
  const wires: Wires = {};
  return {
    authority: (context) => makeAuthority(context, wires, trial),
    agency: (context) => makeAgency(context, wires),
  };
}

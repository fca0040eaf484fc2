import { useSearchOf } from './address.ts';
import { useGo, type Place } from './place.tsx';

/** Lists whose filters stand in the address. */
type FilteredPlace = Extract<Place, { readonly search?: object }>['to'];

export interface Filters<Search> {
  readonly search: Search;
  /** Whether any is set. */
  readonly filtered: boolean;
  /** What is empty or undefined is taken out of the address. */
  readonly change: (more: { readonly [name in keyof Search]?: string | undefined }) => void;
  readonly clear: () => void;
}

/** Filters of a list, kept in the address: it can be bookmarked, sent to somebody, and come back to. */
export function useFilters<Search extends object>(to: FilteredPlace): Filters<Search> {
  const search = useSearchOf<Search>();
  const go = useGo();
  const at = (next: object) => go({ to, search: next } as Place, true);
  return {
    search,
    filtered: Object.keys(search).length > 0,
    change: (more) =>
      at(Object.fromEntries(Object.entries({ ...search, ...more }).filter(([, value]) => value !== undefined && value !== ''))),
    clear: () => at({}),
  };
}

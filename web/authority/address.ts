import { useParams, useSearch } from '@tanstack/react-router';
import { PAGE_ACTS, type PageAct, type RequestSearch } from './place.tsx';

/** What the address of the page says; only pages that are loaded later ask. */
export const useRequestSearch = (): RequestSearch => useSearch({ strict: false }) as RequestSearch;
export const useId = (): string => (useParams({ strict: false }) as { id: string }).id;
export const useAct = (): PageAct | undefined => {
  const { act } = useParams({ strict: false }) as { act?: string };
  return PAGE_ACTS.find((one) => one === act);
};

import { useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Form } from '@antin/protocol/office/certificates';
import { needsRoutes, type NeedsEntry } from '@antin/protocol/office/needs';
import { call } from '../../staff/client.ts';
import { entriesQuery } from '../data/needs-queries.ts';

interface Page {
  items: NeedsEntry[];
  next?: string | undefined;
}
type Cells = Readonly<Record<string, string>>;

interface Sheet {
  readonly sheetId: string;
  readonly form: Form;
  readonly only: 'errors' | 'warnings' | undefined;
}

/** Most rows that are added in one call. */
const AT_ONCE = 200;

/**
 * Changes of the grid: shown at once, saved one after the other, so that each carries the version that the one before it
 * made. What the server answers (errors, version) takes the place of what was shown.
 */
export function useRows({ sheetId, form, only }: Sheet) {
  const client = useQueryClient();
  const queue = useRef<Promise<unknown>>(Promise.resolve());
  const [open, setOpen] = useState(0);
  const [saved, setSaved] = useState(false);
  const [error, setError] = useState<unknown>();
  const { queryKey } = entriesQuery(sheetId, form, only);

  const edit = (change: (items: NeedsEntry[]) => NeedsEntry[], at: 'each' | 'last' = 'each'): void => {
    client.setQueryData<InfiniteData<Page, string | undefined>>(queryKey, (data) => {
      if (data === undefined) return data;
      const last = data.pages.length - 1;
      return {
        ...data,
        pages: data.pages.map((page, index) => (at === 'last' && index !== last ? page : { ...page, items: change(page.items) })),
      };
    });
  };
  const current = (id: string): NeedsEntry | undefined =>
    client
      .getQueryData<InfiniteData<Page, string | undefined>>(queryKey)
      ?.pages.flatMap((page) => page.items)
      .find((entry) => entry.id === id);

  const enqueue = (work: () => Promise<void>): Promise<void> => {
    setOpen((count) => count + 1);
    const done = queue.current.then(work).then(
      () => setError(undefined),
      (fault: unknown) => {
        setError(fault);
        // What the server has is true again.
        void client.invalidateQueries({ queryKey });
      },
    );
    queue.current = done.then(() => {
      setOpen((count) => count - 1);
      setSaved(true);
      void client.invalidateQueries({ queryKey: ['needs-sheet', sheetId] });
    });
    return done;
  };

  return {
    saving: open > 0,
    saved,
    error,
    change(id: string, cells: Cells): void {
      edit((items) => items.map((entry) => (entry.id === id ? { ...entry, cells: { ...entry.cells, ...cells } } : entry)));
      void enqueue(async () => {
        const entry = current(id);
        if (entry === undefined) return;
        const { act, device, version } = entry;
        const answer = await call(needsRoutes.change, {
          params: { id },
          body: { form, act, device, cells: entry.cells, version },
        });
        // Cells typed meanwhile stay; they wait in the queue with their own call.
        edit((items) => items.map((one) => (one.id === id ? { ...answer, cells: { ...answer.cells, ...one.cells } } : one)));
      });
    },
    add(rows: readonly Cells[]): Promise<void> {
      return enqueue(async () => {
        for (let from = 0; from < rows.length; from += AT_ONCE) {
          const body = { rows: rows.slice(from, from + AT_ONCE).map((cells) => ({ form, cells: { ...cells } })) };
          const { items } = await call(needsRoutes.add, { params: { id: sheetId }, body });
          edit((old) => [...old, ...items], 'last');
        }
      });
    },
    remove(id: string): void {
      edit((items) => items.filter((entry) => entry.id !== id));
      void enqueue(async () => {
        await call(needsRoutes.remove, { params: { id } });
      });
    },
  };
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { officerRoutes, type OfficerChange } from '@antin/protocol/authority/officers';
import type { z } from 'zod';
import { call } from '../../staff/client.ts';

export type Change = z.input<typeof OfficerChange>;

/** Proposes a change; it takes effect when a second officer of operation confirms it. */
export function usePropose(onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Change) => call(officerRoutes.propose, { body }),
    onSuccess: () => {
      for (const queryKey of [['officer-changes'], ['session']]) void client.invalidateQueries({ queryKey });
      onDone();
    },
  });
}

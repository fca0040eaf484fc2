import type { ReactNode } from 'react';
import type { ApprovalStatement, SignedAct as ActName, SignedStatement } from '@antin/protocol/authority/registration';
import type { z } from 'zod';
import type { ProblemLine } from '../../ui/ProblemSummary.tsx';
import type { Shown } from '../request/queries.ts';
import { hashOfShown } from '../request/queries.ts';
import { SignStatements } from './SignStatements.tsx';

export type Signed = z.input<typeof SignedStatement>;

export interface SignedActProps<T> {
  readonly act: ActName;
  /** The documents that were drawn on this page, one statement each. */
  readonly shown: readonly Shown[];
  readonly button: string;
  /** What is still to be filled in; asked when the button is pressed. */
  readonly missing?: () => readonly ProblemLine[];
  readonly perform: (signed: readonly Signed[]) => Promise<T>;
  readonly onDone: (outcome: T) => void;
  /** What is checked before: shown until the device is asked. */
  readonly children: ReactNode;
  readonly onBack: () => void;
}

/** An act about requests: each statement names one of them and the hash of what was drawn. */
export function SignedAct<T>({ act, shown, perform, ...rest }: SignedActProps<T>) {
  return (
    <SignStatements<ApprovalStatement, T>
      {...rest}
      danger={act === 'refuse' || act === 'revoke'}
      statements={(said) =>
        shown.map((one) => ({
          ...{ type: 'antin.approval' as const, requestItemId: one.requestItemId, shownSha256: hashOfShown(one), act },
          ...said,
        }))
      }
      perform={(signed) => perform(signed as readonly Signed[])}
    />
  );
}

import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { statementRoutes, type OfficerStatement } from '@antin/protocol/authority/statements';
import { Button } from '../../ui/Button.tsx';
import { ProblemSummary, type ProblemLine } from '../../ui/ProblemSummary.tsx';
import { Progress } from '../../ui/Waiting.tsx';
import { call, ProblemError } from '../../staff/client.ts';
import { problemText } from '../../staff/problem-lines.ts';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { OrderProgress } from './OrderProgress.tsx';
import { credentialsQuery, type Order } from './queries.ts';
import { SigningKeys } from './SigningKeys.tsx';

/** A statement as it goes back to the server with its act. */
export interface SignedOne<S> {
  readonly statement: S;
  readonly cms?: string;
}

export interface SignStatementsProps<S extends OfficerStatement, T> {
  /** What the officer says, of this moment. */
  readonly statements: (said: { readonly officerId: string; readonly at: string }) => readonly S[];
  readonly button: string;
  readonly danger: boolean;
  /** What is still to be filled in; asked when the button is pressed. */
  readonly missing?: (() => readonly ProblemLine[]) | undefined;
  readonly perform: (signed: readonly SignedOne<S>[]) => Promise<T>;
  readonly onDone: (outcome: T) => void;
  /** What is checked before: shown until the device is asked. */
  readonly children: ReactNode;
  readonly onBack: () => void;
}

/** Check the answers, consent at the own device, done: every act that carries an officer's signature. */
export function SignStatements<S extends OfficerStatement, T>(props: SignStatementsProps<S, T>) {
  const { button, danger, perform, onDone, children, onBack } = props;
  const { t, lang } = useSpeech();
  const session = useSession();
  const credentials = useQuery(credentialsQuery);
  const [chosen, setChosen] = useState<string | undefined>();
  const [lines, setLines] = useState<readonly ProblemLine[]>([]);
  const [attempt, setAttempt] = useState(0);
  const [count, setCount] = useState(0);
  const usable = credentials.data?.credentials.filter((one) => Date.parse(one.notAfter) > Date.now()) ?? [];
  const credential = usable.find((one) => one.id === chosen) ?? usable.find((one) => one.online) ?? usable[0];
  const unsigned = session.signedActs === 'when-present' && credentials.data !== undefined && usable.length === 0;

  const done = useMutation({ mutationFn: perform, onSuccess: onDone });
  const order = useMutation({
    mutationFn: async (): Promise<Order | undefined> => {
      const at = new Date().toISOString();
      const statements = props.statements({ officerId: session.officerId, at });
      setCount(statements.length);
      if (credential !== undefined)
        return call(statementRoutes.order, { body: { credentialId: credential.id, statements: [...statements] } });
      // Never because the list of keys was still on its way.
      if (unsigned) done.mutate(statements.map((statement) => ({ statement })));
      return undefined;
    },
  });
  const again = (): void => {
    order.reset();
    done.reset();
  };
  useEffect(() => {
    // A refusal of the act itself: what was signed is of no use any more, the page is read again first.
    if (done.error !== null) order.reset();
  }, [done.error]);

  if (done.isPending) return <Progress label={t('act.doing')} />;
  if (order.data !== undefined) {
    return (
      <OrderProgress
        id={order.data.id}
        statements={count}
        // The server gives back exactly what it was given, signed.
        onSigned={(signed) => done.mutate(signed as unknown as readonly SignedOne<S>[])}
        onAgain={again}
      />
    );
  }
  const fault = done.error ?? order.error;
  const problem = fault === null ? undefined : problemText(fault, lang);
  const changed = fault instanceof ProblemError && fault.problem.code === 'request.shown-changed';
  return (
    <div className="act-check">
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {lines.length === 0 ? null : <ProblemSummary title={t('problem.title')} lines={lines} attempt={attempt} />}
      {children}
      <SigningKeys credentials={credentials.data?.credentials} chosen={credential?.id} onChoose={setChosen} unsigned={unsigned} />
      <div className="actions">
        <Button
          kind={danger ? 'danger' : 'primary'}
          busy={order.isPending || credentials.isPending}
          why={
            changed
              ? t('act.read-again')
              : credential === undefined && !unsigned && credentials.data !== undefined
                ? t('act.no-key')
                : undefined
          }
          onClick={() => {
            const found = props.missing?.() ?? [];
            setLines(found);
            setAttempt(attempt + 1);
            if (found.length === 0) order.mutate();
          }}
        >
          {button}
        </Button>
        <Button onClick={onBack}>{t('back')}</Button>
      </div>
    </div>
  );
}

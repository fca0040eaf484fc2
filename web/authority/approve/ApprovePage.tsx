import '../words.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Empty } from '../../ui/Waiting.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { someRequestsQuery } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { ApproveCheck } from './ApproveCheck.tsx';
import { ApproveChoice } from './ApproveChoice.tsx';
import { ApproveOutcome, type Outcomes } from './ApproveOutcome.tsx';

/** Most requests of one consent: what somebody can still look through, and what one order of statements holds. */
const MOST = 50;

/** Approve several: choose, read each, one consent at the own device, an outcome for each. */
export function ApprovePage() {
  const { t } = useSpeech();
  const client = useQueryClient();
  // Kept while it is being read: the list under a reader's hands does not change by itself.
  const waiting = useQuery({
    ...someRequestsQuery({ waiting: 'toApprove' }, MOST),
    ...{ refetchInterval: false, refetchOnWindowFocus: false, staleTime: Infinity, gcTime: 0 },
  });
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [step, setStep] = useState<'choose' | 'check'>('choose');
  const [outcomes, setOutcomes] = useState<Outcomes | undefined>();
  if (outcomes !== undefined) return <ApproveOutcome outcomes={outcomes} rows={waiting.data?.items ?? []} />;
  return (
    <div className="page act">
      <header className="page-head">
        <h1>{t('approve.title')}</h1>
        <p className="hint">{t(step === 'choose' ? 'approve.lead' : 'approve.check.lead')}</p>
      </header>
      {waiting.data === undefined ? (
        <Pending query={waiting} lines={6} />
      ) : waiting.data.items.length === 0 ? (
        <Empty title={t('approve.none')}>
          <p>{t('approve.none.text')}</p>
        </Empty>
      ) : step === 'choose' ? (
        <ApproveChoice
          rows={waiting.data.items}
          more={waiting.data.next !== undefined}
          chosen={chosen}
          onChosen={setChosen}
          onNext={() => setStep('check')}
        />
      ) : (
        <ApproveCheck
          ids={chosen}
          onBack={() => setStep('choose')}
          onDone={(done) => {
            setOutcomes(done);
            void client.invalidateQueries({ queryKey: ['session'] });
            void client.invalidateQueries({ queryKey: ['request'] });
          }}
        />
      )}
    </div>
  );
}

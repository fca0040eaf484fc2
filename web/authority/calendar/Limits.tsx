import { useState } from 'react';
import type { operationRoutes } from '@antin/protocol/authority/operation';
import { Button } from '../../ui/Button.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { dayText } from '../../i18n/dates.ts';
import type { AnswerOf } from '../../staff/client.ts';
import { problemText } from '../../staff/problem-lines.ts';
import { usePropose } from '../officers/use-propose.ts';
import { Go } from '../place.tsx';
import { useSpeech } from '../speech.ts';
import { LimitForm } from './LimitForm.tsx';
import { timesOf } from './times.ts';

type Calendar = AnswerOf<typeof operationRoutes.calendar>;

/** The limits of the law with their clauses: what holds, what will, what did. Two officers of operation change what will. */
export function Limits({ calendar, operates }: { readonly calendar: Calendar; readonly operates: boolean }) {
  const { t, code, lang } = useSpeech();
  const [adding, setAdding] = useState(false);
  const [said, setSaid] = useState(false);
  const proposed = (): void => {
    setAdding(false);
    setSaid(true);
  };
  const withdraw = usePropose(proposed);
  const problem = withdraw.error === null ? undefined : problemText(withdraw.error, lang);
  const times = timesOf(calendar.limits, calendar.today);
  return (
    <section className="block">
      <header className="page-head">
        <h2>{t('calendar.limits')}</h2>
        {operates && !adding ? (
          <Button icon="plus" onClick={() => setAdding(true)}>
            {t('limits.propose')}
          </Button>
        ) : null}
        <p className="hint">{t('limits.lead')}</p>
      </header>
      {said ? (
        <p className="note ink" role="status">
          {t('limits.proposed')} <Go place={{ to: '/thay-doi', search: { state: 'proposed' } }}>{t('officers.changes')}</Go>
        </p>
      ) : null}
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {adding ? (
        <LimitForm limits={calendar.limits} today={calendar.today} onDone={proposed} onClose={() => setAdding(false)} />
      ) : null}
      <div className="table-wrap" tabIndex={0} role="region" aria-label={t('calendar.limits')}>
        <table className="table list limits">
          <thead>
            <tr>
              <th scope="col">{t('calendar.limit')}</th>
              <th scope="col" className="right">
                {t('calendar.limit.value')}
              </th>
              <th scope="col">{t('calendar.limit.from')}</th>
              <th scope="col">{t('calendar.source')}</th>
              <th scope="col">{t('col.state')}</th>
            </tr>
          </thead>
          <tbody>
            {calendar.limits.map((one) => (
              <tr key={one.name + one.from} className={times.get(one)}>
                <td className="subject">{code('limit', one.name, one.name)}</td>
                <td className="right num" data-label={t('calendar.limit.value')}>
                  {one.value.toLocaleString(lang)}
                </td>
                <td className="num nowrap" data-label={t('calendar.limit.from')}>
                  {dayText(one.from)}
                </td>
                <td className="to">{one.source}</td>
                <td className="tags">
                  {times.get(one) === 'now' ? (
                    <Tag tone="green" icon="check" text={t('limits.now')} />
                  ) : times.get(one) === 'over' ? (
                    <Tag tone="plain" icon="clock" text={t('limits.over')} />
                  ) : (
                    <Tag tone="ink" icon="clock" text={t('limits.ahead')} />
                  )}
                  {operates && times.get(one) === 'ahead' ? (
                    <Button
                      small
                      kind="quiet"
                      busy={withdraw.isPending}
                      aria-label={`${t('limits.withdraw')}: ${code('limit', one.name, one.name)}, ${dayText(one.from)}`}
                      onClick={() => withdraw.mutate({ kind: 'limit-withdrawn', name: one.name, from: one.from })}
                    >
                      {t('limits.withdraw')}
                    </Button>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

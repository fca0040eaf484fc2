import '../words.ts';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { operationRoutes } from '@antin/protocol/authority/operation';
import { Button } from '../../ui/Button.tsx';
import { DayInput } from '../../ui/DayInput.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { dayText } from '../../i18n/dates.ts';
import { call, type AnswerOf } from '../../staff/client.ts';
import { Pending } from '../../staff/Pending.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { Limits } from './Limits.tsx';

const calendarQuery = queryOptions({
  queryKey: ['calendar'],
  queryFn: ({ signal }) => call(operationRoutes.calendar, {}, signal),
});
type Calendar = AnswerOf<typeof operationRoutes.calendar>;

/** Days that are not what their weekday says, and the limits of the law, each with its source. */
export function CalendarPage() {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const { roles } = useSession();
  const calendar = useQuery(calendarQuery);
  const [said, setSaid] = useState('');
  const operates = roles.includes('operation');
  const after = (words: 'calendar.saved' | 'calendar.removed') => (done: { readonly day: string; readonly moved: number }) => {
    setSaid(t(words, { day: dayText(done.day), n: done.moved.toLocaleString(lang) }));
    void client.invalidateQueries({ queryKey: ['calendar'] });
    void client.invalidateQueries({ queryKey: ['requests'] });
  };
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('place.calendar')}</h1>
        <p className="hint">{t('calendar.lead')}</p>
      </header>
      {said === '' ? null : (
        <p className="note ink" role="status">
          {said}
        </p>
      )}
      {calendar.data === undefined ? (
        <Pending query={calendar} lines={6} />
      ) : (
        <>
          {operates ? <AddDay today={calendar.data.today} onDone={after('calendar.saved')} /> : null}
          <Days calendar={calendar.data} operates={operates} onRemoved={after('calendar.removed')} />
          <Limits calendar={calendar.data} operates={operates} />
        </>
      )}
    </div>
  );
}

type Changed = (done: { readonly day: string; readonly moved: number }) => void;

function AddDay({ today, onDone }: { readonly today: string; readonly onDone: Changed }) {
  const { t, lang } = useSpeech();
  const [day, setDay] = useState('');
  const [kind, setKind] = useState<'off' | 'work'>('off');
  const [source, setSource] = useState('');
  const [tried, setTried] = useState(0);
  const add = useMutation({
    mutationFn: () => call(operationRoutes.setDay, { body: { day, kind, source: source.trim() } }),
    onSuccess: (done) => {
      setDay('');
      setSource('');
      setTried(0);
      onDone(done);
    },
  });
  const problem =
    add.error === null ? undefined : problemText(add.error, lang, { day: 'calendar-day', source: 'calendar-source' });
  const lines = [
    ...(day === '' ? [{ text: t('calendar.day.error'), field: 'calendar-day' }] : []),
    ...(source.trim().length < 3 ? [{ text: t('calendar.source.error'), field: 'calendar-source' }] : []),
  ];
  const error = (field: string) => (tried > 0 ? lines.find((line) => line.field === field)?.text : undefined);
  return (
    <form
      className="boxed-form no-print"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(tried + 1);
        if (lines.length === 0) add.mutate();
      }}
    >
      <h2>{t('calendar.add')}</h2>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {tried === 0 || lines.length === 0 ? null : <ProblemSummary title={t('problem.title')} lines={lines} attempt={tried} />}
      <div className="field-grid">
        <Field id="calendar-day" label={t('calendar.day')} error={error('calendar-day')}>
          {(attributes) => (
            <DayInput attributes={attributes} value={day} onChange={setDay} min={today} calendarLabel={t('calendar')} />
          )}
        </Field>
        <Field id="calendar-kind" label={t('calendar.kind')}>
          {(attributes) => (
            <select {...attributes} value={kind} onChange={(event) => setKind(event.target.value === 'work' ? 'work' : 'off')}>
              <option value="off">{t('calendar.off')}</option>
              <option value="work">{t('calendar.work')}</option>
            </select>
          )}
        </Field>
        <Field
          id="calendar-source"
          label={t('calendar.source')}
          hint={t('calendar.source.hint')}
          error={error('calendar-source')}
        >
          {(attributes) => (
            <input {...attributes} maxLength={300} value={source} onChange={(event) => setSource(event.target.value)} />
          )}
        </Field>
      </div>
      <div className="actions">
        <Button type="submit" kind="primary" busy={add.isPending}>
          {t('calendar.save')}
        </Button>
      </div>
    </form>
  );
}

interface DaysProps {
  readonly calendar: Calendar;
  readonly operates: boolean;
  readonly onRemoved: Changed;
}

function Days({ calendar, operates, onRemoved }: DaysProps) {
  const { t, lang } = useSpeech();
  const remove = useMutation({
    mutationFn: (day: string) => call(operationRoutes.removeDay, { params: { day } }),
    onSuccess: onRemoved,
  });
  const weekday = (day: string) =>
    new Intl.DateTimeFormat(lang, { weekday: 'long', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
  const problem = remove.error === null ? undefined : problemText(remove.error, lang);
  return (
    <section className="block">
      <h2>{t('calendar.days')}</h2>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {calendar.days.length === 0 ? <p className="hint">{t('calendar.none')}</p> : null}
      <div className="table-wrap" tabIndex={0} role="region" aria-label={t('calendar.days')}>
        <table className="table list calendar">
          <thead>
            <tr>
              <th scope="col">{t('calendar.day')}</th>
              <th scope="col">{t('calendar.kind')}</th>
              <th scope="col">{t('calendar.source')}</th>
              {operates ? (
                <th scope="col">
                  <span className="visually-hidden">{t('calendar.remove')}</span>
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {calendar.days.map((one) => (
              <tr key={one.day}>
                <td className="subject num">
                  {dayText(one.day)} <small className="inline">{weekday(one.day)}</small>
                </td>
                <td>{t(`calendar.${one.kind}`)}</td>
                <td className="to">{one.source}</td>
                {operates ? (
                  <td>
                    {one.day < calendar.today ? null : (
                      <Button
                        small
                        busy={remove.isPending}
                        aria-label={`${t('calendar.remove')}: ${dayText(one.day)}`}
                        onClick={() => remove.mutate(one.day)}
                      >
                        {t('calendar.remove')}
                      </Button>
                    )}
                  </td>
                ) : null}
              </tr>
            ))}
            <tr>
              <td className="subject num">{calendar.everyYear.map((one) => one.split('-').reverse().join('/')).join(', ')}</td>
              <td>{t('calendar.fixed')}</td>
              <td className="to">{t('calendar.fixed.source')}</td>
              {operates ? <td></td> : null}
            </tr>
          </tbody>
        </table>
      </div>
    </section>
  );
}

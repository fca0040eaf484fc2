import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { DayInput } from '../../ui/DayInput.tsx';
import { Field } from '../../ui/Field.tsx';
import { dayOf } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';
import { assigneesQuery } from '../data/directory-queries.ts';

export interface AssignFormProps {
  /** Under a summary that says the same already. */
  readonly untitled?: boolean;
  readonly why: string | undefined;
  readonly busy: boolean;
  readonly errors: ReadonlyMap<string, string>;
  readonly onAssign: (fields: { positionId: string; dueDate?: string; note: string }) => void;
}

export function AssignForm({ untitled, why, busy, errors, onAssign }: AssignFormProps) {
  const { t } = useSpeech();
  const assignees = useQuery(assigneesQuery);
  const [positionId, setPositionId] = useState('');
  const [dueDate, setDueDate] = useState('');
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  return (
    <section className="side-form" aria-label={t('in.assign.title')}>
      {untitled === true ? null : <h2>{t('in.assign.title')}</h2>}
      <Field
        id="assignee"
        label={t('in.assign.who')}
        error={errors.get('positionId') ?? (tried && positionId === '' ? t('in.assign.error') : undefined)}
      >
        {(attributes) => (
          <select {...attributes} value={positionId} onChange={(event) => setPositionId(event.target.value)}>
            <option value="">{t('in.assign.choose')}</option>
            {assignees.data?.assignees.map((person) => (
              <option key={person.positionId} value={person.positionId}>
                {person.fullName}, {person.title}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field id="due-date" label={t('in.assign.due')} optional={t('optional')} error={errors.get('dueDate')}>
        {(attributes) => (
          <DayInput
            attributes={attributes}
            value={dueDate}
            min={dayOf(Date.now())}
            calendarLabel={t('calendar')}
            onChange={setDueDate}
          />
        )}
      </Field>
      <Field id="assign-note" label={t('in.assign.note')} optional={t('optional')} error={errors.get('note')}>
        {(attributes) => (
          <textarea {...attributes} rows={3} maxLength={1000} value={note} onChange={(event) => setNote(event.target.value)} />
        )}
      </Field>
      <div className="actions">
        <Button
          kind="primary"
          icon="person"
          why={why}
          busy={busy}
          onClick={() => {
            setTried(true);
            if (positionId !== '') onAssign({ positionId, note, ...(dueDate === '' ? {} : { dueDate }) });
          }}
        >
          {t('in.assign.do')}
        </Button>
      </div>
    </section>
  );
}

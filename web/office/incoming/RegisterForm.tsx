import { useState } from 'react';
import type { IncomingView } from '@antin/protocol/office/incoming';
import { Button } from '../../ui/Button.tsx';
import { DayInput } from '../../ui/DayInput.tsx';
import { Field } from '../../ui/Field.tsx';
import { dayOf, dayText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';

export interface RegisterFormProps {
  readonly view: IncomingView;
  readonly why: string | undefined;
  readonly busy: boolean;
  readonly errors: ReadonlyMap<string, string>;
  readonly onRegister: (fields: { arrivedOn: string; note: string }) => void;
  readonly onRefuse: (() => void) | undefined;
}

/** Everything that the message already says is filled in; only the day and remarks are the clerk's. */
export function RegisterForm({ view, why, busy, errors, onRegister, onRefuse }: RegisterFormProps) {
  const { t } = useSpeech();
  const [arrivedOn, setArrivedOn] = useState(dayOf(view.arrivedAt));
  const [note, setNote] = useState('');
  const rows: [string, string][] = [
    [t('register.number-notation'), view.numberAndNotation],
    [t('register.date'), dayText(view.date)],
    [t('register.issuer'), view.senderName],
    [t('register.subject'), `${view.typeName}: ${view.subject}`],
  ];
  return (
    <section className="side-form" aria-labelledby="register-title">
      <h2 id="register-title">{t('in.register.title')}</h2>
      <dl className="facts narrow">
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Field id="arrived-on" label={t('in.register.arrived')} error={errors.get('arrivedOn')}>
        {(attributes) => (
          <DayInput
            attributes={attributes}
            value={arrivedOn}
            max={dayOf(Date.now())}
            calendarLabel={t('calendar')}
            onChange={setArrivedOn}
          />
        )}
      </Field>
      <Field id="register-note" label={t('in.register.note')} optional={t('optional')} error={errors.get('note')}>
        {(attributes) => (
          <textarea {...attributes} rows={2} maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
        )}
      </Field>
      <p className="hint">{t('in.register.text')}</p>
      <div className="actions">
        <Button
          kind={view.verification?.verdict === 'invalid' ? 'plain' : 'primary'}
          icon="book"
          why={why}
          busy={busy || arrivedOn === ''}
          onClick={() => onRegister({ arrivedOn, note })}
        >
          {t('in.register.do')}
        </Button>
        {onRefuse === undefined ? null : (
          <Button kind={view.verification?.verdict === 'invalid' ? 'danger' : 'plain'} onClick={onRefuse}>
            {t('act.refuse')}
          </Button>
        )}
      </div>
    </section>
  );
}

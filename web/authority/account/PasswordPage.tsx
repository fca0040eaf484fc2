import '../words.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { officerSessionRoutes } from '@antin/protocol/authority/session';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { call } from '../../staff/client.ts';
import { problemText } from '../../staff/problem-lines.ts';
import { Go } from '../place.tsx';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';

const FIELDS = ['old', 'new', 'again'] as const;

/** Change my password; a new officer does that before anything else. */
export function PasswordPage() {
  const { t, lang } = useSpeech();
  const session = useSession();
  const client = useQueryClient();
  const [values, setValues] = useState({ old: '', new: '', again: '' });
  const [tried, setTried] = useState(0);
  const change = useMutation({
    mutationFn: () => call(officerSessionRoutes.changePassword, { body: { old: values.old, new: values.new } }),
    onSuccess: () => {
      setValues({ old: '', new: '', again: '' });
      setTried(0);
      void client.invalidateQueries({ queryKey: ['session'] });
    },
  });
  const problem =
    change.error === null ? undefined : problemText(change.error, lang, { old: 'password-old', new: 'password-new' });
  const lines = [
    ...(values.old === '' ? [{ text: t('password.old.error'), field: 'password-old' }] : []),
    ...(values.new.length < 12 ? [{ text: t('change.missing.reset-password'), field: 'password-new' }] : []),
    ...(values.new === values.again ? [] : [{ text: t('password.again.error'), field: 'password-again' }]),
  ];
  const error = (name: string): string | undefined =>
    tried > 0 ? lines.find((line) => line.field === `password-${name}`)?.text : undefined;
  return (
    <div className="page narrow">
      <header className="page-head">
        <h1>{t('place.password')}</h1>
        <p className="hint">{t(session.mustChangePassword ? 'password.first' : 'password.lead')}</p>
      </header>
      {change.isSuccess ? (
        <p className="note ink" role="status">
          {t('password.done')} <Go place={{ to: '/' }}>{t('place.home')}</Go>
        </p>
      ) : null}
      <form
        className="side-form boxed"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(tried + 1);
          if (lines.length === 0) change.mutate();
        }}
      >
        {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
        {tried === 0 || lines.length === 0 ? null : <ProblemSummary title={t('problem.title')} lines={lines} attempt={tried} />}
        {FIELDS.map((name) => (
          <Field
            key={name}
            id={`password-${name}`}
            label={t(`password.${name}`)}
            {...(name === 'new' ? { hint: t('change.password.hint') } : {})}
            error={error(name)}
          >
            {(attributes) => (
              <input
                {...attributes}
                type="password"
                autoComplete={name === 'old' ? 'current-password' : 'new-password'}
                maxLength={200}
                value={values[name]}
                onChange={(event) => setValues({ ...values, [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
        <div>
          <Button type="submit" kind="primary" busy={change.isPending}>
            {t('place.password')}
          </Button>
        </div>
      </form>
    </div>
  );
}

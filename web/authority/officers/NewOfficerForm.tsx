import { useState } from 'react';
import { OfficerRole } from '@antin/protocol/authority/session';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { usePropose } from './use-propose.ts';

export interface NewOfficerFormProps {
  readonly incompatible: readonly (readonly [OfficerRole, OfficerRole])[];
  readonly onDone: () => void;
}

/** A new officer, proposed; they exist when a second officer of operation confirms it. */
export function NewOfficerForm({ incompatible, onDone }: NewOfficerFormProps) {
  const { t, lang } = useSpeech();
  const { today } = useSession();
  const [fullName, setFullName] = useState('');
  const [signInName, setSignInName] = useState('');
  const [password, setPassword] = useState('');
  const [roles, setRoles] = useState<readonly OfficerRole[]>([]);
  const [tried, setTried] = useState(0);
  const propose = usePropose(onDone);
  const problem =
    propose.error === null
      ? undefined
      : problemText(propose.error, lang, { signInName: 'officer-sign-in', fullName: 'officer-name' });
  const clash = incompatible.find(([a, b]) => roles.includes(a) && roles.includes(b));
  const lines = [
    ...(fullName.trim() === '' ? [{ text: t('officers.name.error'), field: 'officer-name' }] : []),
    ...(/^[a-z0-9][a-z0-9._-]{1,59}$/.test(signInName) ? [] : [{ text: t('officers.sign-in.error'), field: 'officer-sign-in' }]),
    ...(password.length < 12 ? [{ text: t('change.missing.reset-password'), field: 'officer-password' }] : []),
    ...(clash === undefined
      ? []
      : [
          {
            text: t('officers.clash', { a: t(`officer.${clash[0]}`), b: t(`officer.${clash[1]}`) }),
            field: 'officer-role-registration',
          },
        ]),
  ];
  const error = (field: string): string | undefined => (tried > 0 ? lines.find((line) => line.field === field)?.text : undefined);
  return (
    <form
      className="side-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(tried + 1);
        if (lines.length > 0) return;
        propose.mutate({
          ...{ kind: 'create', signInName, fullName: fullName.trim(), roles: [...roles], from: today, firstPassword: password },
        });
      }}
    >
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {tried === 0 || lines.length === 0 ? null : <ProblemSummary title={t('problem.title')} lines={lines} attempt={tried} />}
      <Field id="officer-name" label={t('officers.name')} error={error('officer-name')}>
        {(attributes) => (
          <input {...attributes} maxLength={100} value={fullName} onChange={(event) => setFullName(event.target.value)} />
        )}
      </Field>
      <Field
        id="officer-sign-in"
        label={t('officers.sign-in')}
        hint={t('officers.sign-in.hint')}
        error={error('officer-sign-in')}
      >
        {(attributes) => (
          <input
            {...attributes}
            autoCapitalize="none"
            spellCheck={false}
            autoComplete="off"
            maxLength={60}
            value={signInName}
            onChange={(event) => setSignInName(event.target.value.trim())}
          />
        )}
      </Field>
      <Field
        id="officer-password"
        label={t('change.password')}
        hint={t('change.password.hint')}
        error={error('officer-password')}
      >
        {(attributes) => (
          <input
            {...attributes}
            type="text"
            autoComplete="off"
            spellCheck={false}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      <fieldset className="role-choices">
        <legend className="legend">{t('officers.roles')}</legend>
        {OfficerRole.options.map((role) => (
          <label key={role} className="check">
            <input
              id={`officer-role-${role}`}
              type="checkbox"
              checked={roles.includes(role)}
              onChange={(event) => setRoles(event.target.checked ? [...roles, role] : roles.filter((one) => one !== role))}
            />
            {t(`officer.${role}`)}
          </label>
        ))}
      </fieldset>
      <p className="hint">{t('change.second')}</p>
      <div className="actions">
        <Button type="submit" kind="primary" busy={propose.isPending}>
          {t('change.do')}
        </Button>
        <Button onClick={onDone}>{t('cancel')}</Button>
      </div>
    </form>
  );
}

import { useState } from 'react';
import type { Officer } from '@antin/protocol/authority/officers';
import { OfficerRole } from '@antin/protocol/authority/session';
import { Button } from '../../ui/Button.tsx';
import { DayInput } from '../../ui/DayInput.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { fileBase64 } from '../acts/file-base64.ts';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { usePropose, type Change } from './use-propose.ts';

const KINDS = ['grant', 'end', 'bind-certificate', 'reset-password', 'disable', 'enable'] as const;
type Kind = (typeof KINDS)[number];

/** One change about one officer, to be confirmed by another. */
export function ChangeForm({ officer, onDone }: { readonly officer: Officer; readonly onDone: () => void }) {
  const { t, lang } = useSpeech();
  const { today } = useSession();
  const [kind, setKind] = useState<Kind>(officer.active && !officer.hasPassword ? 'reset-password' : 'grant');
  const [role, setRole] = useState<OfficerRole>('registration');
  const [from, setFrom] = useState<string>(today);
  const [to, setTo] = useState<string>('');
  const [password, setPassword] = useState('');
  const [certificate, setCertificate] = useState<File | undefined>();
  const [missing, setMissing] = useState<string | undefined>();
  const propose = usePropose(onDone);
  const problem = propose.error === null ? undefined : problemText(propose.error, lang);
  const officerId = officer.id;
  const held = kind === 'end' ? officer.rolesToday : OfficerRole.options.filter((one) => !officer.rolesToday.includes(one));
  const chosenRole = held.includes(role) ? role : held[0];

  const change = async (): Promise<Change | undefined> => {
    switch (kind) {
      case 'grant':
        return chosenRole && from !== ''
          ? { kind, officerId, role: chosenRole, from: from, ...(to === '' ? {} : { to: to }) }
          : undefined;
      case 'end':
        return chosenRole && to !== '' ? { kind, officerId, role: chosenRole, to: to } : undefined;
      case 'reset-password':
        return password.length >= 12 ? { kind, officerId, firstPassword: password } : undefined;
      case 'bind-certificate':
        return certificate === undefined ? undefined : { kind, officerId, certificate: await fileBase64(certificate) };
      default:
        return { kind, officerId };
    }
  };
  const dayField = (label: string, value: string, set: (day: string) => void, optional = false) => (
    <Field label={label} {...(optional ? { optional: t('optional') } : {})}>
      {(attributes) => <DayInput attributes={attributes} value={value} onChange={set} calendarLabel={t('calendar')} />}
    </Field>
  );
  return (
    <form
      className="side-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void change().then((made) => {
          setMissing(
            made === undefined ? t(`change.missing.${kind === 'disable' || kind === 'enable' ? 'grant' : kind}`) : undefined,
          );
          if (made !== undefined) propose.mutate(made);
        });
      }}
    >
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {missing === undefined ? null : <ProblemSummary title={missing} lines={[]} />}
      <Field label={t('change.kind')}>
        {(attributes) => (
          <select
            {...attributes}
            value={kind}
            onChange={(event) => setKind(KINDS.find((one) => one === event.target.value) ?? 'grant')}
          >
            {KINDS.filter((one) => one !== (officer.active ? 'enable' : 'disable')).map((one) => (
              <option key={one} value={one}>
                {t(`change.${one}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {kind === 'grant' || kind === 'end' ? (
        <Field label={t('change.role')}>
          {(attributes) => (
            <select {...attributes} value={chosenRole ?? ''} onChange={(event) => setRole(OfficerRole.parse(event.target.value))}>
              {held.map((one) => (
                <option key={one} value={one}>
                  {t(`officer.${one}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
      ) : null}
      {kind === 'grant' ? dayField(t('change.from'), from, setFrom) : null}
      {kind === 'grant' ? dayField(t('change.to'), to, setTo, true) : null}
      {kind === 'end' ? dayField(t('change.to'), to, setTo) : null}
      {kind === 'reset-password' ? (
        <Field label={t('change.password')} hint={t('change.password.hint')}>
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
      ) : null}
      {kind === 'bind-certificate' ? (
        <Field label={t('change.certificate')} hint={t('change.certificate.hint')}>
          {(attributes) => (
            <input
              {...attributes}
              type="file"
              accept=".cer,.crt,.pem,.der"
              onChange={(event) => setCertificate(event.target.files?.[0])}
            />
          )}
        </Field>
      ) : null}
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

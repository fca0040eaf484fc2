import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { directoryUpkeepRoutes } from '@antin/protocol/office/directory-upkeep';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { call, type AnswerOf } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';

const FIELDS = [
  ['fullName', 'person.name', 64],
  ['mail', 'cert.detail.mail', 128],
  ['phone', 'cert.detail.phone', 20],
  ['citizenNumber', 'person.citizen', 12],
] as const;

export interface PersonEditProps {
  readonly person: AnswerOf<typeof directoryUpkeepRoutes.person>;
  readonly onClose: () => void;
}

/** What is known of a person. The citizen number is never shown again: an empty field leaves it as it is. */
export function PersonEdit({ person, onClose }: PersonEditProps) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const [values, setValues] = useState({
    fullName: person.fullName,
    mail: person.mail ?? '',
    phone: person.phone ?? '',
    citizenNumber: '',
  });
  const save = useMutation({
    mutationFn: () =>
      call(directoryUpkeepRoutes.changePerson, {
        params: { id: person.id },
        body: {
          fullName: values.fullName,
          mail: values.mail.trim() === '' ? null : values.mail.trim(),
          phone: values.phone.trim() === '' ? null : values.phone.trim(),
          ...(values.citizenNumber.trim() === '' ? {} : { citizenNumber: values.citizenNumber.trim() }),
        },
      }),
    onSuccess: () => {
      for (const key of ['directory-person', 'directory-people', 'directory-changes'])
        void client.invalidateQueries({ queryKey: [key] });
      onClose();
    },
  });
  const problem =
    save.error === null
      ? undefined
      : problemText(save.error, lang, Object.fromEntries(FIELDS.map(([name]) => [name, `edit-${name}`])));
  return (
    <form
      className="side-form boxed"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <h2>{t('person.edit')}</h2>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      <div className="field-pairs">
        {FIELDS.map(([name, label, most]) => (
          <Field key={name} id={`edit-${name}`} label={t(label)} error={problem?.byField.get(name)}>
            {(attributes) => (
              <input
                {...attributes}
                maxLength={most}
                autoComplete="off"
                placeholder={
                  name === 'citizenNumber' && person.citizenLast4 !== null
                    ? t('person.citizen.hidden', { last4: person.citizenLast4 })
                    : undefined
                }
                value={values[name]}
                onChange={(event) => setValues({ ...values, [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      <div className="actions">
        <Button type="submit" kind="primary" busy={save.isPending}>
          {t('save')}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </form>
  );
}

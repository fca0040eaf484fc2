import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { directoryUpkeepRoutes } from '@antin/protocol/office/directory-upkeep';
import { Field } from '../../ui/Field.tsx';
import { dayOf } from '../../i18n/dates.ts';
import { call, type AnswerOf } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { DayField } from '../shell/DayField.tsx';
import { SideForm } from '../shell/SideForm.tsx';

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
  const [birthDay, setBirthDay] = useState(person.birthDay ?? '');
  const [tried, setTried] = useState(0);
  const nameless = values.fullName.trim() === '';
  const missing = nameless ? [{ text: `${t('person.name')}: ${t('field.error')}`, field: 'edit-fullName' }] : [];
  const save = useMutation({
    mutationFn: () =>
      call(directoryUpkeepRoutes.changePerson, {
        params: { id: person.id },
        body: {
          fullName: values.fullName,
          mail: values.mail.trim() === '' ? null : values.mail.trim(),
          phone: values.phone.trim() === '' ? null : values.phone.trim(),
          birthDay: birthDay === '' ? null : birthDay,
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
      : problemText(
          save.error,
          lang,
          Object.fromEntries([...FIELDS.map(([name]) => name), 'birthDay'].map((name) => [name, `edit-${name}`])),
        );
  return (
    <SideForm
      title={t('person.edit')}
      problem={problem}
      missing={missing}
      tried={tried}
      onTry={() => setTried((old) => old + 1)}
      onSend={() => save.mutate()}
      onClose={onClose}
      busy={save.isPending}
      act={t('save')}
    >
      <div className="field-pairs">
        {FIELDS.map(([name, label, most]) => (
          <Field
            key={name}
            id={`edit-${name}`}
            label={t(label)}
            {...(name === 'fullName' ? {} : { optional: t('optional') })}
            error={problem?.byField.get(name) ?? (tried > 0 && nameless && name === 'fullName' ? t('field.error') : undefined)}
          >
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
        <DayField
          id="edit-birthDay"
          label={t('person.birth')}
          value={birthDay}
          onChange={setBirthDay}
          max={dayOf(Date.now())}
          optional
          error={problem?.byField.get('birthDay')}
        />
      </div>
    </SideForm>
  );
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Capacity, directoryUpkeepRoutes } from '@antin/protocol/office/directory-upkeep';
import type { z } from 'zod';
import { Role } from '@antin/protocol/office/session';
import { Field } from '../../ui/Field.tsx';
import { dayOf } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { DayField } from '../shell/DayField.tsx';
import { SideForm } from '../shell/SideForm.tsx';
import { useEffective } from './use-effective.tsx';

export interface PersonFormProps {
  readonly agency: { readonly id: string; readonly name: string };
  /** A known person gets a further position. */
  readonly personId?: string;
  readonly onClose: () => void;
}

const ABOUT = [
  ['fullName', 'person.name', 64],
  ['signInName', 'person.sign-in', 63],
  ['mail', 'cert.detail.mail', 128],
  ['phone', 'cert.detail.phone', 20],
  ['citizenNumber', 'person.citizen', 12],
] as const;

/** A new person with their first position, or a further position of somebody known. */
export function PersonForm({ agency, personId, onClose }: PersonFormProps) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [birthDay, setBirthDay] = useState('');
  const [capacity, setCapacity] = useState<z.infer<typeof Capacity>>('');
  const [roles, setRoles] = useState<readonly Role[]>([]);
  const [tried, setTried] = useState(0);
  const effective = useEffective(t('agency.version.from'));
  const value = (name: string): string => (values[name] ?? '').trim();
  const needed = personId === undefined ? ['fullName', 'signInName', 'title'] : ['title'];
  const missing = [
    ...needed
      .filter((name) => value(name) === '')
      .map((name) => ({ text: `${labelOf(name)}: ${t('field.error')}`, field: `person-${name}` })),
    ...effective.missing,
  ];
  function labelOf(name: string): string {
    const found = ABOUT.find(([other]) => other === name);
    return found === undefined ? t('person.position') : t(found[1]);
  }
  const save = useMutation({
    mutationFn: async (): Promise<string> => {
      const position = {
        agencyId: agency.id,
        title: value('title'),
        unit: value('unit') === '' ? null : value('unit'),
        capacity,
        roles: [...roles],
        validFrom: effective.from,
        ...(effective.grounds === undefined ? {} : { grounds: effective.grounds }),
      };
      if (personId !== undefined) {
        await call(directoryUpkeepRoutes.addPosition, { params: { id: personId }, body: position });
        return personId;
      }
      const or = (name: string): string | null => (value(name) === '' ? null : value(name));
      const made = await call(directoryUpkeepRoutes.createPerson, {
        body: {
          fullName: value('fullName'),
          signInName: value('signInName'),
          mail: or('mail'),
          phone: or('phone'),
          citizenNumber: or('citizenNumber'),
          birthDay: birthDay === '' ? null : birthDay,
          position,
        },
      });
      return made.id;
    },
    onSuccess: (id) => {
      for (const key of ['directory-agency', 'directory-people', 'directory-person', 'directory-changes'])
        void client.invalidateQueries({ queryKey: [key] });
      onClose();
      if (personId === undefined) void navigate({ to: '/can-bo/$id', params: { id } });
    },
  });
  const problem =
    save.error === null
      ? undefined
      : problemText(save.error, lang, {
          ...Object.fromEntries([...ABOUT.map(([name]) => name), 'title', 'birthDay'].map((name) => [name, `person-${name}`])),
          ...{ position: 'effective', validFrom: 'effective' },
        });
  const input = (name: string, label: string, most: number, optional: boolean) => (
    <Field
      key={name}
      id={`person-${name}`}
      label={label}
      {...(optional ? { optional: t('optional') } : {})}
      error={problem?.byField.get(name) ?? (tried > 0 && !optional && value(name) === '' ? t('field.error') : undefined)}
    >
      {(attributes) => (
        <input
          {...attributes}
          maxLength={most}
          autoComplete="off"
          value={values[name] ?? ''}
          onChange={(event) => setValues({ ...values, [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <SideForm
      title={`${t(personId === undefined ? 'agency.do.person' : 'person.add-position')}: ${agency.name}`}
      problem={problem}
      missing={missing}
      tried={tried}
      onTry={() => setTried((old) => old + 1)}
      onSend={() => save.mutate()}
      onClose={onClose}
      busy={save.isPending}
      act={t(personId === undefined ? 'agency.do.person' : 'person.add-position')}
    >
      <div className="field-pairs">
        {personId === undefined ? ABOUT.map(([name, label, most]) => input(name, t(label), most, !needed.includes(name))) : null}
        {personId === undefined ? (
          <DayField
            id="person-birthDay"
            label={t('person.birth')}
            value={birthDay}
            onChange={setBirthDay}
            max={dayOf(Date.now())}
            optional
            error={problem?.byField.get('birthDay')}
          />
        ) : null}
        {input('title', t('person.position'), 64, false)}
        {input('unit', t('person.unit'), 64, true)}
        <Field label={t('person.capacity')}>
          {(attributes) => (
            <select {...attributes} value={capacity} onChange={(event) => setCapacity(Capacity.parse(event.target.value))}>
              {Capacity.options.map((one) => (
                <option key={one} value={one}>
                  {t(`capacity.${one}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <fieldset className="choices-line">
        <legend className="legend">{t('person.roles')}</legend>
        {Role.options.map((role) => (
          <label key={role} className="check">
            <input
              type="checkbox"
              checked={roles.includes(role)}
              onChange={(event) => setRoles(event.target.checked ? [...roles, role] : roles.filter((one) => one !== role))}
            />
            {t(`role.${role}`)}
          </label>
        ))}
      </fieldset>
      {effective.fields}
    </SideForm>
  );
}

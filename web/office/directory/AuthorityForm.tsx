import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Capacity, directoryUpkeepRoutes, type PositionLine } from '@antin/protocol/office/directory-upkeep';
import { documentKinds } from '@antin/protocol/office/kinds';
import { Field } from '../../ui/Field.tsx';
import { dayOf } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { DayField } from '../shell/DayField.tsx';
import { SideForm } from '../shell/SideForm.tsx';
import { PersonField, type ChosenPerson } from './PersonField.tsx';

/** What goes with which: TM. names the collective, TUQ. is for a time and given by somebody (Decree 30/2020 Art. 13). */
const NEEDS: Readonly<Partial<Record<string, readonly ('onBehalfOf' | 'validTo' | 'delegatedBy')[]>>> = {
  'TM.': ['onBehalfOf'],
  'TUQ.': ['validTo', 'delegatedBy'],
};

export interface AuthorityFormProps {
  readonly held: PositionLine;
  readonly onClose: () => void;
}

/** Writes an authority down: capacity, types, days, decision, and from whom it comes. */
export function AuthorityForm({ held, onClose }: AuthorityFormProps) {
  const { t, lang, both } = useSpeech();
  const client = useQueryClient();
  const today = dayOf(Date.now());
  const [capacity, setCapacity] = useState<Capacity>(held.capacity === '' ? 'KT.' : held.capacity);
  const [values, setValues] = useState({ onBehalfOf: '', scope: '', number: '' });
  const [giver, setGiver] = useState<ChosenPerson>();
  const [days, setDays] = useState({ validFrom: today, validTo: '', date: '' });
  const [every, setEvery] = useState(true);
  const [types, setTypes] = useState<readonly string[]>([]);
  const [tried, setTried] = useState(0);
  const needed = NEEDS[capacity] ?? [];
  const lacks: Readonly<Record<string, boolean>> = {
    onBehalfOf: needed.includes('onBehalfOf') && values.onBehalfOf.trim() === '',
    delegatedBy: needed.includes('delegatedBy') && giver === undefined,
    validTo: needed.includes('validTo') && days.validTo === '',
    validFrom: days.validFrom === '',
    number: values.number.trim() === '',
    date: days.date === '',
    types: !every && types.length === 0,
  };
  const labels: Readonly<Record<string, string>> = {
    onBehalfOf: t('person.on-behalf'),
    delegatedBy: t('authority.giver'),
    validTo: t('authority.to'),
    validFrom: t('authority.from'),
    number: t('change.grounds-number'),
    date: t('change.grounds-date'),
    types: t('person.types'),
  };
  const missing = Object.keys(lacks)
    .filter((name) => lacks[name])
    .map((name) => ({ text: `${labels[name]}: ${t('field.error')}`, field: `authority-${name}` }));
  const save = useMutation({
    mutationFn: () =>
      call(directoryUpkeepRoutes.addAuthority, {
        params: { id: held.id },
        body: {
          capacity,
          onBehalfOf: values.onBehalfOf.trim() === '' ? null : values.onBehalfOf.trim(),
          scope: values.scope.trim() === '' ? null : values.scope.trim(),
          typeCodes: every ? null : [...types],
          delegatedBy: giver?.id ?? null,
          grounds: { number: values.number.trim(), date: days.date },
          validFrom: days.validFrom,
          validTo: days.validTo === '' ? null : days.validTo,
        },
      }),
    onSuccess: () => {
      for (const key of ['directory-person', 'directory-changes']) void client.invalidateQueries({ queryKey: [key] });
      onClose();
    },
  });
  const names = Object.fromEntries(Object.keys(labels).map((name) => [name, `authority-${name}`]));
  const problem = save.error === null ? undefined : problemText(save.error, lang, names);
  const errorOf = (name: string): string | undefined =>
    problem?.byField.get(name) ?? (tried > 0 && lacks[name] === true ? t('field.error') : undefined);
  const text = (name: 'onBehalfOf' | 'scope' | 'number', label: string, most: number, optional: boolean) => (
    <Field id={`authority-${name}`} label={label} {...(optional ? { optional: t('optional') } : {})} error={errorOf(name)}>
      {(attributes) => (
        <input
          {...attributes}
          maxLength={most}
          value={values[name]}
          onChange={(event) => setValues({ ...values, [name]: event.target.value })}
        />
      )}
    </Field>
  );
  const day = (
    name: 'validFrom' | 'validTo' | 'date',
    label: string,
    limits: { min?: string; max?: string },
    optional: boolean,
  ) => (
    <DayField
      id={`authority-${name}`}
      label={label}
      value={days[name]}
      onChange={(chosen) => setDays({ ...days, [name]: chosen })}
      optional={optional}
      error={errorOf(name)}
      {...limits}
    />
  );
  return (
    <SideForm
      title={`${t('person.add-authority')}: ${held.title}, ${held.agencyName}`}
      lead={<p className="hint">{t('authority.lead')}</p>}
      problem={problem}
      missing={missing}
      tried={tried}
      onTry={() => setTried((old) => old + 1)}
      onSend={() => save.mutate()}
      onClose={onClose}
      busy={save.isPending}
      act={t('person.add-authority')}
    >
      <div className="field-pairs">
        <Field id="authority-capacity" label={t('person.capacity')} hint={t(`authority.rule.${capacity}`)}>
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
        <PersonField
          id="authority-delegatedBy"
          label={t('authority.giver')}
          agencyId={held.agencyId}
          positionsBut={held.id}
          chosen={giver}
          onChoose={setGiver}
          optional={!needed.includes('delegatedBy')}
          error={errorOf('delegatedBy')}
        />
        {text('onBehalfOf', t('person.on-behalf'), 120, !needed.includes('onBehalfOf'))}
        {text('scope', t('authority.scope'), 300, true)}
        {day('validFrom', t('authority.from'), { min: held.validFrom }, false)}
        {day('validTo', t('authority.to'), { min: today }, !needed.includes('validTo'))}
        {text('number', t('change.grounds-number'), 60, false)}
        {day('date', t('change.grounds-date'), { max: today }, false)}
      </div>
      <fieldset className="choices-line" id="authority-types" tabIndex={-1}>
        <legend className="legend">{t('person.types')}</legend>
        <label className="check">
          <input type="radio" name="types" checked={every} onChange={() => setEvery(true)} />
          {t('authority.types.all')}
        </label>
        <label className="check">
          <input type="radio" name="types" checked={!every} onChange={() => setEvery(false)} />
          {t('authority.types.some')}
        </label>
      </fieldset>
      {every ? null : (
        <div className="type-choices">
          {documentKinds.map((kind) => (
            <label key={kind.code} className="check">
              <input
                type="checkbox"
                checked={types.includes(kind.code)}
                onChange={(event) =>
                  setTypes(event.target.checked ? [...types, kind.code] : types.filter((one) => one !== kind.code))
                }
              />
              {both(kind.name)}
            </label>
          ))}
        </div>
      )}
    </SideForm>
  );
}

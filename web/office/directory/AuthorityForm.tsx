import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Capacity, directoryUpkeepRoutes, type PositionLine } from '@antin/protocol/office/directory-upkeep';
import { documentKinds } from '@antin/protocol/office/kinds';
import { Button } from '../../ui/Button.tsx';
import { DayInput } from '../../ui/DayInput.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { dayOf } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { peopleQuery } from '../data/upkeep-queries.ts';

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
  const [values, setValues] = useState({ onBehalfOf: '', scope: '', number: '', delegatedBy: '' });
  const [days, setDays] = useState({ validFrom: today, validTo: '', date: '' });
  const [every, setEvery] = useState(true);
  const [types, setTypes] = useState<readonly string[]>([]);
  const [tried, setTried] = useState(0);
  const people = useInfiniteQuery(peopleQuery(held.agencyId, ''));
  const givers = (people.data?.pages ?? [])
    .flatMap((page) => page.items)
    .flatMap((person) =>
      person.positions
        .filter((post) => post.agencyId === held.agencyId && post.id !== held.id)
        .map((post) => ({ id: post.id, text: `${person.fullName}, ${post.title}` })),
    );
  const needed = NEEDS[capacity] ?? [];
  const lacks: Readonly<Record<string, boolean>> = {
    onBehalfOf: needed.includes('onBehalfOf') && values.onBehalfOf.trim() === '',
    delegatedBy: needed.includes('delegatedBy') && values.delegatedBy === '',
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
          delegatedBy: values.delegatedBy === '' ? null : values.delegatedBy,
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
  const text = (name: 'onBehalfOf' | 'scope' | 'number', label: string, most: number, optional: boolean, hint?: ReactNode) => (
    <Field
      id={`authority-${name}`}
      label={label}
      {...(optional ? { optional: t('optional') } : {})}
      {...(hint === undefined ? {} : { hint })}
      error={errorOf(name)}
    >
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
    <Field id={`authority-${name}`} label={label} {...(optional ? { optional: t('optional') } : {})} error={errorOf(name)}>
      {(attributes) => (
        <DayInput
          attributes={attributes}
          value={days[name]}
          onChange={(chosen) => setDays({ ...days, [name]: chosen })}
          calendarLabel={t('calendar')}
          {...limits}
        />
      )}
    </Field>
  );
  return (
    <form
      className="side-form boxed"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried((old) => old + 1);
        if (missing.length === 0) save.mutate();
      }}
    >
      <h2>
        {t('person.add-authority')}: {[held.title, held.agencyName].join(', ')}
      </h2>
      <p className="hint">{t('authority.lead')}</p>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {tried > 0 && missing.length > 0 ? <ProblemSummary title={t('problem.title')} lines={missing} attempt={tried} /> : null}
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
        <Field
          id="authority-delegatedBy"
          label={t('authority.giver')}
          {...(needed.includes('delegatedBy') ? {} : { optional: t('optional') })}
          hint={<>&nbsp;</>}
          error={errorOf('delegatedBy')}
        >
          {(attributes) => (
            <select
              {...attributes}
              value={values.delegatedBy}
              onChange={(event) => setValues({ ...values, delegatedBy: event.target.value })}
            >
              <option value="" />
              {givers.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.text}
                </option>
              ))}
            </select>
          )}
        </Field>
        {text('onBehalfOf', t('person.on-behalf'), 120, !needed.includes('onBehalfOf'), <>&nbsp;</>)}
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
      <div className="actions">
        <Button type="submit" kind="primary" busy={save.isPending}>
          {t('person.add-authority')}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </form>
  );
}

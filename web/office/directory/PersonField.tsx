import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { PersonLine } from '@antin/protocol/office/directory-upkeep';
import type { z } from 'zod';
import { Combo } from '../../ui/Combo.tsx';
import { Field } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { useSpeech } from '../../staff/language.tsx';
import { peopleQuery } from '../data/upkeep-queries.ts';

type Person = z.infer<typeof PersonLine>;

export interface ChosenPerson {
  /** Of the person, or of the position where those are asked for. */
  readonly id: string;
  readonly text: string;
}

export interface PersonFieldProps {
  readonly id: string;
  readonly label: string;
  /** Whose people are searched; with `below` also those of the agencies under it. */
  readonly agencyId: string;
  readonly below?: boolean;
  /** One line a position at this agency, without this one, in place of one line a person. */
  readonly positionsBut?: string;
  readonly startWith?: string;
  /** The only person of the name it starts with is who is meant. */
  readonly takeOnly?: boolean;
  readonly chosen: ChosenPerson | undefined;
  readonly onChoose: (chosen: ChosenPerson | undefined) => void;
  readonly optional?: boolean;
  readonly hint?: string;
  readonly error?: string | undefined;
}

/** A person found by words of their name among thousands: the server searches, the chosen one stands below. */
export function PersonField(props: PersonFieldProps) {
  const { id, label, agencyId, below, positionsBut, startWith = '', takeOnly, chosen, onChoose, optional, hint, error } = props;
  const { t } = useSpeech();
  const [query, setQuery] = useState(startWith);
  // Those found for other words are not offered meanwhile: Enter would choose one of them.
  const people = useInfiniteQuery(peopleQuery(agencyId, query.trim(), below === true));
  const found = people.data?.pages[0]?.items ?? [];
  const options = found.flatMap((person) => optionsOf(person, agencyId, positionsBut));
  const only = takeOnly === true && query !== '' && query === startWith && options.length === 1 ? options[0] : undefined;
  useEffect(() => {
    if (only !== undefined && chosen === undefined) onChoose({ id: only.id, text: only.text });
  }, [only?.id]);
  return (
    <div>
      <Field
        id={id}
        label={label}
        {...(optional === true ? { optional: t('optional') } : {})}
        {...(hint === undefined ? {} : { hint })}
        error={error}
      >
        {(attributes) => (
          <Combo
            attributes={attributes}
            query={query}
            onQuery={setQuery}
            options={options}
            chosen={chosen === undefined ? [] : [chosen.id]}
            onToggle={(toggled) => {
              const option = options.find((one) => one.id === toggled);
              const same = chosen?.id === toggled;
              onChoose(same || option === undefined ? undefined : { id: option.id, text: option.text });
              if (!same) setQuery('');
            }}
            placeholder={t('hand.receiver.find')}
            emptyText={t('hand.receiver.none')}
            busy={people.isPending}
          />
        )}
      </Field>
      {chosen === undefined ? null : (
        <div className="chosen-agencies" role="status">
          <button type="button" aria-label={t('person.unchoose', { name: chosen.text })} onClick={() => onChoose(undefined)}>
            {chosen.text} <Icon name="close" size={14} />
          </button>
        </div>
      )}
    </div>
  );
}

function optionsOf(person: Person, agencyId: string, positionsBut: string | undefined) {
  const post = (held: Person['positions'][number]): string => [held.title, held.unit].filter(Boolean).join(', ');
  if (positionsBut === undefined) {
    const detail = person.positions.map((held) => `${post(held)}, ${held.agencyName}`).join('; ');
    // Of the same name there are many: the sign-in name tells them apart.
    return [{ id: person.id, text: person.fullName, detail: [detail, person.signInName].filter(Boolean).join(' · ') }];
  }
  return person.positions
    .filter((held) => held.agencyId === agencyId && held.id !== positionsBut)
    .map((held) => ({ id: held.id, text: `${person.fullName}, ${held.title}`, detail: held.unit ?? person.signInName }));
}

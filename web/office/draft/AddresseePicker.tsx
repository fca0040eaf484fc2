import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Agency } from '@antin/protocol/office/directory';
import { Combo } from '../../ui/Combo.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { dayText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';
import { agenciesQuery } from '../data/directory-queries.ts';
import type { ChosenAgency } from './draft-state.ts';

export interface AddresseePickerProps {
  readonly attributes: {
    id: string;
    className: string;
    'aria-describedby': string | undefined;
    'aria-invalid': boolean | undefined;
  };
  readonly chosen: readonly ChosenAgency[];
  readonly onChange: (chosen: readonly ChosenAgency[]) => void;
}

/** Agencies of the directory, closed ones included: who receives instead is said before anything is sent. */
export function AddresseePicker({ attributes, chosen, onChange }: AddresseePickerProps) {
  const { t } = useSpeech();
  const [query, setQuery] = useState('');
  const found = useQuery({ ...agenciesQuery(query.trim()), placeholderData: keepPreviousData });
  const agencies = found.data?.agencies ?? [];
  const byId = new Map(agencies.map((agency) => [agency.id, agency]));
  const toggle = (id: string): void => {
    const agency = byId.get(id);
    if (chosen.some((other) => other.id === id)) onChange(chosen.filter((other) => other.id !== id));
    else if (agency !== undefined) onChange([...chosen, { id, name: agency.name, agency }]);
  };
  return (
    <div className="addressees">
      <Combo
        attributes={attributes}
        query={query}
        onQuery={setQuery}
        options={agencies.slice(0, 60).map((agency) => ({
          id: agency.id,
          text: agency.name,
          detail: agency.validTo === null ? `${agency.code} · ${agency.levelName}` : <Closed agency={agency} />,
        }))}
        chosen={chosen.map((agency) => agency.id)}
        onToggle={toggle}
        placeholder={t('draft.addressees.search')}
        emptyText={t('draft.addressees.none')}
        busy={found.isFetching}
      />
      {chosen.length === 0 ? null : (
        <ul className="chosen-list">
          {chosen.map((entry) => {
            const agency = entry.agency ?? byId.get(entry.id);
            return (
              <li key={entry.id}>
                <span>
                  {entry.name}
                  {agency === undefined || agency.validTo === null ? null : (
                    <small>
                      <Closed agency={agency} />
                    </small>
                  )}
                </span>
                <button
                  type="button"
                  className="top-tool icon"
                  aria-label={t('draft.addressees.remove', { name: entry.name })}
                  onClick={() => toggle(entry.id)}
                >
                  <Icon name="close" size={16} />
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}

function Closed({ agency }: { readonly agency: Agency }) {
  const { t } = useSpeech();
  const day = dayText(agency.validTo ?? '');
  const receiver = agency.receivedBy;
  return (
    <span className="closed">
      {receiver === null ? t('draft.closed.nobody', { day }) : t('draft.closed', { day, name: receiver.name })}
    </span>
  );
}

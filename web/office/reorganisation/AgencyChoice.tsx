import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Combo } from '../../ui/Combo.tsx';
import { Field } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { useSpeech } from '../../staff/language.tsx';
import { agenciesQuery } from '../data/upkeep-queries.ts';

export interface Chosen {
  readonly id: string;
  readonly name: string;
}

export interface AgencyChoiceProps {
  readonly id: string;
  readonly label: string;
  readonly several: boolean;
  readonly chosen: readonly Chosen[];
  readonly error: string | undefined;
  readonly onChange: (chosen: readonly Chosen[]) => void;
}

/** Agencies of the directory, found by words; the chosen ones stand below and go with a click. */
export function AgencyChoice({ id, label, several, chosen, error, onChange }: AgencyChoiceProps) {
  const { t } = useSpeech();
  const [query, setQuery] = useState('');
  const found = useInfiniteQuery(agenciesQuery(query.trim() === '' ? { parentId: 'root' } : { q: query.trim() }));
  const lines = (found.data?.pages[0]?.items ?? []).filter((line) => line.validTo === null);
  return (
    <div>
      <Field id={id} label={label} error={error}>
        {(attributes) => (
          <Combo
            attributes={attributes}
            query={query}
            onQuery={setQuery}
            options={lines.map((line) => ({
              id: line.id,
              text: line.name,
              detail: [line.code, line.above?.at(-1)].filter(Boolean).join(' · '),
            }))}
            chosen={chosen.map((one) => one.id)}
            onToggle={(toggled) => {
              const known = chosen.some((one) => one.id === toggled);
              const line = lines.find((one) => one.id === toggled);
              if (known) onChange(chosen.filter((one) => one.id !== toggled));
              else if (line !== undefined)
                onChange(several ? [...chosen, { id: line.id, name: line.name }] : [{ id: line.id, name: line.name }]);
              if (!several) setQuery('');
            }}
            placeholder={t('reorg.find-agency')}
            emptyText={t('dir.none')}
            busy={found.isPending}
          />
        )}
      </Field>
      <div className="chosen-agencies">
        {chosen.map((one) => (
          <button key={one.id} type="button" onClick={() => onChange(chosen.filter((other) => other.id !== one.id))}>
            {one.name} <Icon name="close" size={14} />
          </button>
        ))}
      </div>
    </div>
  );
}

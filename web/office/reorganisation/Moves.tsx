import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PostMove } from '@antin/protocol/office/reorganisation';
import type { z } from 'zod';
import { useSpeech } from '../../staff/language.tsx';
import { peopleQuery } from '../data/upkeep-queries.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';
import type { Chosen } from './AgencyChoice.tsx';

type Move = z.input<typeof PostMove>;
const CAUSES = ['post-changed', 'retired', 'resigned', 'died'] as const;

export interface MovesProps {
  readonly agency: Chosen;
  readonly moves: readonly Move[];
  readonly onChange: (moves: readonly Move[]) => void;
}

/** What becomes of the people of an agency: a new title there, or the post ends. */
export function Moves({ agency, moves, onChange }: MovesProps) {
  const { t } = useSpeech();
  const [q, setQ] = useState('');
  const people = useInfiniteQuery(peopleQuery(agency.id, q.trim()));
  const put = (positionId: string, move: Move | undefined): void =>
    onChange([...moves.filter((one) => one.positionId !== positionId), ...(move === undefined ? [] : [move])]);
  return (
    <section className="block">
      <h2>{t('reorg.moves')}</h2>
      <input
        id="reorg-moves"
        className="input narrow-input"
        type="search"
        value={q}
        aria-label={t('agency.people.search')}
        placeholder={t('agency.people.search')}
        onChange={(event) => setQ(event.target.value)}
      />
      <KeyedList query={people} items={(page) => page.items} empty={<p className="hint">{t('agency.people.none')}</p>}>
        {(rows) => (
          <ul className="lined">
            {rows.flatMap((person) =>
              person.positions
                .filter((held) => held.agencyId === agency.id)
                .map((held) => {
                  const move = moves.find((one) => one.positionId === held.id);
                  return (
                    <li key={held.id}>
                      <div>
                        <strong>{person.fullName}</strong>
                        <small>{[held.title, held.unit].filter(Boolean).join(', ')}</small>
                      </div>
                      <div className="actions">
                        <select
                          className="input"
                          aria-label={`${t('reorg.move.cause')}: ${person.fullName}`}
                          value={move?.cause ?? ''}
                          onChange={(event) => {
                            const cause = CAUSES.find((one) => one === event.target.value);
                            put(
                              held.id,
                              cause === undefined
                                ? undefined
                                : {
                                    positionId: held.id,
                                    cause,
                                    ...(cause === 'post-changed'
                                      ? { to: { agency: agency.id, title: held.title, unit: held.unit } }
                                      : {}),
                                  },
                            );
                          }}
                        >
                          <option value="">—</option>
                          {CAUSES.map((cause) => (
                            <option key={cause} value={cause}>
                              {t(`reorg.move.${cause}`)}
                            </option>
                          ))}
                        </select>
                        {move?.to === undefined ? null : (
                          <input
                            className="input"
                            aria-label={`${t('reorg.move.title')}: ${person.fullName}`}
                            maxLength={64}
                            value={move.to.title}
                            onChange={(event) =>
                              put(held.id, { ...move, to: { agency: agency.id, unit: held.unit, title: event.target.value } })
                            }
                          />
                        )}
                      </div>
                    </li>
                  );
                }),
            )}
          </ul>
        )}
      </KeyedList>
    </section>
  );
}

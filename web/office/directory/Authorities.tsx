import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { directoryUpkeepRoutes, type AuthorityLine } from '@antin/protocol/office/directory-upkeep';
import { Button } from '../../ui/Button.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { dayOf, dayText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { useTypeName } from '../data/type-name.ts';
import { EndDialog } from './EndDialog.tsx';

export interface AuthoritiesProps {
  readonly authorities: readonly AuthorityLine[];
  readonly mayEdit: boolean;
}

/** Who may sign what, in which capacity, from when to when, by which decision. */
export function Authorities({ authorities, mayEdit }: AuthoritiesProps) {
  const { t } = useSpeech();
  const client = useQueryClient();
  const typeName = useTypeName();
  const today = dayOf(Date.now());
  const [ending, setEnding] = useState<AuthorityLine>();
  if (authorities.length === 0) return null;
  return (
    <div className="authorities">
      <h3>{t('person.authority')}</h3>
      <div className="table-wrap" tabIndex={0} role="region" aria-label={t('person.authority')}>
        <table className="table list">
          <thead>
            <tr>
              <th scope="col">{t('person.capacity')}</th>
              <th scope="col" className="grow">
                {t('person.types')}
              </th>
              <th scope="col">{t('authority.from-to')}</th>
              <th scope="col">{t('authority.grounds')}</th>
              <th scope="col">
                <span className="visually-hidden">{t('cert.what-now')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {authorities.map((one) => {
              const over = one.validTo !== null && one.validTo <= today;
              return (
                <tr key={one.id} className={over ? 'past' : ''}>
                  <td className="subject">
                    {t(`capacity.${one.capacity}`)}
                    {one.onBehalfOf === null ? null : <small>{one.onBehalfOf}</small>}
                  </td>
                  <td>
                    {one.typeCodes === null
                      ? t('person.types.all')
                      : one.typeCodes.map((code) => typeName(code, code)).join(', ')}
                    {one.scope === null ? null : <small>{one.scope}</small>}
                    {one.delegatedBy === null ? null : (
                      <small>{t('authority.given-by', { who: one.delegatedBy.fullName, title: one.delegatedBy.title })}</small>
                    )}
                  </td>
                  <td className="nowrap" data-label={t('authority.from-to')}>
                    {t('dir.from', { day: dayText(one.validFrom) })}
                    {one.validTo === null ? null : <small>{t('dir.until', { day: dayText(one.validTo) })}</small>}
                    {one.validFrom > today ? <Tag tone="ink" icon="clock" text={t('authority.to-come')} /> : null}
                  </td>
                  <td className="nowrap">
                    <span className="notation">{one.grounds.number}</span>
                    <small>{dayText(one.grounds.date)}</small>
                  </td>
                  <td className="right no-print">
                    {mayEdit && !over ? (
                      <Button small onClick={() => setEnding(one)}>
                        {t('authority.end')}
                      </Button>
                    ) : null}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {ending === undefined ? null : (
        <EndDialog
          title={t('authority.end.title', { capacity: t(`capacity.${ending.capacity}`) })}
          button={t('authority.end')}
          end={(validTo) => call(directoryUpkeepRoutes.endAuthority, { params: { id: ending.id }, body: { validTo } })}
          onClose={() => setEnding(undefined)}
          onEnded={() => {
            setEnding(undefined);
            for (const key of ['directory-person', 'directory-changes']) void client.invalidateQueries({ queryKey: [key] });
          }}
        />
      )}
    </div>
  );
}

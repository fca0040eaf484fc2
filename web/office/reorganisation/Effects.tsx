import type { ReactNode } from 'react';
import type { ReorganisationEffects } from '@antin/protocol/office/reorganisation';
import { Icon } from '../../ui/Icon.tsx';
import { dayOf, dayText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';

/**
 * Everything a plan touches, part by part, and what stands against it.
 *
 * @param done it is in effect: what certificates still lack is said where it can be completed, no more as it was checked
 */
export function Effects({ effects, done = false }: { readonly effects: ReorganisationEffects; readonly done?: boolean }) {
  const { t, code } = useSpeech();
  const { counts } = effects;
  const problems = (stops: boolean) =>
    effects.problems.filter((one) => one.stops === stops && !(done && one.missing !== undefined));
  return (
    <div className="effects">
      {([true, false] as const).map((stops) =>
        problems(stops).length === 0 ? null : (
          <section key={String(stops)} className={stops ? 'note red' : 'note amber'}>
            <h2>
              <Icon name={stops ? 'bad' : 'warn'} size={18} /> {t(stops ? 'reorg.problems' : 'reorg.eyes')}
            </h2>
            <ul className="plain-list">
              {problems(stops).map((one) => (
                <li key={`${one.code} ${one.about}`}>
                  {code('reorg-problem', one.code, `${one.code}: ${one.about}`, { about: one.about })}
                  {one.missing === undefined
                    ? null
                    : ` (${t('reorg.lacks', { what: one.missing.map((name) => code('person.missing', name)).join(', ') })})`}
                </li>
              ))}
            </ul>
          </section>
        ),
      )}
      <Part title={t('reorg.effects.agencies')} count={counts.agencies} open>
        {effects.agencies.map((one) => (
          <tr key={`${one.id} ${one.act}`}>
            <td>{one.name}</td>
            <td>{t(`reorg.act.${one.act}`)}</td>
          </tr>
        ))}
      </Part>
      <Part title={t('reorg.effects.positions')} count={counts.positions}>
        {effects.positions.map((one) => (
          <tr key={one.positionId}>
            <td>
              {one.fullName}
              <small>{one.title}</small>
            </td>
            <td>{one.from}</td>
            <td>{one.to === null ? t('reorg.ends') : `→ ${one.toTitle ?? one.title}, ${one.to}`}</td>
          </tr>
        ))}
      </Part>
      <Part
        title={t('reorg.effects.certificates')}
        count={counts.certificates}
        heads={[t('cert.holder'), t('cert.agency'), t('reorg.move.cause'), t('cert.ends')]}
        open
      >
        {effects.certificates.map((one) => (
          <tr key={one.sha256}>
            <td>
              {one.holder}
              <small>{one.subject}</small>
            </td>
            <td>{one.agencyName}</td>
            <td className="nowrap">
              {t(one.reissue ? 'reorg.reissue' : 'reorg.revoke')}
              <small>{t(`cause.${one.cause}`)}</small>
              {done || one.missing.length === 0 ? null : (
                <small className="overdue">
                  {t('reorg.lacks', { what: one.missing.map((name) => code('person.missing', name)).join(', ') })}
                </small>
              )}
            </td>
            <td className="nowrap">{dayText(dayOf(one.notAfter))}</td>
          </tr>
        ))}
      </Part>
      <Part title={t('reorg.effects.documents')} count={counts.documents}>
        {effects.documents.map((one) => (
          <tr key={one.id}>
            <td>{one.subject}</td>
            <td>{one.agencyName}</td>
            <td>{code('state', one.state, code('incoming', one.state))}</td>
          </tr>
        ))}
      </Part>
      <Part title={t('reorg.effects.series')} count={counts.series}>
        {effects.series.map((one, index) => (
          <tr key={index}>
            <td>{one.name}</td>
            <td>{one.agencyName}</td>
            <td>{t(`reorg.act.${one.act}`)}</td>
            <td className="num">{t('reorg.last-number', { n: one.lastNumber })}</td>
          </tr>
        ))}
      </Part>
    </div>
  );
}

interface PartProps {
  readonly title: string;
  readonly count: number;
  readonly open?: boolean;
  /** Words above the columns, where these do not speak for themselves. */
  readonly heads?: readonly string[];
  readonly children: ReactNode;
}

function Part({ title, count, open = false, heads, children }: PartProps) {
  const { t, lang } = useSpeech();
  return (
    <details open={open && count > 0}>
      <summary>
        {title} <span className="num">({count.toLocaleString(lang)})</span>
      </summary>
      {count === 0 ? (
        <p className="hint">{t('reorg.nothing')}</p>
      ) : (
        <div className="table-wrap" tabIndex={0} role="region" aria-label={title}>
          <table className="table">
            {heads === undefined ? null : (
              <thead>
                <tr>
                  {heads.map((head) => (
                    <th key={head} scope="col">
                      {head}
                    </th>
                  ))}
                </tr>
              </thead>
            )}
            <tbody>{children}</tbody>
          </table>
        </div>
      )}
    </details>
  );
}

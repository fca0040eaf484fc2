import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Icon } from '../../ui/Icon.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { dayText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { reorganisationsQuery } from '../data/upkeep-queries.ts';
import { DirectoryNav } from '../directory/DirectoryNav.tsx';
import { ReorganisationTag } from './tags.tsx';

/** Plans of my agency and below, latest first. */
export function ReorganisationsPage() {
  const { t } = useSpeech();
  const plans = useQuery(reorganisationsQuery);
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('reorg.title')}</h1>
        <Link className="button" to="/sap-xep/moi">
          <Icon name="plus" size={18} /> {t('reorg.new')}
        </Link>
      </header>
      <DirectoryNav />
      <p className="hint">{t('reorg.lead')}</p>
      {plans.data === undefined ? (
        <Pending query={plans} />
      ) : plans.data.reorganisations.length === 0 ? (
        <Empty title={t('reorg.none')}>
          <p>{t('reorg.none.text')}</p>
        </Empty>
      ) : (
        <div className="table-wrap" tabIndex={0} role="region" aria-label={t('reorg.title')}>
          <table className="table list">
            <thead>
              <tr>
                <th scope="col" className="grow">
                  {t('reorg.name')}
                </th>
                <th scope="col">{t('reorg.kind')}</th>
                <th scope="col">{t('cert.state')}</th>
                <th scope="col">{t('reorg.day')}</th>
              </tr>
            </thead>
            <tbody>
              {plans.data.reorganisations.map((one) => (
                <tr key={one.id}>
                  <td className="subject">
                    <Link to="/sap-xep/$id" params={{ id: one.id }} className="row-link" data-row="">
                      {one.name}
                    </Link>
                    <small>{one.grounds.number}</small>
                  </td>
                  <td>{t(`reorg.kind.${one.plan.kind}`)}</td>
                  <td className="tags">
                    <ReorganisationTag state={one.state} />
                  </td>
                  <td className="nowrap" data-label={t('reorg.day')}>
                    {dayText(one.effectiveOn)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

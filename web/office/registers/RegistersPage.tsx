import '../../i18n/words/pages.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Empty } from '../../ui/Waiting.tsx';
import { useSpeech } from '../../staff/language.tsx';
import { registersQuery } from '../data/register-queries.ts';
import { Pending } from '../../staff/Pending.tsx';

export function RegistersPage() {
  const { t } = useSpeech();
  const registers = useQuery(registersQuery);
  return (
    <div className="page">
      <h1>{t('register.title')}</h1>
      {registers.data === undefined ? (
        <Pending query={registers} />
      ) : registers.data.registers.length === 0 ? (
        <Empty title={t('register.none')}>
          <p>{t('register.none.text')}</p>
        </Empty>
      ) : (
        <div className="table-wrap">
          <table className="table list">
            <thead>
              <tr>
                <th scope="col" className="grow">
                  {t('register.title')}
                </th>
                <th scope="col" className="right">
                  {t('register.year')}
                </th>
                <th scope="col" className="right">
                  {t('register.entries')}
                </th>
                <th scope="col" className="right">
                  {t('register.last')}
                </th>
              </tr>
            </thead>
            <tbody>
              {registers.data.registers.map((register) => (
                <tr key={register.id}>
                  <td className="subject">
                    <Link to="/so-dang-ky/$id" params={{ id: register.id }} className="row-link" data-row="">
                      {t(`register.${register.direction}`)}
                    </Link>
                  </td>
                  <td className="right num" data-label={t('register.year')}>
                    {register.year}
                  </td>
                  <td className="right num" data-label={t('register.entries')}>
                    {register.entries}
                  </td>
                  <td className="right num" data-label={t('register.last')}>
                    {register.lastNumber}
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

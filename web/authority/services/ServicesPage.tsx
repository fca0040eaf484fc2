import '../words.ts';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { registrationRoutes, RequestState } from '@antin/protocol/authority/registration';
import { Tag } from '../../ui/Tag.tsx';
import { instantText } from '../../i18n/dates.ts';
import { call, ProblemError, unreachable } from '../../staff/client.ts';
import { Pending } from '../../staff/Pending.tsx';
import { Go } from '../place.tsx';
import { useSpeech } from '../speech.ts';

/** What `/healthz` says of the authority. */
const Health = z.object({
  authority: z.object({ status: z.enum(['ok', 'alarm']), lists: z.array(z.string()) }),
});

const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: async ({ signal }) => {
    const response = await fetch('/healthz', { signal }).catch(() => {
      throw new ProblemError(unreachable);
    });
    return { at: new Date().toISOString(), ...Health.parse(await response.json()) };
  },
  refetchInterval: 15_000,
});

const statisticsQuery = queryOptions({
  queryKey: ['requests', 'statistics'],
  queryFn: ({ signal }) => call(registrationRoutes.statistics, {}, signal),
  refetchInterval: 60_000,
});

/** Whether lists are fresh, where the services answer, and how the requests stand. */
export function ServicesPage() {
  const { t, lang } = useSpeech();
  const health = useQuery(healthQuery);
  const statistics = useQuery(statisticsQuery);
  const origin = location.origin;
  const addresses = [
    ['OCSP (RFC 6960)', `${origin}/authority/ocsp`],
    [t('services.tsa'), `${origin}/authority/tsa`],
    [t('services.search'), `${origin}/tra-cuu-chung-thu`],
  ] as const;
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('place.services')}</h1>
        <p className="hint">{t('services.lead')}</p>
      </header>
      {health.data === undefined ? (
        <Pending query={health} lines={3} />
      ) : (
        <section className={health.data.authority.status === 'ok' ? 'verdict valid' : 'verdict invalid'}>
          <Tag
            {...(health.data.authority.status === 'ok'
              ? { tone: 'green', icon: 'check', text: t('services.ok') }
              : { tone: 'red', icon: 'bad', text: t('services.alarm') })}
          />
          <div>
            <h2>{t(health.data.authority.status === 'ok' ? 'services.ok.text' : 'services.alarm.text')}</h2>
            <ul>
              {health.data.authority.lists.map((one) => (
                <li key={one} className="mono">
                  {one}
                </li>
              ))}
            </ul>
            <p className="hint">{t('services.asked', { at: instantText(health.data.at) })}</p>
          </div>
        </section>
      )}
      <section className="block">
        <h2>{t('services.addresses')}</h2>
        <dl className="facts">
          {addresses.map(([label, address]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd className="mono">{address}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section className="block">
        <h2>{t('services.requests')}</h2>
        {statistics.data === undefined ? (
          <Pending query={statistics} lines={4} />
        ) : statistics.data.states.length === 0 ? (
          <p className="hint">{t('list.empty')}</p>
        ) : (
          <div className="table-wrap">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t('col.state')}</th>
                  <th scope="col" className="right">
                    {t('services.count')}
                  </th>
                  <th scope="col" className="right">
                    {t('wait.overdue')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {RequestState.options.map((state) => {
                  const one = statistics.data.states.find((row) => row.state === state);
                  return one === undefined ? null : (
                    <tr key={state}>
                      <td>
                        <Go place={{ to: '/yeu-cau', search: { state } }} row>
                          {t(`reqstate.${state}`)}
                        </Go>
                      </td>
                      <td className="right num">{one.count.toLocaleString(lang)}</td>
                      <td className="right num">{one.overdue === 0 ? '–' : one.overdue.toLocaleString(lang)}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </div>
  );
}

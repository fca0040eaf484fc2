import '../words.ts';
import { queryOptions, useQuery } from '@tanstack/react-query';
import type { ServiceState } from '@antin/protocol/authority/operation';
import { registrationRoutes, RequestState } from '@antin/protocol/authority/registration';
import type { IconName } from '../../ui/Icon.tsx';
import { Tag, type Tone } from '../../ui/Tag.tsx';
import { instantText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { Pending } from '../../staff/Pending.tsx';
import { Copy } from '../shell/Copy.tsx';
import { Go } from '../place.tsx';
import { useSpeech } from '../speech.ts';
import { servicesQuery } from './queries.ts';

const statisticsQuery = queryOptions({
  queryKey: ['requests', 'statistics'],
  queryFn: ({ signal }) => call(registrationRoutes.statistics, {}, signal),
  refetchInterval: 60_000,
});

const tags: Readonly<Record<ServiceState['tone'], readonly [Tone, IconName]>> = {
  good: ['green', 'check'],
  warn: ['amber', 'warn'],
  bad: ['red', 'bad'],
  unknown: ['plain', 'help'],
};

const panels: Readonly<Record<ServiceState['tone'], string>> = {
  good: 'valid',
  warn: 'indeterminate',
  bad: 'invalid',
  unknown: '',
};

/** How each service stands, by what can be seen of it now; where they answer; and how the requests stand. */
export function ServicesPage() {
  const { t, code, lang } = useSpeech();
  const services = useQuery(servicesQuery);
  const statistics = useQuery(statisticsQuery);
  const { origin } = location;
  const addresses = [
    ['OCSP (RFC 6960)', `${origin}/authority/ocsp`],
    [t('services.tsa'), `${origin}/authority/tsa`],
    [t('services.search'), `${origin}/tra-cuu-chung-thu`],
  ] as const;
  const worst = worstOf(services.data?.services ?? []);
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('place.services')}</h1>
        <p className="hint">{t('services.lead')}</p>
      </header>
      {services.data === undefined ? (
        <Pending query={services} lines={6} />
      ) : (
        <section className={`verdict ${panels[worst]}`}>
          <Tag tone={tags[worst][0]} icon={tags[worst][1]} text={t(`services.${worst}`)} />
          <div>
            <h2>{t(`services.all.${worst}`)}</h2>
            <p className="hint">{t('services.asked', { at: instantText(services.data.at) })}</p>
          </div>
        </section>
      )}
      {services.data === undefined ? null : (
        <ul className="service-list">
          {services.data.services.map((one) => (
            <li key={one.service} className={one.tone}>
              <h2>{t(`services.name.${one.service}`)}</h2>
              <Tag tone={tags[one.tone][0]} icon={tags[one.tone][1]} text={t(`services.${one.tone}`)} />
              <p>{code(`services.${one.service}`, one.code, one.code, shown(one.facts, lang))}</p>
              <Todo said={one} />
            </li>
          ))}
        </ul>
      )}
      <section className="block">
        <h2>{t('services.addresses')}</h2>
        <dl className="facts copyable">
          {addresses.map(([label, address]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd className="mono">
                <span>{address}</span> <Copy text={address} what={label} />
              </dd>
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

/** What to do about it: trouble without a way out helps nobody. */
function Todo({ said }: { readonly said: ServiceState }) {
  const { t, code } = useSpeech();
  const text = said.tone === 'good' ? '' : code(`services.todo.${said.service}`, said.code, '');
  return text === '' ? null : (
    <p className="service-todo">
      <strong>{t('services.todo')}:</strong> {text}
    </p>
  );
}

/** The tone of the whole: trouble before doubt, and what is not known is never called good. */
function worstOf(services: readonly ServiceState[]): ServiceState['tone'] {
  const has = (tone: ServiceState['tone']) => services.some((one) => one.tone === tone);
  return has('bad') ? 'bad' : has('warn') ? 'warn' : has('unknown') ? 'unknown' : 'good';
}

/** Instants in the words of the page, numbers with their marks; a fact that is missing is a dash. */
function shown(facts: ServiceState['facts'], lang: string): Record<string, string> {
  const texts: Record<string, string> = { until: '–', since: '–', whole: '–', reason: '–', entries: '–', sealed: '–' };
  for (const [name, value] of Object.entries(facts)) {
    if (typeof value === 'number') texts[name] = value.toLocaleString(lang);
    else texts[name] = /^\d{4}-\d\d-\d\dT/.test(value) ? instantText(value) : value;
  }
  return texts;
}

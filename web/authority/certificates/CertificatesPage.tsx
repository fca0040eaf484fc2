import '../words.ts';
import { memo } from 'react';
import { keepPreviousData, queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { IssuedRow } from '@antin/protocol/authority/issued';
import { registrationRoutes } from '@antin/protocol/authority/registration';
import { reportRoutes } from '@antin/protocol/authority/reports';
import { Empty } from '../../ui/Waiting.tsx';
import { dayOf, dayText, instantText } from '../../i18n/dates.ts';
import { shortAgency } from '../../i18n/titles.ts';
import { call } from '../../staff/client.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { Export } from '../shell/Export.tsx';
import { Filter } from '../shell/Filter.tsx';
import { ListTools } from '../shell/ListTools.tsx';
import { SearchBox } from '../shell/SearchBox.tsx';
import { useFilters } from '../filters.ts';
import { againWhileShort } from '../paging.ts';
import { Go, type IssuedSearch } from '../place.tsx';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { issuedQuery } from './queries.ts';
import { CertificateTag, PROFILES } from './states.tsx';

const STATES = ['valid', 'expiring', 'expired', 'revoked', 'suspended'] as const;
/** Who may carry the register away; the server says the same. */
const TAKERS = ['issuance', 'revocation', 'audit'] as const;

const agenciesQuery = queryOptions({
  queryKey: ['requests', 'statistics'],
  queryFn: ({ signal }) => call(registrationRoutes.statistics, {}, signal),
  staleTime: 60_000,
});

/** The register of issued certificates: search and filters stand in the address. */
export function CertificatesPage() {
  const { t } = useSpeech();
  const { roles } = useSession();
  const filters = useFilters<IssuedSearch>('/chung-thu');
  const { search, filtered, change } = filters;
  const rows = useInfiniteQuery({
    ...issuedQuery(search),
    placeholderData: keepPreviousData,
    refetchInterval: againWhileShort(60_000),
  });
  const agencies = useQuery(agenciesQuery).data?.agencies ?? [];
  return (
    <div className="page wide-list">
      <header className="page-head">
        <h1>{t('place.certificates')}</h1>
        <p className="hint">{t('certs.lead')}</p>
      </header>
      <ListTools
        filters={filters}
        end={
          TAKERS.some((role) => roles.includes(role)) ? (
            <Export row={reportRoutes.exportCertificates} query={{ ...search }} />
          ) : null
        }
      >
        <SearchBox label={t('certs.search')} hint={t('certs.hint')} value={search.q ?? ''} onSearch={(q) => change({ q })} />
        <Filter
          label={t('filter.state')}
          value={search.state ?? ''}
          onChange={(state) => change({ state })}
          options={STATES.map((one) => [one, t(`certs.${one}`)])}
        />
        <Filter
          label={t('certs.every-profile')}
          value={search.profile ?? ''}
          onChange={(profile) => change({ profile })}
          options={PROFILES.map((one) => [one, t(`profile.${one}`)])}
        />
        {agencies.length > 1 || search.agency !== undefined ? (
          <Filter
            label={t('filter.agency')}
            value={search.agency ?? ''}
            onChange={(agency) => change({ agency })}
            options={
              search.agency === undefined || agencies.some((one) => one.code === search.agency)
                ? agencies.map((one) => [one.code, one.name])
                : [[search.agency, search.agency], ...agencies.map((one) => [one.code, one.name] as const)]
            }
          />
        ) : null}
      </ListTools>
      <KeyedList
        query={rows}
        items={(page) => page.items}
        empty={
          <Empty title={t(filtered ? 'certs.none' : 'certs.empty')}>
            <p>{t(filtered ? 'list.none.text' : 'certs.empty.text')}</p>
          </Empty>
        }
      >
        {(items) => <CertificateTable items={items} />}
      </KeyedList>
    </div>
  );
}

function CertificateTable({ items }: { readonly items: readonly IssuedRow[] }) {
  const { t } = useSpeech();
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={t('place.certificates')}>
      <table className="table list certs">
        <thead>
          <tr>
            <th scope="col">{t('certs.subject')}</th>
            <th scope="col">{t('cert.agency')}</th>
            <th scope="col">{t('certs.validity')}</th>
            <th scope="col">{t('col.state')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <Line key={one.sha256} one={one} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Drawn again only when it changed: a thousand stand above the next ones. */
const Line = memo(function Line({ one }: { readonly one: IssuedRow }) {
  const { t, code } = useSpeech();
  return (
    <tr>
      <td className="subject">
        <Go
          place={{
            to: '/chung-thu/$issuer/$serial',
            params: { issuer: one.certificate.issuerSha256, serial: one.certificate.serialHex },
          }}
          className="row-link"
          row
        >
          {one.name}
        </Go>
        <small>
          {code('profile', one.profile)} · <span className="mono">{one.certificate.serialHex}</span>
        </small>
      </td>
      <td className="to">
        {one.agency === undefined ? (
          one.organisation
        ) : (
          <>
            {shortAgency(one.agency.name)}
            <small className="notation">{one.agency.code}</small>
          </>
        )}
      </td>
      <td className="num" data-label={t('certs.validity')}>
        {dayText(dayOf(one.notBefore))} – {dayText(dayOf(one.notAfter))}
      </td>
      <td className="tags">
        <CertificateTag state={one.state} />
        {one.revokedAt === undefined ? null : (
          <small>
            {instantText(one.revokedAt)}
            {one.cause === undefined
              ? one.reason === undefined || one.reason === 6
                ? ''
                : ` · ${code('reasoncode', String(one.reason))}`
              : ` · ${code('cause', one.cause)}`}
          </small>
        )}
      </td>
    </tr>
  );
});

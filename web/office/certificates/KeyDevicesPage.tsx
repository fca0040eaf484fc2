import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { KeyDeviceState, type KeyDevice } from '@antin/protocol/office/key-devices';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { dayText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';
import { keyDevicesQuery } from '../data/certificate-queries.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { SearchField } from '../shell/SearchField.tsx';
import { CertificateNav } from './CertificateNav.tsx';
import { ReportDialog } from './ReportDialog.tsx';
import { KeyDeviceTag } from './tags.tsx';

/** Every key device: where it is, and what became of it. */
export function KeyDevicesPage() {
  const { t } = useSpeech();
  const search = useSearch({ from: '/chung-thu-so/thiet-bi' });
  const navigate = useNavigate({ from: '/chung-thu-so/thiet-bi' });
  const state = KeyDeviceState.safeParse(search.state).data;
  const devices = useInfiniteQuery({
    ...keyDevicesQuery({ ...(search.q === undefined ? {} : { q: search.q }), ...(state === undefined ? {} : { state }) }),
    placeholderData: keepPreviousData,
  });
  const [reporting, setReporting] = useState<KeyDevice>();
  const set = (q: string, chosen: string, replace: boolean): void =>
    void navigate({ search: { ...(q === '' ? {} : { q }), ...(chosen === '' ? {} : { state: chosen }) }, replace });
  return (
    <div className="page">
      <h1>{t('cert.nav.devices')}</h1>
      <CertificateNav />
      <div className="list-tools no-print">
        <SearchField label={t('key-device.search')} q={search.q} onSearch={(q) => set(q, state ?? '', true)} />
        <select
          className="input"
          aria-label={t('cert.filter.state')}
          value={state ?? ''}
          onChange={(event) => set(search.q ?? '', event.target.value, false)}
        >
          <option value="">{t('key-device.any')}</option>
          {KeyDeviceState.options.map((one) => (
            <option key={one} value={one}>
              {t(`key-device.${one}`)}
            </option>
          ))}
        </select>
      </div>
      <KeyedList
        query={devices}
        items={(page) => page.items}
        empty={
          <Empty title={t('key-device.none')}>
            <p>{t('key-device.none.text')}</p>
          </Empty>
        }
      >
        {(rows) => (
          <div className="table-wrap" tabIndex={0} role="region" aria-label={t('cert.nav.devices')}>
            <table className="table list">
              <thead>
                <tr>
                  <th scope="col">{t('key-device.serial')}</th>
                  <th scope="col">{t('key-device.model')}</th>
                  <th scope="col">{t('cert.state')}</th>
                  <th scope="col">{t('key-device.with')}</th>
                  <th scope="col">{t('key-device.return-by')}</th>
                  <th scope="col">
                    <span className="visually-hidden">{t('cert.do.report-device')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((device) => (
                  <tr key={device.id}>
                    <td className="subject num">{device.serial}</td>
                    <td>{[t(`device-kind.${device.kind}`), device.model].filter(Boolean).join(', ')}</td>
                    <td className="tags">
                      <KeyDeviceTag state={device.state} />
                    </td>
                    <td data-label={t('key-device.with')}>{device.withWhom}</td>
                    <td className="nowrap" data-label={t('key-device.return-by')}>
                      {device.returnBy === undefined ? '' : dayText(device.returnBy)}
                    </td>
                    <td className="right no-print">
                      {device.state === 'returned' ? null : (
                        <Button small onClick={() => setReporting(device)}>
                          {t('report.do')}
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </KeyedList>
      {reporting === undefined ? null : <ReportDialog device={reporting} onClose={() => setReporting(undefined)} />}
    </div>
  );
}

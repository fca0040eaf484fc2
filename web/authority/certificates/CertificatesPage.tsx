import '../words.ts';
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { certificateSearchRoutes, type PublishedCertificate } from '@antin/protocol/public/certificates';
import type { IconName } from '../../ui/Icon.tsx';
import { Tag, type Tone } from '../../ui/Tag.tsx';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { dayOf, dayText, instantText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { MorePages } from '../shell/MorePages.tsx';
import { useSpeech } from '../speech.ts';
import { criterionOf } from './criterion.ts';

const certificatesQuery = (typed: string) =>
  infiniteQueryOptions({
    queryKey: ['certificates', typed],
    queryFn: ({ pageParam, signal }) => {
      const after = pageParam === '' ? {} : { after: pageParam };
      return call(certificateSearchRoutes.certificates, { query: { ...criterionOf(typed), ...after, limit: 50 } }, signal);
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    enabled: typed.trim().length >= 2,
  });

/** Finds issued certificates by words of the subject, serial number, fingerprint or mail. */
export function CertificatesPage() {
  const { t } = useSpeech();
  const [text, setText] = useState('');
  const [typed, setTyped] = useState('');
  const found = useInfiniteQuery(certificatesQuery(typed));
  return (
    <div className="page wide-list">
      <header className="page-head">
        <h1>{t('place.certificates')}</h1>
        <p className="hint">{t('certs.lead')}</p>
      </header>
      <form
        role="search"
        className="list-tools no-print"
        onSubmit={(event) => {
          event.preventDefault();
          setTyped(text.trim());
        }}
      >
        <input
          className="input"
          type="search"
          aria-label={t('certs.search')}
          placeholder={t('certs.hint')}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" kind="primary" icon="search">
          {t('certs.find')}
        </Button>
      </form>
      {typed.length < 2 ? (
        <Empty title={t('certs.start')}>
          <p>{t('certs.start.text')}</p>
        </Empty>
      ) : (
        <MorePages
          query={found}
          items={(page) => page.items}
          empty={
            <Empty title={t('certs.none', { q: typed })}>
              <p>{t('list.none.text')}</p>
            </Empty>
          }
        >
          {(items) => <CertificateTable items={items} />}
        </MorePages>
      )}
    </div>
  );
}

const tags: Readonly<Record<PublishedCertificate['state'], readonly [Tone, IconName]>> = {
  valid: ['green', 'check'],
  'not-yet-valid': ['amber', 'clock'],
  expired: ['plain', 'clock'],
  revoked: ['red', 'bad'],
  suspended: ['amber', 'warn'],
};

function CertificateTable({ items }: { readonly items: readonly PublishedCertificate[] }) {
  const { t, code } = useSpeech();
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={t('place.certificates')}>
      <table className="table list certs">
        <thead>
          <tr>
            <th scope="col">{t('certs.subject')}</th>
            <th scope="col">{t('outcome.serial')}</th>
            <th scope="col">{t('certs.validity')}</th>
            <th scope="col">{t('col.state')}</th>
            <th scope="col">
              <span className="visually-hidden">{t('certs.download')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.fingerprint}>
              <td className="subject">
                {one.subject}
                <small className="mono">SHA-256 {one.fingerprint.slice(0, 32)}…</small>
              </td>
              <td className="mono to">{one.serialHex}</td>
              <td className="num" data-label={t('certs.validity')}>
                {dayText(dayOf(one.notBefore))} – {dayText(dayOf(one.notAfter))}
              </td>
              <td className="tags">
                <Tag tone={tags[one.state][0]} icon={tags[one.state][1]} text={t(`certs.${one.state}`)} />
                {one.revokedAt === undefined ? null : (
                  <small>
                    {instantText(one.revokedAt)}
                    {one.reason === undefined ? '' : ` · ${code('reasoncode', String(one.reason), String(one.reason))}`}
                  </small>
                )}
              </td>
              <td>
                {one.download === undefined ? null : (
                  <a href={one.download} aria-label={`${t('certs.download')}: ${one.serialHex}`}>
                    .cer
                  </a>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

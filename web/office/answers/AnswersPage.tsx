import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Unmatched } from '@antin/protocol/office/issuers';
import { Tabs } from '../../ui/Tabs.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { instantText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';
import { CertificateNav } from '../certificates/CertificateNav.tsx';
import { answersQuery } from '../data/answer-queries.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';

/** Answers and certificates of issuers that fit nothing asked for: nothing is guessed, a person says whose they are. */
export function AnswersPage() {
  const { t } = useSpeech();
  const { tab } = useSearch({ from: '/ket-qua-chua-khop' });
  const navigate = useNavigate({ from: '/ket-qua-chua-khop' });
  const settled = tab === 'settled';
  const chosen = settled ? 'settled' : 'open';
  const answers = useInfiniteQuery(answersQuery(settled));
  return (
    <div className="page">
      <CertificateNav />
      <header className="page-head">
        <h1>{t('un.title')}</h1>
        <p className="hint">{t('answers.lead')}</p>
      </header>
      <Tabs
        label={t('un.title')}
        items={[
          { id: 'open', text: t('answers.open') },
          { id: 'settled', text: t('answers.settled') },
        ]}
        chosen={chosen}
        onChoose={(next) => void navigate({ search: next === 'open' ? {} : { tab: next }, replace: true })}
      />
      <div id={`${chosen}-panel`} role="tabpanel" aria-labelledby={`${chosen}-tab`} className="block">
        <KeyedList
          query={answers}
          items={(page) => page.items}
          empty={
            <Empty title={t(settled ? 'answers.none-settled' : 'answers.none')}>
              {settled ? null : <p>{t('answers.none.text')}</p>}
            </Empty>
          }
        >
          {(rows) => <AnswerTable rows={rows} settled={settled} />}
        </KeyedList>
      </div>
    </div>
  );
}

function AnswerTable({ rows, settled }: { readonly rows: readonly Unmatched[]; readonly settled: boolean }) {
  const { t } = useSpeech();
  return (
    <div className="table-wrap long-list" tabIndex={0} role="region" aria-label={t('un.title')}>
      <table className="table list">
        <thead>
          <tr>
            <th scope="col" className="grow">
              {t('answers.what')}
            </th>
            <th scope="col">{t('answers.why')}</th>
            <th scope="col">{t('answers.request')}</th>
            <th scope="col">{t(settled ? 'answers.settled-as' : 'answers.came')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((one) => (
            <tr key={one.id}>
              <td className="subject">
                <Link to="/ket-qua-chua-khop/$id" params={{ id: one.id }} className="row-link" data-row="">
                  {one.commonName ?? one.subject ?? one.fileName ?? t('answers.unnamed')}
                </Link>
                <small>{[one.serialHex, one.fileName].filter(Boolean).join(' · ')}</small>
              </td>
              <td className="tags">
                <Tag tone={settled ? 'plain' : 'amber'} icon={settled ? 'check' : 'warn'} text={t(`un.reason.${one.reason}`)} />
              </td>
              <td data-label={t('answers.request')}>{one.requestNumber ?? t('answers.no-number')}</td>
              <td data-label={t(settled ? 'answers.settled-as' : 'answers.came')}>
                {settled ? one.settledAs : instantText(one.at)}
                {settled && one.settledAt !== undefined ? (
                  <small>{`${one.settledBy === 'issuer' ? t('answers.by-issuer') : (one.settledBy ?? '')}, ${instantText(one.settledAt)}`}</small>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

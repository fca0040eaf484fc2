import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Unmatched, UnmatchedCandidate } from '@antin/protocol/office/issuers';
import { Button } from '../../ui/Button.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { instantText } from '../../i18n/dates.ts';
import { shortAgency } from '../../i18n/titles.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { answerQuery, candidatesQuery } from '../data/answer-queries.ts';
import { Dismiss, Give } from './Settle.tsx';

/** One answer that fits nothing: who, what and why, and the items it could be for. */
export function AnswerPage() {
  const { id } = useParams({ from: '/ket-qua-chua-khop/$id' });
  const answer = useQuery(answerQuery(id));
  if (answer.data === undefined) {
    return (
      <div className="page">
        <Pending query={answer} lines={8} />
      </div>
    );
  }
  return <Answer answer={answer.data} />;
}

function Answer({ answer }: { readonly answer: Unmatched }) {
  const { t, code } = useSpeech();
  const [giving, setGiving] = useState<UnmatchedCandidate>();
  const [dismissing, setDismissing] = useState(false);
  const title = answer.commonName ?? answer.subject ?? answer.fileName ?? t('answers.unnamed');
  const facts: readonly (readonly [string, string | undefined])[] = [
    [t('answers.issuer'), answer.issuer],
    [t('answers.serial'), answer.serialHex],
    [t('answers.until'), answer.notAfter === undefined ? undefined : instantText(answer.notAfter)],
    [t('answers.file'), answer.fileName],
    [t('answers.named-item'), answer.itemName],
    [t('answers.detail'), answer.detail === undefined ? undefined : code('answers.detail', answer.detail)],
    [t('answers.came'), instantText(answer.at)],
  ];
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="crumbs no-print">
            <Link to="/ket-qua-chua-khop">{t('un.title')}</Link>
          </p>
          <h1>{title}</h1>
          {answer.requestId === undefined ? null : (
            <p className="agency-line">
              <Link to="/ho-so-cap/$id" params={{ id: answer.requestId }}>
                {answer.requestNumber === undefined
                  ? t('answers.see-request')
                  : t('answers.of', { number: answer.requestNumber })}
              </Link>
            </p>
          )}
        </div>
        <Tag
          tone={answer.settledAt === undefined ? 'amber' : 'green'}
          icon={answer.settledAt === undefined ? 'warn' : 'check'}
          text={t(answer.settledAt === undefined ? 'answers.open' : 'answers.settled')}
        />
      </header>
      <section className="block">
        <p className="note amber">
          <strong>{t(`un.reason.${answer.reason}`)}.</strong> {t(`answers.because.${answer.reason}`)}
        </p>
        <dl className="facts">
          {facts.map(([name, value]) =>
            value === undefined ? null : (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
          )}
        </dl>
      </section>
      {answer.settledAt === undefined ? (
        <>
          {answer.settable ? (
            <Candidates answer={answer} onChoose={setGiving} />
          ) : (
            <p className="hint">{t('answers.only-dismiss')}</p>
          )}
          <div className="actions">
            <Button onClick={() => setDismissing(true)}>{t('un.none-of-ours')}</Button>
          </div>
          <Give answer={answer} candidate={giving} onClose={() => setGiving(undefined)} />
          <Dismiss answer={answer} open={dismissing} onClose={() => setDismissing(false)} />
        </>
      ) : (
        <p className="note ink" role="status">
          {t('answers.done', {
            as: answer.settledAs ?? '',
            who: answer.settledBy === 'issuer' ? t('answers.by-issuer') : (answer.settledBy ?? ''),
            time: instantText(answer.settledAt),
          })}
        </p>
      )}
    </div>
  );
}

function Candidates({ answer, onChoose }: { readonly answer: Unmatched; readonly onChoose: (one: UnmatchedCandidate) => void }) {
  const { t } = useSpeech();
  const [q, setQ] = useState('');
  const found = useQuery(candidatesQuery(answer.id, q.trim()));
  return (
    <section className="block">
      <h2>{t('answers.candidates')}</h2>
      <p className="hint">{t('answers.candidates.text')}</p>
      <input
        type="search"
        className="input find-candidate no-print"
        aria-label={t('answers.find')}
        placeholder={t('answers.find')}
        maxLength={100}
        value={q}
        onChange={(event) => setQ(event.target.value)}
      />
      {found.data === undefined ? (
        <Pending query={found} lines={5} />
      ) : found.data.items.length === 0 ? (
        <Empty title={t('answers.no-candidate')} />
      ) : (
        <div className="table-wrap long-list" tabIndex={0} role="region" aria-label={t('answers.candidates')}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col" className="right">
                  {t('answers.ordinal')}
                </th>
                <th scope="col" className="grow">
                  {t('answers.subscriber')}
                </th>
                <th scope="col">{t('answers.compare')}</th>
                <th scope="col">
                  <span className="visually-hidden">{t('answers.give')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {found.data.items.map((one) => (
                <tr key={one.itemId}>
                  <td className="right num">{one.ordinal}</td>
                  <td>
                    {one.name}
                    <small>{shortAgency(one.agencyName)}</small>
                  </td>
                  <td className="tags">
                    <Tag
                      tone={one.sameName ? 'green' : 'amber'}
                      icon={one.sameName ? 'check' : 'warn'}
                      text={t(one.sameName ? 'answers.same-name' : 'answers.other-name')}
                    />
                    <Tag
                      tone={one.key === 'fits' ? 'green' : one.key === 'other' ? 'red' : 'plain'}
                      icon={one.key === 'fits' ? 'check' : one.key === 'other' ? 'close' : 'key'}
                      text={t(`answers.key.${one.key}`)}
                    />
                  </td>
                  <td className="right">
                    <Button
                      small
                      why={one.key === 'other' ? t('answers.key.never') : undefined}
                      aria-label={t('answers.give.to', { name: one.name })}
                      onClick={() => onChoose(one)}
                    >
                      {t('answers.give')}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found.data?.more === true ? <p className="hint">{t('answers.more')}</p> : null}
    </section>
  );
}

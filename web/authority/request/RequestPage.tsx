import '../words.ts';
import { useQuery } from '@tanstack/react-query';
import { Icon } from '../../ui/Icon.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { useState } from 'react';
import { useId } from '../address.ts';
import { Go } from '../place.tsx';
import { Due, RequestTag, useKind } from '../requests/states.tsx';
import { useSpeech } from '../speech.ts';
import { ActsOf } from './ActsOf.tsx';
import { Checks } from './Checks.tsx';
import { Evidence } from './Evidence.tsx';
import { hashOfShown, requestQuery, type Detail } from './queries.ts';
import { Questions } from './Questions.tsx';
import { RequestActs } from './RequestActs.tsx';
import { ShownDocument } from './ShownDocument.tsx';

/** One request: the document an approval binds to, what was looked at, what was done, and the one act that is next. */
export function RequestPage() {
  const detail = useQuery(requestQuery(useId()));
  if (detail.data === undefined)
    return (
      <div className="page">
        <Pending query={detail} lines={10} />
      </div>
    );
  return <Loaded key={detail.data.row.id} detail={detail.data} />;
}

const TABS = ['document', 'questions', 'history'] as const;

function Loaded({ detail }: { readonly detail: Detail }) {
  const { t } = useSpeech();
  const kind = useKind();
  const [tab, setTab] = useState<(typeof TABS)[number]>('document');
  const { row, shown } = detail;
  const same = hashOfShown(shown) === detail.shownSha256;
  const open = shown.questions.filter((one) => one.answer === undefined).length;
  return (
    <div className="page request">
      <header className="request-head">
        <div className="request-title">
          <h1>{row.subject}</h1>
          <p className="document-line">
            <RequestTag state={row.state} /> <span>{kind(row)}</span> <span>{row.agency.name}</span> <Due row={row} />
          </p>
        </div>
        <RequestActs detail={detail} same={same} />
      </header>
      {same ? null : (
        <div className="note red" role="alert">
          <strong>{t('shown.mismatch')}</strong>
          <p>{t('shown.mismatch.text')}</p>
        </div>
      )}
      {detail.issued === undefined ? null : (
        <p className="note ink">
          {t('request.issued', { serial: '' })} <span className="mono">{detail.issued.serialHex}</span>
        </p>
      )}
      <Tabs
        label={t('request.parts')}
        items={TABS.map((id) => ({
          id,
          text:
            id === 'questions' && shown.questions.length > 0
              ? `${t('request.questions')} (${open > 0 ? t('request.questions.open', { n: open }) : shown.questions.length})`
              : t(`request.${id}`),
        }))}
        chosen={tab}
        onChoose={setTab}
      />
      <div id={`${tab}-panel`} role="tabpanel" aria-labelledby={`${tab}-tab`} tabIndex={0} className="request-columns">
        {tab === 'document' ? (
          <>
            <div className="request-main">
              <ShownDocument shown={shown} attachmentsOf={row.id} />
              <p className="hint hash">
                {t('shown.hash')} <span className="mono">{detail.shownSha256}</span>{' '}
                {same ? (
                  <span className="hash-same">
                    <Icon name="check" size={14} /> {t('shown.same')}
                  </span>
                ) : null}
              </p>
            </div>
            <aside className="request-side">
              <Checks detail={detail} />
              <Evidence detail={detail} />
            </aside>
          </>
        ) : tab === 'questions' ? (
          <Questions detail={detail} />
        ) : (
          <ActsOf detail={detail} />
        )}
      </div>
      <p className="no-print">
        <Go place={{ to: '/yeu-cau', search: { submission: shown.submission.id } }}>{t('request.same-submission')}</Go>
      </p>
    </div>
  );
}

import '../../i18n/words/pages.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { documentRoutes, type DocumentView } from '@antin/protocol/office/documents';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { dayText } from '../../i18n/dates.ts';
import { addressOf, call } from '../../staff/client.ts';
import { asTitle } from '../../i18n/titles.ts';
import { useSpeech } from '../../staff/language.tsx';
import { useTypeName } from '../data/type-name.ts';
import { documentQuery } from '../data/document-queries.ts';
import { FileTools } from '../pdf/FileTools.tsx';
import { PdfReader } from '../pdf/PdfReader.tsx';
import { actOf } from '../shell/acts.ts';
import { Deliveries, inMotion } from '../shell/Deliveries.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { FileList } from '../shell/FileList.tsx';
import { History } from '../shell/History.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { ReasonDialog } from '../../staff/ReasonDialog.tsx';
import { StampTag, StateTag, UrgencyTag } from '../shell/states.tsx';
import { JobNotice } from '../signing/JobNotice.tsx';
import { SignatureList } from './SignatureList.tsx';

export function DocumentPage() {
  const { id } = useParams({ from: '/van-ban-di/$id' });
  const view = useQuery({
    ...documentQuery(id),
    refetchInterval: (query) => {
      const data = query.state.data;
      return data !== undefined &&
        (inMotion(data.deliveries) || data.jobId !== undefined || data.state === 'awaiting-seal' || data.timeStampPending)
        ? 3_000
        : 30_000;
    },
  });
  if (view.data === undefined) {
    return (
      <div className="page">
        <Pending query={view} lines={8} />
      </div>
    );
  }
  return <Loaded view={view.data} />;
}

type Tab = 'content' | 'annexes' | 'signatures' | 'history' | 'recipients';

function Loaded({ view }: { readonly view: DocumentView }) {
  const { t } = useSpeech();
  const typeName = useTypeName();
  const [tab, setTab] = useState<Tab>('content');
  const main = view.files.find((file) => file.role === 'main');
  const annexes = view.files.filter((file) => file.role === 'annex');
  const address = main === undefined ? undefined : addressOf(documentRoutes.file, { params: { id: view.id, fileId: main.id } });
  // A new revision of the file has a new hash: the viewer opens it afresh.
  const versioned = address === undefined || main === undefined ? undefined : `${address}?h=${main.sha256.slice(0, 12)}`;
  const recipients = view.deliveries.length === 0 ? view.addressees.length : view.deliveries.length;
  return (
    <div className="document">
      <header className="document-head">
        <div className="document-title">
          <p className="document-line">
            <span>{typeName(view.typeCode, view.typeName)}</span>
            {view.numberAndNotation === undefined ? (
              <span className="no-number">{t('doc.no-number')}</span>
            ) : (
              <strong className="notation">{view.numberAndNotation}</strong>
            )}
            {view.date === undefined ? null : <time dateTime={view.date}>{dayText(view.date)}</time>}
            <StateTag state={view.state} />
            <StampTag pending={view.timeStampPending} />
            <UrgencyTag urgency={view.urgency} />
          </p>
          <h1>{asTitle(view.subject)}</h1>
        </div>
        <Acts view={view} />
      </header>
      {view.returnReason === undefined || view.state !== 'returned' ? null : (
        <p className="note amber document-note">{t('doc.returned', { reason: view.returnReason })}</p>
      )}
      <JobNotice view={view} />
      <div className="document-tabs">
        <Tabs<Tab>
          label={t('doc.tabs')}
          chosen={tab}
          onChoose={setTab}
          items={[
            { id: 'content', text: t('doc.tab.content') },
            { id: 'annexes', text: t('doc.tab.annexes', { n: annexes.length }) },
            { id: 'signatures', text: t('doc.tab.signatures', { n: view.signatures.length }) },
            { id: 'recipients', text: t('doc.tab.recipients', { n: recipients }) },
            { id: 'history', text: t('doc.tab.history') },
          ]}
        />
      </div>
      <div className="document-body">
        <div className="document-main" id={`${tab}-panel`} role="tabpanel" aria-labelledby={`${tab}-tab`} tabIndex={0}>
          {tab === 'content' && versioned !== undefined && address !== undefined && main !== undefined ? (
            <PdfReader url={versioned} tools={<FileTools url={address} name={main.name} />} />
          ) : null}
          {tab === 'annexes' ? (
            <div className="panel-pad">
              <FileList
                files={annexes}
                addressOf={(file) => addressOf(documentRoutes.file, { params: { id: view.id, fileId: file.id } })}
              />
            </div>
          ) : null}
          {tab === 'signatures' ? (
            <div className="panel-pad">
              <SignatureList signatures={view.signatures} />
            </div>
          ) : null}
          {tab === 'recipients' ? (
            <div className="panel-pad">
              <Recipients view={view} />
            </div>
          ) : null}
          {tab === 'history' ? (
            <div className="panel-pad">
              <History entries={view.history} />
            </div>
          ) : null}
        </div>
        <aside className="document-side" aria-label={t('doc.panel')} tabIndex={0}>
          <section>
            <h2>{t('doc.signatures')}</h2>
            <SignatureList signatures={view.signatures} />
          </section>
          <section>
            <h2>{t('doc.recipients')}</h2>
            <Recipients view={view} />
          </section>
          <section>
            <h2>{t('doc.facts')}</h2>
            <dl className="facts narrow">
              <div>
                <dt>{t('doc.signer')}</dt>
                <dd>
                  {view.signerName}
                  <small>{view.signerTitle}</small>
                </dd>
              </div>
              <div>
                <dt>{t('doc.drafter')}</dt>
                <dd>{view.drafterName}</dd>
              </div>
              <div>
                <dt>{t('doc.agency')}</dt>
                <dd>{view.agencyName}</dd>
              </div>
            </dl>
          </section>
          <section>
            <h2>{t('doc.history')}</h2>
            <History entries={view.history} />
          </section>
        </aside>
      </div>
    </div>
  );
}

function Recipients({ view }: { readonly view: DocumentView }) {
  const { t } = useSpeech();
  if (view.deliveries.length > 0) return <Deliveries deliveries={view.deliveries} />;
  return (
    <>
      {view.state === 'issued' ? null : <p className="hint">{t('doc.recipients.after')}</p>}
      <ul className="plain-list">
        {view.addressees.map((name) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
    </>
  );
}

function Acts({ view }: { readonly view: DocumentView }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<'return' | 'delete' | undefined>(undefined);
  const keep = (changed: DocumentView): void => {
    client.setQueryData(documentQuery(view.id).queryKey, changed);
    void client.invalidateQueries({ queryKey: ['session'] });
    void client.invalidateQueries({ queryKey: ['documents'] });
  };
  const submit = useMutation({
    mutationFn: () => call(documentRoutes.submit, { params: { id: view.id }, body: { version: view.version } }),
    onSuccess: keep,
  });
  const giveBack = useMutation({
    mutationFn: (reason: string) =>
      call(documentRoutes.giveBack, { params: { id: view.id }, body: { version: view.version, reason } }),
    onSuccess: (changed) => {
      setAsking(undefined);
      keep(changed);
    },
  });
  const remove = useMutation({
    mutationFn: () => call(documentRoutes.remove, { params: { id: view.id } }),
    onSuccess: async () => {
      setAsking(undefined);
      void client.invalidateQueries({ queryKey: ['session'] });
      void client.invalidateQueries({ queryKey: ['documents'] });
      await navigate({ to: '/' });
    },
  });
  const act = (name: Parameters<typeof actOf>[1]) => actOf(view.acts, name, lang);
  const sign = act('sign');
  const issue = act('issue');
  const retry = act('retry-seal');
  const edit = act('edit');
  const send = act('submit');
  const back = act('return');
  const drop = act('delete');
  const waiting =
    view.state === 'awaiting-signature' && sign.others
      ? t('doc.waits.signer', { name: view.signerName })
      : (view.state === 'signed' && issue.others) || (view.state === 'awaiting-seal' && retry.others)
        ? t('doc.waits.clerk')
        : view.state === 'returned' && send.others
          ? t('doc.waits.drafter', { name: view.drafterName })
          : undefined;
  const failed = submit.error ?? remove.error;
  const problem = failed === null ? undefined : problemText(failed, lang);
  const link = (
    to: '/van-ban-di/$id/ky' | '/van-ban-di/$id/phat-hanh',
    text: string,
    icon: 'pen' | 'seal',
    why: string | undefined,
  ) =>
    why === undefined ? (
      <Link to={to} params={{ id: view.id }} className="button primary" {...(icon === 'pen' ? { 'data-sign': '' } : {})}>
        <Icon name={icon} size={18} /> {text}
      </Link>
    ) : (
      <Button icon={icon} why={why}>
        {text}
      </Button>
    );
  return (
    <div className="document-acts">
      <div className="actions">
        {view.state === 'awaiting-signature' && !sign.others ? link('/van-ban-di/$id/ky', t('act.sign'), 'pen', sign.why) : null}
        {view.state === 'signed' && !issue.others ? link('/van-ban-di/$id/phat-hanh', t('act.issue'), 'seal', issue.why) : null}
        {view.state === 'awaiting-seal' && !retry.others && view.jobId === undefined
          ? link('/van-ban-di/$id/phat-hanh', t('act.retry-seal'), 'seal', retry.why)
          : null}
        {(view.state === 'draft' || view.state === 'returned') && !send.others ? (
          <Button kind="primary" why={send.why} busy={submit.isPending} onClick={() => submit.mutate()}>
            {t('act.submit', { name: view.signerName })}
          </Button>
        ) : null}
        {edit.allowed ? (
          <Link to="/soan-thao/$id" params={{ id: view.id }} className="button">
            {t('act.edit')}
          </Link>
        ) : null}
        {back.allowed ? <Button onClick={() => setAsking('return')}>{t('act.return')}</Button> : null}
        {drop.allowed ? (
          <Button kind="quiet" onClick={() => setAsking('delete')}>
            {t('act.delete')}
          </Button>
        ) : null}
      </div>
      {waiting === undefined ? null : <p className="waits">{waiting}</p>}
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      <ReasonDialog
        title={t('sign.return.title')}
        label={t('sign.return.reason')}
        error={t('sign.return.error')}
        act={t('act.return')}
        open={asking === 'return'}
        busy={giveBack.isPending}
        failure={giveBack.error}
        onClose={() => setAsking(undefined)}
        onReason={(reason) => giveBack.mutate(reason)}
      />
      <Dialog title={t('draft.delete.title')} open={asking === 'delete'} onClose={() => setAsking(undefined)}>
        <p>{t('draft.delete.text')}</p>
        <div className="actions">
          <Button kind="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
            {t('act.delete')}
          </Button>
          <Button onClick={() => setAsking(undefined)}>{t('cancel')}</Button>
        </div>
      </Dialog>
    </div>
  );
}

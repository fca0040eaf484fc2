import '../../i18n/words/pages.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { DocumentView } from '@antin/protocol/office/documents';
import { signingRoutes, type Credential } from '@antin/protocol/office/signing';
import { Button } from '../../ui/Button.tsx';
import { DayInput } from '../../ui/DayInput.tsx';
import { Field } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { Skeleton } from '../../ui/Waiting.tsx';
import { dayOf } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { asTitle } from '../../i18n/titles.ts';
import { useSpeech } from '../../staff/language.tsx';
import { credentialsQuery, proposalQuery } from '../data/signing-queries.ts';
import { documentQuery } from '../data/document-queries.ts';
import { actOf } from '../shell/acts.ts';
import { Pending } from '../../staff/Pending.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { AwaitingSeal } from './AwaitingSeal.tsx';
import { bestCredential, CredentialChoice } from './CredentialChoice.tsx';
import { IssuedReceipt } from './IssuedReceipt.tsx';
import { JobProgress } from './JobProgress.tsx';

export function IssuePage() {
  const { id } = useParams({ from: '/van-ban-di/$id/phat-hanh' });
  const { t } = useSpeech();
  const client = useQueryClient();
  const view = useQuery(documentQuery(id));
  const [jobId, setJobId] = useState<string | undefined>(undefined);
  const [ended, setEnded] = useState<string | undefined>(undefined);
  const [said, setSaid] = useState<string | undefined>(undefined);
  if (view.data === undefined) {
    return (
      <div className="page">
        <Pending query={view} lines={8} />
      </div>
    );
  }
  if (view.data.state === 'issued') return <IssuedReceipt view={view.data} />;
  const following = jobId ?? (view.data.state === 'awaiting-seal' || view.data.state === 'signed' ? view.data.jobId : undefined);
  const reload = (): void => {
    setJobId(undefined);
    // All but the proposal: after the act there is nothing to propose.
    void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'proposal' });
  };
  const freed = (what: string): void => {
    setSaid(what);
    client.removeQueries({ queryKey: proposalQuery(id).queryKey });
    reload();
  };
  if (following !== undefined) {
    return (
      <div className="page narrow">
        <h1>{asTitle(view.data.subject)}</h1>
        <JobProgress
          key={following}
          id={following}
          onDone={reload}
          onEnded={() => {
            setEnded(following);
            void client.invalidateQueries({ queryKey: ['document', id] });
          }}
          afterwards={() => (
            <Link className="button" to="/van-ban-di/$id" params={{ id }}>
              {t('sign.done.open')}
            </Link>
          )}
        />
        {view.data.state === 'awaiting-seal' && ended === following ? (
          <AwaitingSeal view={view.data} below onJob={setJobId} onChanged={freed} />
        ) : null}
      </div>
    );
  }
  if (view.data.state === 'awaiting-seal') {
    return (
      <div className="page narrow">
        <AwaitingSeal view={view.data} onJob={setJobId} onChanged={freed} />
      </div>
    );
  }
  return <Issue view={view.data} said={said} onJob={setJobId} />;
}

interface IssueProps {
  readonly view: DocumentView;
  /** What has just become of the number of before. */
  readonly said: string | undefined;
  readonly onJob: (id: string) => void;
}

function Issue({ view, said, onJob }: IssueProps) {
  const { t, lang } = useSpeech();
  const proposal = useQuery(proposalQuery(view.id));
  const credentials = useQuery(credentialsQuery('organisation'));
  const [date, setDate] = useState<string | undefined>(undefined);
  const [credentialId, setCredentialId] = useState<Credential['id'] | undefined>(undefined);
  const [sure, setSure] = useState(false);
  const [tried, setTried] = useState(false);
  const list = credentials.data?.credentials ?? [];
  const chosen = list.find((credential) => credential.id === credentialId) ?? bestCredential(list);
  const issue = useMutation({
    mutationFn: () => {
      if (chosen === undefined || proposal.data === undefined) throw new Error('nothing chosen');
      return call(signingRoutes.issue, {
        params: { id: view.id },
        body: { version: view.version, credentialId: chosen.id, date: date ?? proposal.data.date },
      });
    },
    onSuccess: (job) => onJob(job.id),
  });
  const act = actOf(view.acts, 'issue', lang);
  if (proposal.data === undefined) {
    return (
      <div className="page">
        <h1>{t('issue.title')}</h1>
        <Pending query={proposal} lines={6} />
        <Link to="/van-ban-di/$id" params={{ id: view.id }}>
          {t('sign.done.open')}
        </Link>
      </div>
    );
  }
  const given = proposal.data;
  const day = date ?? given.date;
  const problem =
    issue.error === null ? undefined : problemText(issue.error, lang, { date: 'issue-date', credentialId: 'issue-credential' });
  const annexes = view.files.filter((file) => file.role === 'annex');
  return (
    <div className="page issue">
      <header className="page-head">
        <h1>{t('issue.title')}</h1>
        <p className="hint">{asTitle(view.subject)}</p>
      </header>
      {said === undefined ? null : (
        <p className="note ink" role="status">
          {said}
        </p>
      )}
      {view.timeStampPending === true ? (
        <p className="note amber">{t('stamp.pending.issue', { name: view.signerName })}</p>
      ) : null}
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {tried && !sure ? (
        <ProblemSummary title={t('problem.title')} lines={[{ text: t('issue.confirm.error'), field: 'issue-sure' }]} />
      ) : null}
      <div className="issue-columns">
        <div className="issue-main">
          <section className="number-plate" aria-labelledby="issue-number">
            <h2 id="issue-number">{t('issue.number')}</h2>
            <p className="plate notation">{given.numberAndNotation}</p>
            <p className="hint">{t('issue.number.text')}</p>
          </section>
          <div className="field-row">
            <Field id="issue-date" label={t('issue.date')} error={problem?.byField.get('date')}>
              {(attributes) => (
                <DayInput
                  attributes={attributes}
                  value={day}
                  max={dayOf(Date.now())}
                  calendarLabel={t('calendar')}
                  onChange={(chosenDay) => setDate(chosenDay === '' ? undefined : chosenDay)}
                />
              )}
            </Field>
            <div className="field">
              <span className="legend">{t('issue.register')}</span>
              <span className="plain-value">{given.registerName}</span>
            </div>
          </div>
          <section>
            <h2>{t('issue.files')}</h2>
            <ul className="file-list">
              {view.files.map((file) => (
                <li key={file.id} className="file-line">
                  <Icon name={file.binding === 'signed' ? 'seal' : 'file'} />
                  <span className="file-name">
                    {file.name}
                    <small>
                      {t(
                        file.role === 'main'
                          ? 'issue.files.main'
                          : file.binding === 'signed'
                            ? 'issue.files.annex'
                            : 'issue.files.hash',
                      )}
                    </small>
                  </span>
                </li>
              ))}
            </ul>
            {annexes.length === 0 ? <p className="hint">{t('doc.annexes.none')}</p> : null}
          </section>
          <section>
            <h2>{t('draft.addressees.count', { n: view.addressees.length })}</h2>
            <ul className="plain-list columns">
              {view.addressees.map((name) => (
                <li key={name}>{name}</li>
              ))}
            </ul>
          </section>
        </div>
        <aside className="issue-side">
          {credentials.data === undefined ? (
            <Skeleton label={t('loading')} lines={2} />
          ) : (
            <div id="issue-credential" tabIndex={-1}>
              <CredentialChoice
                legend={t('issue.credential')}
                credentials={list}
                chosen={chosen?.id}
                onChoose={setCredentialId}
              />
            </div>
          )}
          <section className="irreversible">
            <h2>{t('issue.irreversible')}</h2>
            <ul>
              <li>{t('issue.irreversible.number', { number: given.number, year: day.slice(0, 4) })}</li>
              <li>{t('issue.irreversible.seal', { agency: given.sealHolder })}</li>
              <li>{t('issue.irreversible.send', { n: view.addressees.length })}</li>
            </ul>
            <label className="check">
              <input id="issue-sure" type="checkbox" checked={sure} onChange={(event) => setSure(event.target.checked)} />
              {t('issue.confirm')}
            </label>
          </section>
          <Button
            kind="primary"
            icon="seal"
            wide
            busy={issue.isPending}
            why={act.allowed ? (chosen === undefined ? t('sign.credential.none') : undefined) : (act.why ?? t('why.wrong-state'))}
            onClick={() => {
              setTried(true);
              if (sure) issue.mutate();
            }}
          >
            {t('issue.do', { number: given.number })}
          </Button>
          <Link className="button quiet wide" to="/van-ban-di/$id" params={{ id: view.id }}>
            {t('cancel')}
          </Link>
        </aside>
      </div>
    </div>
  );
}

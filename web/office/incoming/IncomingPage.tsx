import '../../i18n/words/pages.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { z } from 'zod';
import { incomingRoutes, type IncomingView, type RefusalCode } from '@antin/protocol/office/incoming';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { dayText, instantText } from '../../i18n/dates.ts';
import { addressOf, call } from '../../staff/client.ts';
import { asTitle } from '../../i18n/titles.ts';
import { useSpeech } from '../../staff/language.tsx';
import { incomingQuery } from '../data/document-queries.ts';
import { FileTools } from '../pdf/FileTools.tsx';
import { PdfReader } from '../pdf/PdfReader.tsx';
import { actOf } from '../shell/acts.ts';
import { Pending } from '../../staff/Pending.tsx';
import { FileList } from '../shell/FileList.tsx';
import { History } from '../shell/History.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { IncomingTag, UrgencyTag } from '../shell/states.tsx';
import { AssignForm } from './AssignForm.tsx';
import { RefuseDialog } from './RefuseDialog.tsx';
import { RegisterForm } from './RegisterForm.tsx';
import { VerdictPanel } from './VerdictPanel.tsx';

export function IncomingPage() {
  const { id } = useParams({ from: '/van-ban-den/$id' });
  const view = useQuery(incomingQuery(id));
  if (view.data === undefined) {
    return (
      <div className="page">
        <Pending query={view} lines={8} />
      </div>
    );
  }
  return <Loaded view={view.data} />;
}

function Loaded({ view }: { readonly view: IncomingView }) {
  const { t, lang, code } = useSpeech();
  const client = useQueryClient();
  const [refusing, setRefusing] = useState(false);
  const keep = (changed: IncomingView): void => {
    setRefusing(false);
    client.setQueryData(incomingQuery(view.id).queryKey, changed);
    void client.invalidateQueries({ queryKey: ['session'] });
    void client.invalidateQueries({ queryKey: ['incoming'] });
  };
  const at = { params: { id: view.id } };
  const register = useMutation({
    mutationFn: (fields: { arrivedOn: string; note: string }) =>
      call(incomingRoutes.register, { ...at, body: { version: view.version, ...fields } }),
    onSuccess: keep,
  });
  const assign = useMutation({
    mutationFn: (fields: { positionId: string; dueDate?: string; note: string }) =>
      call(incomingRoutes.assign, { ...at, body: { version: view.version, ...fields } }),
    onSuccess: keep,
  });
  const refuse = useMutation({
    mutationFn: (fields: { code: z.infer<typeof RefusalCode>; note: string }) =>
      call(incomingRoutes.refuse, { ...at, body: { version: view.version, ...fields } }),
    onSuccess: keep,
  });
  const finish = useMutation({
    mutationFn: () => call(incomingRoutes.finish, { ...at, body: { version: view.version } }),
    onSuccess: keep,
  });
  const act = (name: Parameters<typeof actOf>[1]) => actOf(view.acts, name, lang);
  const failed = register.error ?? assign.error ?? finish.error;
  const problem =
    failed === null
      ? undefined
      : problemText(failed, lang, {
          arrivedOn: 'arrived-on',
          note: 'register-note',
          positionId: 'assignee',
          dueDate: 'due-date',
        });
  const errors = problem?.byField ?? new Map<string, string>();
  const main = view.files.find((file) => file.role === 'main');
  const annexes = view.files.filter((file) => file.role === 'annex');
  const address = (fileId: string): string => addressOf(incomingRoutes.file, { params: { id: view.id, fileId } });
  const verdict = view.verification?.verdict;
  const caution =
    view.state === 'arrived' && verdict !== undefined && verdict !== 'valid' ? t(`in.caution.${verdict}`) : undefined;
  const registering = act('register');
  const assigning = act('assign');
  const finishing = act('finish');
  const refusing_ = act('refuse');
  return (
    <div className="document incoming">
      <header className="document-head">
        <div className="document-title">
          <p className="document-line">
            <span>{view.typeName}</span>
            <strong className="notation">{view.numberAndNotation}</strong>
            <time dateTime={view.date}>{dayText(view.date)}</time>
            <IncomingTag state={view.state} />
            <UrgencyTag urgency={view.urgency} />
          </p>
          <h1>{asTitle(view.subject)}</h1>
          <p className="hint">
            {view.senderName} · {t('in.signer').toLocaleLowerCase(lang)}: {view.signerName} ·{' '}
            {t('in.arrived').toLocaleLowerCase(lang)} <time dateTime={view.arrivedAt}>{instantText(view.arrivedAt)}</time>
          </p>
          {view.addressedAs === undefined ? null : <p className="note ink">{t('in.addressed-as', { name: view.addressedAs })}</p>}
        </div>
      </header>
      <div className="document-body">
        <div className="document-main">
          <div className="panel-pad verdict-place">
            <VerdictPanel verification={view.verification} fileName={main?.name ?? view.numberAndNotation} />
          </div>
          {main === undefined ? null : (
            <PdfReader url={address(main.id)} tools={<FileTools url={address(main.id)} name={main.name} />} />
          )}
        </div>
        <aside key={view.state} className="document-side" aria-label={t('doc.panel')} tabIndex={0}>
          {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
          {caution === undefined ? null : <p className={verdict === 'invalid' ? 'note red' : 'note amber'}>{caution}</p>}
          {view.incomingNumber === undefined ? null : (
            <p className="incoming-number">
              <Icon name="book" /> <strong>{t('in.registered', { n: view.incomingNumber })}</strong>
            </p>
          )}
          {view.refusal === undefined ? null : (
            <div className="note red">
              <strong>{t('in.refused', { reason: code('refusal', view.refusal.code) })}</strong>
              <p>{view.refusal.note}</p>
              <small>
                <time dateTime={view.refusal.at}>{instantText(view.refusal.at)}</time>
              </small>
            </div>
          )}
          {view.assignment === undefined ? null : (
            <section className="assignment">
              <h2>{t('in.assignment')}</h2>
              <p>{t('in.assignment.text', { name: view.assignment.assigneeName, title: view.assignment.title })}</p>
              {view.assignment.dueDate === undefined ? null : (
                <p>
                  {t('in.assign.due')}: <time dateTime={view.assignment.dueDate}>{dayText(view.assignment.dueDate)}</time>
                </p>
              )}
              {view.assignment.note === '' ? null : <p className="note">{view.assignment.note}</p>}
              {view.state === 'assigned' && !finishing.others ? (
                <div className="actions">
                  <Button kind="primary" icon="check" why={finishing.why} busy={finish.isPending} onClick={() => finish.mutate()}>
                    {t('in.finish.do')}
                  </Button>
                </div>
              ) : null}
            </section>
          )}
          {view.state === 'arrived' && registering.others ? <p className="waits">{t('in.waits.clerk')}</p> : null}
          {view.state === 'arrived' && !registering.others ? (
            <RegisterForm
              view={view}
              why={registering.why}
              busy={register.isPending}
              errors={errors}
              onRegister={(fields) => register.mutate(fields)}
              onRefuse={refusing_.allowed ? () => setRefusing(true) : undefined}
            />
          ) : null}
          {assigning.allowed && view.state === 'registered' ? (
            <AssignForm
              why={assigning.why}
              busy={assign.isPending}
              errors={errors}
              onAssign={(fields) => assign.mutate(fields)}
            />
          ) : null}
          {assigning.allowed && view.state === 'assigned' ? (
            <details key={view.version} className="more">
              <summary>{t('in.assign.again')}</summary>
              <AssignForm
                untitled
                why={undefined}
                busy={assign.isPending}
                errors={errors}
                onAssign={(fields) => assign.mutate(fields)}
              />
            </details>
          ) : null}
          <section>
            <h2>{t('draft.annexes')}</h2>
            <FileList files={annexes} addressOf={(file) => address(file.id)} />
          </section>
          <section>
            <h2>{t('doc.history')}</h2>
            <History entries={view.history} />
          </section>
        </aside>
      </div>
      {refusing ? (
        <RefuseDialog
          open
          proposed={verdict === 'invalid' ? 'signature-invalid' : undefined}
          busy={refuse.isPending}
          failure={refuse.error}
          onClose={() => setRefusing(false)}
          onRefuse={(reason, note) => refuse.mutate({ code: reason, note })}
        />
      ) : null}
    </div>
  );
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { needsRoutes, type NeedsRound, type NeedsSheet } from '@antin/protocol/office/needs';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Failure } from '../../staff/Failure.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { ReasonDialog } from '../../staff/ReasonDialog.tsx';
import { sheetQuery } from '../data/needs-queries.ts';

export interface SheetActsProps {
  readonly sheet: NeedsSheet;
  readonly round: NeedsRound;
  readonly mine: boolean;
}

/** Submit, take back; for the level above: accept, return with a reason. */
export function SheetActs({ sheet, round, mine }: SheetActsProps) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const [checking, setChecking] = useState(false);
  const [returning, setReturning] = useState(false);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const params = { id: sheet.id };
  const took = (changed: NeedsSheet): void => {
    client.setQueryData(sheetQuery(sheet.id).queryKey, changed);
    for (const key of ['needs', 'needs-round', 'needs-sheets', 'needs-synthesis', 'certificate-tasks', 'session'])
      void client.invalidateQueries({ queryKey: [key] });
    setChecking(false);
    setReturning(false);
  };
  const submit = useMutation({
    mutationFn: () =>
      call(needsRoutes.submit, {
        params,
        body: { version: sheet.version, ...(sheet.outstanding === 0 ? {} : { withoutOutstanding: reason.trim() }) },
      }),
    onSuccess: took,
  });
  const withdraw = useMutation({ mutationFn: () => call(needsRoutes.withdraw, { params }), onSuccess: took });
  const accept = useMutation({
    mutationFn: () => call(needsRoutes.accept, { params, body: { version: sheet.version } }),
    onSuccess: took,
  });
  const giveBack = useMutation({
    mutationFn: (text: string) => call(needsRoutes.giveBack, { params, body: { version: sheet.version, reason: text } }),
    onSuccess: took,
  });
  const stating = sheet.state === 'stating' || sheet.state === 'returned';
  const total = Object.values(sheet.entries).reduce((sum, count) => sum + count, 0);
  const words = sheet.aboveId === undefined ? t('sheet.submit.owner') : t('sheet.submit');
  const problem = submit.error === null ? undefined : problemText(submit.error, lang, { withoutOutstanding: 'without' });
  const short = sheet.outstanding > 0 && reason.trim().length < 3;
  const failed = withdraw.error ?? accept.error;
  return (
    <div className="sheet-acts no-print">
      <p className="num" role="status">
        {t('sheet.rows', { n: total.toLocaleString(lang) })}
        {sheet.withErrors === 0 ? '' : ' · '}
        {sheet.withErrors === 0 ? null : (
          <strong className="overdue">{t('sheet.errors', { n: sheet.withErrors.toLocaleString(lang) })}</strong>
        )}
        {sheet.withWarnings === 0 ? '' : ` · ${t('sheet.warnings', { n: sheet.withWarnings.toLocaleString(lang) })}`}
      </p>
      {failed === null ? null : <Failure error={failed} />}
      <div className="actions">
        {mine && stating && round.state === 'open' ? (
          <Button
            kind="primary"
            icon="right"
            why={sheet.withErrors > 0 ? t('sheet.why.errors', { n: sheet.withErrors.toLocaleString(lang) }) : undefined}
            onClick={() => setChecking(true)}
          >
            {words}
          </Button>
        ) : null}
        {mine && sheet.state === 'submitted' ? (
          <Button busy={withdraw.isPending} onClick={() => withdraw.mutate()}>
            {t('sheet.withdraw')}
          </Button>
        ) : null}
        {!mine && sheet.state === 'submitted' ? (
          <>
            <Button kind="primary" icon="check" busy={accept.isPending} onClick={() => accept.mutate()}>
              {t('sheet.accept')}
            </Button>
            <Button onClick={() => setReturning(true)}>{t('sheet.return')}</Button>
          </>
        ) : null}
      </div>
      <Dialog title={t('sheet.submit.check')} open={checking} onClose={() => setChecking(false)}>
        {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
        {total === 0 ? <p className="note amber">{t('sheet.submit.empty')}</p> : null}
        <dl className="facts">
          {round.forms.map((form) => (
            <div key={form}>
              <dt>{t(`form.full.${form}`)}</dt>
              <dd className="num">{(sheet.entries[form] ?? 0).toLocaleString(lang)}</dd>
            </div>
          ))}
          <div>
            <dt>{t('sheet.only.warnings')}</dt>
            <dd className="num">{sheet.withWarnings.toLocaleString(lang)}</dd>
          </div>
        </dl>
        {sheet.outstanding === 0 ? null : (
          <>
            <p className="note amber">{t('sheet.submit.outstanding', { n: sheet.outstanding.toLocaleString(lang) })}</p>
            <Field
              id="without"
              label={t('sheet.submit.reason')}
              error={tried && short ? t('sheet.submit.reason.error') : undefined}
            >
              {(attributes) => (
                <textarea
                  {...attributes}
                  rows={2}
                  maxLength={500}
                  value={reason}
                  onChange={(event) => setReason(event.target.value)}
                />
              )}
            </Field>
          </>
        )}
        <p className="hint">{t('sheet.submit.text')}</p>
        <div className="actions">
          <Button
            kind="primary"
            busy={submit.isPending}
            onClick={() => {
              setTried(true);
              if (!short) submit.mutate();
            }}
          >
            {words}
          </Button>
          <Button onClick={() => setChecking(false)}>{t('cancel')}</Button>
        </div>
      </Dialog>
      <ReasonDialog
        title={t('sheet.return.title')}
        label={t('sheet.return.label')}
        error={t('sheet.submit.reason.error')}
        act={t('sheet.return.do')}
        open={returning}
        busy={giveBack.isPending}
        failure={giveBack.error}
        onClose={() => setReturning(false)}
        onReason={(text) => giveBack.mutate(text)}
      />
    </div>
  );
}

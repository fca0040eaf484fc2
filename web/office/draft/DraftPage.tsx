import '../../i18n/words/pages.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { documentRoutes, type DocumentView } from '@antin/protocol/office/documents';
import { Button } from '../../ui/Button.tsx';
import { ProblemSummary, type ProblemLine } from '../../ui/ProblemSummary.tsx';
import { instantText } from '../../i18n/dates.ts';
import { addressOf, call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { documentQuery } from '../data/document-queries.ts';
import { signersQuery } from '../data/directory-queries.ts';
import { notationOf } from '../pdf/propose.ts';
import { pageText } from '../pdf/text-lines.ts';
import { usePdf } from '../pdf/use-document.ts';
import { Pending } from '../../staff/Pending.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { CheckStep } from './CheckStep.tsx';
import { draftOf, emptyDraft, fieldIds, fieldsOf, missingFields, type DraftState } from './draft-state.ts';
import { FieldsStep } from './FieldsStep.tsx';
import { PlacesStep } from './PlacesStep.tsx';

export function NewDraftPage() {
  return <DraftEditor saved={undefined} />;
}

export function EditDraftPage() {
  const { id } = useParams({ from: '/soan-thao/$id' });
  const view = useQuery({ ...documentQuery(id), refetchOnWindowFocus: false });
  if (view.data === undefined) {
    return (
      <div className="page">
        <Pending query={view} />
      </div>
    );
  }
  return <DraftEditor key={id} saved={view.data} />;
}

const steps = ['fields', 'places', 'check'] as const;
type Step = (typeof steps)[number];

function DraftEditor({ saved }: { readonly saved: DocumentView | undefined }) {
  const { t, lang } = useSpeech();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [view, setView] = useState(saved);
  const [draft, setDraft] = useState<DraftState>(() => (saved === undefined ? emptyDraft : draftOf(saved)));
  const [local, setLocal] = useState<File | undefined>(undefined);
  const [step, setStep] = useState<Step>('fields');
  const [attempt, setAttempt] = useState(0);
  const signers = useQuery(signersQuery);
  const main = view?.files.find((file) => file.role === 'main');
  const address =
    view !== undefined && main !== undefined && main.sha256 === draft.main?.sha256
      ? addressOf(documentRoutes.file, { params: { id: view.id, fileId: main.id } })
      : undefined;
  const pdf = usePdf(local ?? address);
  const change = (changes: Partial<DraftState> | ((old: DraftState) => Partial<DraftState>)): void =>
    setDraft((old) => ({ ...old, ...(typeof changes === 'function' ? changes(old) : changes) }));

  // The notation is usually printed after `Số: …/`: no need to type it again.
  useEffect(() => {
    if (pdf.state !== 'open' || pdf.pages[0] === undefined) return;
    void pageText(pdf.pages[0]).then((text) => {
      const notation = notationOf(text);
      if (notation !== undefined) setDraft((old) => (old.notationTyped ? old : { ...old, notation }));
    });
  }, [pdf]);
  useEffect(() => {
    const only = signers.data?.signers.length === 1 ? signers.data.signers[0] : undefined;
    if (only !== undefined)
      setDraft((old) => (old.signerPositionId === '' ? { ...old, signerPositionId: only.positionId } : old));
  }, [signers.data]);

  const store = async (): Promise<DocumentView> => {
    const fields = fieldsOf(draft);
    if (fields === undefined) throw new Error('incomplete draft');
    const stored =
      view === undefined
        ? await call(documentRoutes.create, { body: fields })
        : await call(documentRoutes.change, { params: { id: view.id }, body: { ...fields, version: view.version } });
    setView(stored);
    client.setQueryData(documentQuery(stored.id).queryKey, stored);
    return stored;
  };
  const settled = () => {
    void client.invalidateQueries({ queryKey: ['session'] });
    void client.invalidateQueries({ queryKey: ['documents'] });
  };
  const save = useMutation({ mutationFn: store, onSuccess: settled });
  const submit = useMutation({
    mutationFn: async () => {
      const stored = await store();
      return call(documentRoutes.submit, { params: { id: stored.id }, body: { version: stored.version } });
    },
    onSuccess: async (submitted) => {
      settled();
      client.setQueryData(documentQuery(submitted.id).queryKey, submitted);
      await navigate({ to: '/van-ban-di/$id', params: { id: submitted.id } });
    },
  });

  const go = (next: Step): void => {
    save.reset();
    submit.reset();
    if (next !== 'fields' && missingFields(draft).length > 0) {
      setAttempt((old) => old + 1);
      return setStep('fields');
    }
    setAttempt(0);
    setStep(next === 'check' && draft.places === undefined ? 'places' : next);
    document.getElementById('main')?.scrollTo?.({ top: 0 });
    window.scrollTo({ top: 0 });
  };
  const failed = submit.error ?? save.error;
  const problem = failed === null ? undefined : problemText(failed, lang, fieldIds);
  // After a try, what is still missing; a line goes as soon as its field is filled.
  const missing = attempt === 0 ? [] : missingFields(draft);
  const lines: ProblemLine[] = missing.map((name) => ({ text: t(`draft.error.${name}`), field: fieldIds[name] }));
  const errors = new Map<string, string>([
    ...missing.map((name) => [name, t(`draft.error.${name}`)] as const),
    ...(problem?.byField ?? []),
  ]);
  const signerName =
    signers.data?.signers.find((other) => other.positionId === draft.signerPositionId)?.fullName ?? t('draft.signer');
  return (
    <div className={step === 'places' ? 'page draft wide' : 'page draft'}>
      <header className="page-head">
        <h1>{saved === undefined ? t('draft.title.new') : t('draft.title.edit')}</h1>
        <ol className="steps" aria-label={t('draft.steps')}>
          {steps.map((name, index) => (
            <li key={name} aria-current={name === step ? 'step' : undefined}>
              <button type="button" onClick={() => go(name)}>
                <span className="num">{index + 1}</span> {t(`draft.step.${name}`)}
              </button>
            </li>
          ))}
        </ol>
      </header>
      {lines.length === 0 ? null : <ProblemSummary title={t('problem.title')} lines={lines} attempt={attempt} />}
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {view?.returnReason === undefined ? null : <p className="note amber">{t('doc.returned', { reason: view.returnReason })}</p>}
      {step === 'fields' ? <FieldsStep draft={draft} onChange={change} onMain={setLocal} errors={errors} /> : null}
      {step === 'places' ? <PlacesStep draft={draft} pdf={pdf} onChange={change} /> : null}
      {step === 'check' ? <CheckStep draft={draft} onStep={go} /> : null}
      <div className="step-actions">
        {step === 'fields' ? (
          <Button kind="primary" onClick={() => go('places')}>
            {t('draft.next')}
          </Button>
        ) : null}
        {step === 'places' ? (
          <Button kind="primary" onClick={() => go('check')} busy={draft.places === undefined}>
            {t('draft.to-check')}
          </Button>
        ) : null}
        {step === 'check' ? (
          <Button kind="primary" icon="right" onClick={() => submit.mutate()} busy={submit.isPending}>
            {submit.isPending ? t('draft.submitting') : t('draft.submit', { name: signerName })}
          </Button>
        ) : null}
        {step === 'fields' ? null : (
          <>
            <Button onClick={() => save.mutate()} busy={save.isPending || draft.places === undefined}>
              {t('draft.save')}
            </Button>
            <Button kind="quiet" onClick={() => go(step === 'check' ? 'places' : 'fields')}>
              {t('back')}
            </Button>
          </>
        )}
        <span className="hint" role="status">
          {save.isSuccess ? t('draft.saved', { time: instantText(save.submittedAt).slice(11) }) : ''}
        </span>
      </div>
    </div>
  );
}

import '../../i18n/words/pages.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { documentRoutes, type DocumentView, type PlaceOnPage } from '@antin/protocol/office/documents';
import { signingRoutes, type Credential } from '@antin/protocol/office/signing';
import { Button } from '../../ui/Button.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { Skeleton } from '../../ui/Waiting.tsx';
import { addressOf, call } from '../../staff/client.ts';
import { asTitle } from '../../i18n/titles.ts';
import { useSpeech } from '../../staff/language.tsx';
import { credentialsQuery } from '../data/signing-queries.ts';
import { documentQuery } from '../data/document-queries.ts';
import { PlaceEditor, type PlaceBox } from '../pdf/PlaceEditor.tsx';
import { PlaceFields } from '../pdf/PlaceFields.tsx';
import { usePdf } from '../pdf/use-document.ts';
import { actOf } from '../shell/acts.ts';
import { useStepFocus } from '../shell/use-step-focus.ts';
import { Pending } from '../../staff/Pending.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { bestCredential, CredentialChoice } from './CredentialChoice.tsx';
import { JobProgress } from './JobProgress.tsx';
import { fittedPlace, proposedPlace, SEAL_POINTS } from './proposed-place.ts';
import { SignCheck } from './SignCheck.tsx';
import { SignedReceipt } from './SignedReceipt.tsx';
import { useAppearance } from './use-appearance.ts';

export function SignPage() {
  const { id } = useParams({ from: '/van-ban-di/$id/ky' });
  const view = useQuery({ ...documentQuery(id), refetchOnWindowFocus: false });
  if (view.data === undefined) {
    return (
      <div className="page">
        <Pending query={view} lines={8} />
      </div>
    );
  }
  return <Sign view={view.data} />;
}

function Sign({ view }: { readonly view: DocumentView }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const [step, setStep] = useState<'place' | 'check'>('place');
  const [place, setPlace] = useState<PlaceOnPage | undefined>(undefined);
  const [page, setPage] = useState(1);
  const [credentialId, setCredentialId] = useState<Credential['id'] | undefined>(undefined);
  const [jobId, setJobId] = useState(view.state === 'awaiting-signature' ? view.jobId : undefined);
  const [done, setDone] = useState(false);
  const panel = useStepFocus(step);
  const main = view.files.find((file) => file.role === 'main');
  const pdf = usePdf(
    main === undefined
      ? undefined
      : `${addressOf(documentRoutes.file, { params: { id: view.id, fileId: main.id } })}?h=${main.sha256.slice(0, 12)}`,
  );
  const image = useAppearance('person');
  const credentials = useQuery(credentialsQuery('person'));
  const list = credentials.data?.credentials ?? [];
  const chosen = list.find((credential) => credential.id === credentialId) ?? bestCredential(list);
  const ratio = image.state === 'ready' ? image.width / image.height : 120 / 54;

  useEffect(() => {
    if (pdf.state !== 'open' || image.state === 'loading' || place !== undefined) return;
    const take = (fitted: PlaceOnPage): void => {
      setPlace(fitted);
      setPage(fitted.page);
    };
    if (view.places?.signature !== undefined) return take(fittedPlace(view.places.signature, ratio));
    void proposedPlace(pdf.pages, view.signerName, ratio).then(take);
  }, [pdf, image.state, place]);

  const sign = useMutation({
    mutationFn: () => {
      if (chosen === undefined || place === undefined) throw new Error('nothing chosen');
      return call(signingRoutes.sign, {
        params: { id: view.id },
        body: { version: view.version, credentialId: chosen.id, place },
      });
    },
    onSuccess: (job) => setJobId(job.id),
  });
  const finished = (): void => {
    setDone(true);
    void client.invalidateQueries();
  };
  if (done || (jobId === undefined && view.state === 'signed')) return <SignedReceipt id={view.id} />;
  if (jobId !== undefined) {
    return (
      <div className="page narrow">
        <h1>{asTitle(view.subject)}</h1>
        <JobProgress
          id={jobId}
          onDone={finished}
          afterwards={() => (
            <>
              <Button
                kind="primary"
                onClick={() => {
                  setJobId(undefined);
                  void client.invalidateQueries({ queryKey: ['document', view.id] });
                }}
              >
                {t('job.again')}
              </Button>
              <Link className="button" to="/van-ban-di/$id" params={{ id: view.id }}>
                {t('sign.done.open')}
              </Link>
            </>
          )}
        />
      </div>
    );
  }
  const act = actOf(view.acts, 'sign', lang);
  const problem = sign.error === null ? undefined : problemText(sign.error, lang);
  const box: PlaceBox[] =
    place === undefined
      ? []
      : [
          {
            id: 'signature',
            name: t('place.signature'),
            place,
            className: 'signature-box drawn',
            preview: (scale) => (
              <>
                <span className="seal-frame" aria-hidden="true" style={{ width: SEAL_POINTS * scale }} />
                {image.state === 'ready' ? <img src={image.url} alt="" draggable={false} /> : null}
              </>
            ),
          },
        ];
  return (
    <div className="page wide sign">
      <header className="page-head">
        <h1>{t('sign.title')}</h1>
        <p className="hint">{asTitle(view.subject)}</p>
      </header>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {pdf.state === 'failed' ? <p className="field-error">{t('pdf.failed')}</p> : null}
      <div className="places-step">
        {pdf.state === 'open' && place !== undefined ? (
          <PlaceEditor
            pages={pdf.pages}
            pageNumber={page}
            onPage={setPage}
            boxes={box}
            chosen="signature"
            onChoose={() => undefined}
            onMove={(_, next) => {
              setPlace(next);
              if (next.page !== page) setPage(next.page);
            }}
            clickToPlace={step === 'place'}
          />
        ) : (
          <Skeleton label={t('pdf.loading')} lines={8} />
        )}
        <div ref={panel} className="places-panel" tabIndex={-1}>
          {step === 'place' ? (
            <>
              <h2>{t('sign.place')}</h2>
              <p className="hint">{t('sign.place.lead')}</p>
              {image.state === 'none' ? <p className="note amber">{t('sign.image.none')}</p> : null}
              {place === undefined || pdf.state !== 'open' ? null : (
                <PlaceFields
                  id="signature"
                  place={place}
                  sizes={pdf.pages.map((one) => one.getViewport({ scale: 1 }))}
                  ratio={ratio}
                  onMove={(next) => {
                    setPlace(next);
                    setPage(next.page);
                  }}
                />
              )}
              <p className="hint">{t('sign.seal.note')}</p>
              {credentials.data === undefined ? (
                <Pending query={credentials} lines={2} />
              ) : (
                <CredentialChoice
                  legend={t('sign.credential')}
                  credentials={list}
                  chosen={chosen?.id}
                  onChoose={setCredentialId}
                />
              )}
              <div className="step-actions">
                <Button
                  kind="primary"
                  why={
                    act.allowed
                      ? chosen === undefined
                        ? t('sign.credential.none')
                        : undefined
                      : (act.why ?? t('why.wrong-state'))
                  }
                  busy={place === undefined}
                  onClick={() => setStep('check')}
                >
                  {t('sign.continue')}
                </Button>
                <Link className="button" to="/van-ban-di/$id" params={{ id: view.id }}>
                  {t('cancel')}
                </Link>
              </div>
            </>
          ) : place !== undefined && chosen !== undefined ? (
            <SignCheck
              view={view}
              place={place}
              credential={chosen}
              busy={sign.isPending}
              onSign={() => sign.mutate()}
              onBack={() => setStep('place')}
            />
          ) : null}
        </div>
      </div>
    </div>
  );
}

import '../../i18n/words/pages.ts';
import './batch.css';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { signingRoutes, type Credential, type ToSign } from '@antin/protocol/office/signing';
import { Button } from '../../ui/Button.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { credentialsQuery, toSignQuery } from '../data/signing-queries.ts';
import { Pending } from '../../staff/Pending.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { useStepFocus } from '../shell/use-step-focus.ts';
import { bestCredential, CredentialChoice } from '../signing/CredentialChoice.tsx';
import { useAppearance } from '../signing/use-appearance.ts';
import { BatchCheck } from './BatchCheck.tsx';
import { BatchList } from './BatchList.tsx';
import { BatchPreview } from './BatchPreview.tsx';
import { usePlaces } from './use-places.ts';

/** The leader reads what waits, ticks, checks, and signs all of it with one consent. */
export function BatchPage() {
  const { t } = useSpeech();
  const waiting = useQuery(toSignQuery);
  return (
    <div className="page wide batch">
      <header className="page-head">
        <h1>{t('batch.title')}</h1>
        <p className="hint">{t('batch.lead')}</p>
      </header>
      {waiting.data === undefined ? (
        <Pending query={waiting} lines={8} />
      ) : waiting.data.items.length === 0 ? (
        <Empty title={t('batch.empty')}>
          <p>{t('batch.empty.text')}</p>
          <Link className="button" to="/">
            {t('place.home')}
          </Link>
        </Empty>
      ) : (
        <Choose items={waiting.data.items} total={waiting.data.total} />
      )}
    </div>
  );
}

function Choose({ items, total }: { readonly items: readonly ToSign[]; readonly total: number }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [step, setStep] = useState<'choose' | 'check'>('choose');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const [shownId, setShown] = useState(items[0]?.documentId);
  const [credentialId, setCredentialId] = useState<Credential['id'] | undefined>(undefined);
  const panel = useStepFocus(step);
  const image = useAppearance('person');
  const ratio = image.state === 'loading' ? undefined : image.state === 'ready' ? image.width / image.height : 120 / 54;
  const shown = items.find((item) => item.documentId === shownId);
  const picked = items.filter((item) => chosen.has(item.documentId));
  // The shown one first: its place is seen at once.
  const { places, put } = usePlaces(shown === undefined ? picked : [shown, ...picked], ratio);
  const ready = picked.flatMap((item) => {
    const place = places.get(item.documentId);
    return place === undefined || place === 'unreadable' ? [] : [{ item, place }];
  });
  const open = picked.filter((item) => !places.has(item.documentId)).length;
  const credentials = useQuery(credentialsQuery('person'));
  const list = credentials.data?.credentials ?? [];
  const credential = list.find((one) => one.id === credentialId) ?? bestCredential(list);
  const sign = useMutation({
    mutationFn: () => {
      if (credential === undefined) throw new Error('nothing chosen');
      const wished = ready.map(({ item, place }) => ({ documentId: item.documentId, version: item.version, place }));
      return call(signingRoutes.batch, { body: { credentialId: credential.id, items: wished } });
    },
    onSuccess: (batch) => {
      client.setQueryData(['batch', batch.id], batch);
      client.removeQueries({ queryKey: toSignQuery.queryKey });
      void navigate({ to: '/ky-nhieu/$id', params: { id: batch.id } });
    },
  });
  const problem = sign.error === null ? undefined : problemText(sign.error, lang);
  const n = ready.length;
  return (
    <>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      <div className="batch-step">
        <div ref={panel} className="places-panel batch-panel" tabIndex={-1}>
          {step === 'choose' ? (
            <>
              <BatchList
                items={items}
                chosen={chosen}
                seen={seen}
                places={places}
                shown={shownId}
                onShow={setShown}
                onChoose={(ids, on) =>
                  setChosen((old) => new Set(on ? [...old, ...ids] : [...old].filter((id) => !ids.includes(id))))
                }
              />
              {total > items.length ? (
                <p className="hint">{t('batch.more', { n: total - items.length, max: items.length })}</p>
              ) : null}
              <p className="hint keys-hint">{t('batch.keys')}</p>
              <div className="step-actions">
                <Button
                  kind="primary"
                  why={
                    n === 0 && open === 0 ? t('batch.none-chosen') : open > 0 ? t('batch.finding-place', { n: open }) : undefined
                  }
                  onClick={() => setStep('check')}
                >
                  {picked.length === 0
                    ? t('sign.continue')
                    : picked.length === 1
                      ? t('batch.continue.one')
                      : t('batch.continue', { n: picked.length })}
                </Button>
                <span className="hint num" role="status">
                  {t('batch.chosen', { n: picked.length, total: items.length })}
                </span>
              </div>
            </>
          ) : (
            <BatchCheck
              items={ready.map(({ item }) => item)}
              places={places}
              seen={seen}
              shown={shownId}
              credential={credential}
              credentials={
                credentials.data === undefined ? (
                  <Pending query={credentials} lines={2} />
                ) : (
                  <CredentialChoice
                    legend={t('sign.credential')}
                    credentials={list}
                    chosen={credential?.id}
                    onChoose={setCredentialId}
                  />
                )
              }
              busy={sign.isPending}
              onShow={setShown}
              onSign={() => sign.mutate()}
              onBack={() => setStep('choose')}
            />
          )}
        </div>
        {shown === undefined ? null : (
          <BatchPreview
            item={shown}
            place={placeOf(places.get(shown.documentId))}
            image={image}
            onMove={(place) => put(shown.documentId, place)}
            onOpened={() => setSeen((old) => new Set(old).add(shown.documentId))}
          />
        )}
      </div>
    </>
  );
}

function placeOf<T>(found: T | 'unreadable' | undefined): T | undefined {
  return found === 'unreadable' ? undefined : found;
}

import type { Credential, ToSign } from '@antin/protocol/office/signing';
import type { ReactNode } from 'react';
import { Button } from '../../ui/Button.tsx';
import { asTitle } from '../../i18n/titles.ts';
import { useSpeech } from '../../staff/language.tsx';
import { useExtent } from './BatchList.tsx';
import type { Places } from './use-places.ts';

export interface BatchCheckProps {
  readonly items: readonly ToSign[];
  readonly places: Places;
  readonly seen: ReadonlySet<string>;
  readonly shown: string | undefined;
  readonly credential: Credential | undefined;
  readonly credentials: ReactNode;
  readonly busy: boolean;
  readonly onShow: (id: string) => void;
  readonly onSign: () => void;
  readonly onBack: () => void;
}

/** Everything once more before the key is used: how many, which, where, with which certificate. */
export function BatchCheck(props: BatchCheckProps) {
  const { items, places, seen, shown, credential, busy } = props;
  const { t } = useSpeech();
  const extent = useExtent();
  const n = items.length;
  const unseen = items.filter((item) => !seen.has(item.documentId)).length;
  const one = n === 1;
  return (
    <>
      <h2>{one ? t('batch.check.one') : t('batch.check', { n })}</h2>
      <p className="note ink">{t('batch.check.lead')}</p>
      {unseen === 0 ? null : <p className="note amber">{t('batch.unseen', { n: unseen })}</p>}
      <ol className="batch-check" aria-label={t('batch.check.list')}>
        {items.map((item) => {
          const place = places.get(item.documentId);
          return (
            <li key={item.documentId}>
              <button
                type="button"
                data-row=""
                aria-current={item.documentId === shown ? 'true' : undefined}
                onClick={() => props.onShow(item.documentId)}
              >
                <strong>{asTitle(item.subject)}</strong>
                <small>
                  {[
                    extent(item),
                    place === undefined || place === 'unreadable' ? '' : t('batch.check.place', { page: place.page }),
                    seen.has(item.documentId) ? '' : t('batch.not-opened'),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </small>
              </button>
            </li>
          );
        })}
      </ol>
      {props.credentials}
      <div className="step-actions">
        <Button
          kind="primary"
          icon="pen"
          busy={busy}
          why={credential === undefined ? t('sign.credential.none') : undefined}
          onClick={props.onSign}
          data-sign=""
        >
          {one ? t('batch.do.one') : t('batch.do', { n })}
        </Button>
        <Button onClick={props.onBack}>{t('back')}</Button>
      </div>
    </>
  );
}

import { useEffect, useState } from 'react';
import type { PlaceOnPage } from '@antin/protocol/office/documents';
import type { ToSign } from '@antin/protocol/office/signing';
import { Button } from '../../ui/Button.tsx';
import { Skeleton } from '../../ui/Waiting.tsx';
import { asTitle } from '../../i18n/titles.ts';
import { useSpeech } from '../../staff/language.tsx';
import { PlaceEditor } from '../pdf/PlaceEditor.tsx';
import { usePdf } from '../pdf/use-document.ts';
import { SEAL_POINTS } from '../signing/proposed-place.ts';
import type { Appearance } from '../signing/use-appearance.ts';
import { addressOfMain } from './use-places.ts';

export interface BatchPreviewProps {
  readonly item: ToSign;
  readonly place: PlaceOnPage | undefined;
  readonly image: Appearance;
  readonly onMove: (place: PlaceOnPage) => void;
  /** It can be read now. */
  readonly onOpened: () => void;
}

/** One document at reading size, with the signature where it will be; it can be moved. */
export function BatchPreview({ item, place, image, onMove, onOpened }: BatchPreviewProps) {
  const { t } = useSpeech();
  const pdf = usePdf(addressOfMain(item));
  const [page, setPage] = useState(1);
  const [atPlace, setAtPlace] = useState(false);
  useEffect(() => {
    setPage(1);
    setAtPlace(false);
  }, [item.documentId]);
  useEffect(() => {
    if (pdf.state === 'open') onOpened();
  }, [pdf.state, item.documentId]);
  if (pdf.state === 'failed') {
    return (
      <div className="batch-preview">
        <p className="field-error">{t('pdf.failed')}</p>
      </div>
    );
  }
  return (
    <section className="batch-preview" aria-label={asTitle(item.subject)}>
      <div className="batch-tools">
        <strong>{asTitle(item.subject)}</strong>
        {place === undefined ? null : (
          <Button
            small
            icon="pen"
            onClick={() => {
              setPage(place.page);
              setAtPlace(true);
            }}
          >
            {t('batch.to-place', { page: place.page })}
          </Button>
        )}
      </div>
      {pdf.state !== 'open' ? (
        <Skeleton label={t('pdf.loading')} lines={8} />
      ) : (
        <PlaceEditor
          pages={pdf.pages}
          pageNumber={page}
          onPage={(next) => {
            setPage(next);
            setAtPlace(false);
          }}
          boxes={
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
                ]
          }
          // The document opens at its beginning, not at the place of the signature: it is to be read first.
          chosen={atPlace ? 'signature' : ''}
          onChoose={() => undefined}
          onMove={(_, next) => onMove(next)}
        />
      )}
    </section>
  );
}

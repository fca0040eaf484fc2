import type { DocumentView, PlaceOnPage } from '@antin/protocol/office/documents';
import type { Credential } from '@antin/protocol/office/signing';
import { Button } from '../../ui/Button.tsx';
import { asTitle } from '../../i18n/titles.ts';
import { POINTS_PER_MM } from '../pdf/PlaceEditor.tsx';
import { useSpeech } from '../../staff/language.tsx';
import { useTypeName } from '../data/type-name.ts';

export interface SignCheckProps {
  readonly view: DocumentView;
  readonly place: PlaceOnPage;
  readonly credential: Credential;
  readonly busy: boolean;
  readonly onSign: () => void;
  readonly onBack: () => void;
}

const millimetres = (points: number): number => Math.round(points / POINTS_PER_MM);

/** Everything once more before the key is used. */
export function SignCheck({ view, place, credential, busy, onSign, onBack }: SignCheckProps) {
  const { t } = useSpeech();
  const typeName = useTypeName();
  const rows: [string, string][] = [
    [t('draft.type'), typeName(view.typeCode, view.typeName)],
    [t('draft.subject'), asTitle(view.subject)],
    [
      t('draft.addressees'),
      view.addressees.length > 3
        ? `${view.addressees.slice(0, 2).join('; ')} ${t('row.more', { n: view.addressees.length - 2 })}`
        : view.addressees.join('; '),
    ],
    [t('doc.drafter'), view.drafterName],
    [
      t('sign.check.place'),
      t('sign.check.place.value', { page: place.page, x: millimetres(place.rect[0]), y: millimetres(place.rect[1]) }),
    ],
    [t('sign.credential'), credential.subject],
    [t('sign.check.device'), credential.deviceName],
  ];
  return (
    <>
      <h2>{t('sign.check')}</h2>
      <p className="note ink">{t('sign.check.lead')}</p>
      <dl className="facts narrow">
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className="step-actions">
        <Button kind="primary" icon="pen" busy={busy} onClick={onSign}>
          {t('sign.do')}
        </Button>
        <Button onClick={onBack}>{t('back')}</Button>
      </div>
    </>
  );
}

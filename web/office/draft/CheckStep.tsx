import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useSpeech } from '../../staff/language.tsx';
import { useTypeName } from '../data/type-name.ts';
import { signersQuery } from '../data/directory-queries.ts';
import { sizeText } from '../../i18n/sizes.ts';
import type { DraftState } from './draft-state.ts';

/** Everything once more, each with its way back. */
export function CheckStep({
  draft,
  onStep,
}: {
  readonly draft: DraftState;
  readonly onStep: (step: 'fields' | 'places') => void;
}) {
  const { t, lang } = useSpeech();
  const typeName = useTypeName();
  const signers = useQuery(signersQuery);
  const signer = signers.data?.signers.find((other) => other.positionId === draft.signerPositionId);
  const row = (label: string, value: ReactNode, step: 'fields' | 'places' = 'fields') => (
    <div>
      <dt>{label}</dt>
      <dd>
        <button type="button" className="link change" onClick={() => onStep(step)}>
          {t('change')}
          <span className="visually-hidden"> {label}</span>
        </button>
        {value}
      </dd>
    </div>
  );
  const { places } = draft;
  return (
    <div className="check-step">
      <p className="note ink">{t('draft.check.lead')}</p>
      <dl className="facts">
        {row(t('draft.type'), typeName(draft.typeCode, draft.typeCode))}
        {row(t('draft.subject'), <strong>{draft.subject}</strong>)}
        {row(t('draft.notation'), <span className="notation">…/{draft.notation}</span>)}
        {row(t('draft.urgency'), t(`urgency.${draft.urgency}`))}
        {row(
          t('draft.addressees'),
          <ul>
            {draft.addressees.map((agency) => (
              <li key={agency.id}>
                {agency.name}
                {agency.agency?.receivedBy == null || agency.agency.receivedBy.id === agency.id
                  ? ''
                  : ` → ${agency.agency.receivedBy.name}`}
              </li>
            ))}
          </ul>,
        )}
        {row(t('draft.signer'), signer === undefined ? '' : `${signer.fullName}, ${signer.title}`)}
        {row(t('draft.file'), draft.main === undefined ? '' : `${draft.main.name} (${sizeText(draft.main.size, lang)})`)}
        {row(
          t('draft.annexes'),
          draft.annexes.length === 0 ? (
            t('no')
          ) : (
            <ul>
              {draft.annexes.map((file) => (
                <li key={file.sha256}>{file.name}</li>
              ))}
            </ul>
          ),
        )}
        {places === undefined
          ? null
          : row(
              t('draft.step.places'),
              [
                `${t('place.number')}: ${t('pdf.page', { n: places.number.page }).toLocaleLowerCase(lang)}`,
                `${t('place.date')}: ${t('pdf.page', { n: places.date.page }).toLocaleLowerCase(lang)}`,
                ...(places.signature === undefined
                  ? []
                  : [`${t('place.signature')}: ${t('pdf.page', { n: places.signature.page }).toLocaleLowerCase(lang)}`]),
              ].join(' · '),
              'places',
            )}
      </dl>
    </div>
  );
}

import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { DateFormat, NumberFormat, type PlaceOnPage, type Places } from '@antin/protocol/office/documents';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { Skeleton } from '../../ui/Waiting.tsx';
import { dayOf, dayText, fullDayText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';
import { signersQuery } from '../data/directory-queries.ts';
import { PlaceEditor, POINTS_PER_MM, type PlaceBox } from '../pdf/PlaceEditor.tsx';
import { PlaceFields } from '../pdf/PlaceFields.tsx';
import { coveredText, propose } from '../pdf/propose.ts';
import { pageText, type PageText } from '../pdf/text-lines.ts';
import type { OpenedPdf } from '../pdf/use-document.ts';
import type { DraftState } from './draft-state.ts';

export interface PlacesStepProps {
  readonly draft: DraftState;
  readonly pdf: OpenedPdf;
  readonly onChange: (change: Partial<DraftState>) => void;
}

type Name = 'number' | 'date' | 'signature';

/** Points of free space for the date in one of its forms, at the size of the box. */
const fallback = (width: number, height: number): { number: Places['number']; date: Places['date'] } => ({
  number: { page: 1, rect: [100, height - 110, 110, 17], format: 'number-and-notation' },
  date: { page: 1, rect: [Math.max(0, width - 260), height - 110, 190, 17], format: 'full' },
});

export function PlacesStep({ draft, pdf, onChange }: PlacesStepProps) {
  const { t } = useSpeech();
  const signers = useQuery(signersQuery);
  const [texts, setTexts] = useState<readonly PageText[] | undefined>(undefined);
  const [chosen, setChosen] = useState<Name>('number');
  const [page, setPage] = useState(1);
  const [found, setFound] = useState<boolean | undefined>(undefined);
  const signer = signers.data?.signers.find((other) => other.positionId === draft.signerPositionId)?.fullName ?? '';

  useEffect(() => {
    if (pdf.state !== 'open') return;
    let left = false;
    void Promise.all(pdf.pages.map((one) => pageText(one))).then((read) => {
      if (!left) setTexts(read);
    });
    return () => {
      left = true;
    };
  }, [pdf]);

  const proposePlaces = (read: readonly PageText[]): void => {
    const proposal = propose(read, signer);
    const size = read[0] ?? { width: 595, height: 842 };
    const otherwise = fallback(size.width, size.height);
    setFound(proposal.number !== undefined && proposal.date !== undefined);
    onChange({
      places: {
        number: proposal.number ?? otherwise.number,
        date: proposal.date ?? otherwise.date,
        ...(proposal.signature === undefined ? {} : { signature: proposal.signature }),
      },
    });
  };
  useEffect(() => {
    if (texts !== undefined && draft.places === undefined && !signers.isPending) proposePlaces(texts);
  }, [texts, draft.places, signers.isPending]);

  const today = dayOf(Date.now());
  const samples = useMemo(() => {
    const notation = draft.notation.trim() === '' ? '…' : draft.notation.trim();
    return {
      number: { number: '127', 'number-and-notation': `127/${notation}` },
      date: { full: fullDayText(today), short: dayText(today), day: today.slice(8) },
    };
  }, [draft.notation, today]);

  if (pdf.state === 'failed') return <p className="field-error">{t('pdf.failed')}</p>;
  const { places } = draft;
  if (pdf.state !== 'open' || texts === undefined || places === undefined) return <Skeleton label={t('pdf.loading')} lines={8} />;

  const move = (id: string, place: PlaceOnPage): void => {
    if (id === 'number') onChange({ places: { ...places, number: { ...places.number, ...place } } });
    if (id === 'date') onChange({ places: { ...places, date: { ...places.date, ...place } } });
    if (id === 'signature') onChange({ places: { ...places, signature: place } });
    if (place.page !== page) setPage(place.page);
  };
  const written = (text: string, height: number) => (scale: number) => (
    <span className="times" style={{ fontSize: Math.min(13, height * 0.78) * scale, lineHeight: `${height * scale}px` }}>
      {text}
    </span>
  );
  const boxes: PlaceBox[] = [
    {
      id: 'number',
      name: t('place.number'),
      place: places.number,
      className: 'field-box',
      preview: written(samples.number[places.number.format], places.number.rect[3]),
    },
    {
      id: 'date',
      name: t('place.date'),
      place: places.date,
      className: 'field-box',
      preview: (scale) => (
        <span
          className={places.date.format === 'full' ? 'times italic' : 'times'}
          style={{ fontSize: Math.min(13, places.date.rect[3] * 0.78) * scale, lineHeight: `${places.date.rect[3] * scale}px` }}
        >
          {samples.date[places.date.format]}
        </span>
      ),
    },
    ...(places.signature === undefined
      ? []
      : [
          {
            id: 'signature',
            name: t('place.signature'),
            place: places.signature,
            className: 'signature-box',
            preview: () => null,
          },
        ]),
  ];
  const sizes = texts.map((text) => ({ width: text.width, height: text.height }));
  const covered = boxes
    .filter((box) => box.id !== 'signature')
    .map((box) => ({ box, text: coveredText(texts[box.place.page - 1] ?? { width: 0, height: 0, lines: [] }, box.place.rect) }))
    .filter((entry) => entry.text !== '');
  const names: Name[] = ['number', 'date', ...(places.signature === undefined ? [] : (['signature'] as const))];
  return (
    <div className="places-step">
      <PlaceEditor
        pages={pdf.pages}
        pageNumber={page}
        onPage={setPage}
        boxes={boxes}
        chosen={chosen}
        onChoose={(id) => setChosen(id as Name)}
        onMove={move}
      />
      <div className="places-panel">
        <p className="hint">{t('place.lead')}</p>
        {found === undefined ? null : (
          <p className={found ? 'note ink' : 'note amber'} role="status">
            {found ? t('place.proposed') : t('place.proposed.none')}
          </p>
        )}
        {covered.map(({ box, text }) => (
          <p key={box.id} className="note amber" role="status">
            {t('place.overlap', { name: box.name, text: text.slice(0, 60) })}
          </p>
        ))}
        {names.map((name) => {
          const place = places[name];
          if (place === undefined) return null;
          return (
            <fieldset key={name} className={name === chosen ? 'place-set chosen' : 'place-set'} onFocus={() => setChosen(name)}>
              <legend>
                <button
                  type="button"
                  onClick={() => {
                    setChosen(name);
                    setPage(place.page);
                  }}
                >
                  {t(`place.${name}`)}
                </button>
              </legend>
              {name === 'number' ? (
                <Field label={t('place.format')}>
                  {(attributes) => (
                    <select
                      {...attributes}
                      value={places.number.format}
                      onChange={(event) =>
                        onChange({
                          places: { ...places, number: { ...places.number, format: NumberFormat.parse(event.target.value) } },
                        })
                      }
                    >
                      {NumberFormat.options.map((format) => (
                        <option key={format} value={format}>
                          {t(`place.format.${format}`, { sample: samples.number[format] })}
                        </option>
                      ))}
                    </select>
                  )}
                </Field>
              ) : null}
              {name === 'date' ? (
                <Field label={t('place.format')}>
                  {(attributes) => (
                    <select
                      {...attributes}
                      value={places.date.format}
                      onChange={(event) =>
                        onChange({
                          places: { ...places, date: { ...places.date, format: DateFormat.parse(event.target.value) } },
                        })
                      }
                    >
                      {DateFormat.options.map((format) => (
                        <option key={format} value={format}>
                          {t(`place.format.${format}`, { sample: samples.date[format] })}
                        </option>
                      ))}
                    </select>
                  )}
                </Field>
              ) : null}
              {name === chosen ? (
                <PlaceFields id={`place-${name}`} place={place} sizes={sizes} widthOnly onMove={(next) => move(name, next)} />
              ) : (
                <p className="hint">
                  {t('sign.check.place.value', {
                    page: place.page,
                    x: Math.round(place.rect[0] / POINTS_PER_MM),
                    y: Math.round(place.rect[1] / POINTS_PER_MM),
                  })}
                </p>
              )}
            </fieldset>
          );
        })}
        <Button small onClick={() => proposePlaces(texts)}>
          {t('place.again')}
        </Button>
      </div>
    </div>
  );
}

import type { PlaceOnPage } from '@antin/protocol/office/documents';
import { useSpeech } from '../../staff/language.tsx';
import { onPage, POINTS_PER_MM } from './PlaceEditor.tsx';

export interface PlaceFieldsProps {
  readonly id: string;
  readonly place: PlaceOnPage;
  readonly sizes: readonly { readonly width: number; readonly height: number }[];
  readonly onMove: (place: PlaceOnPage) => void;
  /** When given, width can be changed and height follows in this proportion. */
  readonly ratio?: number;
  readonly widthOnly?: boolean;
}

const MARGIN = 57; // 20 mm, the narrowest margin of Decree 30/2020

const corners = ['top-left', 'top-right', 'bottom-left', 'bottom-right', 'center'] as const;
type Corner = (typeof corners)[number];

function cornerRect(corner: Corner, size: { width: number; height: number }, w: number, h: number): PlaceOnPage['rect'] {
  if (corner === 'center') return onPage([(size.width - w) / 2, (size.height - h) / 2, w, h], size.width, size.height);
  const x = corner.endsWith('left') ? MARGIN : size.width - MARGIN - w;
  const y = corner.startsWith('bottom') ? MARGIN : size.height - MARGIN - h;
  return onPage([x, y, w, h], size.width, size.height);
}

/** The same place without a mouse: page, corner, exact distances. */
export function PlaceFields({ id, place, sizes, onMove, ratio, widthOnly }: PlaceFieldsProps) {
  const { t } = useSpeech();
  const size = sizes[place.page - 1] ?? sizes[0] ?? { width: 595, height: 842 };
  const [x, y, w, h] = place.rect;
  const set = (rect: PlaceOnPage['rect']): void => onMove({ page: place.page, rect: onPage(rect, size.width, size.height) });
  const corner = corners.find((name) =>
    cornerRect(name, size, w, h).every((value, index) => Math.abs(value - (place.rect[index] ?? 0)) < 0.2),
  );
  const number = (name: string, label: string, value: number, change: (value: number) => void, min = 0) => (
    <div className="mini">
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <input
        id={`${id}-${name}`}
        className="input num"
        type="number"
        step={1}
        min={Math.ceil(min / POINTS_PER_MM)}
        value={Math.round(value / POINTS_PER_MM)}
        onChange={(event) => {
          const next = event.target.valueAsNumber * POINTS_PER_MM;
          if (Number.isFinite(next) && next >= min) change(next);
        }}
      />
    </div>
  );
  return (
    <div className="place-fields">
      {sizes.length > 1 ? (
        <div className="mini">
          <label htmlFor={`${id}-page`}>{t('place.page')}</label>
          <select
            id={`${id}-page`}
            className="input"
            value={place.page}
            onChange={(event) => {
              const page = Number(event.target.value);
              const next = sizes[page - 1] ?? size;
              onMove({ page, rect: onPage(place.rect, next.width, next.height) });
            }}
          >
            {sizes.map((_, index) => (
              <option key={index} value={index + 1}>
                {index + 1}
              </option>
            ))}
          </select>
        </div>
      ) : null}
      <div className="mini wide">
        <label htmlFor={`${id}-corner`}>{t('place.corner')}</label>
        <select
          id={`${id}-corner`}
          className="input"
          value={corner ?? ''}
          onChange={(event) => {
            const chosen = corners.find((name) => name === event.target.value);
            if (chosen !== undefined) set(cornerRect(chosen, size, w, h));
          }}
        >
          <option value="">{t('place.corner.none')}</option>
          {corners.map((name) => (
            <option key={name} value={name}>
              {t(`place.corner.${name}`)}
            </option>
          ))}
        </select>
      </div>
      {number('x', t('place.from-left'), x, (value) => set([value, y, w, h]))}
      {number('y', t('place.from-bottom'), y, (value) => set([x, value, w, h]))}
      {ratio === undefined && widthOnly !== true
        ? null
        : number('w', t('place.width'), w, (value) => set([x, y, value, ratio === undefined ? h : value / ratio]), 20)}
    </div>
  );
}

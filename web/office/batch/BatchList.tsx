import type { ToSign } from '@antin/protocol/office/signing';
import { Icon } from '../../ui/Icon.tsx';
import { sinceText } from '../../i18n/dates.ts';
import { asTitle } from '../../i18n/titles.ts';
import { useSpeech } from '../../staff/language.tsx';
import { useTypeName } from '../data/type-name.ts';
import { UrgencyTag } from '../shell/states.tsx';
import type { Places } from './use-places.ts';

export interface BatchListProps {
  readonly items: readonly ToSign[];
  readonly chosen: ReadonlySet<string>;
  readonly seen: ReadonlySet<string>;
  readonly places: Places;
  /** The one that is shown beside the list. */
  readonly shown: string | undefined;
  readonly onShow: (id: string) => void;
  readonly onChoose: (ids: readonly string[], on: boolean) => void;
}

/** Pages and annexes in words. */
export function useExtent(): (item: ToSign) => string {
  const { t } = useSpeech();
  return ({ main, annexes }) =>
    [
      main.pages === 0 ? '' : main.pages === 1 ? t('batch.page') : t('batch.pages', { n: main.pages }),
      annexes === 0 ? '' : annexes === 1 ? t('batch.annex') : t('batch.annexes', { n: annexes }),
    ]
      .filter(Boolean)
      .join(', ');
}

/** What waits: a box to tick and a title that opens it. */
export function BatchList({ items, chosen, seen, places, shown, onShow, onChoose }: BatchListProps) {
  const { t } = useSpeech();
  const typeName = useTypeName();
  const extent = useExtent();
  const usable = items.filter((item) => places.get(item.documentId) !== 'unreadable').map((item) => item.documentId);
  const all = usable.length > 0 && usable.every((id) => chosen.has(id));
  return (
    <>
      <label className="batch-all">
        <input
          type="checkbox"
          checked={all}
          ref={(box) => {
            if (box !== null) box.indeterminate = !all && chosen.size > 0;
          }}
          onChange={() => onChoose(usable, !all)}
        />
        {t('batch.all', { n: usable.length })}
      </label>
      <ul className="batch-list" aria-label={t('batch.list')}>
        {items.map((item) => {
          const { documentId } = item;
          const title = asTitle(item.subject);
          const broken = places.get(documentId) === 'unreadable';
          return (
            <li key={documentId} className={documentId === shown ? 'shown' : ''}>
              <input
                type="checkbox"
                aria-label={t('batch.pick', { subject: title })}
                checked={chosen.has(documentId)}
                disabled={broken}
                onChange={(event) => onChoose([documentId], event.target.checked)}
              />
              <button
                type="button"
                data-row=""
                aria-current={documentId === shown ? 'true' : undefined}
                onClick={() => onShow(documentId)}
                onKeyDown={(event) => {
                  if (event.key === 'x' && !broken) onChoose([documentId], !chosen.has(documentId));
                }}
              >
                <strong>{title}</strong>
                <small>
                  {[
                    typeName(item.typeCode, item.typeName),
                    extent(item),
                    item.drafterName,
                    sinceText(item.waitingSince, Date.now()),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </small>
                {broken ? <span className="why">{t('batch.unreadable')}</span> : null}
              </button>
              <span className="batch-marks">
                <UrgencyTag urgency={item.urgency} />
                {seen.has(documentId) ? (
                  <span className="seen">
                    <Icon name="check" size={14} /> {t('batch.seen')}
                  </span>
                ) : null}
              </span>
            </li>
          );
        })}
      </ul>
    </>
  );
}

import { Button } from '../../ui/Button.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { shortAgency } from '../../i18n/titles.ts';
import { Due, useKind, type Row } from '../requests/states.tsx';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';

export interface ApproveChoiceProps {
  readonly rows: readonly Row[];
  /** More wait than stand here. */
  readonly more: boolean;
  readonly chosen: readonly string[];
  readonly onChosen: (ids: readonly string[]) => void;
  readonly onNext: () => void;
}

/** Which of those that wait; what has a check against it stays out. */
export function ApproveChoice({ rows, more, chosen, onChosen, onNext }: ApproveChoiceProps) {
  const { t, lang } = useSpeech();
  const { counts } = useSession();
  const kind = useKind();
  const able = rows.filter((row) => row.blocking === 0);
  const all = able.length > 0 && able.every((row) => chosen.includes(row.id));
  return (
    <>
      <label className="check">
        <input type="checkbox" checked={all} onChange={() => onChosen(all ? [] : able.map((row) => row.id))} />
        {t('approve.all', { n: able.length })}
      </label>
      {more ? (
        <p className="hint num">{t('approve.of', { n: rows.length, all: counts.toApprove.toLocaleString(lang) })}</p>
      ) : null}
      <ul className="choose-list">
        {rows.map((row) => (
          <li key={row.id}>
            <label className="choice">
              <input
                type="checkbox"
                data-row=""
                checked={chosen.includes(row.id)}
                disabled={row.blocking > 0}
                onChange={(event) =>
                  onChosen(event.target.checked ? [...chosen, row.id] : chosen.filter((one) => one !== row.id))
                }
              />
              <strong>{row.subject}</strong>
              <span className="choice-line">
                <span className="hint">
                  {kind(row)} · {shortAgency(row.agency.name)}
                </span>
                {row.blocking > 0 ? (
                  <Tag tone="amber" icon="warn" text={t('blocking.n', { n: row.blocking })} />
                ) : (
                  <Due row={row} />
                )}
              </span>
            </label>
          </li>
        ))}
      </ul>
      {more ? <p className="hint">{t('approve.more')}</p> : null}
      <div className="actions sticky-actions">
        <Button kind="primary" why={chosen.length === 0 ? t('approve.choose') : undefined} onClick={onNext}>
          {t('approve.next', { n: chosen.length })}
        </Button>
      </div>
    </>
  );
}

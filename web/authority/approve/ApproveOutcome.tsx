import type { registrationRoutes } from '@antin/protocol/authority/registration';
import { Icon } from '../../ui/Icon.tsx';
import { Tag } from '../../ui/Tag.tsx';
import type { AnswerOf } from '../../staff/client.ts';
import { Go } from '../place.tsx';
import type { Row } from '../requests/states.tsx';
import { useSpeech } from '../speech.ts';

export type Outcomes = AnswerOf<(typeof registrationRoutes)['approve']>['outcomes'];

/** What became of each: approved, or refused with the reason; one that is refused stops no other. */
export function ApproveOutcome({ outcomes, rows }: { readonly outcomes: Outcomes; readonly rows: readonly Row[] }) {
  const { t, both } = useSpeech();
  const approved = outcomes.filter((one) => one.status === 'approved').length;
  const subject = (id: string): string => rows.find((row) => row.id === id)?.subject ?? id;
  return (
    <div className="page narrow">
      <div className={approved === outcomes.length ? 'receipt' : 'receipt partly'} role="status">
        <Icon name={approved === outcomes.length ? 'check' : 'warn'} size={40} />
        <h1>{t('approve.done', { n: approved, total: outcomes.length })}</h1>
      </div>
      <ul className="outcomes">
        {outcomes.map((one) => (
          <li key={one.requestItemId}>
            <Go place={{ to: '/yeu-cau/$id', params: { id: one.requestItemId } }}>{subject(one.requestItemId)}</Go>
            {one.status === 'approved' ? (
              <Tag tone="green" icon="check" text={t('reqstate.approved')} />
            ) : (
              <span>
                <Tag tone="red" icon="bad" text={t('approve.refused')} />
                <small>{both(one.words)}</small>
              </span>
            )}
          </li>
        ))}
      </ul>
      <div className="actions">
        <Go place={{ to: '/' }} className="button primary">
          {t('place.home')}
        </Go>
      </div>
    </div>
  );
}

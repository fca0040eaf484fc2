import type { RequestRow, RequestState } from '@antin/protocol/authority/request-list';
import type { z } from 'zod';
import type { IconName } from '../../ui/Icon.tsx';
import { Tag, type Tone } from '../../ui/Tag.tsx';
import { dayText } from '../../i18n/dates.ts';
import { useSpeech } from '../speech.ts';

export type Row = z.output<typeof RequestRow>;

const tones: Readonly<Record<RequestState, readonly [Tone, IconName]>> = {
  received: ['ink', 'in'],
  question: ['amber', 'help'],
  proposed: ['ink', 'clock'],
  approved: ['ink', 'check'],
  issuing: ['amber', 'clock'],
  issued: ['ink', 'seal'],
  'handed-over': ['green', 'check'],
  'carried-out': ['green', 'check'],
  refused: ['red', 'bad'],
  withdrawn: ['plain', 'back'],
};

export function RequestTag({ state }: { readonly state: RequestState }) {
  const { t } = useSpeech();
  const [tone, icon] = tones[state];
  return <Tag tone={tone} icon={icon} text={t(`reqstate.${state}`)} />;
}

/** `Cấp mới, cá nhân`; of a certificate that is there `Thu hồi · № 4a1b…`. */
export function useKind(): (row: Pick<Row, 'act' | 'form' | 'serialHex'>) => string {
  const { t } = useSpeech();
  return ({ act, form, serialHex }) => {
    const kind = form === undefined ? t(`act.${act}`) : `${t(`act.${act}`)}, ${t(`form.${form}`)}`;
    return serialHex === undefined ? kind : `${kind} · № ${serialHex}`;
  };
}

/** The working-day clock of a request in words: what is left, stopped, or overdue. */
export function Due({ row }: { readonly row: Row }) {
  const { t } = useSpeech();
  if (row.clock === 'ended') return null;
  if (row.clock === 'not-started') return <span className="hint">{t('clock.not-started')}</span>;
  if (row.clock === 'stopped') return <span className="hint">{t('clock.stopped', { n: row.daysLeft ?? 0 })}</span>;
  const left = row.daysLeft ?? 0;
  return (
    <span>
      {row.dueOn === undefined ? null : <time dateTime={row.dueOn}>{dayText(row.dueOn)}</time>}
      <small className={left < 0 ? 'overdue' : ''}>
        {left < 0 ? t('clock.over', { n: -left }) : left === 0 ? t('clock.today') : t('clock.left', { n: left })}
      </small>
    </span>
  );
}

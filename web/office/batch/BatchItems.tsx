import { Link } from '@tanstack/react-router';
import type { SigningBatch } from '@antin/protocol/office/signing';
import { asTitle } from '../../i18n/titles.ts';
import { Tag, type Tone } from '../../ui/Tag.tsx';
import type { IconName } from '../../ui/Icon.tsx';
import { useSpeech } from '../../staff/language.tsx';
import { StampTag } from '../shell/states.tsx';

type State = SigningBatch['items'][number]['state'];

const looks: Readonly<Record<State, readonly [Tone, IconName]>> = {
  preparing: ['plain', 'clock'],
  waiting: ['plain', 'clock'],
  fetched: ['ink', 'key'],
  'value-received': ['ink', 'clock'],
  done: ['green', 'check'],
  refused: ['amber', 'warn'],
  failed: ['red', 'bad'],
  expired: ['amber', 'clock'],
  'cancel-requested': ['plain', 'clock'],
  cancelled: ['plain', 'close'],
  'not-sent': ['amber', 'warn'],
};

/** Said by the state alone. */
const PLAIN = new Set(['device.cancelled', 'device.expired']);

/** Each document with what became of it, and why where it was not signed. */
export function BatchItems({ items }: { readonly items: SigningBatch['items'] }) {
  const { t, code } = useSpeech();
  return (
    <ol className="batch-items">
      {items.map((item) => {
        const [tone, icon] = looks[item.state];
        const why = item.reason === undefined || PLAIN.has(item.reason) || item.state === 'done' ? undefined : item.reason;
        return (
          <li key={item.documentId}>
            <div>
              <Link to="/van-ban-di/$id" params={{ id: item.documentId }} className="row-link" data-row="">
                {asTitle(item.subject)}
              </Link>
              {why === undefined ? null : (
                <small className="why">{code('reason', why.replace(/^device\./, ''), t('reason.unknown', { code: why }))}</small>
              )}
            </div>
            <span className="batch-state">
              <Tag tone={tone} icon={icon} text={t(`batch.item.${item.state}`)} />
              <StampTag pending={item.timeStampPending} />
            </span>
          </li>
        );
      })}
    </ol>
  );
}

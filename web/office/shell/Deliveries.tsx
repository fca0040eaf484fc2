import type { Delivery } from '@antin/protocol/office/documents';
import type { IconName } from '../../ui/Icon.tsx';
import { Tag, type Tone } from '../../ui/Tag.tsx';
import { instantText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';

const tones: Readonly<Record<Delivery['state'], readonly [Tone, IconName]>> = {
  queued: ['plain', 'clock'],
  arrived: ['ink', 'in'],
  registered: ['green', 'check'],
  assigned: ['green', 'person'],
  done: ['green', 'check'],
  refused: ['red', 'bad'],
};

/** Where the document has arrived; the page that shows it asks again while something is on its way. */
export function Deliveries({ deliveries }: { readonly deliveries: readonly Delivery[] }) {
  const { t, code } = useSpeech();
  return (
    <ul className="deliveries" aria-live="polite">
      {deliveries.map((delivery) => {
        const [tone, icon] = tones[delivery.state];
        const at = delivery.registeredAt ?? delivery.arrivedAt ?? delivery.queuedAt;
        return (
          <li key={delivery.agencyId}>
            <span className="delivery-name">
              {delivery.agencyName}
              {delivery.addressedAs === undefined ? null : (
                <small>{t('delivery.addressed-as', { name: delivery.addressedAs })}</small>
              )}
            </span>
            <Tag tone={tone} icon={icon} text={t(`delivery.${delivery.state}`)} />
            <small className="delivery-more">
              <time dateTime={at}>{instantText(at)}</time>
              {delivery.incomingNumber === undefined ? '' : ` · ${t('delivery.number', { n: delivery.incomingNumber })}`}
              {delivery.refusal === undefined
                ? ''
                : ` · ${code('refusal', delivery.refusal.code)}${delivery.refusal.note === '' ? '' : `: ${delivery.refusal.note}`}`}
              {delivery.state === 'queued' && delivery.attempts > 1
                ? ` · ${t('delivery.retrying', { n: delivery.attempts })}`
                : ''}
            </small>
          </li>
        );
      })}
    </ul>
  );
}

/** Something may still change without anybody here doing anything. */
export function inMotion(deliveries: readonly Delivery[]): boolean {
  return deliveries.some((delivery) => delivery.state === 'queued' || delivery.state === 'arrived');
}

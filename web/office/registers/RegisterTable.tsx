import { Link } from '@tanstack/react-router';
import type { RegisterEntry } from '@antin/protocol/office/registers';
import { dayText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';

export interface RegisterTableProps {
  readonly direction: 'outgoing' | 'incoming';
  readonly entries: readonly RegisterEntry[];
}

export function RegisterTable({ direction, entries }: RegisterTableProps) {
  const { t } = useSpeech();
  return (
    <div className="table-wrap register-wrap" tabIndex={0} role="region" aria-label={t(`register.${direction}`)}>
      <table className={`table register-table ${direction}`}>
        <thead>{direction === 'outgoing' ? <OutgoingHead /> : <IncomingHead />}</thead>
        <tbody>
          {entries.map((entry) =>
            direction === 'outgoing' ? (
              <OutgoingEntry key={entry.id} entry={entry} />
            ) : (
              <IncomingEntry key={entry.id} entry={entry} />
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}

function OutgoingHead() {
  const { t } = useSpeech();
  return (
    <tr>
      <th scope="col">{t('register.number-notation')}</th>
      <th scope="col">{t('register.date')}</th>
      <th scope="col" className="grow">
        {t('register.subject')}
      </th>
      <th scope="col">{t('register.signer')}</th>
      <th scope="col">{t('register.addressees')}</th>
      <th scope="col">{t('register.unit')}</th>
      <th scope="col" className="right">
        {t('register.copies')}
      </th>
      <th scope="col">{t('register.note')}</th>
    </tr>
  );
}

function OutgoingEntry({ entry }: { readonly entry: RegisterEntry }) {
  const { t } = useSpeech();
  const note = [
    entry.state === 'voided' ? t('register.voided', { reason: entry.voidReason ?? '' }) : '',
    entry.state === 'reserved' ? t('register.reserved') : '',
    entry.annexes.length > 0 ? t('register.annexes', { n: entry.annexes.length }) : '',
  ].filter(Boolean);
  const subject = `${entry.typeName}: ${entry.subject}`;
  return (
    <tr className={`entry-${entry.state}`}>
      <td className="notation struck">{entry.numberAndNotation}</td>
      <td className="nowrap">{dayText(entry.date)}</td>
      <td>
        {entry.documentId === undefined ? (
          subject
        ) : (
          <Link to="/van-ban-di/$id" params={{ id: entry.documentId }} data-row="">
            {subject}
          </Link>
        )}
      </td>
      <td className="nowrap">{entry.signerName}</td>
      <td className="many">
        <Addressees names={entry.addressees ?? []} />
      </td>
      <td>{entry.unit}</td>
      <td className="right nowrap">
        1 <small>{t('register.electronic')}</small>
      </td>
      <td className="remarks">{note.join('; ')}</td>
    </tr>
  );
}

/** On screen the first ones; on paper all of them. */
function Addressees({ names }: { readonly names: readonly string[] }) {
  const { t } = useSpeech();
  if (names.length <= 3) return <>{names.join('; ')}</>;
  return (
    <>
      <span className="no-print" title={names.join('; ')}>
        {names.slice(0, 2).join('; ')} {t('row.more', { n: names.length - 2 })}
      </span>
      <span className="print-only">{names.join('; ')}</span>
    </>
  );
}

function IncomingHead() {
  const { t } = useSpeech();
  return (
    <tr>
      <th scope="col" className="right">
        {t('register.number-in')}
      </th>
      <th scope="col">{t('register.arrived')}</th>
      <th scope="col">{t('register.issuer')}</th>
      <th scope="col">{t('register.number-notation')}</th>
      <th scope="col">{t('register.date')}</th>
      <th scope="col" className="grow">
        {t('register.subject')}
      </th>
      <th scope="col">{t('register.receiver')}</th>
      <th scope="col" className="print-only-cell">
        {t('register.received-sign')}
      </th>
      <th scope="col">{t('register.note')}</th>
    </tr>
  );
}

function IncomingEntry({ entry }: { readonly entry: RegisterEntry }) {
  const { t } = useSpeech();
  const subject = `${entry.typeName}: ${entry.subject}`;
  return (
    <tr className={`entry-${entry.state}`}>
      <td className="right num struck">{entry.number}</td>
      <td className="nowrap">{entry.arrivedOn === undefined ? '' : dayText(entry.arrivedOn)}</td>
      <td>{entry.issuerName}</td>
      <td className="notation">{entry.numberAndNotation}</td>
      <td className="nowrap">{dayText(entry.date)}</td>
      <td>
        {entry.incomingId === undefined ? (
          subject
        ) : (
          <Link to="/van-ban-den/$id" params={{ id: entry.incomingId }} data-row="">
            {subject}
          </Link>
        )}
      </td>
      <td>{entry.unit}</td>
      <td className="print-only-cell" />
      <td>
        {entry.state === 'voided'
          ? t('register.voided', { reason: entry.voidReason ?? '' })
          : entry.annexes.length > 0
            ? t('register.annexes', { n: entry.annexes.length })
            : ''}
      </td>
    </tr>
  );
}

import { Icon } from '../../ui/Icon.tsx';
import { instantText } from '../../i18n/dates.ts';
import { sizeText } from '../../i18n/sizes.ts';
import { useSpeech } from '../speech.ts';
import { useItemFacts, type Fact } from './item-facts.tsx';
import type { Shown } from './queries.ts';

export interface ShownDocumentProps {
  readonly shown: Shown;
  /** Request whose attachments may be fetched; left out where nothing is opened. */
  readonly attachmentsOf?: string;
}

/** The document exactly as it is approved: everything drawn here stands in it, and everything in it is drawn. */
export function ShownDocument({ shown, attachmentsOf }: ShownDocumentProps) {
  const { t, lang } = useSpeech();
  const { submission } = shown;
  const facts = useItemFacts(shown.item, shown.holder);
  const sent: Fact[] = [
    [t('sub.from'), `${submission.from.name} (${submission.from.code}), ${submission.from.place}`],
    [t('sub.created'), instantText(submission.createdAt)],
    ...(submission.number === undefined ? [] : [[t('sub.number'), submission.number] as const]),
    ...(submission.round === undefined ? [] : [[t('sub.round'), submission.round] as const]),
    [
      t('sub.authenticated'),
      <>
        {t(`sub.by.${submission.authenticatedBy}`)}
        {submission.signer === undefined ? null : (
          <small>
            {submission.signer.subject} · {t('sub.serial')} <span className="mono">{submission.signer.serialHex}</span>
          </small>
        )}
      </>,
    ],
    ...(submission.leader === undefined
      ? []
      : [[t('sub.leader'), <LeaderWords key="leader" leader={submission.leader} />] as const]),
  ];
  return (
    <article className="shown">
      <section>
        <h2>{t('shown.asked')}</h2>
        <Facts facts={facts} />
      </section>
      <section>
        <h2>{t('shown.attachments')}</h2>
        {shown.attachments.length === 0 ? (
          <p className="hint">{t('shown.attachments.none')}</p>
        ) : (
          <ul className="attachments">
            {shown.attachments.map((one) => (
              <li key={one.sha256}>
                <Icon name={one.present ? 'file' : 'warn'} size={18} />
                <span>
                  {one.present && attachmentsOf !== undefined ? (
                    <a href={`/authority/api/requests/${attachmentsOf}/attachments/${one.sha256}`} download>
                      {one.name ?? t('shown.attachment')}
                    </a>
                  ) : (
                    (one.name ?? t('shown.attachment'))
                  )}
                  <small>
                    {one.present
                      ? one.size === undefined
                        ? ''
                        : `${sizeText(one.size, lang)} · `
                      : `${t('shown.attachment.missing')} · `}
                    <span className="mono">SHA-256 {one.sha256.slice(0, 16)}…</span>
                  </small>
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section>
        <h2>{t('shown.sent')}</h2>
        <Facts facts={sent} />
      </section>
      {shown.edits.length === 0 ? null : (
        <section>
          <h2>{t('shown.edits', { n: shown.itemVersion })}</h2>
          <ol className="history">
            {shown.edits.map((one) => (
              <li key={one.version}>
                <time dateTime={one.at}>{instantText(one.at)}</time>
                <span>
                  {t('shown.edit', { n: one.version, who: one.by.fullName })}: {one.reason}
                </span>
              </li>
            ))}
          </ol>
        </section>
      )}
    </article>
  );
}

function LeaderWords({ leader }: { readonly leader: NonNullable<Shown['submission']['leader']> }) {
  const { t } = useSpeech();
  return (
    <>
      {leader.title === undefined ? leader.name : `${leader.name}, ${leader.title}`}
      <small>
        {leader.signedAt === undefined ? null : `${t('sub.leader.at', { at: instantText(leader.signedAt) })} · `}
        {leader.subject} · {t('sub.serial')} <span className="mono">{leader.serialHex}</span>
      </small>
    </>
  );
}

function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

import { Link } from '@tanstack/react-router';
import type { DocumentView } from '@antin/protocol/office/documents';
import { useSpeech } from '../../staff/language.tsx';

/** A job under way, or a number that waits for its seal: said on the document, with the way to go on. */
export function JobNotice({ view }: { readonly view: DocumentView }) {
  const { t } = useSpeech();
  if (view.state === 'awaiting-seal' && view.reservation !== undefined) {
    return (
      <p className="note amber document-note">
        {t(view.jobId === undefined ? 'seal.title' : 'seal.waiting', { number: view.numberAndNotation ?? '' })}.{' '}
        <Link to="/van-ban-di/$id/phat-hanh" params={{ id: view.id }}>
          {t(view.jobId === undefined ? 'seal.mode' : 'doc.follow')}
        </Link>
      </p>
    );
  }
  if (view.state === 'signed' && view.timeStampPending === true && view.jobId === undefined) {
    return <p className="note amber document-note">{t('stamp.pending.signed')}</p>;
  }
  if (view.jobId === undefined) return null;
  return (
    <p className="note ink document-note">
      {t('doc.job')}.{' '}
      <Link
        to={view.state === 'awaiting-signature' ? '/van-ban-di/$id/ky' : '/van-ban-di/$id/phat-hanh'}
        params={{ id: view.id }}
      >
        {t('doc.follow')}
      </Link>
    </p>
  );
}

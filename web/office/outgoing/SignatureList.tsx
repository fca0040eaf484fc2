import type { DocumentView } from '@antin/protocol/office/documents';
import { Icon } from '../../ui/Icon.tsx';
import { exactText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';
import { StampTag, VerdictTag } from '../shell/states.tsx';

/** A person's signature in ink, the organisation's in seal red; both with their word. */
export function SignatureList({ signatures }: { readonly signatures: DocumentView['signatures'] }) {
  const { t, code } = useSpeech();
  const words = (level: string | null): string => (level === null ? '' : code('level', level, ''));
  if (signatures.length === 0) return <p className="hint">{t('doc.signatures.none')}</p>;
  return (
    <ul className="signatures">
      {signatures.map((signature, index) => (
        <li key={index} className={signature.kind}>
          <Icon name={signature.kind === 'person' ? 'pen' : 'seal'} size={22} />
          <div>
            <strong>{signature.name}</strong>
            {signature.title === undefined ? null : <span className="signature-title">{signature.title}</span>}
            <small>
              {t(`doc.signature.${signature.kind}`)}
              <br />
              <time dateTime={signature.at}>{exactText(signature.at)}</time>
              {signature.level === null ? '' : ` · PAdES ${signature.level}`}
              {words(signature.level) === '' ? null : <span className="signature-level">{words(signature.level)}</span>}
            </small>
            <VerdictTag verdict={signature.status} /> <StampTag pending={signature.timeStampPending} />
          </div>
        </li>
      ))}
    </ul>
  );
}

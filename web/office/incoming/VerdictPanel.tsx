import type { VerificationView } from '@antin/protocol/office/incoming';
import { Icon } from '../../ui/Icon.tsx';
import { instantText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';
import { verdictIcons } from '../shell/states.tsx';

/** One sentence with colour, icon and word; then the four answers; the report behind a fold. */
export function VerdictPanel({
  verification,
  fileName,
}: {
  readonly verification: VerificationView | undefined;
  readonly fileName: string;
}) {
  const { t, both } = useSpeech();
  if (verification === undefined) {
    return (
      <div className="verdict" role="status">
        <Icon name="clock" size={40} />
        <div>
          <p className="word">{t('verdict.checking')}</p>
          <h2>{t('in.checking')}…</h2>
        </div>
      </div>
    );
  }
  const { verdict, answers } = verification;
  const asked = ['changed', 'who', 'sealed', 'inForce'] as const;
  return (
    <section className="verdict-panel" aria-labelledby="verdict">
      <div className={`verdict ${verdict}`}>
        <Icon name={verdictIcons[verdict]} size={40} />
        <div>
          <p className="word">{t(`verdict.${verdict}`)}</p>
          <h2 id="verdict">{both(verification.sentence)}</h2>
        </div>
      </div>
      <dl className="answers">
        {asked.map((name) => (
          <div key={name}>
            <dt>{t(`answer.${name}`)}</dt>
            <dd>{both(answers[name])}</dd>
          </div>
        ))}
      </dl>
      {verification.notes !== undefined && (
        <ul className="notes">
          {verification.notes.map((note) => (
            <li key={note.vi}>{both(note)}</li>
          ))}
        </ul>
      )}
      <p className="hint">{t('in.checked', { time: instantText(verification.checkedAt) })}</p>
      <Report report={verification.report} fileName={fileName} />
    </section>
  );
}

function Report({ report, fileName }: { readonly report: unknown; readonly fileName: string }) {
  const { t } = useSpeech();
  const text = JSON.stringify(report, undefined, 2) ?? '';
  return (
    <details className="more">
      <summary>{t('in.report')}</summary>
      <pre className="report" tabIndex={0}>
        {text.slice(0, 60_000)}
      </pre>
      <button
        type="button"
        className="button small"
        onClick={() => {
          const link = document.createElement('a');
          link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
          link.download = `${fileName.replace(/\.pdf$/i, '')}.report.json`;
          link.click();
          URL.revokeObjectURL(link.href);
        }}
      >
        <Icon name="download" size={16} /> {t('in.report.download')}
      </button>
    </details>
  );
}

import { useEffect, useState } from 'react';
import { SheetState } from '@antin/protocol/office/needs';
import { useSpeech } from '../../staff/language.tsx';

interface AgencyFilterProps {
  readonly q: string | undefined;
  readonly state: SheetState | undefined;
  readonly onChange: (next: { readonly q: string | undefined; readonly state: SheetState | undefined }) => void;
}

/** Finds agencies of a round by words of their name or code, and by the state of their sheet. */
export function AgencyFilter({ q, state, onChange }: AgencyFilterProps) {
  const { t } = useSpeech();
  const [text, setText] = useState(q ?? '');
  useEffect(() => {
    if (text.trim() === (q ?? '')) return;
    // Not at every letter of a word.
    const wait = setTimeout(() => onChange({ q: text.trim() === '' ? undefined : text.trim(), state }), 250);
    return () => clearTimeout(wait);
  }, [text]);
  return (
    <div className="agency-filter no-print" role="search">
      <input
        type="search"
        className="input"
        aria-label={t('round.find')}
        placeholder={t('round.find')}
        maxLength={100}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <select
        className="input"
        aria-label={t('needs.state')}
        value={state ?? ''}
        onChange={(event) => onChange({ q, state: SheetState.safeParse(event.target.value).data })}
      >
        <option value="">{t('round.any-state')}</option>
        {SheetState.options.map((one) => (
          <option key={one} value={one}>
            {t(`sheet.state.${one}`)}
          </option>
        ))}
      </select>
    </div>
  );
}

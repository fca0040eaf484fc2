import { useEffect, useState } from 'react';
import { useSpeech } from '../../staff/language.tsx';

export interface ListToolsProps {
  readonly q: string | undefined;
  readonly onQ: (q: string | undefined) => void;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly chosen: string;
  readonly onChoose: (value: string) => void;
  readonly total: number | undefined;
}

/** Search and filter above a list; typing waits a moment before it asks the server. */
export function ListTools({ q, onQ, options, chosen, onChoose, total }: ListToolsProps) {
  const { t, lang } = useSpeech();
  const [text, setText] = useState(q ?? '');
  useEffect(() => {
    if (text.trim() === (q ?? '')) return;
    const timer = setTimeout(() => onQ(text.trim() === '' ? undefined : text.trim()), 250);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="list-tools">
      <input
        className="input"
        type="search"
        value={text}
        aria-label={t('list.search')}
        placeholder={t('top.search.hint')}
        onChange={(event) => setText(event.target.value)}
      />
      <select className="input" aria-label={t('list.filter')} value={chosen} onChange={(event) => onChoose(event.target.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
      <span className="hint num" role="status">
        {total === undefined ? '' : t('list.count', { n: total.toLocaleString(lang) })}
      </span>
    </div>
  );
}

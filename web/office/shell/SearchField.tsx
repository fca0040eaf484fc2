import { useEffect, useState } from 'react';

export interface SearchFieldProps {
  readonly label: string;
  /** As it stands in the address. */
  readonly q: string | undefined;
  /** Called when the typing pauses; empty when nothing is looked for. */
  readonly onSearch: (q: string) => void;
}

/** Looks for what is typed as soon as the typing pauses; the address keeps it. */
export function SearchField({ label, q = '', onSearch }: SearchFieldProps) {
  const [text, setText] = useState(q);
  useEffect(() => {
    if (text.trim() === q) return undefined;
    const timer = setTimeout(() => onSearch(text.trim()), 250);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <input
      className="input"
      type="search"
      value={text}
      aria-label={label}
      placeholder={label}
      onChange={(event) => setText(event.target.value)}
    />
  );
}

import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';

export interface ComboOption {
  readonly id: string;
  readonly text: string;
  readonly detail?: ReactNode;
}

export interface ComboProps {
  readonly attributes: {
    id: string;
    className: string;
    'aria-describedby'?: string | undefined;
    'aria-invalid'?: boolean | undefined;
  };
  readonly query: string;
  readonly onQuery: (text: string) => void;
  readonly options: readonly ComboOption[];
  readonly chosen: readonly string[];
  readonly onToggle: (id: string) => void;
  readonly placeholder?: string;
  readonly emptyText: string;
  readonly busy?: boolean;
}

/** A search field over a list of which several may be chosen (ARIA combobox, multi-select listbox). */
export function Combo({ attributes, query, onQuery, options, chosen, onToggle, placeholder, emptyText, busy }: ComboProps) {
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  useEffect(() => {
    // The list needs room below the field.
    if (open) input.current?.scrollIntoView({ block: 'center' });
  }, [open]);
  const at = Math.min(active, Math.max(0, options.length - 1));

  const go = (to: number): void => {
    setActive(to);
    document.getElementById(`${list}-${to}`)?.scrollIntoView({ block: 'nearest' });
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      if (open) go((at + 1) % Math.max(1, options.length));
      else setOpen(true);
    } else if (event.key === 'ArrowUp') {
      event.preventDefault();
      go((at - 1 + options.length) % Math.max(1, options.length));
    } else if (event.key === 'Enter' && open) {
      event.preventDefault();
      const option = options[at];
      if (option !== undefined) onToggle(option.id);
    } else if (event.key === 'Escape' && open) {
      event.stopPropagation();
      setOpen(false);
    }
  };
  return (
    <div
      className="combo"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <input
        {...attributes}
        ref={input}
        type="text"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        aria-expanded={open}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={open && options.length > 0 ? `${list}-${at}` : undefined}
        placeholder={placeholder}
        value={query}
        onChange={(event) => {
          onQuery(event.target.value);
          setActive(0);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onClick={() => setOpen(true)}
        onKeyDown={keys}
      />
      <ul
        id={list}
        role="listbox"
        aria-multiselectable="true"
        aria-label={placeholder}
        className="combo-list"
        hidden={!open}
        tabIndex={-1}
      >
        {options.map((option, index) => (
          <li
            key={option.id}
            id={`${list}-${index}`}
            role="option"
            aria-selected={chosen.includes(option.id)}
            className={index === at ? 'active' : ''}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onToggle(option.id)}
            onPointerEnter={() => setActive(index)}
          >
            <span className="combo-mark" aria-hidden="true">
              {chosen.includes(option.id) ? '✓' : ''}
            </span>
            <span>
              {option.text}
              {option.detail === undefined ? null : <small>{option.detail}</small>}
            </span>
          </li>
        ))}
        {options.length === 0 && !busy ? (
          <li className="combo-empty" role="option" aria-disabled="true" aria-selected="false">
            {emptyText}
          </li>
        ) : null}
      </ul>
    </div>
  );
}

import type { KeyboardEvent } from 'react';

export interface TabItem<Id extends string> {
  readonly id: Id;
  readonly text: string;
}

export interface TabsProps<Id extends string> {
  readonly label: string;
  readonly items: readonly TabItem<Id>[];
  readonly chosen: Id;
  readonly onChoose: (id: Id) => void;
}

/** A row of tabs; arrow keys move, the panel has the id `<chosen>-panel`. */
export function Tabs<Id extends string>({ label, items, chosen, onChoose }: TabsProps<Id>) {
  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const at = items.findIndex((item) => item.id === chosen);
    const next = items[(at + step + items.length) % items.length];
    if (next === undefined) return;
    event.preventDefault();
    onChoose(next.id);
    document.getElementById(`${next.id}-tab`)?.focus();
  };
  return (
    <div className="tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {items.map((item) => (
        <button
          key={item.id}
          id={`${item.id}-tab`}
          type="button"
          role="tab"
          aria-selected={item.id === chosen}
          aria-controls={item.id === chosen ? `${item.id}-panel` : undefined}
          tabIndex={item.id === chosen ? 0 : -1}
          onClick={() => onChoose(item.id)}
        >
          {item.text}
        </button>
      ))}
    </div>
  );
}

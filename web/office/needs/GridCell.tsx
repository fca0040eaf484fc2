import { useEffect, useRef } from 'react';
import type { CellError, Column } from '@antin/protocol/office/needs';
import type { z } from 'zod';
import { useErrorWords } from './error-words.ts';

export interface GridCellProps {
  readonly id: string;
  readonly column: Column;
  readonly value: string;
  readonly errors: readonly z.infer<typeof CellError>[];
  /** Shown in the empty line: what such a cell looks like. */
  readonly hint: string | undefined;
  readonly chosen: boolean;
  readonly editing: string | undefined;
  readonly editable: boolean;
  readonly onChoose: () => void;
  readonly onEdit: () => void;
  readonly onText: (text: string) => void;
  /** Text is put; the focus goes so many rows down and columns to the right. */
  readonly onPut: (text: string, down: number, right: number) => void;
  readonly onGiveUp: () => void;
}

/** One cell: its text and what is wrong with it, or the field in which it is edited. */
export function GridCell(props: GridCellProps) {
  const { id, column, value, errors, hint, chosen, editing, onPut } = props;
  const words = useErrorWords();
  const field = useRef<HTMLInputElement>(null);
  const over = useRef(false);
  useEffect(() => {
    if (editing === undefined) return;
    over.current = false;
    field.current?.focus();
  }, [editing === undefined]);
  const weight = errors.some((error) => error.weight === 'error') ? 'wrong' : errors.length > 0 ? 'doubtful' : '';
  const name = id.replaceAll(':', '');
  return (
    <td
      id={id}
      role="gridcell"
      tabIndex={chosen && editing === undefined ? 0 : -1}
      aria-selected={chosen}
      aria-readonly={!props.editable}
      aria-invalid={weight === 'wrong' || undefined}
      className={`${weight}${chosen ? ' here' : ''}`}
      onClick={props.onChoose}
      onFocus={props.onChoose}
      onDoubleClick={props.onEdit}
    >
      {editing === undefined ? (
        <>
          {value === '' && hint !== undefined ? <span className="example">{hint}</span> : value}
          {errors.map((error) => (
            <small key={error.code} className="cell-error">
              {words(error)}
            </small>
          ))}
        </>
      ) : (
        <>
          <input
            ref={field}
            className="cell-input"
            aria-label={column.heading}
            list={column.choices === undefined ? undefined : `${name}-list`}
            value={editing}
            maxLength={500}
            onChange={(event) => props.onText(event.target.value)}
            onBlur={(event) => {
              if (!over.current) onPut(event.target.value, 0, 0);
            }}
            onKeyDown={(event) => {
              event.stopPropagation();
              // A Vietnamese input method is still composing the letter.
              if (event.nativeEvent.isComposing) return;
              if (event.key === 'Enter' || event.key === 'Tab') {
                event.preventDefault();
                over.current = true;
                const back = event.shiftKey ? -1 : 1;
                onPut(event.currentTarget.value, event.key === 'Enter' ? back : 0, event.key === 'Tab' ? back : 0);
              } else if (event.key === 'Escape') {
                over.current = true;
                props.onGiveUp();
              }
            }}
          />
          {column.choices === undefined ? null : (
            <datalist id={`${name}-list`}>
              {column.choices.map((choice) => (
                <option key={choice} value={choice} />
              ))}
            </datalist>
          )}
        </>
      )}
    </td>
  );
}

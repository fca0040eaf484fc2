import { useEffect, useId, useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react';
import type { Column, NeedsEntry } from '@antin/protocol/office/needs';
import { useSpeech } from '../../staff/language.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { useErrorWords } from './error-words.ts';
import { GridCell } from './GridCell.tsx';
import { pastedCells } from './pasted.ts';

export interface GridProps {
  readonly label: string;
  readonly columns: readonly Column[];
  readonly entries: readonly NeedsEntry[];
  readonly editable: boolean;
  /** There is an empty line at the end in which a row is begun. */
  readonly growing: boolean;
  readonly onCells: (id: string, cells: Readonly<Record<string, string>>) => void;
  readonly onAdd: (rows: readonly Readonly<Record<string, string>>[]) => Promise<void>;
  readonly onRemove: (id: string) => void;
  readonly onPapers: (id: string) => void;
}

interface Place {
  readonly row: number;
  readonly column: number;
}

/** Rows and columns as in a spreadsheet (ARIA grid): one cell has the focus, arrows move it, typing edits it. */
export function Grid({ label, columns, entries, editable, growing, onCells, onAdd, onRemove, onPapers }: GridProps) {
  const { t, lang } = useSpeech();
  const words = useErrorWords();
  const id = useId();
  const table = useRef<HTMLTableElement>(null);
  const [at, setAt] = useState<Place>({ row: 0, column: 0 });
  const [editing, setEditing] = useState<string>();
  const inside = useRef(false);
  const latest = useRef(entries);
  latest.current = entries;
  /** The row that is being begun: its further cells wait until the server knows it. */
  const begun = useRef<{ readonly row: number; readonly done: Promise<void> }>(undefined);
  const lines = entries.length + (growing ? 1 : 0);
  const place = { row: Math.min(at.row, Math.max(0, lines - 1)), column: Math.min(at.column, columns.length - 1) };

  useEffect(() => {
    if (!inside.current || editing !== undefined) return;
    document.getElementById(`${id}-${place.row}-${place.column}`)?.focus();
  }, [place.row, place.column, editing, lines]);

  const go = (row: number, column: number): void => {
    setAt({ row: Math.max(0, Math.min(lines - 1, row)), column: Math.max(0, Math.min(columns.length - 1, column)) });
  };
  const valueAt = (row: number, column: number): string => entries[row]?.cells[columns[column]?.name ?? ''] ?? '';
  const begin = (row: number, cells: Readonly<Record<string, string>>): void => {
    if (begun.current?.row !== row) {
      // A moment more, until the new row is drawn.
      const done = onAdd([cells]).then(() => new Promise<void>((resolve) => setTimeout(resolve, 50)));
      begun.current = { row, done };
      return;
    }
    void begun.current.done.then(() => {
      const entry = latest.current[row];
      if (entry !== undefined) onCells(entry.id, cells);
    });
  };
  const put = (text: string, next: Place): void => {
    const name = columns[place.column]?.name ?? '';
    const entry = entries[place.row];
    setEditing(undefined);
    if (text.trim() !== valueAt(place.row, place.column)) {
      if (entry !== undefined) onCells(entry.id, { [name]: text.trim() });
      else if (text.trim() !== '') begin(place.row, { [name]: text.trim() });
    }
    // A row that is being begun stands one line before the new end.
    setAt({ row: Math.max(0, next.row), column: Math.max(0, Math.min(columns.length - 1, next.column)) });
  };
  const pressed = (event: KeyboardEvent): void => {
    if (editing !== undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      PageUp: [-12, 0],
      PageDown: [12, 0],
    };
    const move = moves[event.key];
    if (move !== undefined) {
      event.preventDefault();
      return go(place.row + move[0], place.column + move[1]);
    }
    if (event.key === 'Home') {
      event.preventDefault();
      return go(place.row, 0);
    }
    if (event.key === 'End') {
      event.preventDefault();
      return go(place.row, columns.length - 1);
    }
    if (!editable) return;
    if (event.key === 'Enter' || event.key === 'F2') {
      event.preventDefault();
      setEditing(valueAt(place.row, place.column));
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      if (valueAt(place.row, place.column) !== '') put('', place);
    } else if (event.key.length === 1) {
      event.preventDefault();
      setEditing(event.key);
    }
    // Keys of the office (j, k, s) are letters here.
    event.stopPropagation();
  };
  const pasted = (event: ClipboardEvent): void => {
    if (editing !== undefined || !editable) return;
    const block = pastedCells(event.clipboardData.getData('text/plain'));
    if (block.length === 0) return;
    event.preventDefault();
    const added: Record<string, string>[] = [];
    block.forEach((line, down) => {
      const cells: Record<string, string> = {};
      line.forEach((text, right) => {
        const name = columns[place.column + right]?.name;
        if (name !== undefined) cells[name] = text;
      });
      const entry = entries[place.row + down];
      if (entry !== undefined) onCells(entry.id, cells);
      else if (growing) added.push(cells);
    });
    if (added.length > 0) void onAdd(added);
  };
  const errors = entries[place.row]?.errors ?? [];
  const whole = errors.filter((error) => error.column === undefined);
  return (
    <div className="table-wrap grid-wrap">
      <table
        ref={table}
        role="grid"
        aria-label={label}
        aria-readonly={!editable}
        aria-rowcount={lines + 1}
        className="table grid"
        onKeyDown={pressed}
        onPaste={pasted}
        onFocus={() => {
          inside.current = true;
        }}
        onBlur={(event) => {
          inside.current = table.current?.contains(event.relatedTarget as Node) ?? false;
        }}
      >
        <thead>
          <tr>
            <th scope="col" className="right">
              {t('sheet.row')}
            </th>
            {columns.map((column) => (
              <th key={column.name} scope="col">
                {lang === 'vi' ? column.heading : column.headingEn}
                {column.required ? <span aria-hidden="true"> *</span> : null}
              </th>
            ))}
            <th scope="col">{t('papers.column')}</th>
            {editable ? (
              <th scope="col" className="no-print">
                <span className="visually-hidden">{t('sheet.delete', { row: '' })}</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: lines }, (_, row) => {
            const entry = entries[row];
            return (
              <tr key={entry?.id ?? 'new'} className={entry === undefined ? 'new-row' : ''}>
                <th scope="row" className="right num">
                  {entry?.row ?? <span className="visually-hidden">{t('sheet.new-row')}</span>}
                  {entry === undefined ? <span aria-hidden="true">+</span> : null}
                </th>
                {columns.map((column, index) => {
                  const here = row === place.row && index === place.column;
                  return (
                    <GridCell
                      key={column.name}
                      id={`${id}-${row}-${index}`}
                      column={column}
                      value={entry?.cells[column.name] ?? ''}
                      errors={entry?.errors.filter((error) => error.column === column.name) ?? []}
                      hint={entry === undefined ? column.example : undefined}
                      chosen={here}
                      editing={here ? editing : undefined}
                      editable={editable}
                      onChoose={() => setAt({ row, column: index })}
                      onEdit={() => {
                        setAt({ row, column: index });
                        if (editable) setEditing(entry?.cells[column.name] ?? '');
                      }}
                      onText={setEditing}
                      onPut={(text, down, right) => put(text, { row: row + down, column: index + right })}
                      onGiveUp={() => setEditing(undefined)}
                    />
                  );
                })}
                <td className="row-tools papers-cell">
                  {entry === undefined ? null : (
                    <button
                      type="button"
                      className="papers-button"
                      aria-label={t('papers.open', { row: entry.row, n: entry.attachments })}
                      onKeyDown={(event) => event.stopPropagation()}
                      onClick={() => onPapers(entry.id)}
                    >
                      <Icon name="file" size={16} /> {entry.attachments === 0 ? '' : entry.attachments}
                    </button>
                  )}
                </td>
                {editable ? (
                  <td className="row-tools no-print">
                    {entry === undefined ? null : (
                      <button
                        type="button"
                        className="remove-row"
                        aria-label={t('sheet.delete', { row: entry.row })}
                        title={t('sheet.delete', { row: entry.row })}
                        onKeyDown={(event) => event.stopPropagation()}
                        onClick={() => onRemove(entry.id)}
                      >
                        <Icon name="close" size={16} />
                      </button>
                    )}
                  </td>
                ) : null}
              </tr>
            );
          })}
        </tbody>
      </table>
      {whole.length === 0 ? null : (
        <p className="grid-note" role="status">
          {`${t('sheet.row')} ${entries[place.row]?.row ?? ''}: ${whole.map(words).join(', ')}`}
        </p>
      )}
    </div>
  );
}

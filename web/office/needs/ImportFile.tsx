import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Form } from '@antin/protocol/office/certificates';
import { needsRoutes, type NeedsImport } from '@antin/protocol/office/needs';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Progress } from '../../ui/Waiting.tsx';
import { addressOf, call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Failure } from '../../staff/Failure.tsx';
import { columnsQuery, importErrorsQuery, needsImportQuery } from '../data/needs-queries.ts';
import { sendFile } from '../data/send-file.ts';
import { FileDrop } from '../shell/FileDrop.tsx';
import { KeyedList } from '../shell/KeyedList.tsx';

/** Remembered by the browser, so that somebody who left finds the result waiting. */
const place = (sheetId: string): string => `antin.needs-import.${sheetId}`;

export function ImportFile({ sheetId, form }: { readonly sheetId: string; readonly form: Form }) {
  const { t } = useSpeech();
  const [running, setRunning] = useState(() => localStorage.getItem(place(sheetId)) ?? undefined);
  const [sent, setSent] = useState<number>();
  const remember = (id: string | undefined): void => {
    if (id === undefined) localStorage.removeItem(place(sheetId));
    else localStorage.setItem(place(sheetId), id);
    setRunning(id);
  };
  const take = useMutation({
    mutationFn: (file: File) => sendFile(needsRoutes.import, { params: { id: sheetId, form }, file, progress: setSent }),
    onSuccess: (started) => remember(started.id),
    onSettled: () => setSent(undefined),
  });
  return (
    <section className="import-file no-print">
      {take.error === null ? null : <Failure error={take.error} />}
      {running === undefined ? (
        <div className="import-row">
          <FileDrop
            label={t('sheet.import')}
            hint={t('sheet.import.text')}
            accept=".csv,.xlsx"
            sent={sent}
            onFile={(file) => take.mutate(file)}
          />
          <div className="actions">
            {(['xlsx', 'csv'] as const).map((format) => (
              <a
                key={format}
                className="button small"
                href={addressOf(needsRoutes.template, { params: { form }, query: { format } })}
                download
              >
                <Icon name="download" size={16} /> {t('sheet.template')} {format.toUpperCase()}
              </a>
            ))}
          </div>
        </div>
      ) : (
        <Running id={running} onHide={() => remember(undefined)} />
      )}
    </section>
  );
}

function Running({ id, onHide }: { readonly id: string; readonly onHide: () => void }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const view = useQuery(needsImportQuery(id));
  const stop = useMutation({
    mutationFn: () => call(needsRoutes.stopImport, { params: { id } }),
    onSuccess: (changed) => client.setQueryData(needsImportQuery(id).queryKey, changed),
  });
  const state = view.data?.state;
  useEffect(() => {
    if (state === undefined || state === 'running') return;
    for (const key of ['needs-sheet', 'needs-entries', 'needs-round']) void client.invalidateQueries({ queryKey: [key] });
  }, [state]);
  if (view.data === undefined) {
    return view.error === null ? null : (
      <>
        <Failure error={view.error} />
        <Button small onClick={onHide}>
          {t('sheet.import.hide')}
        </Button>
      </>
    );
  }
  const one = view.data;
  const number = (count: number): string => count.toLocaleString(lang);
  if (one.state === 'running') {
    return (
      <div className="import-running">
        <Progress
          label={t('sheet.import.running', { file: one.fileName, done: number(one.done), rows: number(one.rows) })}
          {...(one.rows === 0 ? {} : { share: one.done / one.rows })}
        />
        <div className="actions">
          <Button small busy={stop.isPending} onClick={() => stop.mutate()}>
            {t('sheet.import.stop')}
          </Button>
          <span className="hint">{t('sheet.import.leave')}</span>
        </div>
      </div>
    );
  }
  return (
    <div className="import-running">
      <p role="status" className={one.state === 'done' && one.withErrors === 0 ? 'note ink' : 'note amber'}>
        {one.state === 'done'
          ? t('sheet.import.done', { file: one.fileName, added: number(one.added), errors: number(one.withErrors) })
          : t(`sheet.import.${one.state}`, { file: one.fileName, done: number(one.done) })}
      </p>
      <div className="actions">
        <Button small onClick={onHide}>
          {t('sheet.import.hide')}
        </Button>
        {one.withErrors === 0 ? null : <DownloadErrors one={one} />}
      </div>
      {one.withErrors === 0 ? null : <ErrorRows one={one} />}
    </div>
  );
}

function useErrorWords(form: Form) {
  const { lang, code } = useSpeech();
  const columns = useQuery(columnsQuery(form));
  return (error: { readonly column?: string | undefined; readonly code: string; readonly detail?: string | undefined }) => {
    const column = columns.data?.columns.find((one) => one.name === error.column);
    return {
      column: column === undefined ? '' : lang === 'vi' ? column.heading : column.headingEn,
      text: `${code('cell', error.code)}${error.detail === undefined ? '' : ` ${error.detail}`}`,
    };
  };
}

function ErrorRows({ one }: { readonly one: NeedsImport }) {
  const { t } = useSpeech();
  const words = useErrorWords(one.form);
  const errors = useInfiniteQuery(importErrorsQuery(one.id));
  return (
    <details open>
      <summary>{t('sheet.import.errors')}</summary>
      <KeyedList query={errors} items={(page) => page.items} empty={null}>
        {(rows) => (
          <div className="table-wrap import-errors" tabIndex={0} role="region" aria-label={t('sheet.import.errors')}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col" className="right">
                    {t('sheet.row')}
                  </th>
                  <th scope="col">{t('sheet.import.column')}</th>
                  <th scope="col" className="grow">
                    {t('sheet.import.what')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.flatMap((row) =>
                  row.errors.map((error, index) => (
                    <tr key={`${row.row} ${index}`}>
                      <td className="right num">{row.row}</td>
                      <td>{words(error).column}</td>
                      <td>{words(error).text}</td>
                    </tr>
                  )),
                )}
              </tbody>
            </table>
          </div>
        )}
      </KeyedList>
    </details>
  );
}

/** All errors as a file, to go through beside the spreadsheet they came from. */
function DownloadErrors({ one }: { readonly one: NeedsImport }) {
  const { t } = useSpeech();
  const words = useErrorWords(one.form);
  const make = useMutation({
    mutationFn: async () => {
      const lines = [[t('sheet.row'), t('sheet.import.column'), t('sheet.import.what')]];
      let after: string | undefined;
      do {
        const query = { only: 'errors' as const, size: 500, ...(after === undefined ? {} : { after }) };
        const page = await call(needsRoutes.importRows, { params: { id: one.id }, query });
        for (const row of page.items) {
          for (const error of row.errors) lines.push([String(row.row), words(error).column, words(error).text]);
        }
        after = page.next;
      } while (after !== undefined);
      save(lines, one.fileName);
    },
  });
  return (
    <Button small icon="download" busy={make.isPending} onClick={() => make.mutate()}>
      {t('sheet.import.download')}
    </Button>
  );
}

function save(lines: readonly (readonly string[])[], fileName: string): void {
  // A cell that begins with one of these would be run as a formula by the spreadsheet that opens it.
  const cell = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  const text = `\uFEFF${lines.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  link.download = `loi-${fileName.replace(/\.[^.]*$/, '')}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { needsRoutes } from '@antin/protocol/office/needs';
import type { NeedsImport } from '@antin/protocol/office/needs-imports';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Progress } from '../../ui/Waiting.tsx';
import { addressOf, call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Failure } from '../../staff/Failure.tsx';
import { importErrorsQuery, needsImportQuery } from '../data/needs-queries.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { useColumnWords, useErrorWords } from './error-words.ts';

interface ImportResultProps {
  readonly id: string;
  readonly onHide: () => void;
}

/** How far an import is, and what became of it: from the server, so that it goes on whoever looks and whatever restarts. */
export function ImportResult({ id, onHide }: ImportResultProps) {
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
    for (const key of ['needs-sheet', 'needs-entries', 'needs-round', 'needs-imports'])
      void client.invalidateQueries({ queryKey: [key] });
  }, [state]);
  if (view.data === undefined) return view.error === null ? null : <Failure error={view.error} />;
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
          <span className="hint" role="status">
            {view.error === null ? t('sheet.import.leave') : t('sheet.import.waiting')}
          </span>
        </div>
      </div>
    );
  }
  return (
    <div className="import-running">
      <p role="status" className={one.state === 'done' && one.withErrors === 0 ? 'note ink' : 'note amber'}>
        <ImportWords one={one} />
      </p>
      <div className="actions">
        <Button small onClick={onHide}>
          {t('sheet.import.hide')}
        </Button>
        {one.withErrors === 0 ? null : <FaultyRows one={one} />}
      </div>
      {one.withErrors === 0 ? null : <ErrorRows one={one} />}
    </div>
  );
}

/** How an import ended, and why it did not end well. */
export function ImportWords({ one }: { readonly one: NeedsImport }) {
  const { t, code, lang } = useSpeech();
  const number = (count: number): string => count.toLocaleString(lang);
  const values = { file: one.fileName, done: number(one.done), rows: number(one.rows) };
  if (one.state === 'done')
    return <>{t('sheet.import.done', { file: one.fileName, added: number(one.added), errors: number(one.withErrors) })}</>;
  const words = t(`sheet.import.${one.state}`, values);
  return <>{one.reason === undefined ? words : `${words}. ${code('import', one.reason, '')}`}</>;
}

function ErrorRows({ one }: { readonly one: NeedsImport }) {
  const { t } = useSpeech();
  const words = useErrorWords();
  const column = useColumnWords(one.form);
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
                    {t('sheet.import.row')}
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
                      <td>{column(error)}</td>
                      <td>{words(error)}</td>
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

/** Rows with errors as a file to correct; and out of the sheet again, so that the corrected ones do not stand beside them. */
function FaultyRows({ one }: { readonly one: NeedsImport }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const drop = useMutation({
    mutationFn: () => call(needsRoutes.dropFaulty, { params: { id: one.id } }),
    onSuccess: () => {
      setAsking(false);
      for (const key of ['needs-sheet', 'needs-entries', 'needs-round']) void client.invalidateQueries({ queryKey: [key] });
    },
  });
  return (
    <>
      {(['xlsx', 'csv'] as const).map((format) => (
        <a
          key={format}
          className="button small"
          href={addressOf(needsRoutes.faultyRows, { params: { id: one.id }, query: { format, lang } })}
          download
        >
          <Icon name="download" size={16} /> {t('sheet.import.faulty')} {format.toUpperCase()}
        </a>
      ))}
      <Button small onClick={() => setAsking(true)}>
        {t('sheet.import.drop')}
      </Button>
      {drop.data === undefined ? null : (
        <span className="hint" role="status">
          {t('sheet.import.dropped', { n: drop.data.removed.toLocaleString(lang) })}
        </span>
      )}
      <Dialog title={t('sheet.import.drop')} open={asking} onClose={() => setAsking(false)}>
        {drop.error === null ? null : <Failure error={drop.error} />}
        <p>{t('sheet.import.drop.text')}</p>
        <div className="actions">
          <Button kind="danger" busy={drop.isPending} onClick={() => drop.mutate()}>
            {t('sheet.import.drop')}
          </Button>
          <Button onClick={() => setAsking(false)}>{t('cancel')}</Button>
        </div>
      </Dialog>
    </>
  );
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { needsRoutes, type NeedsEntry } from '@antin/protocol/office/needs';
import { PAPER_LIMITS, PaperKind, type NeedsPaper } from '@antin/protocol/office/needs-papers';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { instantText } from '../../i18n/dates.ts';
import { sizeText } from '../../i18n/sizes.ts';
import { addressOf, call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Failure } from '../../staff/Failure.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { papersQuery } from '../data/needs-queries.ts';
import { sendFile } from '../data/send-file.ts';
import { FileDrop } from '../shell/FileDrop.tsx';

interface PapersProps {
  readonly entry: NeedsEntry | undefined;
  readonly name: string;
  readonly editable: boolean;
  readonly onClose: () => void;
}

/** Scanned papers of a row: looked at by everybody who sees the row, added and taken away while its sheet may be changed. */
export function Papers({ entry, name, editable, onClose }: PapersProps) {
  const { t } = useSpeech();
  const title = name === '' ? t('papers.title', { row: entry?.row ?? '' }) : t('papers.title.of', { name });
  return (
    <Dialog title={title} open={entry !== undefined} onClose={onClose}>
      {entry === undefined ? null : <Kept entryId={entry.id} editable={editable} />}
      <div className="actions">
        <Button onClick={onClose}>{t('papers.close')}</Button>
      </div>
    </Dialog>
  );
}

function Kept({ entryId, editable }: { readonly entryId: string; readonly editable: boolean }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const papers = useQuery(papersQuery(entryId));
  const [kind, setKind] = useState<PaperKind>('identity');
  const [sent, setSent] = useState<number>();
  const changed = (): void => {
    void client.invalidateQueries({ queryKey: ['needs-papers', entryId] });
    void client.invalidateQueries({ queryKey: ['needs-entries'] });
  };
  const add = useMutation({
    mutationFn: (file: File) => sendFile(needsRoutes.addPaper, { params: { id: entryId, kind }, file, progress: setSent }),
    onSuccess: changed,
    onSettled: () => setSent(undefined),
  });
  const remove = useMutation({
    mutationFn: (id: string) => call(needsRoutes.removePaper, { params: { id } }),
    onSuccess: changed,
  });
  if (papers.data === undefined) return <Pending query={papers} lines={4} />;
  const { items } = papers.data;
  const failed = add.error ?? remove.error;
  return (
    <>
      {failed === null ? null : <Failure error={failed} />}
      {items.length === 0 ? <p className="hint">{t('papers.none')}</p> : null}
      <ul className="lined papers">
        {items.map((one) => (
          <Paper
            key={one.id}
            one={one}
            {...(editable ? { onRemove: () => remove.mutate(one.id), busy: remove.isPending } : {})}
          />
        ))}
      </ul>
      {!editable || items.length >= PAPER_LIMITS.ofRow ? null : (
        <div className="papers-add">
          <Field label={t('papers.kind')}>
            {(attributes) => (
              <select
                {...attributes}
                value={kind}
                onChange={(event) => setKind(PaperKind.catch('other').parse(event.target.value))}
              >
                {PaperKind.options.map((one) => (
                  <option key={one} value={one}>
                    {t(`papers.kind.${one}`)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <FileDrop
            label={t('papers.add')}
            hint={t('papers.limits', { size: sizeText(PAPER_LIMITS.bytes, lang), n: PAPER_LIMITS.ofRow })}
            accept=".pdf,.jpg,.jpeg,.png"
            sent={sent}
            onFile={(file) => add.mutate(file)}
          />
        </div>
      )}
    </>
  );
}

function Paper({ one, onRemove, busy }: { readonly one: NeedsPaper; readonly onRemove?: () => void; readonly busy?: boolean }) {
  const { t, lang } = useSpeech();
  return (
    <li>
      <div>
        <a href={addressOf(needsRoutes.paperContent, { params: { id: one.id } })} download={one.name}>
          {one.name}
        </a>
        <small>
          {[t(`papers.kind.${one.kind}`), sizeText(one.size, lang), `${one.addedBy}, ${instantText(one.addedAt)}`].join(' · ')}
        </small>
      </div>
      {onRemove === undefined ? null : (
        <Button small kind="quiet" busy={busy === true} aria-label={t('papers.remove.of', { name: one.name })} onClick={onRemove}>
          {t('papers.remove')}
        </Button>
      )}
    </li>
  );
}

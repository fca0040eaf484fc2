import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { directoryUpkeepRoutes, type ChangeLine } from '@antin/protocol/office/directory-upkeep';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { dayText, instantText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { changesQuery } from '../data/upkeep-queries.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';

/** What was changed and is to change, each with its decision; what is not in effect yet can be taken back. */
export function Changes({ search }: { readonly search: { readonly agencyId?: string; readonly subjectId?: string } }) {
  const { t, lang, code } = useSpeech();
  const client = useQueryClient();
  const changes = useInfiniteQuery(changesQuery(search));
  const [undoing, setUndoing] = useState<ChangeLine>();
  const undo = useMutation({
    mutationFn: (id: string) => call(directoryUpkeepRoutes.undoChange, { params: { id } }),
    onSuccess: () => {
      setUndoing(undefined);
      for (const key of ['directory-changes', 'directory-agency', 'directory-agencies', 'directory-person'])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
  const problem = undo.error === null ? undefined : problemText(undo.error, lang);
  return (
    <>
      <KeyedList
        query={changes}
        items={(page) => page.items}
        empty={
          <Empty title={t('change.none')}>
            <p>{t('change.none.text')}</p>
          </Empty>
        }
      >
        {(lines) => (
          <ul className="lined">
            {lines.map((line) => (
              <li key={line.id}>
                <div>
                  <strong>{code('change.kind', line.kind)}</strong> {line.subjectName}
                  <small>
                    {t('dir.from', { day: dayText(line.effectiveFrom) })} · {differences(line)}
                  </small>
                  <small>
                    {[
                      line.grounds === null
                        ? ''
                        : t('change.grounds', { number: line.grounds.number, day: dayText(line.grounds.date) }),
                      t('change.by', { who: line.madeBy, time: instantText(line.madeAt) }),
                    ]
                      .filter(Boolean)
                      .join(' · ')}
                  </small>
                </div>
                {line.undoneAt === null ? null : <Tag text={t('change.undone')} icon="back" />}
                {line.mayUndo && line.undoneAt === null ? (
                  <Button small onClick={() => setUndoing(line)}>
                    {t('change.undo')}
                  </Button>
                ) : null}
              </li>
            ))}
          </ul>
        )}
      </KeyedList>
      <Dialog title={t('change.undo')} open={undoing !== undefined} onClose={() => setUndoing(undefined)}>
        {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
        <p>
          <strong>{undoing === undefined ? '' : code('change.kind', undoing.kind)}</strong> {undoing?.subjectName}
        </p>
        <p>{t('change.undo.text')}</p>
        <div className="actions">
          <Button kind="danger" busy={undo.isPending} onClick={() => undoing !== undefined && undo.mutate(undoing.id)}>
            {t('change.undo')}
          </Button>
          <Button onClick={() => setUndoing(undefined)}>{t('cancel')}</Button>
        </div>
      </Dialog>
    </>
  );
}

/** `cũ → mới` for what a reader knows as text. */
function differences({ before, after }: ChangeLine): string {
  return Object.entries(after ?? {})
    .flatMap(([name, value]) => {
      const old = before?.[name];
      if (typeof value !== 'string' || value === old || /^[0-9a-f-]{36}$/.test(value) || /^\d{4}-\d\d-\d\d$/.test(value))
        return [];
      return [typeof old === 'string' ? `${old} → ${value}` : value];
    })
    .slice(0, 4)
    .join('; ');
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { reorganisationRoutes, type Reorganisation, type WaitingItem } from '@antin/protocol/office/reorganisation';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { call } from '../../staff/client.ts';
import { Failure } from '../../staff/Failure.tsx';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { reorganisationQuery } from '../data/upkeep-queries.ts';
import { PersonField, type ChosenPerson } from '../directory/PersonField.tsx';

/** What of the batch is not asked for yet: each line says what it lacks and lets it be completed; what is whole goes further. */
export function Waiting({ one }: { readonly one: Reorganisation }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [choosing, setChoosing] = useState<WaitingItem>();
  const waiting = one.waiting ?? [];
  const ready = waiting.filter((item) => item.ready).length;
  const keep = (changed: Reorganisation) => client.setQueryData(reorganisationQuery(one.id).queryKey, changed);
  const complete = useMutation({
    mutationFn: ({ itemId, keeperId }: { itemId: string; keeperId?: string }) =>
      call(reorganisationRoutes.completeItem, {
        params: { id: one.id, itemId },
        body: keeperId === undefined ? {} : { keeperId },
      }),
    onSuccess: (changed) => {
      keep(changed);
      setChoosing(undefined);
    },
  });
  const request = useMutation({
    mutationFn: () => call(reorganisationRoutes.requestCompleted, { params: { id: one.id } }),
    onSuccess: (changed) => {
      keep(changed);
      const made = changed.certificateRequestIds?.find((id) => one.certificateRequestIds?.includes(id) !== true);
      if (made !== undefined) void navigate({ to: '/ho-so-cap/$id', params: { id: made } });
    },
  });
  if (waiting.length === 0) return null;
  return (
    <section className="waiting-items">
      <h2>{t('reorg.waiting', { n: waiting.length })}</h2>
      <p className="hint">{t('reorg.waiting.text')}</p>
      {request.error === null ? null : <Failure error={request.error} />}
      {complete.error === null || choosing !== undefined ? null : <Failure error={complete.error} />}
      <ul className="lined">
        {waiting.map((item) => (
          <li key={item.itemId}>
            <div>
              <strong>{item.holder}</strong> <span>{t(`reorg.waiting.${item.act}`)}</span>{' '}
              {item.ready ? (
                <Tag tone="green" icon="check" text={t('reorg.waiting.ready')} />
              ) : (
                <Tag
                  tone="amber"
                  icon="warn"
                  text={t('reorg.lacks', { what: item.missing.map((name) => words(name, t)).join(', ') })}
                />
              )}
              {item.person === undefined ? null : (
                <small>
                  {t(item.form === '01' ? 'reorg.waiting.subscriber' : 'reorg.waiting.keeper', { name: item.person.name })}
                </small>
              )}
            </div>
            <Acts
              item={item}
              busy={complete.isPending}
              onChoose={() => {
                complete.reset();
                setChoosing(item);
              }}
              onLook={() => complete.mutate({ itemId: item.itemId })}
            />
          </li>
        ))}
      </ul>
      {ready === 0 ? null : (
        <div className="actions no-print">
          <Button kind="primary" busy={request.isPending} onClick={() => request.mutate()}>
            {t('reorg.waiting.request', { n: ready })}
          </Button>
        </div>
      )}
      {choosing === undefined ? null : (
        <KeeperDialog
          key={choosing.itemId}
          item={choosing}
          busy={complete.isPending}
          problem={complete.error === null ? undefined : problemText(complete.error, lang)}
          onClose={() => setChoosing(undefined)}
          onChosen={(keeperId) => complete.mutate({ itemId: choosing.itemId, keeperId })}
        />
      )}
    </section>
  );
}

const words = (name: string, t: ReturnType<typeof useSpeech>['t']): string =>
  t(`person.missing.${name}` as 'person.missing.keeper');

interface ActsProps {
  readonly item: WaitingItem;
  readonly busy: boolean;
  readonly onChoose: () => void;
  readonly onLook: () => void;
}

function Acts({ item, busy, onChoose, onLook }: ActsProps) {
  const { t } = useSpeech();
  if (item.ready) return null;
  const lacksKeeper = item.missing.includes('keeper');
  return (
    <div className="actions no-print">
      {item.person === undefined ? null : (
        <Link className="button small" to="/can-bo/$id" params={{ id: item.person.id }}>
          {t('reorg.waiting.open-person')}
        </Link>
      )}
      {item.form === '02' && item.act !== 'revoke' && item.agency !== undefined ? (
        <Button small kind={lacksKeeper ? 'primary' : 'plain'} onClick={onChoose}>
          {t(lacksKeeper ? 'reorg.waiting.choose' : 'reorg.waiting.choose-other')}
        </Button>
      ) : null}
      {lacksKeeper ? null : (
        <Button small busy={busy} onClick={onLook}>
          {t('reorg.check.again')}
        </Button>
      )}
    </div>
  );
}

interface KeeperDialogProps {
  readonly item: WaitingItem;
  readonly busy: boolean;
  readonly problem: ReturnType<typeof problemText> | undefined;
  readonly onClose: () => void;
  readonly onChosen: (personId: string) => void;
}

/** Somebody of the agency: it is they who answer for the device and its PIN. */
function KeeperDialog({ item, busy, problem, onClose, onChosen }: KeeperDialogProps) {
  const { t } = useSpeech();
  const [person, setPerson] = useState<ChosenPerson>();
  const [tried, setTried] = useState(0);
  const error = tried > 0 && person === undefined ? t('reorg.keeper.error') : undefined;
  const agency = item.agency;
  return (
    <Dialog title={t('reorg.keeper.title')} open onClose={onClose}>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {error === undefined ? null : (
        <ProblemSummary title={t('problem.title')} lines={[{ text: error, field: 'keeper' }]} attempt={tried} />
      )}
      <p>
        <strong>{item.holder}</strong>
        {/* It stands first, so that the dialog does not open with a list of names over its buttons. */}
        {agency === undefined ? null : (
          <small className="line">
            {t('reorg.keeper.nobody')}{' '}
            <Link to="/co-quan/$id" params={{ id: agency.id }}>
              {t('reorg.keeper.add')}
            </Link>
          </small>
        )}
      </p>
      {agency === undefined ? null : (
        <PersonField
          id="keeper"
          label={t('reorg.keeper.who')}
          hint={t('reorg.keeper.hint', { name: agency.name })}
          agencyId={agency.id}
          chosen={person}
          onChoose={setPerson}
          error={error}
        />
      )}
      <div className="actions">
        <Button
          kind="primary"
          busy={busy}
          onClick={() => {
            setTried((old) => old + 1);
            if (person !== undefined) onChosen(person.id);
          }}
        >
          {t('reorg.keeper.do')}
        </Button>
        <Button onClick={onClose}>{t('back')}</Button>
      </div>
    </Dialog>
  );
}

import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { reorganisationRoutes } from '@antin/protocol/office/reorganisation';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { dayOf } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { agencyQuery } from '../data/upkeep-queries.ts';
import { DayField } from '../shell/DayField.tsx';
import { AgencyChoice } from './AgencyChoice.tsx';
import { emptyOpened, fewest, lacksOf, planOf, type Draft, type Kind } from './draft.ts';
import { Moves } from './Moves.tsx';
import { OPENED_FIELDS, OpenedFields } from './OpenedFields.tsx';

const KINDS: readonly Kind[] = ['dissolve', 'merge', 'split', 'rename', 'change-posts'];

/** What is to happen, to whom, from when and by which decision; its effects come next, before anything is decided. */
export function NewReorganisationPage() {
  const { t, lang } = useSpeech();
  const navigate = useNavigate();
  const { under } = useSearch({ from: '/sap-xep/moi' });
  const given = useQuery({ ...agencyQuery(under ?? ''), enabled: under !== undefined });
  const today = dayOf(Date.now());
  const [local, setLocal] = useState<Draft>({
    name: '',
    kind: undefined,
    agencies: [],
    successors: [],
    intoNew: false,
    opens: [],
    keeps: false,
    newName: '',
    newCode: '',
    moves: [],
    effectiveOn: '',
    groundsNumber: '',
    groundsDate: '',
  });
  // The agency from whose page somebody came is the one it is about.
  const start = given.data === undefined ? [] : [{ id: given.data.id, name: given.data.name }];
  const draft = { ...local, agencies: local.agencies.length === 0 ? start : local.agencies };
  const [first] = draft.agencies;
  const origin = useQuery({ ...agencyQuery(first?.id ?? ''), enabled: first !== undefined });
  const [tried, setTried] = useState(0);
  const set = (change: Partial<Draft>): void => setLocal({ ...draft, ...change });
  const plan = planOf(draft, origin.data);
  function wordsOf(field: string): string {
    const [, index, name] = /^opens-(\d+)-(\w+)$/.exec(field) ?? [];
    const label = OPENED_FIELDS.find(([other]) => other === name)?.[1];
    if (index !== undefined && label !== undefined) return `${t('reorg.opens', { n: Number(index) + 1 })}, ${t(label)}`;
    if (field === 'reorg-successors') return t(draft.kind === 'merge' ? 'reorg.into' : 'reorg.successors');
    if (field === 'reorg-agencies') return t(draft.kind === 'merge' ? 'reorg.which.several' : 'reorg.which');
    if (field === 'reorg-new-name') return t('agency.name');
    if (field === 'reorg-moves') return t('reorg.moves');
    return t(field === 'opens-add' ? 'reorg.opens.add' : 'reorg.kind');
  }
  const missing = [
    ...lacksOf(draft).map((field) => ({ text: `${wordsOf(field)}: ${t('field.error')}`, field })),
    ...(draft.name.trim() === '' ? [{ text: `${t('reorg.name')}: ${t('field.error')}`, field: 'reorg-name' }] : []),
    ...(draft.effectiveOn === '' ? [{ text: `${t('reorg.day')}: ${t('field.error')}`, field: 'reorg-day' }] : []),
    ...(draft.groundsNumber.trim() === ''
      ? [{ text: `${t('change.grounds-number')}: ${t('field.error')}`, field: 'reorg-number' }]
      : []),
    ...(draft.groundsDate === '' ? [{ text: `${t('change.grounds-date')}: ${t('field.error')}`, field: 'reorg-date' }] : []),
  ];
  const error = (field: string): string | undefined =>
    tried > 0 && missing.some((line) => line.field === field) ? t('field.error') : undefined;
  const save = useMutation({
    mutationFn: async (ready: NonNullable<typeof plan>) => {
      const made = await call(reorganisationRoutes.create, {
        body: {
          name: draft.name.trim(),
          plan: ready,
          moves: [...draft.moves],
          effectiveOn: draft.effectiveOn,
          grounds: { number: draft.groundsNumber.trim(), date: draft.groundsDate },
        },
      });
      return call(reorganisationRoutes.check, { params: { id: made.id } });
    },
    onSuccess: (checked) => void navigate({ to: '/sap-xep/$id', params: { id: checked.id } }),
  });
  const problem =
    save.error === null
      ? undefined
      : problemText(save.error, lang, {
          ...{ effectiveOn: 'reorg-day', name: 'reorg-name', plan: 'reorg-agencies', grounds: 'reorg-date' },
        });
  return (
    <div className="page narrow">
      <header>
        <p className="crumbs no-print">
          <Link to="/sap-xep">{t('reorg.title')}</Link>
        </p>
        <h1>{t('reorg.new')}</h1>
      </header>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {tried > 0 && missing.length > 0 ? <ProblemSummary title={t('problem.title')} lines={missing} attempt={tried} /> : null}
      <fieldset>
        <legend className="legend">{t('reorg.kind')}</legend>
        <div className="kind-choices">
          {KINDS.map((kind) => (
            <label key={kind} className="choice">
              <input
                id={`kind-${kind}`}
                type="radio"
                name="kind"
                checked={draft.kind === kind}
                onChange={() =>
                  set({ kind, opens: kind === 'split' ? [emptyOpened, emptyOpened] : kind === 'merge' ? [emptyOpened] : [] })
                }
              />
              <strong>{t(`reorg.kind.${kind}`)}</strong>
              <span className="hint">{t(`reorg.kind.${kind}.text`)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {draft.kind === undefined ? null : (
        <>
          <AgencyChoice
            id="reorg-agencies"
            label={t(
              draft.kind === 'merge' ? 'reorg.which.several' : draft.kind === 'change-posts' ? 'reorg.people-of' : 'reorg.which',
            )}
            several={draft.kind === 'merge'}
            chosen={draft.agencies}
            error={error('reorg-agencies')}
            onChange={(agencies) => set({ agencies })}
          />
          {draft.kind === 'merge' ? (
            <label className="check">
              <input type="checkbox" checked={draft.intoNew} onChange={(event) => set({ intoNew: event.target.checked })} />
              {t('reorg.into.new')}
            </label>
          ) : null}
          {draft.kind === 'dissolve' || (draft.kind === 'merge' && !draft.intoNew) ? (
            <AgencyChoice
              id="reorg-successors"
              label={t(draft.kind === 'merge' ? 'reorg.into' : 'reorg.successors')}
              several={draft.kind === 'dissolve'}
              chosen={draft.successors}
              error={error('reorg-successors')}
              onChange={(successors) => set({ successors })}
            />
          ) : null}
          {draft.kind === 'split' || (draft.kind === 'merge' && draft.intoNew) ? (
            <>
              <OpenedFields opens={draft.opens} fewest={fewest(draft)} tried={tried > 0} onChange={(opens) => set({ opens })} />
              {draft.kind === 'split' ? (
                <>
                  <Button id="opens-add" small icon="plus" onClick={() => set({ opens: [...draft.opens, emptyOpened] })}>
                    {t('reorg.opens.add')}
                  </Button>
                  <label className="check">
                    <input type="checkbox" checked={draft.keeps} onChange={(event) => set({ keeps: event.target.checked })} />
                    {t('reorg.keeps')}
                  </label>
                </>
              ) : null}
            </>
          ) : null}
          {draft.kind === 'rename' ? (
            <div className="field-row">
              <Field id="reorg-new-name" label={t('agency.name')} error={error('reorg-new-name')}>
                {(attributes) => (
                  <input
                    {...attributes}
                    maxLength={200}
                    value={draft.newName}
                    onChange={(event) => set({ newName: event.target.value })}
                  />
                )}
              </Field>
              <Field label={t('agency.code')} optional={t('optional')}>
                {(attributes) => (
                  <input
                    {...attributes}
                    maxLength={35}
                    value={draft.newCode}
                    onChange={(event) => set({ newCode: event.target.value })}
                  />
                )}
              </Field>
            </div>
          ) : null}
          {draft.kind === 'change-posts' && first !== undefined ? (
            <Moves agency={first} moves={draft.moves} onChange={(moves) => set({ moves })} />
          ) : null}
        </>
      )}
      <Field id="reorg-name" label={t('reorg.name')} error={error('reorg-name')}>
        {(attributes) => (
          <input {...attributes} maxLength={200} value={draft.name} onChange={(event) => set({ name: event.target.value })} />
        )}
      </Field>
      <div className="field-row three">
        <DayField
          id="reorg-day"
          label={t('reorg.day')}
          value={draft.effectiveOn}
          onChange={(effectiveOn) => set({ effectiveOn })}
          min={today}
          error={error('reorg-day') ?? problem?.byField.get('effectiveOn')}
        />
        <Field id="reorg-number" label={t('change.grounds-number')} error={error('reorg-number')}>
          {(attributes) => (
            <input
              {...attributes}
              maxLength={60}
              value={draft.groundsNumber}
              onChange={(event) => set({ groundsNumber: event.target.value })}
            />
          )}
        </Field>
        <DayField
          id="reorg-date"
          label={t('change.grounds-date')}
          value={draft.groundsDate}
          onChange={(groundsDate) => set({ groundsDate })}
          max={today}
          error={error('reorg-date')}
        />
      </div>
      <div className="actions">
        <Button
          kind="primary"
          busy={save.isPending}
          onClick={() => {
            setTried((old) => old + 1);
            if (missing.length === 0 && plan !== undefined) save.mutate(plan);
          }}
        >
          {t('reorg.check')}
        </Button>
        <Link className="button" to="/sap-xep">
          {t('cancel')}
        </Link>
      </div>
    </div>
  );
}

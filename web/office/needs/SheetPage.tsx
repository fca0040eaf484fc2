import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Form } from '@antin/protocol/office/certificates';
import { needsRoutes, type NeedsEntry, type NeedsRound, type NeedsSheet } from '@antin/protocol/office/needs';
import { Button } from '../../ui/Button.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { dayText, instantText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Failure } from '../../staff/Failure.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { columnsQuery, entriesQuery, roundQuery, sheetQuery } from '../data/needs-queries.ts';
import { useSession } from '../data/session-query.ts';
import { Grid } from './Grid.tsx';
import { Papers } from './Papers.tsx';
import { ImportFile } from './ImportFile.tsx';
import { SheetActs } from './SheetActs.tsx';
import { SheetTag } from './tags.tsx';
import { useRows } from './use-rows.ts';

/** The sheet of an agency: rows as in a spreadsheet, what is wrong beside the cell where it is wrong. */
export function SheetPage() {
  const { id } = useParams({ from: '/nhu-cau/bang/$id' });
  const sheet = useQuery(sheetQuery(id));
  const round = useQuery({ ...roundQuery(sheet.data?.roundId ?? ''), enabled: sheet.data !== undefined });
  if (sheet.data === undefined || round.data === undefined) {
    return (
      <div className="page">
        <Pending query={sheet.data === undefined ? sheet : round} lines={8} />
      </div>
    );
  }
  return <Sheet sheet={sheet.data} round={round.data} />;
}

function Sheet({ sheet, round }: { readonly sheet: NeedsSheet; readonly round: NeedsRound }) {
  const { t, lang } = useSpeech();
  const search = useSearch({ from: '/nhu-cau/bang/$id' });
  const navigate = useNavigate({ from: '/nhu-cau/bang/$id' });
  const session = useSession();
  const mine = session.positions.find((held) => held.id === session.positionId)?.agencyId === sheet.agencyId;
  const editable = mine && round.state === 'open' && (sheet.state === 'stating' || sheet.state === 'returned');
  const form = Form.safeParse(search.form).data ?? round.forms[0] ?? '01';
  const only = search.state === 'errors' || search.state === 'warnings' ? search.state : undefined;
  return (
    <div className="page wide sheet-page">
      <header className="page-head">
        <div>
          <p className="crumbs no-print">
            <Link to="/nhu-cau">{t('needs.title')}</Link> ›{' '}
            <Link to="/nhu-cau/$id" params={{ id: round.id }}>
              {round.name}
            </Link>
          </p>
          <h1>{t('sheet.title', { name: sheet.agencyName })}</h1>
          <p className="agency-line">
            {t('needs.deadline')} {dayText(round.deadline)}
            {sheet.submittedAt === undefined
              ? ''
              : ` · ${t('sheet.submitted-by', { who: sheet.submittedBy ?? '', time: instantText(sheet.submittedAt) })}`}
          </p>
        </div>
        <SheetTag state={sheet.state} />
      </header>
      {sheet.state === 'returned' && sheet.returnReason !== undefined ? (
        <p className="note amber">{t('sheet.returned', { reason: sheet.returnReason })}</p>
      ) : null}
      {round.guidance === '' || !editable ? null : <p className="note guidance">{round.guidance}</p>}
      <SheetActs sheet={sheet} round={round} mine={mine} />
      {editable ? <ImportFile roundId={round.id} sheetId={sheet.id} form={form} /> : null}
      <div className="sheet-tools">
        <Tabs
          label={t('needs.forms')}
          items={round.forms.map((one) => ({
            id: `form-${one}` as const,
            text: `${t(`form.full.${one}`)} (${(sheet.entries[one] ?? 0).toLocaleString(lang)})`,
          }))}
          chosen={`form-${form}`}
          onChoose={(next) => void navigate({ search: { form: next.slice(5) }, replace: true })}
        />
        <select
          className="input no-print"
          aria-label={t('sheet.only')}
          value={only ?? ''}
          onChange={(event) =>
            void navigate({
              search: { form, ...(event.target.value === '' ? {} : { state: event.target.value }) },
              replace: true,
            })
          }
        >
          <option value="">{t('sheet.only.all')}</option>
          <option value="errors">{`${t('sheet.only.errors')} (${sheet.withErrors})`}</option>
          <option value="warnings">{`${t('sheet.only.warnings')} (${sheet.withWarnings})`}</option>
        </select>
      </div>
      <div id={`form-${form}-panel`} role="tabpanel" aria-labelledby={`form-${form}-tab`} className="block">
        <Rows key={`${form} ${only ?? ''}`} sheet={sheet} form={form} only={only} editable={editable} />
      </div>
    </div>
  );
}

const nameOf = (entry: NeedsEntry | undefined): string => entry?.cells['fullName'] ?? entry?.cells['name'] ?? '';

interface RowsProps {
  readonly sheet: NeedsSheet;
  readonly form: Form;
  readonly only: 'errors' | 'warnings' | undefined;
  readonly editable: boolean;
}

function Rows({ sheet, form, only, editable }: RowsProps) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const columns = useQuery(columnsQuery(form));
  const pages = useInfiniteQuery(entriesQuery(sheet.id, form, only));
  const rows = useRows({ sheetId: sheet.id, form, only });
  const [papersOf, setPapersOf] = useState<string>();
  const refresh = (): void => {
    for (const key of ['needs-sheet', 'needs-entries', 'needs-round']) void client.invalidateQueries({ queryKey: [key] });
  };
  const undo = useMutation({
    mutationFn: () => call(needsRoutes.undo, { params: { id: sheet.id } }),
    onSuccess: refresh,
  });
  const check = useMutation({
    mutationFn: () => call(needsRoutes.check, { params: { id: sheet.id } }),
    onSuccess: refresh,
  });
  if (columns.data === undefined || pages.data === undefined)
    return <Pending query={columns.data === undefined ? columns : pages} lines={10} />;
  const entries = pages.data.pages.flatMap((page) => page.items);
  const problem = rows.error === undefined ? undefined : problemText(rows.error, lang);
  const failed = undo.error ?? check.error;
  return (
    <>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {failed === null ? null : <Failure error={failed} />}
      <div className="sheet-bar no-print">
        {editable ? (
          <>
            <Button small icon="back" busy={undo.isPending || !sheet.canUndo} onClick={() => undo.mutate()}>
              {t('sheet.undo')}
            </Button>
            <Button small busy={check.isPending} onClick={() => check.mutate()}>
              {t('sheet.recheck')}
            </Button>
            <span className="hint keys-hint">{t('sheet.keys')}</span>
          </>
        ) : null}
        <span className="hint saving" role="status">
          {rows.saving ? t('sheet.saving') : rows.saved ? t('sheet.saved') : ''}
        </span>
      </div>
      <Grid
        label={t('sheet.grid', { form: t(`form.full.${form}`) })}
        columns={columns.data.columns}
        entries={entries}
        editable={editable}
        growing={editable && only === undefined && !pages.hasNextPage}
        onCells={rows.change}
        onAdd={rows.add}
        onRemove={rows.remove}
        onPapers={setPapersOf}
      />
      <Papers
        entry={entries.find((entry) => entry.id === papersOf)}
        name={nameOf(entries.find((entry) => entry.id === papersOf))}
        editable={editable}
        onClose={() => setPapersOf(undefined)}
      />
      {entries.length === 0 && !editable ? <p className="hint">{t('sheet.empty')}</p> : null}
      {pages.hasNextPage ? (
        <div className="paging no-print">
          <Button small busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t('keyed.more')}
          </Button>
          <span className="hint num">
            {entries.length.toLocaleString(lang)} / {(sheet.entries[form] ?? entries.length).toLocaleString(lang)}
          </span>
        </div>
      ) : null}
    </>
  );
}

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { directoryImportRoutes, type DirectoryImport } from '@antin/protocol/office/directory-import';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { Empty, Progress } from '../../ui/Waiting.tsx';
import { instantText } from '../../i18n/dates.ts';
import { addressOf, call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Failure } from '../../staff/Failure.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { directoryImportQuery, directoryImportRowsQuery } from '../data/upkeep-queries.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { DirectoryImportTag } from './DirectoryImportsPage.tsx';

const ACTIONS = ['create', 'change', 'same', 'wrong'] as const;
const tones = { create: 'green', change: 'ink', same: 'plain', wrong: 'red', unchecked: 'plain' } as const;

/** A file before it is written: what each row would do and what is wrong; then written whole or not at all. */
export function DirectoryImportPage() {
  const { id } = useParams({ from: '/co-quan/nhap/$id' });
  const one = useQuery(directoryImportQuery(id));
  if (one.data === undefined) {
    return (
      <div className="page">
        <Pending query={one} lines={8} />
      </div>
    );
  }
  return <Import one={one.data} />;
}

function Import({ one }: { readonly one: DirectoryImport }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const { counts } = one;
  const took = (changed: DirectoryImport): void => {
    client.setQueryData(directoryImportQuery(one.id).queryKey, changed);
    for (const key of [
      'directory-imports',
      'directory-import-rows',
      'directory-agency',
      'directory-agencies',
      'directory-people',
    ])
      void client.invalidateQueries({ queryKey: [key] });
  };
  const confirm = useMutation({
    mutationFn: (withoutWrong: boolean) =>
      call(directoryImportRoutes.confirm, { params: { id: one.id }, body: { withoutWrong } }),
    onSuccess: took,
  });
  const cancel = useMutation({
    mutationFn: () => call(directoryImportRoutes.cancel, { params: { id: one.id } }),
    onSuccess: took,
  });
  const failed = confirm.error ?? cancel.error;
  const number = (count: number): string => count.toLocaleString(lang);
  const good = counts.create + counts.change;
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="crumbs no-print">
            <Link to="/co-quan/nhap">{t('dir.nav.import')}</Link>
          </p>
          <h1>{one.fileName}</h1>
          <p className="agency-line">
            {t(`dirimport.kind.${one.kind}`)} · {one.createdBy}, {instantText(one.createdAt)}
          </p>
        </div>
        <DirectoryImportTag state={one.state} />
      </header>
      {failed === null ? null : <Failure error={failed} />}
      {one.state === 'failed' ? <p className="note red">{t('dirimport.failed')}</p> : null}
      {one.unknownColumns.length === 0 ? null : (
        <p className="note amber">{t('dirimport.unknown-columns', { names: one.unknownColumns.join(', ') })}</p>
      )}
      {one.state === 'checking' || one.state === 'applying' ? (
        <Progress
          label={t('dirimport.progress', { done: number(counts.checked), rows: number(counts.rows) })}
          {...(counts.rows === 0 || one.state === 'applying' ? {} : { share: counts.checked / counts.rows })}
        />
      ) : null}
      <ul className="figures">
        {ACTIONS.map((action) => (
          <li key={action}>
            <strong className="num">{number(counts[action])}</strong> {t(`dirimport.action.${action}`)}
          </li>
        ))}
      </ul>
      {one.state === 'ready' ? (
        <div className="actions no-print">
          {counts.wrong === 0 ? (
            <Button
              kind="primary"
              busy={confirm.isPending}
              why={good === 0 ? t('change.nothing') : undefined}
              onClick={() => confirm.mutate(false)}
            >
              {t('dirimport.confirm', { n: number(good) })}
            </Button>
          ) : (
            <>
              <a
                className="button primary"
                href={addressOf(directoryImportRoutes.errors, { params: { id: one.id }, query: { format: 'xlsx' } })}
                download
              >
                <Icon name="download" size={18} /> {t('dirimport.errors')}
              </a>
              {good === 0 ? null : (
                <Button busy={confirm.isPending} onClick={() => confirm.mutate(true)}>
                  {t('dirimport.confirm.without', { n: number(good), wrong: number(counts.wrong) })}
                </Button>
              )}
            </>
          )}
          <Button kind="quiet" busy={cancel.isPending} onClick={() => cancel.mutate()}>
            {t('dirimport.cancel')}
          </Button>
        </div>
      ) : null}
      <Rows one={one} />
    </div>
  );
}

function Rows({ one }: { readonly one: DirectoryImport }) {
  const { t, both, code } = useSpeech();
  const search = useSearch({ from: '/co-quan/nhap/$id' });
  const navigate = useNavigate({ from: '/co-quan/nhap/$id' });
  const over = one.state === 'done' || one.state === 'cancelled' || one.state === 'failed';
  // What a finished file told of people is forgotten but for what is still to be mended.
  const forgotten = over && one.kind !== 'agencies';
  const action = forgotten ? 'wrong' : ACTIONS.find((other) => other === search.state);
  const shown = one.state !== 'checking' && !(forgotten && (one.state !== 'done' || one.counts.wrong === 0));
  const rows = useInfiniteQuery({ ...directoryImportRowsQuery(one.id, action), enabled: shown });
  if (!shown) return forgotten ? <p className="hint">{t('dirimport.forgotten')}</p> : null;
  return (
    <section className="block">
      {forgotten ? <p className="hint">{t('dirimport.forgotten.but')}</p> : null}
      <select
        hidden={forgotten}
        className="input narrow-input no-print"
        aria-label={t('dirimport.action')}
        value={action ?? ''}
        onChange={(event) =>
          void navigate({ search: event.target.value === '' ? {} : { state: event.target.value }, replace: true })
        }
      >
        <option value="">{t('dirimport.action.all')}</option>
        {ACTIONS.map((other) => (
          <option key={other} value={other}>
            {t(`dirimport.action.${other}`)}
          </option>
        ))}
      </select>
      <KeyedList query={rows} items={(page) => page.rows} empty={<Empty title={t('reorg.nothing')} />}>
        {(lines) => {
          const columns = [...new Set(lines.slice(0, 20).flatMap((line) => Object.keys(line.cells)))].slice(0, 8);
          return (
            <div className="table-wrap certificate-wrap" tabIndex={0} role="region" aria-label={t('dirimport.rows')}>
              <table className="table">
                <thead>
                  <tr>
                    <th scope="col" className="right">
                      {t('sheet.row')}
                    </th>
                    <th scope="col">{t('dirimport.action')}</th>
                    {columns.map((name) => (
                      <th key={name} scope="col">
                        {code('dirimport.column', name, name)}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {lines.map((line) => (
                    <tr key={line.line}>
                      <td className="right num">{line.line}</td>
                      <td className="import-what">
                        <Tag tone={tones[line.action]} text={t(`dirimport.action.${line.action}`)} />
                        {line.errors.map((error) => (
                          <small key={`${error.column} ${error.code}`} className="overdue">
                            {error.column === '' ? '' : `${code('dirimport.column', error.column, error.column)}: `}
                            {both(error.title)}
                          </small>
                        ))}
                      </td>
                      {columns.map((name) => (
                        <td key={name}>{line.cells[name]}</td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          );
        }}
      </KeyedList>
    </section>
  );
}

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { NeedsImportLine } from '@antin/protocol/office/needs-imports';
import { Tag, type Tone } from '../../ui/Tag.tsx';
import { Empty, Progress } from '../../ui/Waiting.tsx';
import type { IconName } from '../../ui/Icon.tsx';
import { instantText } from '../../i18n/dates.ts';
import { shortAgency } from '../../i18n/titles.ts';
import { useSpeech } from '../../staff/language.tsx';
import { importsQuery } from '../data/needs-queries.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { ImportWords } from './ImportResult.tsx';

const STATES: Readonly<Record<NeedsImportLine['state'], readonly [Tone, IconName]>> = {
  running: ['ink', 'clock'],
  done: ['green', 'check'],
  stopped: ['amber', 'close'],
  failed: ['red', 'warn'],
};

/** Files that were taken into the sheets of a round, newest first. */
export function Imports({ roundId }: { readonly roundId: string }) {
  const { t } = useSpeech();
  const imports = useInfiniteQuery(importsQuery(roundId));
  return (
    <KeyedList
      query={imports}
      items={(page) => page.items}
      empty={
        <Empty title={t('imports.none')}>
          <p>{t('imports.none.text')}</p>
        </Empty>
      }
    >
      {(rows) => (
        <div className="table-wrap long-list" tabIndex={0} role="region" aria-label={t('round.imports')}>
          <table className="table list">
            <thead>
              <tr>
                <th scope="col" className="grow">
                  {t('imports.file')}
                </th>
                <th scope="col">{t('needs.state')}</th>
                <th scope="col" className="right">
                  {t('imports.rows')}
                </th>
                <th scope="col">{t('imports.by')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((one) => (
                <ImportLine key={one.id} one={one} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </KeyedList>
  );
}

function ImportLine({ one }: { readonly one: NeedsImportLine }) {
  const { t, lang } = useSpeech();
  const [tone, icon] = STATES[one.state];
  const number = (count: number): string => count.toLocaleString(lang);
  return (
    <tr>
      <td className="subject">
        <Link
          to="/nhu-cau/bang/$id"
          params={{ id: one.sheetId }}
          search={{ form: one.form, ...(one.withErrors === 0 ? {} : { state: 'errors' }) }}
          className="row-link"
          data-row=""
        >
          {one.fileName}
        </Link>
        <small>{`${shortAgency(one.agencyName)} · ${t(`form.full.${one.form}`)}`}</small>
        {one.state === 'stopped' || one.state === 'failed' ? (
          <small>
            <ImportWords one={one} />
          </small>
        ) : null}
      </td>
      <td className="tags">
        <Tag tone={tone} icon={icon} text={t(`imports.state.${one.state}`)} />
        {one.state === 'running' && one.rows > 0 ? (
          <Progress label={`${number(one.done)}/${number(one.rows)}`} share={one.done / one.rows} />
        ) : null}
      </td>
      <td className="right num" data-label={t('imports.rows')}>
        {number(one.added)}
        {one.withErrors === 0 ? null : <small className="overdue">{t('sheet.errors', { n: number(one.withErrors) })}</small>}
      </td>
      <td data-label={t('imports.by')}>
        {one.startedBy}
        <small>{instantText(one.startedAt)}</small>
      </td>
    </tr>
  );
}

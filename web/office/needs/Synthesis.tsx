import { useInfiniteQuery } from '@tanstack/react-query';
import { needsRoutes, type NeedsRound } from '@antin/protocol/office/needs';
import { Icon } from '../../ui/Icon.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { shortAgency } from '../../i18n/titles.ts';
import { addressOf } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { synthesisQuery } from '../data/needs-queries.ts';
import { KeyedList } from '../shell/KeyedList.tsx';
import { SheetTag } from './tags.tsx';

/** What all agencies state, by form and by agency, beside the year before. */
export function Synthesis({ round }: { readonly round: NeedsRound }) {
  const { t, lang } = useSpeech();
  const synthesis = useInfiniteQuery(synthesisQuery(round.id));
  const totals = synthesis.data?.pages[0]?.totals ?? [];
  const number = (count: number | undefined): string => (count ?? 0).toLocaleString(lang);
  return (
    <>
      {totals.length === 0 ? null : (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('synth.form')}</th>
                <th scope="col" className="right">
                  {t('synth.entries')}
                </th>
                <th scope="col" className="right">
                  {t('synth.before')}
                </th>
                <th scope="col" className="right">
                  {t('synth.added')}
                </th>
                <th scope="col" className="right">
                  {t('synth.dropped')}
                </th>
                <th scope="col" className="no-print">
                  {t('synth.download')}
                </th>
              </tr>
            </thead>
            <tbody>
              {totals.map((one) => (
                <tr key={one.form}>
                  <td>{t(`form.full.${one.form}`)}</td>
                  <td className="right num">
                    <strong>{number(one.entries)}</strong>
                  </td>
                  <td className="right num">{number(one.yearBefore)}</td>
                  <td className="right num">+{number(one.added)}</td>
                  <td className="right num">−{number(one.dropped)}</td>
                  <td className="no-print nowrap">
                    {(['pdf', 'xlsx', 'csv'] as const).map((format) => (
                      <a
                        key={format}
                        className="format-link"
                        href={addressOf(needsRoutes.export, { params: { id: round.id }, query: { form: one.form, format } })}
                        {...(format === 'pdf' ? { target: '_blank', rel: 'noreferrer' } : { download: true })}
                      >
                        {format === 'pdf' ? <Icon name="print" size={14} /> : null} {format.toUpperCase()}
                      </a>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <h2>{t('synth.agencies')}</h2>
      <KeyedList query={synthesis} items={(page) => page.agencies} empty={<Empty title={t('round.sheets.none')} />}>
        {(rows) => (
          <div className="table-wrap" tabIndex={0} role="region" aria-label={t('synth.agencies')}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t('synth.code')}</th>
                  <th scope="col" className="grow">
                    {t('cert.agency')}
                  </th>
                  <th scope="col">{t('needs.state')}</th>
                  {round.forms.map((form) => (
                    <th key={form} scope="col" className="right" title={t(`form.full.${form}`)}>
                      {form}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((one) => (
                  <tr key={one.agencyId}>
                    <td className="notation">{one.agencyCode}</td>
                    <td>{shortAgency(one.agencyName)}</td>
                    <td className="tags">
                      <SheetTag state={one.state} />
                    </td>
                    {round.forms.map((form) => (
                      <td key={form} className="right num">
                        {number(one.entries[form])}
                        {one.yearBefore[form] === undefined ? null : <small>({number(one.yearBefore[form])})</small>}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </KeyedList>
    </>
  );
}

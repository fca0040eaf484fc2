import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { NeedsRound } from '@antin/protocol/office/needs';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { dayText } from '../../i18n/dates.ts';
import { shortAgency } from '../../i18n/titles.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { roundsQuery } from '../data/needs-queries.ts';
import { OpenRound } from './OpenRound.tsx';
import { RoundTag, SheetTag } from './tags.tsx';

/** Rounds that my agency owns or takes part in. */
export function RoundsPage() {
  const { t } = useSpeech();
  const rounds = useQuery(roundsQuery);
  const [opening, setOpening] = useState(false);
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('needs.title')}</h1>
        {opening ? null : (
          <Button icon="plus" onClick={() => setOpening(true)}>
            {t('needs.open')}
          </Button>
        )}
        <p className="hint">{t('needs.lead')}</p>
      </header>
      {opening ? <OpenRound onClose={() => setOpening(false)} /> : null}
      {rounds.data === undefined ? (
        <Pending query={rounds} />
      ) : rounds.data.rounds.length === 0 ? (
        <Empty title={t('needs.none')}>
          <p>{t('needs.none.text')}</p>
        </Empty>
      ) : (
        <Rounds rounds={rounds.data.rounds} />
      )}
    </div>
  );
}

function Rounds({ rounds }: { readonly rounds: readonly NeedsRound[] }) {
  const { t, lang } = useSpeech();
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={t('needs.title')}>
      <table className="table list">
        <thead>
          <tr>
            <th scope="col" className="grow">
              {t('needs.name')}
            </th>
            <th scope="col">{t('needs.state')}</th>
            <th scope="col">{t('needs.deadline')}</th>
            <th scope="col">{t('needs.mine')}</th>
            <th scope="col" className="right">
              {t('needs.entries')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rounds.map((round) => (
            <tr key={round.id}>
              <td className="subject">
                <Link to="/nhu-cau/$id" params={{ id: round.id }} className="row-link" data-row="">
                  {round.name}
                </Link>
                <small>{shortAgency(round.ownerName)}</small>
              </td>
              <td className="tags">
                <RoundTag state={round.state} />
              </td>
              <td className="nowrap" data-label={t('needs.deadline')}>
                {dayText(round.deadline)}
              </td>
              <td className="tags">
                {round.sheetId === undefined || round.sheetState === undefined ? (
                  ''
                ) : (
                  <>
                    <SheetTag state={round.sheetState} />{' '}
                    <Link to="/nhu-cau/bang/$id" params={{ id: round.sheetId }}>
                      {t(
                        round.state === 'open' && (round.sheetState === 'stating' || round.sheetState === 'returned')
                          ? 'sheet.fill'
                          : 'sheet.see',
                      )}
                    </Link>
                  </>
                )}
              </td>
              <td className="right num" data-label={t('needs.entries')}>
                {round.progress.entries.toLocaleString(lang)}
                <small>
                  {t('needs.progress.text', {
                    accepted: round.progress.accepted,
                    agencies: round.progress.agencies,
                    submitted: round.progress.submitted,
                  })}
                </small>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

import '../../i18n/words/pages.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { IncomingState } from '@antin/protocol/office/incoming';
import { Empty } from '../../ui/Waiting.tsx';
import { useSpeech } from '../../staff/language.tsx';
import { incomingListQuery } from '../data/list-queries.ts';
import { ListBody } from '../shell/ListBody.tsx';
import { ListTools } from '../shell/ListTools.tsx';
import { IncomingTable } from './IncomingTable.tsx';

const MINE = ['to-receive', 'to-assign', 'assigned-to-me'] as const;

/** All documents that came to the agency, newest first. */
export function IncomingListPage() {
  const { t } = useSpeech();
  const search = useSearch({ from: '/van-ban-den' });
  const navigate = useNavigate({ from: '/van-ban-den' });
  const rows = useQuery({ ...incomingListQuery(search), placeholderData: keepPreviousData, refetchInterval: 20_000 });
  const filtered = search.q !== undefined || search.state !== undefined || search.mine !== undefined;
  return (
    <div className="page">
      <h1>{t('place.incoming')}</h1>
      <ListTools
        q={search.q}
        onQ={(q) =>
          void navigate({
            search: ({ q: _q, page: _page, ...rest }) => ({ ...rest, ...(q === undefined ? {} : { q }) }),
            replace: true,
          })
        }
        options={[
          { value: '', text: t('list.all') },
          ...MINE.map((mine) => ({ value: `mine:${mine}`, text: t(`home.${mine}`) })),
          ...IncomingState.options.map((state) => ({ value: `state:${state}`, text: t(`incoming.${state}`) })),
        ]}
        chosen={search.mine !== undefined ? `mine:${search.mine}` : search.state !== undefined ? `state:${search.state}` : ''}
        onChoose={(value) => {
          const [kind, name] = value.split(':');
          void navigate({
            search: (old) => ({
              ...(old.q === undefined ? {} : { q: old.q }),
              ...(kind === 'mine' ? { mine: MINE.find((mine) => mine === name) ?? 'to-receive' } : {}),
              ...(kind === 'state' ? { state: IncomingState.parse(name) } : {}),
            }),
          });
        }}
        total={rows.data?.total}
      />
      <ListBody
        query={rows}
        onPage={(page) => void navigate({ search: (old) => ({ ...old, page }) })}
        empty={
          filtered ? (
            <Empty title={t('list.none')}>
              <p>{t('list.none.text')}</p>
            </Empty>
          ) : (
            <Empty title={t('list.incoming.empty')}>
              <p>{t('list.incoming.empty.text')}</p>
            </Empty>
          )
        }
      >
        {(data) => <IncomingTable rows={data.items} />}
      </ListBody>
    </div>
  );
}

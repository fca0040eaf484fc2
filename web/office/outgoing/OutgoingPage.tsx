import '../../i18n/words/pages.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { DocumentState } from '@antin/protocol/office/documents';
import { Empty } from '../../ui/Waiting.tsx';
import { useSpeech } from '../../staff/language.tsx';
import { outgoingQuery } from '../data/list-queries.ts';
import { ListBody } from '../shell/ListBody.tsx';
import { ListTools } from '../shell/ListTools.tsx';
import { OutgoingTable } from './OutgoingTable.tsx';

const MINE = ['to-sign', 'to-issue', 'drafts'] as const;

/** All outgoing documents of the agency, newest first. */
export function OutgoingPage() {
  const { t } = useSpeech();
  const search = useSearch({ from: '/van-ban-di' });
  const navigate = useNavigate({ from: '/van-ban-di' });
  const rows = useQuery({ ...outgoingQuery(search), placeholderData: keepPreviousData });
  const filtered = search.q !== undefined || search.state !== undefined || search.mine !== undefined;
  return (
    <div className="page">
      <h1>{t('place.outgoing')}</h1>
      <ListTools
        q={search.q}
        onQ={(q) =>
          void navigate({ search: (old) => ({ ...without(old, 'q', 'page'), ...(q === undefined ? {} : { q }) }), replace: true })
        }
        options={[
          { value: '', text: t('list.all') },
          ...MINE.map((mine) => ({ value: `mine:${mine}`, text: t(`home.${mine}`) })),
          ...DocumentState.options.map((state) => ({ value: `state:${state}`, text: t(`state.${state}`) })),
        ]}
        chosen={search.mine !== undefined ? `mine:${search.mine}` : search.state !== undefined ? `state:${search.state}` : ''}
        onChoose={(value) => {
          const [kind, name] = value.split(':');
          void navigate({
            search: (old) => ({
              ...(old.q === undefined ? {} : { q: old.q }),
              ...(kind === 'mine' ? { mine: MINE.find((mine) => mine === name) ?? 'drafts' } : {}),
              ...(kind === 'state' ? { state: DocumentState.parse(name) } : {}),
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
            <Empty title={t('list.outgoing.empty')}>
              <p>{t('home.none.drafter')}</p>
            </Empty>
          )
        }
      >
        {(data) => <OutgoingTable rows={data.items} />}
      </ListBody>
    </div>
  );
}

function without<T extends object, K extends keyof T>(from: T, ...names: K[]): Omit<T, K> {
  const rest = { ...from };
  for (const name of names) delete rest[name];
  return rest;
}

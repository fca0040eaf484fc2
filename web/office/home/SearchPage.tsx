import '../../i18n/words/pages.ts';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { Empty } from '../../ui/Waiting.tsx';
import { useSpeech } from '../../staff/language.tsx';
import { incomingListQuery, outgoingQuery } from '../data/list-queries.ts';
import { IncomingTable } from '../incoming/IncomingTable.tsx';
import { OutgoingTable } from '../outgoing/OutgoingTable.tsx';
import { ListBody } from '../shell/ListBody.tsx';

/** One search over both directions. */
export function SearchPage() {
  const { t } = useSpeech();
  const { q = '' } = useSearch({ from: '/tim' });
  const outgoing = useQuery({ ...outgoingQuery({ q, pageSize: 20 }), enabled: q !== '' });
  const incoming = useQuery({ ...incomingListQuery({ q, pageSize: 20 }), enabled: q !== '' });
  if (q === '') {
    return (
      <div className="page">
        <h1>{t('top.search')}</h1>
        <Empty title={t('search.empty')} />
      </div>
    );
  }
  if (outgoing.data?.total === 0 && incoming.data?.total === 0) {
    return (
      <div className="page">
        <h1>{t('search.title', { q })}</h1>
        <Empty title={t('list.none')}>
          <p>{t('search.none.text')}</p>
        </Empty>
      </div>
    );
  }
  return (
    <div className="page">
      <h1>{t('search.title', { q })}</h1>
      <section className="block">
        <h2>{t('place.outgoing')}</h2>
        <ListBody query={outgoing} empty={<Empty title={t('list.none')} />}>
          {(data) => <OutgoingTable rows={data.items} />}
        </ListBody>
      </section>
      <section className="block">
        <h2>{t('place.incoming')}</h2>
        <ListBody query={incoming} empty={<Empty title={t('list.none')} />}>
          {(data) => <IncomingTable rows={data.items} />}
        </ListBody>
      </section>
    </div>
  );
}

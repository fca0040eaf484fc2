import { queryOptions, useQuery } from '@tanstack/react-query';
import type { ProposedChange } from '@antin/protocol/authority/officers';
import { submissionRoutes } from '@antin/protocol/authority/submissions';
import { sinceText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { Tag } from '../../ui/Tag.tsx';
import { openChangesQuery } from '../officers/queries.ts';
import { Go } from '../place.tsx';
import { useSpeech } from '../speech.ts';
import { Group, SHOWN } from './Group.tsx';

const quarantinedQuery = queryOptions({
  queryKey: ['submissions', 'some'],
  queryFn: ({ signal }) => call(submissionRoutes.list, { query: { status: 'quarantined', limit: SHOWN } }, signal),
  refetchInterval: 20_000,
});

/** Files that came and could not be taken in as they are. */
export function Quarantined({ count }: { readonly count: number }) {
  const { t, both } = useSpeech();
  const files = useQuery(quarantinedQuery);
  return (
    <Group
      id="quarantined"
      title={t('wait.quarantined')}
      count={count}
      columns={[t('col.from'), t('col.received'), t('col.state')]}
      query={files}
      all={<Go place={{ to: '/ho-so', search: { status: 'quarantined' } }}>{t('wait.all', { n: count })}</Go>}
    >
      {files.data?.items.map((file) => (
        <li key={file.id} className="work-row">
          <div className="work-what">
            <Go place={{ to: '/ho-so', search: { status: 'quarantined' } }} className="row-link" row>
              {file.words === undefined ? (file.code ?? file.id) : both(file.words)}
            </Go>
            <small className="mono">{file.sha256.slice(0, 16)}</small>
          </div>
          <div className="work-from">{file.from?.name ?? ''}</div>
          <div className="work-since">
            <time dateTime={file.receivedAt}>{sinceText(file.receivedAt, Date.now())}</time>
          </div>
          <div className="work-state">
            <Tag tone="amber" icon="warn" text={t('wait.quarantined.tag')} />
          </div>
        </li>
      ))}
    </Group>
  );
}

/** Whom or what a change is about, in a word. */
function aboutWhat({ about, change }: ProposedChange): string {
  return about?.fullName ?? String(change['fullName'] ?? change['source'] ?? change['name'] ?? '');
}

/** Changes of who may do what, proposed by one officer and waiting for another. */
export function ChangesToConfirm({ count }: { readonly count: number }) {
  const { t } = useSpeech();
  const changes = useQuery(openChangesQuery(SHOWN));
  return (
    <Group
      id="changes"
      title={t('wait.changes')}
      count={count}
      columns={[t('change.by'), t('col.received'), '']}
      query={changes}
      all={<Go place={{ to: '/thay-doi', search: { state: 'proposed' } }}>{t('wait.all', { n: count })}</Go>}
    >
      {changes.data?.changes.map((one) => (
        <li key={one.id} className="work-row">
          <div className="work-what">
            <Go place={{ to: '/thay-doi', search: { state: 'proposed' } }} className="row-link" row>
              {t(`change.${one.change['kind'] as 'create'}`)}
            </Go>
            <small>{aboutWhat(one)}</small>
          </div>
          <div className="work-from">{one.proposedBy.fullName}</div>
          <div className="work-since">
            <time dateTime={one.proposedAt}>{sinceText(one.proposedAt, Date.now())}</time>
          </div>
          <div className="work-state" />
        </li>
      ))}
    </Group>
  );
}

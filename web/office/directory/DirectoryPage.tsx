import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { AgencyLine } from '@antin/protocol/office/directory-upkeep';
import type { z } from 'zod';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { dayText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { agenciesQuery } from '../data/upkeep-queries.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { SearchField } from '../shell/SearchField.tsx';
import { DirectoryNav } from './DirectoryNav.tsx';

type Line = z.infer<typeof AgencyLine>;

/** Agencies as a tree, opened level by level, or found by words and code; 111,000 of them never come at once. */
export function DirectoryPage() {
  const { t } = useSpeech();
  const search = useSearch({ from: '/co-quan' });
  const navigate = useNavigate({ from: '/co-quan' });
  const closed = search.state === 'closed';
  const find = (q: string, withClosed: boolean): void =>
    void navigate({ search: { ...(q === '' ? {} : { q }), ...(withClosed ? { state: 'closed' } : {}) }, replace: true });
  return (
    <div className="page">
      <h1>{t('dir.title')}</h1>
      <DirectoryNav />
      <div className="list-tools no-print">
        <SearchField label={t('dir.search')} q={search.q} onSearch={(q) => find(q, closed)} />
        <label className="check">
          <input type="checkbox" checked={closed} onChange={(event) => find(search.q ?? '', event.target.checked)} />
          {t('dir.closed')}
        </label>
      </div>
      {search.q === undefined ? (
        <section className="boxed-tree" aria-label={t('dir.tree')}>
          <Branch parentId="root" closed={closed} depth={0} />
        </section>
      ) : (
        <Found q={search.q} closed={closed} />
      )}
    </div>
  );
}

function Branch({ parentId, closed, depth }: { readonly parentId: string; readonly closed: boolean; readonly depth: number }) {
  const { t } = useSpeech();
  const children = useInfiniteQuery(agenciesQuery({ parentId, ...(closed ? { includeClosed: 'true' } : {}) }));
  if (children.data === undefined) return <Pending query={children} lines={depth === 0 ? 6 : 2} />;
  const lines = children.data.pages.flatMap((page) => page.items);
  return (
    <ul className="tree">
      {lines.map((line) => (
        <Twig key={line.id} line={line} closed={closed} depth={depth} only={depth < 2 && lines.length === 1} />
      ))}
      {children.hasNextPage ? (
        <li>
          <Button small kind="quiet" busy={children.isFetchingNextPage} onClick={() => void children.fetchNextPage()}>
            {t('dir.more-children')}
          </Button>
        </li>
      ) : null}
    </ul>
  );
}

interface TwigProps {
  readonly line: Line;
  readonly closed: boolean;
  readonly depth: number;
  /** The only one of its level is open from the start. */
  readonly only: boolean;
}

function Twig({ line, closed, depth, only }: TwigProps) {
  const { t } = useSpeech();
  const [open, setOpen] = useState(only);
  return (
    <li>
      <div className="twig">
        {line.hasChildren ? (
          <button
            type="button"
            className="twig-toggle"
            aria-expanded={open}
            aria-label={t(open ? 'dir.collapse' : 'dir.expand', { name: line.name })}
            onClick={() => setOpen(!open)}
          >
            <Icon name={open ? 'down' : 'right'} size={16} />
          </button>
        ) : (
          <span className="twig-toggle" aria-hidden="true" />
        )}
        <Link to="/co-quan/$id" params={{ id: line.id }} className="row-link" data-row="">
          {line.name}
        </Link>
        <span className="notation twig-code">{line.code}</span>
        <Marks line={line} />
      </div>
      {open ? <Branch parentId={line.id} closed={closed} depth={depth + 1} /> : null}
    </li>
  );
}

function Marks({ line }: { readonly line: Line }) {
  const { t } = useSpeech();
  return (
    <>
      {line.validTo === null ? null : <Tag tone="amber" text={t('dir.until', { day: dayText(line.validTo) })} />}
      {line.pending ? <Tag tone="ink" icon="clock" text={t('dir.pending')} /> : null}
    </>
  );
}

function Found({ q, closed }: { readonly q: string; readonly closed: boolean }) {
  const { t } = useSpeech();
  const found = useInfiniteQuery({
    ...agenciesQuery({ q, ...(closed ? { includeClosed: 'true' } : {}) }),
    placeholderData: keepPreviousData,
  });
  return (
    <KeyedList
      query={found}
      items={(page) => page.items}
      empty={
        <Empty title={t('dir.none')}>
          <p>{t('dir.none.text')}</p>
        </Empty>
      }
    >
      {(lines) => (
        <div className="table-wrap" tabIndex={0} role="region" aria-label={t('dir.title')}>
          <table className="table list">
            <thead>
              <tr>
                <th scope="col" className="grow">
                  {t('cert.agency')}
                </th>
                <th scope="col">{t('agency.code')}</th>
                <th scope="col">{t('agency.level')}</th>
                <th scope="col">{t('cert.state')}</th>
              </tr>
            </thead>
            <tbody>
              {lines.map((line) => (
                <tr key={line.id}>
                  <td className="subject">
                    <Link to="/co-quan/$id" params={{ id: line.id }} className="row-link" data-row="">
                      {line.name}
                    </Link>
                    <small>{line.above?.join(' › ')}</small>
                  </td>
                  <td className="notation">{line.code}</td>
                  <td>{line.levelName}</td>
                  <td className="tags">
                    <Marks line={line} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </KeyedList>
  );
}

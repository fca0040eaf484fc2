import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { dayOf, dayText } from '../../i18n/dates.ts';
import type { AnswerOf } from '../../staff/client.ts';
import type { directoryUpkeepRoutes } from '@antin/protocol/office/directory-upkeep';
import { useSpeech } from '../../staff/language.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { agenciesQuery, agencyQuery, peopleQuery } from '../data/upkeep-queries.ts';
import { useSession } from '../data/session-query.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { AgencyCodes } from './AgencyCodes.tsx';
import { AgencyForm } from './AgencyForm.tsx';
import { Changes } from './Changes.tsx';
import { CloseAgency } from './CloseAgency.tsx';
import { useKeeps } from './DirectoryNav.tsx';
import { PersonForm } from './PersonForm.tsx';

type Agency = AnswerOf<typeof directoryUpkeepRoutes.agency>;

const TABS = ['people', 'children', 'codes', 'history', 'changes'] as const;
type TabName = (typeof TABS)[number];

/** An agency on its days: names, codes, line of succession, people, what changes and what may be changed. */
export function AgencyPage() {
  const { id } = useParams({ from: '/co-quan/$id' });
  const agency = useQuery(agencyQuery(id));
  if (agency.data === undefined) {
    return (
      <div className="page">
        <Pending query={agency} lines={8} />
      </div>
    );
  }
  return <OneAgency key={id} agency={agency.data} />;
}

function OneAgency({ agency }: { readonly agency: Agency }) {
  const { t, lang } = useSpeech();
  const { tab } = useSearch({ from: '/co-quan/$id' });
  const navigate = useNavigate({ from: '/co-quan/$id' });
  const [form, setForm] = useState<'change' | 'child' | 'person' | 'close'>();
  const keeps = useKeeps();
  const session = useSession();
  const roles = session.positions.find((held) => held.id === session.positionId)?.roles ?? [];
  const reads = keeps || roles.includes('certificate-officer');
  const tabs = TABS.filter((one) => keeps || one !== 'changes');
  const chosen = tabs.find((one) => one === tab) ?? (reads ? 'people' : 'children');
  const many = (count: number): string => (count >= 10_000 ? '10.000+' : count.toLocaleString(lang));
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="crumbs no-print">
            <Link to="/co-quan">{t('dir.title')}</Link>
            {agency.path.map((one) => (
              <span key={one.id}>
                {' › '}
                <Link to="/co-quan/$id" params={{ id: one.id }}>
                  {one.name}
                </Link>
              </span>
            ))}
          </p>
          <h1>{agency.name}</h1>
          <p className="agency-line">
            {t('agency.counts', {
              children: many(agency.counts.children),
              people: many(agency.counts.people),
              certificates: many(agency.counts.certificates),
            })}
          </p>
        </div>
        {agency.validTo === null ? null : <Tag tone="amber" text={t('dir.until', { day: dayText(agency.validTo) })} />}
      </header>
      <div className="issue-columns">
        <div className="issue-main">
          {form === 'change' ? <AgencyForm agency={agency} onClose={() => setForm(undefined)} /> : null}
          {form === 'child' ? <AgencyForm parent={agency} onClose={() => setForm(undefined)} /> : null}
          {form === 'person' ? <PersonForm agency={agency} onClose={() => setForm(undefined)} /> : null}
          {form === 'close' ? <CloseAgency agency={agency} onClose={() => setForm(undefined)} /> : null}
          <Facts agency={agency} />
          <Tabs
            label={agency.name}
            items={tabs.map((one) => ({ id: one, text: t(`agency.tab.${one}`) }))}
            chosen={chosen}
            onChoose={(next) => void navigate({ search: { tab: next }, replace: true })}
          />
          <div id={`${chosen}-panel`} role="tabpanel" aria-labelledby={`${chosen}-tab`} className="block">
            <Panel name={chosen} agency={agency} reads={reads} />
          </div>
        </div>
        {agency.acts.edit || agency.acts.change || agency.acts.addChild ? (
          <aside className="issue-side acts-side no-print">
            <section className="side-form boxed">
              <h2>{t('cert.what-now')}</h2>
              {agency.acts.edit || agency.acts.change ? (
                <Button wide icon="pen" onClick={() => setForm('change')}>
                  {t('agency.do.change')}
                </Button>
              ) : null}
              {agency.acts.edit ? (
                <Button wide icon="person" onClick={() => setForm('person')}>
                  {t('agency.do.person')}
                </Button>
              ) : null}
              {agency.acts.addChild ? (
                <Button wide icon="plus" onClick={() => setForm('child')}>
                  {t('agency.do.child')}
                </Button>
              ) : null}
              {agency.acts.close ? (
                <Link className="button wide" to="/sap-xep/moi" search={{ under: agency.id }}>
                  {t('agency.do.reorganise')}
                </Link>
              ) : null}
              {agency.acts.close ? (
                <Button wide kind="danger" onClick={() => setForm('close')}>
                  {t('agency.do.close')}
                </Button>
              ) : null}
            </section>
          </aside>
        ) : null}
      </div>
    </div>
  );
}

function Facts({ agency }: { readonly agency: Agency }) {
  const { t } = useSpeech();
  const others = [...agency.aliases.map((alias) => alias.code), ...agency.convertedCodes];
  const line = (label: string, agencies: readonly { readonly id: string; readonly name: string }[]) =>
    agencies.length === 0 ? null : (
      <div>
        <dt>{label}</dt>
        <dd>
          {agencies.map((one) => (
            <div key={one.id}>
              <Link to="/co-quan/$id" params={{ id: one.id }}>
                {one.name}
              </Link>
            </div>
          ))}
        </dd>
      </div>
    );
  return (
    <dl className="facts pairs">
      <div>
        <dt>{t('agency.code')}</dt>
        <dd>
          <strong className="notation">{agency.code}</strong>
          {others.length === 0 ? null : (
            <small>
              {t('agency.codes')}: <span className="notation">{[...new Set(others)].join(', ')}</span>
            </small>
          )}
        </dd>
      </div>
      <div>
        <dt>{t('agency.level')}</dt>
        <dd>{agency.levelName}</dd>
      </div>
      <div>
        <dt>{t('agency.short')}</dt>
        <dd>{agency.shortName}</dd>
      </div>
      <div>
        <dt>{t('agency.place')}</dt>
        <dd>{agency.place}</dd>
      </div>
      <div>
        <dt>{t('agency.notation')}</dt>
        <dd className="notation">{agency.notation}</dd>
      </div>
      {line(t('agency.predecessors'), agency.predecessors)}
      {line(t('agency.successors'), agency.successors)}
    </dl>
  );
}

function Panel({ name, agency, reads }: { readonly name: TabName; readonly agency: Agency; readonly reads: boolean }) {
  const { t } = useSpeech();
  if (name === 'people') return reads ? <People agency={agency} /> : <p className="hint">{t('agency.people.closed')}</p>;
  if (name === 'children') return <Children agency={agency} />;
  if (name === 'codes') return <AgencyCodes agency={agency} />;
  if (name === 'history') return <Versions agency={agency} />;
  return <Changes search={{ agencyId: agency.id }} />;
}

function People({ agency }: { readonly agency: Agency }) {
  const { t } = useSpeech();
  const [q, setQ] = useState('');
  const people = useInfiniteQuery(peopleQuery(agency.id, q.trim()));
  return (
    <>
      {agency.counts.people > 20 || q !== '' ? (
        <input
          className="input narrow-input"
          type="search"
          value={q}
          aria-label={t('agency.people.search')}
          placeholder={t('agency.people.search')}
          onChange={(event) => setQ(event.target.value)}
        />
      ) : null}
      <KeyedList
        query={people}
        items={(page) => page.items}
        empty={
          <Empty title={t('agency.people.none')}>
            <p>{t('agency.people.none.text')}</p>
          </Empty>
        }
      >
        {(rows) => (
          <ul className="lined">
            {rows.map((person) => (
              <li key={person.id}>
                <div>
                  <Link to="/can-bo/$id" params={{ id: person.id }} className="row-link" data-row="">
                    {person.fullName}
                  </Link>
                  <small>{person.positions.map((held) => [held.title, held.unit].filter(Boolean).join(', ')).join('; ')}</small>
                </div>
                <span className="hint">{person.mail}</span>
              </li>
            ))}
          </ul>
        )}
      </KeyedList>
    </>
  );
}

function Children({ agency }: { readonly agency: Agency }) {
  const { t } = useSpeech();
  const children = useInfiniteQuery(agenciesQuery({ parentId: agency.id }));
  return (
    <KeyedList query={children} items={(page) => page.items} empty={<p className="hint">{t('reorg.nothing')}</p>}>
      {(lines) => (
        <ul className="lined">
          {lines.map((line) => (
            <li key={line.id}>
              <div>
                <Link to="/co-quan/$id" params={{ id: line.id }} className="row-link" data-row="">
                  {line.name}
                </Link>
                <small>{line.levelName}</small>
              </div>
              <span className="notation hint">{line.code}</span>
            </li>
          ))}
        </ul>
      )}
    </KeyedList>
  );
}

/** What it was on which day: documents keep the name of theirs. */
function Versions({ agency }: { readonly agency: Agency }) {
  const { t } = useSpeech();
  const today = dayOf(Date.now());
  const versions = [...agency.versions].sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1));
  const now = versions.find((one) => one.validFrom <= today);
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={t('agency.tab.history')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('agency.version.from')}</th>
            <th scope="col" className="grow">
              {t('agency.name')}
            </th>
            <th scope="col">{t('agency.code')}</th>
            <th scope="col">{t('agency.level')}</th>
            <th scope="col">{t('agency.parent')}</th>
            <th scope="col">{t('agency.notation')}</th>
          </tr>
        </thead>
        <tbody>
          {versions.map((one) => (
            <tr key={one.validFrom}>
              <td className="nowrap">
                {dayText(one.validFrom)}
                {one === now ? <small>{t('agency.version.now')}</small> : null}
              </td>
              <td>{one.name}</td>
              <td className="notation">{one.code}</td>
              <td>{one.levelName}</td>
              <td>{one.parentName}</td>
              <td className="notation">{one.notation}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

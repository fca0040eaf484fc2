import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import type { Session } from '@antin/protocol/office/session';
import { Icon, type IconName } from '../../ui/Icon.tsx';
import { Skeleton } from '../../ui/Waiting.tsx';
import { paths } from '../../paths.ts';
import { useSpeech } from '../../staff/language.tsx';
import { sessionQuery } from '../data/session-query.ts';
import { Failure } from '../../staff/Failure.tsx';
import { TopBar } from './TopBar.tsx';
import { waitingFor } from './waiting.ts';
import { useOfficeKeys } from '../../staff/keys.ts';

const HelpDialog = lazy(async () => ({ default: (await import('../../staff/HelpDialog.tsx')).HelpDialog }));

/** Left the places with counts, on top who and where I am, in the middle one thing. */
export function Shell() {
  const { t } = useSpeech();
  const session = useQuery(sessionQuery);
  const [help, setHelp] = useState(false);
  useOfficeKeys(useCallback(() => setHelp(true), []));
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => {
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [path]);

  if (session.error !== null && session.data === undefined) {
    return (
      <main className="page">
        <Failure error={session.error} onRetry={() => void session.refetch()} />
      </main>
    );
  }
  if (session.data === undefined) {
    return (
      <main className="page">
        <Skeleton label={t('loading')} />
      </main>
    );
  }
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <TopBar session={session.data} onHelp={() => setHelp(true)} />
      <Places session={session.data} />
      <main id="main" tabIndex={-1}>
        <Suspense
          fallback={
            <div className="page">
              <Skeleton label={t('loading')} />
            </div>
          }
        >
          <Outlet />
        </Suspense>
      </main>
      <Suspense fallback={null}>{help ? <HelpDialog open onClose={() => setHelp(false)} /> : null}</Suspense>
    </div>
  );
}

interface Place {
  readonly to:
    | '/'
    | '/van-ban-di'
    | '/van-ban-den'
    | '/so-dang-ky'
    | '/thiet-bi'
    | '/chung-thu-so'
    | '/chung-thu-cua-toi'
    | '/nhu-cau'
    | '/co-quan';
  readonly icon: IconName;
  readonly text: string;
  readonly count?: number;
}

function Places({ session }: { readonly session: Session }) {
  const { t, lang } = useSpeech();
  const position = session.positions.find((held) => held.id === session.positionId);
  const { counts } = session;
  const places: Place[] = [
    {
      to: '/',
      icon: 'inbox',
      text: t('place.home'),
      count: waitingFor(counts),
    },
    { to: '/van-ban-di', icon: 'out', text: t('place.outgoing') },
    { to: '/van-ban-den', icon: 'in', text: t('place.incoming') },
    { to: '/so-dang-ky', icon: 'book', text: t('place.registers') },
    { to: '/thiet-bi', icon: 'key', text: t('place.devices') },
    ...(position?.roles.includes('certificate-officer') === true
      ? ([
          { to: '/chung-thu-so', icon: 'seal', text: t('place.certificates'), count: counts.certificateTasks },
          { to: '/nhu-cau', icon: 'menu', text: t('place.needs') },
        ] as const)
      : ([{ to: '/chung-thu-cua-toi', icon: 'seal', text: t('place.my-certificates') }] as const)),
    { to: '/co-quan', icon: 'person', text: t('place.directory') },
  ];
  return (
    <nav className="places" aria-label={t('places')}>
      {position?.roles.includes('drafter') ? (
        <Link to="/soan-thao" className="button primary wide new-draft" activeProps={{ 'aria-current': 'page' }}>
          <Icon name="plus" size={18} />
          <span>{t('place.draft')}</span>
        </Link>
      ) : null}
      <ul>
        {places.map((place) => (
          <li key={place.to}>
            <Link
              to={place.to}
              title={place.text}
              activeOptions={{ exact: place.to === '/', includeSearch: false }}
              activeProps={{ 'aria-current': 'page' }}
            >
              <Icon name={place.icon} />
              <span className="place-name">{place.text}</span>
              {place.count === undefined || place.count === 0 ? null : (
                <span className="count num">
                  <span aria-hidden="true">{place.count}</span>
                  <span className="visually-hidden">{t('place.waiting', { n: place.count })}</span>
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
      <a className="verify-link" href={paths.verify[lang]} target="_blank" rel="noreferrer">
        <Icon name="good" />
        <span className="place-name">{t('place.verify')}</span>
      </a>
    </nav>
  );
}

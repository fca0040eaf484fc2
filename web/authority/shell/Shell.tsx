import { useQuery } from '@tanstack/react-query';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import type { OfficerRole, OfficerSession } from '@antin/protocol/authority/session';
import { Icon, type IconName } from '../../ui/Icon.tsx';
import { Skeleton } from '../../ui/Waiting.tsx';
import { Failure } from '../../staff/Failure.tsx';
import { useOfficeKeys } from '../../staff/keys.ts';
import { Go, useGo, type Place } from '../place.tsx';
import { sessionQuery } from '../queries.ts';
import { useSpeech, type ConsoleKey } from '../speech.ts';
import { TopBar } from './TopBar.tsx';

const HelpDialog = lazy(async () => ({ default: (await import('../../staff/HelpDialog.tsx')).HelpDialog }));

/** Left the places of the roles with what waits, on top who I am, in the middle one thing. */
export function Shell() {
  const { t } = useSpeech();
  const session = useQuery(sessionQuery);
  const [help, setHelp] = useState(false);
  useOfficeKeys(useCallback(() => setHelp(true), []));
  const go = useGo();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const newcomer = session.data?.mustChangePassword === true;
  useEffect(() => {
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [path]);
  useEffect(() => {
    // Every other answer would be a refusal until the first password is changed.
    if (newcomer && !path.endsWith('/mat-khau')) go({ to: '/mat-khau' }, true);
  }, [newcomer, path, go]);

  if (session.data === undefined) {
    return (
      <main className="page">
        {session.error === null ? (
          <Skeleton label={t('loading')} />
        ) : (
          <Failure error={session.error} onRetry={() => void session.refetch()} />
        )}
      </main>
    );
  }
  return (
    <div className="shell console">
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <TopBar session={session.data} onHelp={() => setHelp(true)} />
      {newcomer ? <nav className="places" aria-label={t('places')} /> : <Places session={session.data} />}
      <main id="main" tabIndex={-1}>
        <Suspense
          fallback={
            <div className="page">
              <Skeleton label={t('loading')} />
            </div>
          }
        >
          {newcomer && !path.endsWith('/mat-khau') ? null : <Outlet />}
        </Suspense>
      </main>
      <Suspense fallback={null}>{help ? <HelpDialog open onClose={() => setHelp(false)} /> : null}</Suspense>
    </div>
  );
}

interface Entry {
  readonly place: Place;
  readonly icon: IconName;
  readonly text: ConsoleKey;
  readonly count?: number;
  /** Roles that the server lets in; all when left out. */
  readonly roles?: readonly OfficerRole[];
}

/** Places of the roles, by what they are for. */
function Places({ session }: { readonly session: OfficerSession }) {
  const { t } = useSpeech();
  const { counts, roles } = session;
  const groups: readonly (readonly [title: ConsoleKey, entries: readonly Entry[]])[] = [
    [
      'places.work',
      [
        {
          ...{ place: { to: '/' }, icon: 'inbox', text: 'place.home' },
          count: counts.toCheck + counts.toApprove + counts.toIssue + counts.toHandOver + counts.toRevoke,
        },
        { place: { to: '/yeu-cau' }, icon: 'file', text: 'place.requests' },
        { place: { to: '/ho-so' }, icon: 'in', text: 'place.submissions', count: counts.quarantined },
      ],
    ],
    [
      'places.registers',
      [
        { place: { to: '/chung-thu' }, icon: 'seal', text: 'place.certificates' },
        { place: { to: '/tam-dung' }, icon: 'warn', text: 'place.suspended' },
        { place: { to: '/may' }, icon: 'out', text: 'place.machines' },
        { place: { to: '/bao-cao' }, icon: 'print', text: 'place.report' },
        { place: { to: '/nhat-ky' }, icon: 'book', text: 'place.journal', roles: ['audit', 'operation'] },
      ],
    ],
    [
      'places.authority',
      [
        { place: { to: '/dich-vu' }, icon: 'clock', text: 'place.services' },
        { place: { to: '/ca' }, icon: 'good', text: 'place.cas' },
        {
          ...{ place: { to: '/co-quan-gui' }, icon: 'building', text: 'place.senders' },
          roles: ['registration', 'operation', 'audit'],
        },
        {
          ...{ place: { to: '/can-bo' }, icon: 'person', text: 'place.officers', count: counts.changesToConfirm },
          roles: ['operation', 'audit'],
        },
        { place: { to: '/lich' }, icon: 'calendar', text: 'place.calendar' },
        { place: { to: '/thiet-bi' }, icon: 'key', text: 'place.devices' },
      ],
    ],
  ];
  return (
    <nav className="places" aria-label={t('places')}>
      {groups.map(([title, entries]) => (
        <div key={title} className="place-group">
          <h2 id={title}>{t(title)}</h2>
          <ul aria-labelledby={title}>
            {entries
              .filter((entry) => entry.roles === undefined || entry.roles.some((role) => roles.includes(role)))
              .map((entry) => (
                <PlaceLink key={entry.place.to} {...entry} />
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function PlaceLink({ place, icon, text, count }: Entry) {
  const { t } = useSpeech();
  return (
    <li>
      <Go place={place} title={t(text)} nav>
        <Icon name={icon} />
        <span className="place-name">{t(text)}</span>
        {count === undefined || count === 0 ? null : (
          <span className="count num">
            <span aria-hidden="true">{count}</span>
            <span className="visually-hidden">{t('place.waiting', { n: count })}</span>
          </span>
        )}
      </Go>
    </li>
  );
}

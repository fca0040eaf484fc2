import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { RequestQuery } from '@antin/protocol/authority/request-list';
import { paths } from '../paths.ts';
import { Missing } from '../staff/Missing.tsx';
import { HomePage } from './home/HomePage.tsx';
import { Shell } from './shell/Shell.tsx';
import type { RequestSearch } from './place.tsx';

/** Texts of these names and nothing else; the router reads digits as numbers. */
const texts =
  (...names: readonly string[]) =>
  (given: Record<string, unknown>): Record<string, string> =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = given[name];
        const text = typeof value === 'number' ? String(value) : value;
        return typeof text === 'string' && text !== '' && text.length <= 200 ? [[name, text]] : [];
      }),
    );

const root = createRootRoute({ component: Shell, notFoundComponent: Missing });
const under = () => root;

/** Filters that the server would understand; anything else in the address is left out. */
function requestSearch(given: Record<string, unknown>): RequestSearch {
  const { state, act, form, agency, due, waiting, submission, q } = RequestQuery.shape;
  const fields = { state, act, form, agency, due, waiting, submission, q };
  const known = Object.entries(fields).flatMap(([name, schema]) => {
    const value = given[name];
    // The router reads `01` and `2026` as numbers.
    const parsed = schema.safeParse(
      typeof value === 'number' && name !== 'form'
        ? String(value)
        : name === 'form' && typeof value === 'number'
          ? `0${value}`
          : value,
    );
    return parsed.success && parsed.data !== undefined && parsed.data !== '' ? [[name, parsed.data] as const] : [];
  });
  return Object.fromEntries(known) as RequestSearch;
}

/** A state of these, and words. */
const stateOf =
  (states: readonly string[]) =>
  (given: Record<string, unknown>): Record<string, string> => {
    const { state, ...rest } = texts('q', 'state')(given);
    return state !== undefined && states.includes(state) ? { ...rest, state } : rest;
  };
const machineSearch = stateOf(['open', 'expired', 'withdrawn', 'closed']);
const listed = stateOf(['active', 'disabled']);
const changed = stateOf(['proposed', 'confirmed', 'rejected']);

const page = (path: string, load: Parameters<typeof lazyRouteComponent>[0], name: string) =>
  createRoute({ getParentRoute: under, path, component: lazyRouteComponent(load, name as never) });

const filtered = (path: string, names: readonly string[], load: Parameters<typeof lazyRouteComponent>[0], name: string) =>
  createRoute({
    getParentRoute: under,
    path,
    validateSearch: texts(...names),
    component: lazyRouteComponent(load, name as never),
  });

const requests = createRoute({
  getParentRoute: under,
  path: '/yeu-cau',
  validateSearch: requestSearch,
  component: lazyRouteComponent(() => import('./requests/RequestsPage.tsx'), 'RequestsPage'),
});
const submissions = createRoute({
  getParentRoute: under,
  path: '/ho-so',
  validateSearch: (given: Record<string, unknown>) => {
    const status = (['accepted', 'quarantined', 'dismissed'] as const).find((one) => one === given['status']);
    return status === undefined ? {} : { status };
  },
  component: lazyRouteComponent(() => import('./submissions/SubmissionsPage.tsx'), 'SubmissionsPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    createRoute({ getParentRoute: under, path: '/', component: HomePage }),
    requests,
    submissions,
    page('/yeu-cau/$id', () => import('./request/RequestPage.tsx'), 'RequestPage'),
    page('/yeu-cau/$id/$act', () => import('./acts/ActPage.tsx'), 'ActPage'),
    page('/duyet', () => import('./approve/ApprovePage.tsx'), 'ApprovePage'),
    filtered(
      '/chung-thu',
      ['q', 'state', 'profile', 'agency'],
      () => import('./certificates/CertificatesPage.tsx'),
      'CertificatesPage',
    ),
    page('/chung-thu/$issuer/$serial', () => import('./certificates/CertificatePage.tsx'), 'CertificatePage'),
    page('/chung-thu/$issuer/$serial/$act', () => import('./certificates/CertificateActPage.tsx'), 'CertificateActPage'),
    page('/tam-dung', () => import('./certificates/SuspendedPage.tsx'), 'SuspendedPage'),
    page('/ca', () => import('./services/CasPage.tsx'), 'CasPage'),
    filtered('/nhat-ky', ['kind', 'serial', 'from', 'to'], () => import('./journal/JournalPage.tsx'), 'JournalPage'),
    createRoute({
      getParentRoute: under,
      path: '/may',
      validateSearch: machineSearch,
      component: lazyRouteComponent(() => import('./machines/MachinesPage.tsx'), 'MachinesPage'),
    }),
    page('/may/$id', () => import('./machines/MachinePage.tsx'), 'MachinePage'),
    page('/lich', () => import('./calendar/CalendarPage.tsx'), 'CalendarPage'),
    filtered('/bao-cao', ['month'], () => import('./report/ReportPage.tsx'), 'ReportPage'),
    createRoute({
      getParentRoute: under,
      path: '/co-quan-gui',
      validateSearch: listed,
      component: lazyRouteComponent(() => import('./senders/SendersPage.tsx'), 'SendersPage'),
    }),
    createRoute({
      getParentRoute: under,
      path: '/can-bo',
      validateSearch: listed,
      component: lazyRouteComponent(() => import('./officers/OfficersPage.tsx'), 'OfficersPage'),
    }),
    createRoute({
      getParentRoute: under,
      path: '/thay-doi',
      validateSearch: changed,
      component: lazyRouteComponent(() => import('./officers/ChangesPage.tsx'), 'ChangesPage'),
    }),
    page('/dich-vu', () => import('./services/ServicesPage.tsx'), 'ServicesPage'),
    page('/thiet-bi', () => import('./account/DevicesPage.tsx'), 'DevicesPage'),
    page('/mat-khau', () => import('./account/PasswordPage.tsx'), 'PasswordPage'),
  ]),
  basepath: paths.console,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

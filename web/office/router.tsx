import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { DocumentState } from '@antin/protocol/office/documents';
import { IncomingState } from '@antin/protocol/office/incoming';
import { paths } from '../paths.ts';
import { HomePage } from './home/HomePage.tsx';
import { Missing } from '../staff/Missing.tsx';
import { Shell } from './shell/Shell.tsx';

const text = (value: unknown): string | undefined => {
  const given = typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 200) : '';
  return given === '' ? undefined : given;
};
const pageNumber = (value: unknown): number | undefined => {
  const page = Number(value);
  return Number.isInteger(page) && page > 1 ? page : undefined;
};
/** Members that are undefined stay out of the address. */
function known<T extends object>(search: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

const root = createRootRoute({ component: Shell, notFoundComponent: Missing });

const home = createRoute({ getParentRoute: () => root, path: '/', component: HomePage });

const outgoing = createRoute({
  getParentRoute: () => root,
  path: '/van-ban-di',
  validateSearch: (given: Record<string, unknown>) =>
    known({
      q: text(given['q']),
      state: DocumentState.safeParse(given['state']).data,
      mine: (['to-sign', 'to-issue', 'drafts'] as const).find((mine) => mine === given['mine']),
      page: pageNumber(given['page']),
    }),
  component: lazyRouteComponent(() => import('./outgoing/OutgoingPage.tsx'), 'OutgoingPage'),
});

const document = createRoute({
  getParentRoute: () => root,
  path: '/van-ban-di/$id',
  component: lazyRouteComponent(() => import('./outgoing/DocumentPage.tsx'), 'DocumentPage'),
});

const sign = createRoute({
  getParentRoute: () => root,
  path: '/van-ban-di/$id/ky',
  component: lazyRouteComponent(() => import('./signing/SignPage.tsx'), 'SignPage'),
});

const batch = createRoute({
  getParentRoute: () => root,
  path: '/ky-nhieu',
  component: lazyRouteComponent(() => import('./batch/BatchPage.tsx'), 'BatchPage'),
});

const batchUnderWay = createRoute({
  getParentRoute: () => root,
  path: '/ky-nhieu/$id',
  component: lazyRouteComponent(() => import('./batch/BatchProgressPage.tsx'), 'BatchProgressPage'),
});

const issue = createRoute({
  getParentRoute: () => root,
  path: '/van-ban-di/$id/phat-hanh',
  component: lazyRouteComponent(() => import('./signing/IssuePage.tsx'), 'IssuePage'),
});

const draft = createRoute({
  getParentRoute: () => root,
  path: '/soan-thao',
  component: lazyRouteComponent(() => import('./draft/DraftPage.tsx'), 'NewDraftPage'),
});

const edit = createRoute({
  getParentRoute: () => root,
  path: '/soan-thao/$id',
  component: lazyRouteComponent(() => import('./draft/DraftPage.tsx'), 'EditDraftPage'),
});

const incoming = createRoute({
  getParentRoute: () => root,
  path: '/van-ban-den',
  validateSearch: (given: Record<string, unknown>) =>
    known({
      q: text(given['q']),
      state: IncomingState.safeParse(given['state']).data,
      mine: (['to-receive', 'to-assign', 'assigned-to-me'] as const).find((mine) => mine === given['mine']),
      page: pageNumber(given['page']),
    }),
  component: lazyRouteComponent(() => import('./incoming/IncomingListPage.tsx'), 'IncomingListPage'),
});

const incomingDocument = createRoute({
  getParentRoute: () => root,
  path: '/van-ban-den/$id',
  component: lazyRouteComponent(() => import('./incoming/IncomingPage.tsx'), 'IncomingPage'),
});

const registers = createRoute({
  getParentRoute: () => root,
  path: '/so-dang-ky',
  component: lazyRouteComponent(() => import('./registers/RegistersPage.tsx'), 'RegistersPage'),
});

const register = createRoute({
  getParentRoute: () => root,
  path: '/so-dang-ky/$id',
  validateSearch: (given: Record<string, unknown>) => known({ q: text(given['q']), page: pageNumber(given['page']) }),
  component: lazyRouteComponent(() => import('./registers/RegisterPage.tsx'), 'RegisterPage'),
});

const devices = createRoute({
  getParentRoute: () => root,
  path: '/thiet-bi',
  component: lazyRouteComponent(() => import('./devices/DevicesPage.tsx'), 'DevicesPage'),
});

const search = createRoute({
  getParentRoute: () => root,
  path: '/tim',
  validateSearch: (given: Record<string, unknown>) => known({ q: text(given['q']) }),
  component: lazyRouteComponent(() => import('./home/SearchPage.tsx'), 'SearchPage'),
});

/** What the filters of the newer lists say: short texts; each page reads those it knows. */
interface Filter {
  readonly q?: string;
  readonly state?: string;
  readonly form?: string;
  readonly under?: string;
  readonly from?: string;
  readonly before?: string;
  readonly owner?: string;
  readonly tab?: string;
}
const filter = (given: Record<string, unknown>): Filter =>
  Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (text(value) === undefined ? [] : [[name, text(value)]])));

/** Pages of certificates, needs and the directory: their routes differ only in path and page. */
const lazily = <Path extends string>(path: Path, name: PageName) =>
  createRoute({ getParentRoute: () => root, path, validateSearch: filter, component: lazyRouteComponent(pages, name) });

const pages = () => import('./certificate-side.ts');
/** It also holds parts of pages. */
type PageName = Extract<keyof Awaited<ReturnType<typeof pages>>, `${string}Page`>;

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    outgoing,
    document,
    sign,
    batch,
    batchUnderWay,
    issue,
    draft,
    edit,
    incoming,
    incomingDocument,
    registers,
    register,
    devices,
    search,
    lazily('/chung-thu-cua-toi', 'MyCertificatesPage'),
    lazily('/chung-thu-so', 'CertificatesPage'),
    lazily('/chung-thu-so/du-bao', 'ForecastPage'),
    lazily('/chung-thu-so/thiet-bi', 'KeyDevicesPage'),
    lazily('/chung-thu-so/nhap', 'ImportPage'),
    lazily('/chung-thu-so/thoi-han', 'LimitsPage'),
    lazily('/chung-thu-so/$id', 'CertificatePage'),
    lazily('/ho-so-cap', 'RequestsPage'),
    lazily('/ho-so-cap/$id', 'RequestPage'),
    lazily('/ket-qua-chua-khop', 'AnswersPage'),
    lazily('/ket-qua-chua-khop/$id', 'AnswerPage'),
    lazily('/nhu-cau', 'RoundsPage'),
    lazily('/nhu-cau/$id', 'RoundPage'),
    lazily('/nhu-cau/bang/$id', 'SheetPage'),
    lazily('/co-quan', 'DirectoryPage'),
    lazily('/co-quan/nhap', 'DirectoryImportsPage'),
    lazily('/co-quan/nhap/$id', 'DirectoryImportPage'),
    lazily('/co-quan/$id', 'AgencyPage'),
    lazily('/can-bo/$id', 'PersonPage'),
    lazily('/sap-xep', 'ReorganisationsPage'),
    lazily('/sap-xep/moi', 'NewReorganisationPage'),
    lazily('/sap-xep/$id', 'ReorganisationPage'),
  ]),
  basepath: paths.office,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

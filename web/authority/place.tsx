import { Link, useNavigate } from '@tanstack/react-router';
import { useCallback, type ComponentType, type ReactNode } from 'react';
import type { MachineAccountState } from '@antin/protocol/authority/enrolment';
import type { RequestState } from '@antin/protocol/authority/request-list';
import type { RequestAct } from '@antin/protocol/certificates/request';

/** Filters of the list of requests, as they stand in the address. */
export interface RequestSearch {
  readonly q?: string;
  readonly state?: RequestState;
  readonly act?: RequestAct;
  readonly form?: '01' | '02' | '03';
  readonly agency?: string;
  readonly due?: 'overdue' | 'today' | 'soon';
  readonly waiting?: 'toCheck' | 'toApprove' | 'toIssue' | 'toHandOver' | 'toRevoke';
  readonly submission?: string;
}

/** Filters of the register of certificates, as they stand in the address. */
export interface IssuedSearch {
  readonly q?: string;
  readonly state?: 'valid' | 'expiring' | 'expired' | 'revoked' | 'suspended';
  readonly profile?: string;
  readonly agency?: string;
}

/** Filters of the journal, as they stand in the address. */
export interface JournalSearch {
  readonly kind?: string;
  readonly serial?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Filters of the list of machines' accounts, of officers, of senders, of changes. */
export interface MachineSearch {
  readonly q?: string;
  readonly state?: MachineAccountState;
}
export interface ListedSearch {
  readonly q?: string;
  readonly state?: 'active' | 'disabled';
}
export interface ChangeSearch {
  readonly state?: 'proposed' | 'confirmed' | 'rejected';
}

/** Acts on a certificate itself. */
export const CERTIFICATE_ACTS = ['revoke', 'suspend', 'lift'] as const;
export type CertificateAct = (typeof CERTIFICATE_ACTS)[number];

/** Acts that have a page of their own: check, sign, outcome. */
export const PAGE_ACTS = ['propose', 'approve', 'refuse', 'revoke', 'recover', 'issue', 'hand-over', 'edit'] as const;
export type PageAct = (typeof PAGE_ACTS)[number];

/** Every place of the console. */
export type Place =
  | {
      readonly to: '/' | '/duyet' | '/dich-vu' | '/thiet-bi' | '/mat-khau' | '/tam-dung' | '/ca' | '/lich';
    }
  | { readonly to: '/may'; readonly search?: MachineSearch }
  | { readonly to: '/can-bo' | '/co-quan-gui'; readonly search?: ListedSearch }
  | { readonly to: '/thay-doi'; readonly search?: ChangeSearch }
  | { readonly to: '/chung-thu'; readonly search?: IssuedSearch }
  | { readonly to: '/chung-thu/$issuer/$serial'; readonly params: { readonly issuer: string; readonly serial: string } }
  | {
      readonly to: '/chung-thu/$issuer/$serial/$act';
      readonly params: { readonly issuer: string; readonly serial: string; readonly act: CertificateAct };
    }
  | { readonly to: '/may/$id'; readonly params: { readonly id: string } }
  | { readonly to: '/nhat-ky'; readonly search?: JournalSearch }
  | { readonly to: '/bao-cao'; readonly search?: { readonly month?: string } }
  | { readonly to: '/yeu-cau'; readonly search?: RequestSearch }
  | { readonly to: '/ho-so'; readonly search?: { readonly status?: 'accepted' | 'quarantined' | 'dismissed' } }
  | { readonly to: '/yeu-cau/$id'; readonly params: { readonly id: string } }
  | { readonly to: '/yeu-cau/$id/$act'; readonly params: { readonly id: string; readonly act: PageAct } };

interface GoProps {
  readonly place: Place;
  readonly className?: string | undefined;
  readonly title?: string | undefined;
  /** Marks a row of a list, for the keys j and k. */
  readonly row?: boolean;
  /** Marks the main act of a page, for the key s. */
  readonly main?: boolean;
  readonly nav?: boolean;
  readonly label?: string;
  readonly children: ReactNode;
}

// The router's types know one app a program, and that is the office.
const AnyLink = Link as unknown as ComponentType<Record<string, unknown>>;

/** A link inside the console. */
export function Go({ place, row, main, nav, label, children, ...rest }: GoProps) {
  return (
    <AnyLink
      {...place}
      {...rest}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...(row === true ? { 'data-row': '' } : {})}
      {...(main === true ? { 'data-sign': '' } : {})}
      {...(nav === true
        ? { activeOptions: { exact: place.to === '/', includeSearch: false }, activeProps: { 'aria-current': 'page' } }
        : { activeProps: {} })}
    >
      {children}
    </AnyLink>
  );
}

/** Goes to a place; `replace` leaves no step to come back to. */
export function useGo(): (place: Place, replace?: boolean) => void {
  const navigate = useNavigate() as unknown as (options: Record<string, unknown>) => Promise<void>;
  return useCallback((place, replace = false) => void navigate({ search: {}, ...place, replace }), [navigate]);
}

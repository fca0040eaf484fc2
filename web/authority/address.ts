import { useParams, useSearch } from '@tanstack/react-router';
import { CERTIFICATE_ACTS, PAGE_ACTS, type CertificateAct, type PageAct } from './place.tsx';

/** What the address of the page says; only pages that are loaded later ask. */
export const useId = (): string => (useParams({ strict: false }) as { id: string }).id;
export const useAct = (): PageAct | undefined => {
  const { act } = useParams({ strict: false }) as { act?: string };
  return PAGE_ACTS.find((one) => one === act);
};
/** The certificate of the page, as the server names it. */
export const useCertificateName = (): { readonly issuerSha256: never; readonly serialHex: string } => {
  const { issuer, serial } = useParams({ strict: false }) as { issuer: string; serial: string };
  return { issuerSha256: issuer as never, serialHex: serial };
};
export const useCertificateAct = (): CertificateAct | undefined => {
  const { act } = useParams({ strict: false }) as { act?: string };
  return CERTIFICATE_ACTS.find((one) => one === act);
};
/** What stands behind the question mark, as the router let it through. */
export const useSearchOf = <Search>(): Search => useSearch({ strict: false } as never) as Search;

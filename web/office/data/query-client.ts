import { QueryClient } from '@tanstack/react-query';
import { paths } from '../../paths.ts';
import { ProblemError } from './client.ts';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => error instanceof ProblemError && error.problem.status === 0 && count < 2,
    },
  },
});

/** An ended session leads to sign-in and back to the same page. */
function leaveWhenSignedOut(error: unknown): void {
  if (error instanceof ProblemError && error.problem.status === 401) {
    location.assign(`${paths.signIn}?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
}
queryClient.getQueryCache().config.onError = leaveWhenSignedOut;
queryClient.getMutationCache().config.onError = leaveWhenSignedOut;

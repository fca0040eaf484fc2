import { QueryClient } from '@tanstack/react-query';
import { ProblemError } from './client.ts';

/**
 * What a staff app asks the server with. An ended session leads to sign-in and back to the same page.
 *
 * @param signIn path of the sign-in page
 */
export function staffQueries(signIn: string): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (count, error) => error instanceof ProblemError && error.problem.status === 0 && count < 2,
      },
    },
  });
  const leaveWhenSignedOut = (error: unknown): void => {
    if (error instanceof ProblemError && error.problem.status === 401) {
      location.assign(`${signIn}?next=${encodeURIComponent(location.pathname + location.search)}`);
    }
  };
  client.getQueryCache().config.onError = leaveWhenSignedOut;
  client.getMutationCache().config.onError = leaveWhenSignedOut;
  return client;
}

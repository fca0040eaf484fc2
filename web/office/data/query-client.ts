import { paths } from '../../paths.ts';
import { staffQueries } from '../../staff/query-client.ts';

export const queryClient = staffQueries(paths.signIn);

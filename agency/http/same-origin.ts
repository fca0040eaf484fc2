import { Refusal } from '../refusal.ts';

/**
 * Refuses writes that another site's page made the browser send (CSRF), beside the cookie's SameSite=Strict: a sibling
 * host is same-site but not same-origin.
 */
export function requireSameOrigin(request: Request): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const fetchSite = request.headers.get('sec-fetch-site');
  if (fetchSite !== null && fetchSite !== 'same-origin' && fetchSite !== 'none') throw new Refusal('request.cross-origin');
  const origin = request.headers.get('origin');
  if (origin === null) return;
  let host: string;
  try {
    host = new URL(origin).host;
  } catch {
    throw new Refusal('request.cross-origin');
  }
  const asked = request.headers.get('host') ?? new URL(request.url).host;
  if (host !== asked) throw new Refusal('request.cross-origin');
}

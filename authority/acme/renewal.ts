import type { Hono } from 'hono';
import { fetchedByName, type FetchedCertificate } from '../enrolment/store.ts';
import { fingerprint } from '../issuance/issue.ts';
import { AcmeRefusal, type AcmeDoors } from './doors.ts';
import type { Asking } from './request.ts';

/** How often a client should ask (RFC 9773 §4.3): soon enough that a revocation in the night is renewed in the morning. */
const ASK_AGAIN_SECONDS = 6 * 3600;

/** When a certificate should be renewed; milliseconds since 1970. */
export interface SuggestedWindow {
  readonly start: number;
  readonly end: number;
}

/**
 * From two thirds to five sixths of its life: clients draw a moment inside, so that what was fetched on one day is not renewed
 * in one hour. From then on the same key gets a new certificate, too. What was revoked is renewed now: its window is over.
 */
export function suggestedWindow(
  { notBefore, notAfter }: { readonly notBefore: number; readonly notAfter: number },
  revokedAt: number | undefined,
): SuggestedWindow {
  const life = notAfter - notBefore;
  if (revokedAt !== undefined) return { start: revokedAt - 2000, end: revokedAt - 1000 };
  return { start: notBefore + Math.ceil((life * 2) / 3), end: notBefore + Math.floor((life * 5) / 6) };
}

/**
 * The certificate of a machine that RFC 9773 §4.1 names by key identifier of its issuer and serial number, both base64url;
 * undefined for every other certificate, people's too: who holds what is not asked here.
 */
export async function certificateNamed(doors: AcmeDoors, name: string): Promise<FetchedCertificate | undefined> {
  const parts = /^([A-Za-z0-9_-]{1,100})\.([A-Za-z0-9_-]{1,40})$/.exec(name);
  if (parts === null) return undefined;
  const [keyIdentifier, serial] = [Buffer.from(parts[1]!, 'base64url'), Buffer.from(parts[2]!, 'base64url')];
  // One name a certificate: an order replaces it once, however it is spelled.
  if (`${keyIdentifier.toString('base64url')}.${serial.toString('base64url')}` !== name) return undefined;
  // Content octets of the INTEGER, as the register has them.
  const serialHex = serial.toString('hex');
  for (const issuer of await doors.issuersByKey(keyIdentifier)) {
    const found = await fetchedByName(doors.db, fingerprint(issuer), serialHex);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** ACME Renewal Information (RFC 9773): a plain GET, without an account. */
export function renewalRoutes(app: Hono, doors: AcmeDoors, { problem }: Asking): void {
  const { base } = doors;
  app.get(`${new URL(base).pathname}/renewal-info/:name`, (c) =>
    problem(c, async () => {
      const found = await certificateNamed(doors, c.req.param('name'));
      if (found === undefined) throw new AcmeRefusal('malformed', 'no certificate of that name', 404);
      const { start, end } = suggestedWindow(
        { notBefore: found.notBefore.getTime(), notAfter: found.notAfter.getTime() },
        found.revokedAt?.getTime(),
      );
      return c.json({ suggestedWindow: { start: new Date(start).toISOString(), end: new Date(end).toISOString() } }, 200, {
        'retry-after': String(ASK_AGAIN_SECONDS),
      });
    }),
  );
}

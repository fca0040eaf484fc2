import type { Context } from 'hono';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { isProxied } from '@antin/adapters/http/border';

/**
 * The client certificate that a proxy in front has verified and passes on (RFC 9440 `Client-Cert: :base64 DER:`); undefined from
 * anybody else, whatever the header says. A proxy must take the header away from what comes from outside (RFC 9440 §3.1).
 */
export function shownCertificate(c: Context): Uint8Array | undefined {
  const said = c.req.header('client-cert');
  if (said === undefined || !isProxied(c)) return undefined;
  const der = /^:([A-Za-z0-9+/]{1,16000}={0,2}):$/.exec(said.trim())?.[1];
  if (der === undefined) return undefined;
  try {
    return fromBase64(der);
  } catch {
    return undefined;
  }
}

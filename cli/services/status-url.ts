import { ConfigFault, type Settings } from '@antin/adapters/config/settings';
import { isUri } from '@antin/pki/lint/names-syntax';

/**
 * Where certificates say that lists and OCSP are: plain HTTP in production, because whoever must check a certificate before
 * speaking TLS cannot ask for that over TLS (RFC 5280 §8).
 *
 * @throws {ConfigFault} when its host is neither a name with a dot nor an address: no certificate may name it (§4.2.1.6)
 */
export function statusUrlOf(settings: Pick<Settings, 'statusUrl' | 'profile'>, publicUrl: string): string {
  const url = settings.statusUrl ?? (settings.profile === 'production' ? plainHttp(publicUrl) : publicUrl);
  if (isUri(url)) return url;
  const instead = settings.profile === 'production' ? 'http://ca.example.vn' : `http://127.0.0.1:${new URL(url).port || '80'}`;
  throw new ConfigFault(
    `certificates would name ${url}, and a host in them needs a dot or is an address: give --public-url or ANTIN_STATUS_URL one, such as ${instead}`,
  );
}

function plainHttp(url: string): string {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' ? `http://${hostname}` : url;
}
